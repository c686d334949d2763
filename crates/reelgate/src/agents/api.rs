//! Our own API as the tools call it: in this process, or on a server somewhere.

use crate::http::peer::{FORWARDED_FOR, Peer};
use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Limited};
use reelgate_core::engine::BoxFuture;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt as _;

/// A larger answer is none of ours.
const ANSWER_BYTES_MAX: usize = 16 << 20;
/// An answer may wait for a job's end.
const TIMEOUT: Duration = Duration::from_secs(90);

/// A request to our own API, below `/api/reelgate/v1`.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The method.
    pub method: Method,
    /// The path and query, with its slash.
    pub path: String,
    /// Headers beyond the key and the content type.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body, where there is one.
    pub body: Option<Value>,
}

/// The status and the JSON of an answer.
pub type Answered = (u16, Value);

/// A way to reach the API.
pub trait Api: Send + Sync + 'static {
    /// Asks on behalf of whoever sent the request that the tool came with, where there is one.
    fn ask<'a>(&'a self, ask: Ask, caller: Option<&'a Parts>) -> BoxFuture<'a, Answered>;
}

/// The same process: every check of the gateway happens as for a request from outside.
#[derive(Clone)]
pub struct Here(pub Router);

impl Api for Here {
    fn ask<'a>(&'a self, ask: Ask, caller: Option<&'a Parts>) -> BoxFuture<'a, Answered> {
        Box::pin(async move {
            let text = ask.body.map(|body| body.to_string()).unwrap_or_default();
            let mut request = Request::new(Body::from(text));
            *request.method_mut() = ask.method;
            match format!("/api/reelgate/v1{}", ask.path).parse() {
                Ok(uri) => *request.uri_mut() = uri,
                Err(_) => return trouble("that id cannot be part of an address"),
            }
            if let Some(caller) = caller {
                pass_on(caller, &mut request);
            }
            let headers = request.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.extend(ask.headers);
            let Ok(response) = self.0.clone().oneshot(request).await;
            let (parts, body) = response.into_parts();
            match Limited::new(body, ANSWER_BYTES_MAX).collect().await {
                Ok(body) => answered(parts.status.as_u16(), &parts.headers, &body.to_bytes()),
                Err(_) => trouble("the answer broke off"),
            }
        })
    }
}

/// Who asks, from where, and how they reach this server: links begin with that.
fn pass_on(caller: &Parts, request: &mut Request<Body>) {
    for name in [AUTHORIZATION, HOST, FORWARDED_FOR] {
        for value in caller.headers.get_all(&name) {
            request.headers_mut().append(&name, value.clone());
        }
    }
    if let Some(peer) = caller.extensions.get::<Peer>() {
        request.extensions_mut().insert(*peer);
    }
}

/// A server somewhere, with a key of its own.
pub struct There {
    http: reqwest::Client,
    base: String,
    key: String,
}

impl There {
    /// The server at `base`, with this key.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(base: &str, key: &str) -> Result<Self, reqwest::Error> {
        // A server in the same process may have done this already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(TIMEOUT).build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), key: key.to_owned() })
    }
}

impl Api for There {
    fn ask<'a>(&'a self, ask: Ask, _: Option<&'a Parts>) -> BoxFuture<'a, Answered> {
        Box::pin(async move {
            let url = format!("{}/api/reelgate/v1{}", self.base, ask.path);
            let mut request = self.http.request(ask.method, url).bearer_auth(&self.key);
            for (name, value) in ask.headers {
                request = request.header(name, value);
            }
            if let Some(body) = ask.body {
                request = request.json(&body);
            }
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) => {
                    tracing::debug!(%error, "a server did not answer");
                    return trouble(&format!("{} cannot be reached", self.base));
                }
            };
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            match response.bytes().await {
                Ok(body) => answered(status, &headers, &body),
                Err(_) => trouble("the answer broke off"),
            }
        })
    }
}

/// The body, and in a refusal's error the header that says when to come back: tools have none.
fn answered(status: u16, headers: &HeaderMap, body: &[u8]) -> Answered {
    let mut body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let seconds: Option<u32> =
        headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    if let (Some(Value::Object(error)), Some(seconds)) = (body.get_mut("error"), seconds) {
        error.insert("retry_after_s".to_owned(), Value::from(seconds));
    }
    (status, body)
}

fn trouble(message: &str) -> Answered {
    (503, json!({ "error": { "code": "unreachable", "message": message } }))
}
