//! Refusals in the words of OpenAI's APIs (contract 2.4).

use crate::wire::{WireResponse, sentence};
use http::{HeaderName, HeaderValue, StatusCode};
use reelgate_core::{Error, Field, Kind};
use serde::Serialize;

/// Tells the official clients whether to send a request again by themselves.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
const INVALID: &str = "invalid_request_error";

#[derive(Serialize)]
struct Envelope {
    error: Body,
}

#[derive(Serialize)]
struct Body {
    message: String,
    r#type: &'static str,
    param: Option<String>,
    code: &'static str,
}

pub(super) fn render(error: &Error) -> WireResponse {
    let (status, r#type, code) = status_and_code(error);
    let param = error.field.as_ref().filter(|_| error.kind != Kind::Internal).map(field_name);
    let message = match *error == Error::job_not_found() {
        true => "There is no such video".to_owned(),
        false => sentence(error, field_name),
    };
    let body = Envelope { error: Body { message, r#type, param, code } };
    let mut response = WireResponse::refusal(status, &body, error);
    // These stay as they are however often they are asked, though their statuses say otherwise.
    let is_final = matches!(
        error.kind,
        Kind::Conflict | Kind::IdempotencyMismatch | Kind::InsufficientCredits { .. }
    );
    if is_final {
        response.headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
    }
    response
}

/// The status, the type and the code of a refusal.
fn status_and_code(error: &Error) -> (StatusCode, &'static str, &'static str) {
    match &error.kind {
        Kind::Invalid if error.message.starts_with("is required") => {
            (StatusCode::BAD_REQUEST, INVALID, "missing_required_parameter")
        }
        Kind::Invalid => (StatusCode::BAD_REQUEST, INVALID, "invalid_value"),
        Kind::Unauthorized => (StatusCode::UNAUTHORIZED, INVALID, "invalid_api_key"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, INVALID, "permission_denied"),
        Kind::PurchaseRequired => (StatusCode::FORBIDDEN, INVALID, "purchase_required"),
        Kind::InsufficientCredits { .. } => {
            (StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", "insufficient_quota")
        }
        Kind::NotFound => (StatusCode::NOT_FOUND, INVALID, "not_found"),
        Kind::Conflict => (StatusCode::CONFLICT, INVALID, "conflict"),
        Kind::IdempotencyMismatch => (StatusCode::CONFLICT, INVALID, "idempotency_mismatch"),
        Kind::IdempotencyInFlight => (StatusCode::CONFLICT, INVALID, "idempotency_in_flight"),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, INVALID, "method_not_supported"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, INVALID, "request_too_large"),
        Kind::UnsupportedMediaType => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, INVALID, "unsupported_content_type")
        }
        Kind::RateLimited { .. } => {
            (StatusCode::TOO_MANY_REQUESTS, "requests", "rate_limit_exceeded")
        }
        Kind::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "server_error", "server_overloaded"),
        Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "server_error"),
    }
}

/// This API's name for a part of the request.
fn field_name(field: &Field) -> String {
    let name = match field {
        Field::Body => "request body",
        Field::Model | Field::Mode | Field::Tier | Field::Channel => "model",
        Field::Prompt => "prompt",
        // A clip that an order begins with; pictures to begin with are frames here.
        Field::Media(_) => "video",
        Field::FirstFrame | Field::LastFrame => "input_reference",
        Field::Ratio | Field::Resolution => "size",
        Field::Duration => "seconds",
        Field::Seed => "seed",
        Field::Audio => "audio",
        Field::FixedLens => "camera_fixed",
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
