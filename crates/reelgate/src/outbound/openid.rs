//! The way to the service whose word lets people in: an address that the operator wrote into the
//! settings, and those that it names itself.

use super::base;
use crate::config::is_safe;
use reqwest::dns::Resolve;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

/// Time for one request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct OpenIdClient(reqwest::Client);

/// Why there is no answer; for the operator's log.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The service was not reached, or broke off.
    #[error("{0}")]
    Exchange(#[from] reqwest::Error),
    /// It refused.
    #[error("status {0}: {1}")]
    Refused(u16, String),
    /// It sent something else.
    #[error("{0}")]
    Unclear(&'static str),
}

/// How the server proves who it is.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'a> {
    /// Its name there.
    pub client_id: &'a str,
    /// Its secret, where it has one.
    pub secret: Option<&'a str>,
    /// Whether the secret goes into the form, for services that read no other.
    pub in_form: bool,
}

impl OpenIdClient {
    /// A client that resolves names with `names`.
    ///
    /// # Panics
    /// When the TLS library cannot be initialised, which no input can cause.
    #[must_use]
    pub fn new(names: Arc<dyn Resolve>) -> Self {
        let client = base::resolving(names).timeout(TIMEOUT).build();
        Self(client.expect("the TLS library initialises"))
    }

    /// What lies there.
    ///
    /// # Errors
    /// Why nothing could be had.
    pub async fn read(&self, url: &str) -> Result<Value, AskError> {
        let request = self.0.get(safe(url)?).header("Accept", "application/json");
        answer(request).await
    }

    /// What is answered to a form.
    ///
    /// # Errors
    /// Why nothing was.
    pub async fn post(
        &self,
        url: &str,
        fields: &[(&str, &str)],
        proof: Proof<'_>,
    ) -> Result<Value, AskError> {
        let mut request = self.0.post(safe(url)?).header("Accept", "application/json");
        if let Some(secret) = proof.secret.filter(|_| !proof.in_form) {
            // Both are written as in a form first: RFC 6749, section 2.3.1.
            let quoted = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(quoted(proof.client_id), Some(quoted(secret)));
        }
        let kind = "application/x-www-form-urlencoded";
        answer(request.header("Content-Type", kind).body(form(fields, proof))).await
    }
}

fn form(fields: &[(&str, &str)], proof: Proof<'_>) -> String {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(fields).append_pair("client_id", proof.client_id);
    if let Some(secret) = proof.secret.filter(|_| proof.in_form) {
        form.append_pair("client_secret", secret);
    }
    form.finish()
}

fn safe(url: &str) -> Result<Url, AskError> {
    let url = Url::parse(url).ok().filter(is_safe);
    url.ok_or(AskError::Unclear("it names an address that is not https"))
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Value, AskError> {
    let mut answer = request.send().await.map_err(reqwest::Error::without_url)?;
    let status = answer.status();
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if bytes.len() + part.len() > ANSWER_BYTES_MAX {
            return Err(AskError::Unclear("its answer is too long"));
        }
        bytes.extend_from_slice(&part);
    }
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if !status.is_success() {
        // The kind alone: what else it says may quote what it was sent.
        let why = body.get("error").and_then(Value::as_str).unwrap_or("");
        return Err(AskError::Refused(status.as_u16(), why.chars().take(100).collect()));
    }
    if body.is_object() { Ok(body) } else { Err(AskError::Unclear("its answer is no JSON object")) }
}
