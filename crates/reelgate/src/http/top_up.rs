//! Credits by card: a page to pay on, and the payment service's report that it was done.
//!
//! Only the signed report moves credits, once for each payment however often it comes. What the
//! browser says when it comes back means nothing.

use super::reply::store_error;
use super::submit::Origin;
use crate::app::App;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use reelgate_core::{Error, Kind, PaymentId, Plan, Timestamp, TopUpCall, TopUpReply};
use reelgate_store::{NewPayment, StoreError};
use serde_json::Value;
use sha2::Sha256;
use std::sync::Arc;

/// Milliseconds by which a report may be older or newer than now: what the service recommends.
const AGE_MS_MAX: i64 = 300_000;
/// Bytes of a report.
const REPORT_BYTES_MAX: usize = 256 << 10;
/// Reports that say a payment was made; the second comes for means that take days.
const PAID: [&str; 2] = ["checkout.session.completed", "checkout.session.async_payment_succeeded"];

/// What can be bought; nothing where no card is taken.
pub(super) fn plans(app: &App) -> Vec<Plan> {
    app.config.stripe.as_ref().map_or_else(Vec::new, |stripe| stripe.plans.clone())
}

/// Does what was asked for.
///
/// # Errors
/// Why it was not done.
pub(super) async fn act(app: &App, origin: &Origin, call: TopUpCall) -> Result<TopUpReply, Error> {
    let TopUpCall::Checkout { plan } = call else { return Ok(TopUpReply::Plans(plans(app))) };
    let (Some(stripe), Some(client)) = (&app.config.stripe, &app.stripe) else {
        return Err(Error::new(Kind::NotFound, "This server takes no cards"));
    };
    let plan = stripe.plans.iter().find(|known| known.id == plan).cloned();
    let field = reelgate_core::Field::Named("plan".to_owned());
    let plan = plan.ok_or_else(|| Error::invalid(field, "is not on sale; see GET /plans"))?;
    let id = PaymentId::new(app.now(), app.entropy.bits());
    let new = NewPayment { id, account: origin.caller.account, plan: plan.clone() };
    // Noted before anybody is asked: a report must never speak of a payment that is unknown.
    app.store.begin_payment(new, app.now()).await.map_err(store_error)?;
    match client.page(id, &plan, &app.public_url()).await {
        Ok(url) => Ok(TopUpReply::Checkout { url }),
        Err(error) => {
            tracing::error!(%error, payment = %id, "no page to pay on");
            Err(Error::busy(5))
        }
    }
}

/// Takes a report of the payment service.
pub(super) async fn report(State(app): State<Arc<App>>, request: Request) -> (StatusCode, String) {
    let said = |status, text: &str| (status, format!("{text}\n"));
    let Some(stripe) = &app.config.stripe else {
        return said(StatusCode::NOT_FOUND, "this server takes no cards");
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(Body::new(body), REPORT_BYTES_MAX).await else {
        return said(StatusCode::PAYLOAD_TOO_LARGE, "too large");
    };
    if !is_signed(&parts.headers, &body, stripe.webhook_secret.reveal(), app.now()) {
        return said(StatusCode::BAD_REQUEST, "the signature is missing, wrong or too old");
    }
    let report: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some((id, amount, currency)) = paid(&report) else {
        // Of something else that is sold under the same account.
        return said(StatusCode::OK, "nothing to do");
    };
    let credited =
        app.store.credit_payment(id, (amount, currency), app.entry_id(), app.now()).await;
    match credited {
        Ok(is_new) => {
            tracing::info!(payment = %id, is_new, "paid by card");
            said(StatusCode::OK, if is_new { "credited" } else { "was credited before" })
        }
        Err(StoreError::Refused(error)) => {
            tracing::error!(payment = %id, %error, "a payment brought no credits");
            said(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string())
        }
        // The service sends it again.
        Err(error) => {
            tracing::error!(payment = %id, %error, "a payment could not be credited now");
            said(StatusCode::SERVICE_UNAVAILABLE, "try again")
        }
    }
}

/// Whether a report was signed with the secret, lately.
fn is_signed(headers: &HeaderMap, body: &[u8], secret: &str, now: Timestamp) -> bool {
    let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    let Some(header) = header.filter(|_| !secret.is_empty()) else { return false };
    let pairs = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let Some((_, at)) = pairs().find(|(name, _)| *name == "t") else { return false };
    let Ok(seconds) = at.parse::<i64>() else { return false };
    let then = Timestamp::from_ms(seconds.saturating_mul(1000));
    if now.since_ms(then).max(then.since_ms(now)) > AGE_MS_MAX {
        return false;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    // Several while the secret is being changed; compared in constant time.
    pairs().filter(|(name, _)| *name == "v1").any(|(_, given)| {
        unhex(given).is_some_and(|given| mac.clone().verify_slice(&given).is_ok())
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    (digits.len() == 64).then(|| digits.chunks(2).map(pair).collect())?
}

/// The payment that a report says was made, and what was paid.
fn paid(report: &Value) -> Option<(PaymentId, i64, String)> {
    let kind = report.get("type")?.as_str()?;
    let session = report.pointer("/data/object")?;
    let is_paid = session.get("payment_status")?.as_str()? == "paid";
    if !is_paid || !PAID.contains(&kind) {
        return None;
    }
    let id = PaymentId::parse(session.get("client_reference_id")?.as_str()?)?;
    let amount = session.get("amount_total")?.as_i64()?;
    Some((id, amount, session.get("currency")?.as_str()?.to_owned()))
}
