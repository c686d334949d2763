//! What a message says, and what proves whom it is from.
//!
//! Headers and signature follow Standard Webhooks. An endpoint gets our own envelope and is signed
//! for by its own secrets; the address that came with an order gets what its API says, signed for
//! by the account's secret.

use crate::app::App;
use crate::http::view::view;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use reelgate_core::endpoint::{Format, Standing};
use reelgate_core::webhook::{Delivery, Message, signed_content};
use reelgate_core::{DeliveryId, Job};
use reelgate_store::StoreError;
use sha2::Sha256;

/// A message ready to be sent.
pub(super) struct Outgoing {
    pub(super) url: String,
    pub(super) body: Vec<u8>,
    /// What signs it: one secret, or two while one replaces the other.
    secrets: Vec<String>,
}

impl Outgoing {
    /// The headers of an attempt at `sent_s` seconds since 1970.
    pub(super) fn headers(&self, id: DeliveryId, sent_s: i64) -> HeaderMap {
        let content = signed_content(id, sent_s, &self.body);
        let signatures = self.secrets.iter().map(|secret| format!("v1,{}", sign(secret, &content)));
        let pairs = [
            ("webhook-id", format!("msg_{id}")),
            ("webhook-timestamp", sent_s.to_string()),
            ("webhook-signature", signatures.collect::<Vec<_>>().join(" ")),
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
}

/// What a delivery sends now, and where to; nothing when nobody listens there any more.
///
/// An endpoint that has moved since gets it at its new address.
pub(super) async fn compose(
    app: &App,
    delivery: &Delivery,
) -> Result<Option<Outgoing>, StoreError> {
    let message = &delivery.message;
    let (url, secrets) = match message.endpoint {
        Some(id) => match app.store.endpoint(id).await? {
            Some(endpoint) if endpoint.standing == Standing::On => {
                let live = endpoint.secrets.live(app.now()).map(ToOwned::to_owned).collect();
                (endpoint.url, live)
            }
            _ => return Ok(None),
        },
        None => {
            let Some(job) = job(app, message).await? else { return Ok(None) };
            let Some(account) = app.store.account(job.account).await? else { return Ok(None) };
            (delivery.url.clone(), vec![account.webhook_secret])
        }
    };
    Ok(body(app, message).await?.map(|body| Outgoing { url, body, secrets }))
}

/// A message's body, with links that are good from now on; nothing about a job that is unknown.
///
/// # Errors
/// When the store fails.
pub async fn body(app: &App, message: &Message) -> Result<Option<Vec<u8>>, StoreError> {
    let format = match message.endpoint {
        Some(id) => app.store.endpoint(id).await?.map(|endpoint| endpoint.format),
        None => None,
    };
    if format == Some(Format::OpenAi) {
        return Ok(Some(reelgate_dialects::event(message)));
    }
    if message.job.is_none() {
        return Ok(Some(reelgate_dialects::notice(message, None)));
    }
    let Some(job) = job(app, message).await? else { return Ok(None) };
    let dialect = app.dialect(&job.dialect);
    let view = view(app, message.as_told(job), &app.public_url());
    if message.endpoint.is_some() {
        return Ok(Some(reelgate_dialects::notice(message, Some(&view))));
    }
    Ok(dialect.map(|dialect| dialect.render_event(&view)))
}

async fn job(app: &App, message: &Message) -> Result<Option<Job>, StoreError> {
    match message.job {
        Some(id) => app.store.job(id).await,
        None => Ok(None),
    }
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
