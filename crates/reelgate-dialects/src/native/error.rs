//! Refusals of our own API: a code, the sentence, and the field as a value of its own.

use crate::wire::{WireResponse, sentence};
use http::StatusCode;
use reelgate_core::{Error, Field, Kind};
use serde::Serialize;

/// Every code of this API.
pub(super) const CODES: [&str; 15] = [
    "invalid_request",
    "unauthorized",
    "insufficient_credits",
    "forbidden",
    "purchase_required",
    "not_found",
    "method_not_allowed",
    "conflict",
    "idempotency_mismatch",
    "idempotency_in_flight",
    "payload_too_large",
    "unsupported_media_type",
    "rate_limited",
    "internal_error",
    "busy",
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
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<String>,
}

pub(super) fn render(error: &Error) -> WireResponse {
    let (status, code) = status_and_code(&error.kind);
    let (required, available) = match &error.kind {
        Kind::InsufficientCredits { required, available } => {
            (Some(required.to_string()), Some(available.to_string()))
        }
        _ => (None, None),
    };
    // A fault of the server is not about the request, whatever was being read when it happened.
    let field = error.field.as_ref().filter(|_| error.kind != Kind::Internal);
    // To a person it matters why: a wrong password, or a session that has ended.
    let message = match error.kind {
        Kind::Unauthorized => error.message.clone(),
        _ => sentence(error, field_name),
    };
    let body = Body { code, message, field: field.map(field_name), required, available };
    WireResponse::refusal(status, &Envelope { error: body }, error)
}

fn status_and_code(kind: &Kind) -> (StatusCode, &'static str) {
    match kind {
        Kind::Invalid => (StatusCode::BAD_REQUEST, "invalid_request"),
        Kind::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Kind::InsufficientCredits { .. } => (StatusCode::PAYMENT_REQUIRED, "insufficient_credits"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        Kind::PurchaseRequired => (StatusCode::FORBIDDEN, "purchase_required"),
        Kind::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        Kind::Conflict => (StatusCode::CONFLICT, "conflict"),
        Kind::IdempotencyMismatch => (StatusCode::CONFLICT, "idempotency_mismatch"),
        Kind::IdempotencyInFlight => (StatusCode::CONFLICT, "idempotency_in_flight"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        Kind::UnsupportedMediaType => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
        }
        Kind::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
        Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        Kind::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
    }
}

/// This API's name for a part of the request.
fn field_name(field: &Field) -> String {
    let name = match field {
        Field::Body => "request body",
        Field::Model => "model",
        Field::Mode => "mode",
        Field::Tier => "tier",
        Field::Channel => "channel",
        Field::Prompt => "prompt",
        Field::Media(Some(index)) => return format!("media[{index}]"),
        Field::Media(None) | Field::FirstFrame | Field::LastFrame => "media",
        Field::Ratio => "ratio",
        Field::Duration => "duration_s",
        Field::Resolution => "resolution",
        Field::Seed => "seed",
        Field::Audio => "audio",
        Field::FixedLens => "fixed_lens",
        Field::Callback => "callback_url",
        Field::PriceCap => "credits_max",
        Field::Priority => "priority",
        Field::Metadata => "metadata",
        Field::IdempotencyKey => "Idempotency-Key",
        Field::JobId => "id",
        Field::Named(name) => name,
    };
    name.to_owned()
}
