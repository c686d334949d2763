//! Answers on their way out: wire responses into HTTP ones, and what every answer carries.

use super::polls::Marked;
use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use reelgate_core::Error;
use reelgate_core::key::hex;
use reelgate_core::limit::Allowance;
use reelgate_dialects::WireResponse;
use reelgate_store::StoreError;
use sha2::{Digest as _, Sha256};

/// Says that an answer repeats an earlier one.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Names a request in answers and logs.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers that answers have in the end: room for all of them at once.
const HEADERS_MAX: usize = 12;

/// Turns a dialect's answer into an HTTP one.
#[must_use]
pub fn send(wire: WireResponse) -> Response<Body> {
    let mut response = Response::new(Body::from(wire.body));
    *response.status_mut() = wire.status;
    let headers = response.headers_mut();
    *headers = wire.headers;
    headers.reserve(HEADERS_MAX);
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Marks an answer that will be asked for again with an `ETag`.
#[must_use]
pub fn mark(wire: WireResponse) -> Marked {
    let digest = Sha256::digest(&wire.body);
    let etag = HeaderValue::try_from(format!("\"{}\"", hex(&digest[..16])));
    Marked {
        headers: wire.headers,
        body: wire.body.into(),
        etag: etag.unwrap_or(HeaderValue::from_static("\"\"")),
    }
}

/// Sends a marked answer, without its body when `known`, the request's `If-None-Match`, says that
/// the caller has this very answer.
#[must_use]
pub fn send_marked(answer: Marked, known: Option<&HeaderValue>) -> Response<Body> {
    let same = matches_etag(known, answer.etag.to_str().unwrap_or(""));
    let body = if same { Body::empty() } else { Body::from(answer.body) };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    *headers = answer.headers;
    headers.reserve(HEADERS_MAX);
    headers.insert(ETAG, answer.etag);
    // It may be kept, but never used without asking.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// Whether an `If-None-Match` names this version.
#[must_use]
pub fn matches_etag(known: Option<&HeaderValue>, etag: &str) -> bool {
    let Some(known) = known.and_then(|value| value.to_str().ok()) else { return false };
    known
        .split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == "*" || one == etag)
}

/// Adds what is left of the caller's request limit.
pub fn tell_allowance(response: &mut Response<Body>, allowance: Allowance) {
    let pairs = [
        ("ratelimit-limit", allowance.limit),
        ("ratelimit-remaining", allowance.remaining),
        ("ratelimit-reset", allowance.reset_s),
    ];
    for (name, value) in pairs {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}

/// What a caller hears of a fault in the store; the fault itself goes to the log.
#[must_use]
pub fn store_error(error: StoreError) -> Error {
    match error {
        StoreError::Refused(refusal) => refusal,
        busy @ (StoreError::Busy | StoreError::Taken) => busy.public(),
        gone @ StoreError::Unavailable(_) => {
            tracing::warn!(error = %gone, "the database cannot be reached");
            gone.public()
        }
        fault => {
            tracing::error!(error = %fault, "the store failed");
            Error::internal()
        }
    }
}
