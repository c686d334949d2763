//! Refusals in the words of API A.
//!
//! Only `unauthorized` and the envelope are documented (contract 1.6); the other codes are those of
//! contract 4.A.

use crate::wire::{WireResponse, sentence};
use http::StatusCode;
use reelgate_core::{Error, Field, Kind};
use serde::Serialize;

/// Every code of this API.
pub(super) const CODES: [&str; 13] = [
    "invalid_request",
    "unauthorized",
    "insufficient_credits",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "conflict",
    "idempotency_conflict",
    "payload_too_large",
    "unsupported_media_type",
    "rate_limited",
    "internal_error",
    "service_busy",
];

#[derive(Serialize)]
struct Envelope {
    success: bool,
    error: Body,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_credits: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_credits: Option<i64>,
}

pub(super) fn render(error: &Error) -> WireResponse {
    let (status, code) = status_and_code(&error.kind);
    let (required_credits, available_credits) = match &error.kind {
        Kind::InsufficientCredits { required, available } => {
            (Some(required.whole_up()), Some(available.whole_down()))
        }
        _ => (None, None),
    };
    let message = sentence(error, field_name);
    let error_body = Body { code, message, required_credits, available_credits };
    WireResponse::refusal(status, &Envelope { success: false, error: error_body }, error)
}

/// The status and the code of each kind of refusal.
fn status_and_code(kind: &Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Invalid => (StatusCode::BAD_REQUEST, "invalid_request"),
        Kind::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Kind::InsufficientCredits { .. } => (StatusCode::PAYMENT_REQUIRED, "insufficient_credits"),
        Kind::Forbidden | Kind::PurchaseRequired => (StatusCode::FORBIDDEN, "forbidden"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        Kind::Conflict => (StatusCode::CONFLICT, "conflict"),
        Kind::IdempotencyMismatch | Kind::IdempotencyInFlight => {
            (StatusCode::CONFLICT, "idempotency_conflict")
        }
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        Kind::UnsupportedMediaType => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
        }
        Kind::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
        Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        Kind::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "service_busy"),
    }
}

/// This API's name for a part of the request.
fn field_name(field: &Field) -> String {
    let name = match field {
        Field::Body => "request body",
        Field::Model | Field::Tier => "model",
        Field::Mode => "mode",
        Field::Channel => "channel",
        Field::Prompt => "prompt",
        Field::Media(Some(index)) => return format!("mediaUrls[{index}]"),
        Field::Media(None) | Field::FirstFrame | Field::LastFrame => "mediaUrls",
        Field::Ratio => "aspectRatio",
        Field::Duration => "duration",
        Field::Resolution => "resolution",
        Field::Seed => "seed",
        Field::Audio => "audio",
        Field::FixedLens => "fixedLens",
        Field::Callback => "webhookUrl",
        Field::PriceCap => "price cap",
        Field::Priority => "priority",
        Field::Metadata => "metadata",
        Field::IdempotencyKey => "Idempotency-Key",
        Field::JobId => "requestId",
        Field::Named(name) => name,
    };
    name.to_owned()
}
