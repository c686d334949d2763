//! Refusals in the words of API C.
//!
//! Source: the table of seed 004. What it does not have is `invalid_request`, except for `conflict`
//! and `forbidden`, which it would misname.

use crate::wire::{WireResponse, sentence};
use http::StatusCode;
use reelgate_core::{Error, Field, Kind};
use serde::Serialize;

/// Every code of this API.
pub(super) const CODES: [&str; 11] = [
    "invalid_request",
    "unauthorized",
    "insufficient_credits",
    "purchase_required",
    "forbidden",
    "not_found",
    "conflict",
    "idempotency_conflict",
    "rate_limited",
    "internal_error",
    "service_busy",
];

#[derive(Serialize)]
struct Envelope {
    error: Body,
}

#[derive(Serialize)]
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
        // Clients in use read both figures (contract 3.7).
        Kind::InsufficientCredits { required, available } => {
            (Some(required.whole_up()), Some(available.whole_down()))
        }
        _ => (None, None),
    };
    let message = sentence(error, field_name);
    let error_body = Body { code, message, required_credits, available_credits };
    WireResponse::refusal(status, &Envelope { error: error_body }, error)
}

/// The status and the code of each kind of refusal.
fn status_and_code(kind: &Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Invalid | Kind::TooLarge | Kind::UnsupportedMediaType => {
            (StatusCode::BAD_REQUEST, "invalid_request")
        }
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request"),
        Kind::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Kind::InsufficientCredits { .. } => (StatusCode::PAYMENT_REQUIRED, "insufficient_credits"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        Kind::PurchaseRequired => (StatusCode::FORBIDDEN, "purchase_required"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Kind::Conflict => (StatusCode::CONFLICT, "conflict"),
        Kind::IdempotencyMismatch | Kind::IdempotencyInFlight => {
            (StatusCode::CONFLICT, "idempotency_conflict")
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
        Field::Model => "model",
        Field::Mode => "mode",
        Field::Tier => "quality_tier",
        Field::Channel => "channel",
        Field::Prompt => "prompt",
        Field::Media(Some(index)) => return format!("media_urls[{index}]"),
        Field::Media(None) => "media_urls",
        Field::FirstFrame => "image_url",
        Field::LastFrame => "end_image_url",
        Field::Ratio => "aspect_ratio",
        Field::Duration => "duration",
        Field::Resolution => "resolution",
        Field::Seed => "seed",
        Field::Audio => "generate_audio",
        Field::FixedLens => "fixed_lens",
        Field::Callback => "callback_url",
        Field::PriceCap => "price cap",
        Field::Priority => "priority",
        Field::Metadata => "metadata",
        Field::IdempotencyKey => "Idempotency-Key",
        Field::JobId => "id",
        Field::Named(name) => name,
    };
    name.to_owned()
}
