//! Webhooks on their way out.
//!
//! A delivery is claimed, sent once, and settled by what the receiver answered. Its id stays the
//! same at every attempt, so a receiver can drop repeats. Headers and signature follow Standard
//! Webhooks; the secret is the account's.

use super::Step;
use crate::app::App;
use crate::fault::{self, Point};
use crate::http::view::view;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use reelgate_core::retry::{WEBHOOK, WEBHOOK_ATTEMPTS_MAX};
use reelgate_core::webhook::{Delivery, Verdict, judge, signed_content};
use reelgate_store::{Settled, StoreError};
use sha2::Sha256;

/// Deliveries sent at the same time.
const BATCH: usize = 8;

/// Sends what is due.
///
/// # Errors
/// When the store fails.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    let timeout_ms = i64::try_from(app.config.outbound.webhook_timeout.as_millis());
    let lease_ms = timeout_ms.unwrap_or(10_000).saturating_mul(3);
    let due = app.store.claim_deliveries(app.now(), lease_ms, BATCH).await?;
    if due.is_empty() {
        return Ok(Step::Idle);
    }
    fault::point(Point::DeliveryClaimed);
    // Drawn in order, whoever answers first.
    let sent = due.iter().map(|delivery| send(app, delivery, app.entropy.bits()));
    for result in futures_util::future::join_all(sent).await {
        result?;
    }
    Ok(Step::Did)
}

async fn send(app: &App, delivery: &Delivery, scatter: u64) -> Result<(), StoreError> {
    let status = post(app, delivery).await?;
    fault::point(Point::DeliveryPosted);
    let now = app.now();
    let settled = match judge(status) {
        Verdict::Delivered => Settled::Delivered { status: status.unwrap_or(200) },
        Verdict::Retry if delivery.attempt < WEBHOOK_ATTEMPTS_MAX => {
            let delay_ms = WEBHOOK.delay_ms(delivery.attempt, scatter);
            Settled::Retry { at: now.plus_ms(delay_ms), status }
        }
        Verdict::Retry | Verdict::GiveUp => Settled::Dead { status },
    };
    tracing::info!(delivery = %delivery.id, job = %delivery.job, ?settled, "sent a webhook");
    app.store.settle_delivery(delivery.id, delivery.token, settled, now).await?;
    fault::point(Point::DeliverySettled);
    Ok(())
}

/// Sends one delivery; nothing when no answer came.
async fn post(app: &App, delivery: &Delivery) -> Result<Option<u16>, StoreError> {
    let Some(job) = app.store.job(delivery.job).await? else { return Ok(Some(410)) };
    let Some(account) = app.store.account(job.account).await? else { return Ok(Some(410)) };
    let Some(dialect) = app.dialect(&job.dialect) else { return Ok(Some(410)) };
    let body = dialect.render_event(&view(app, job, &app.public_url()));
    let sent_s = app.now().ms() / 1000;
    let headers = headers(delivery, sent_s, &account.webhook_secret, &body);
    let timeout = app.config.outbound.webhook_timeout;
    match app.outbound.post(&delivery.url, headers, body, timeout).await {
        Ok(status) => Ok(Some(status)),
        Err(error) => {
            tracing::info!(delivery = %delivery.id, %error, "a webhook did not get through");
            Ok(None)
        }
    }
}

fn headers(delivery: &Delivery, sent_s: i64, secret: &str, body: &[u8]) -> HeaderMap {
    let id = format!("msg_{}", delivery.id);
    let signature = sign(secret, &signed_content(delivery.id, sent_s, body));
    let pairs = [
        ("webhook-id", id),
        ("webhook-timestamp", sent_s.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
    ];
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in pairs {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}

/// HMAC-SHA256 with the bytes behind a `whsec_` secret, in base64.
fn sign(secret: &str, content: &[u8]) -> String {
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD.decode(encoded).unwrap_or_else(|_| encoded.as_bytes().to_vec());
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(content);
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_in_the_standard_webhooks_document() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let content = br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(sign(secret, content), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
