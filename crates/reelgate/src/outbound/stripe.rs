//! The way to the service that takes cards: an address that the operator wrote into the settings.

use super::base;
use crate::config::StripeConfig;
use reelgate_core::{PaymentId, Plan};
use reqwest::dns::Resolve;
use std::sync::Arc;
use std::time::Duration;
use url::form_urlencoded::Serializer;

/// Time for one request.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct StripeClient {
    client: reqwest::Client,
    config: StripeConfig,
}

/// Why there is no page to pay on; for the operator's log.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// The service was not reached, or broke off.
    #[error("{0}")]
    Exchange(#[from] reqwest::Error),
    /// It refused.
    #[error("status {0}: {1}")]
    Refused(u16, String),
    /// It sent something else than a page's address.
    #[error("its answer has no address to pay at")]
    Unclear,
}

impl StripeClient {
    /// A client that resolves names with `names`.
    ///
    /// # Panics
    /// When the TLS library cannot be initialised, which no input can cause.
    #[must_use]
    pub fn new(config: StripeConfig, names: Arc<dyn Resolve>) -> Self {
        let client = base::resolving(names).timeout(TIMEOUT).build();
        Self { client: client.expect("the TLS library initialises"), config }
    }

    /// The address of a page on which a plan can be paid for. Asking twice brings the same page.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn page(&self, id: PaymentId, plan: &Plan, back: &str) -> Result<String, PayError> {
        let body = Serializer::new(String::new())
            .append_pair("mode", "payment")
            .append_pair("client_reference_id", &id.to_string())
            .append_pair("success_url", &format!("{back}/account?paid=1"))
            .append_pair("cancel_url", &format!("{back}/account"))
            .append_pair("line_items[0][quantity]", "1")
            .append_pair("line_items[0][price_data][currency]", &plan.currency)
            .append_pair("line_items[0][price_data][unit_amount]", &plan.amount.to_string())
            .append_pair("line_items[0][price_data][product_data][name]", &plan.title)
            .finish();
        let path =
            format!("{}/v1/checkout/sessions", self.config.base_url.as_str().trim_end_matches('/'));
        let sent = self
            .client
            .post(path)
            .bearer_auth(self.config.key.reveal())
            .header("Idempotency-Key", id.to_string())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await;
        let mut answer = sent.map_err(reqwest::Error::without_url)?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            if bytes.len() + part.len() > ANSWER_BYTES_MAX {
                return Err(PayError::Unclear);
            }
            bytes.extend_from_slice(&part);
        }
        let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if !status.is_success() {
            let why = body.pointer("/error/message").and_then(|why| why.as_str()).unwrap_or("");
            return Err(PayError::Refused(status.as_u16(), why.chars().take(300).collect()));
        }
        let url = body.get("url").and_then(|url| url.as_str());
        let url = url.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
        url.map(ToOwned::to_owned).ok_or(PayError::Unclear)
    }
}
