//! Refusals in the words of the Ark API (contract 1.9).

use crate::wire::{WireResponse, sentence};
use http::{HeaderName, HeaderValue, StatusCode};
use reelgate_core::{Error, Field, Kind};
use serde::Serialize;

/// How a refusal ends that is about the kind of a task.
pub(super) const CONSTRAINT: &str = "for this type of task";
/// Tells the vendors' clients whether to send a request again by themselves.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

#[derive(Serialize)]
struct Envelope<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: String,
    message: String,
    param: Option<String>,
    r#type: &'a str,
}

pub(super) fn render(error: &Error) -> WireResponse {
    let (status, r#type, code) = status_and_code(error);
    let param = error.field.as_ref().filter(|_| error.kind != Kind::Internal).map(field_name);
    let message = sentence(error, field_name);
    let body = Envelope { error: Body { code, message, param, r#type } };
    let mut response = WireResponse::refusal(status, &body, error);
    // A conflict stays one however often it is asked.
    if matches!(error.kind, Kind::Conflict | Kind::IdempotencyMismatch) {
        response.headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
    }
    response
}

/// The status, the type and the code of a refusal.
fn status_and_code(error: &Error) -> (StatusCode, &'static str, String) {
    let bad = "BadRequest";
    let (status, r#type, code) = match &error.kind {
        Kind::Invalid if error.message.starts_with("is required") => {
            (StatusCode::BAD_REQUEST, bad, "MissingParameter")
        }
        Kind::Invalid if error.message.ends_with(CONSTRAINT) => {
            (StatusCode::BAD_REQUEST, bad, "InvalidParameter.TaskTypeConstraint")
        }
        Kind::Invalid => (StatusCode::BAD_REQUEST, bad, "InvalidParameter"),
        Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, bad, "InvalidParameter"),
        Kind::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, bad, "InvalidParameter"),
        Kind::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, bad, "InvalidParameter"),
        Kind::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized", "AuthenticationError"),
        Kind::Forbidden => (StatusCode::FORBIDDEN, "Forbidden", "AccessDenied"),
        Kind::InsufficientCredits { .. } => {
            (StatusCode::FORBIDDEN, "Forbidden", "AccountOverdueError")
        }
        Kind::PurchaseRequired => {
            (StatusCode::FORBIDDEN, "Forbidden", "OperationDenied.PurchaseRequired")
        }
        Kind::NotFound if error.field == Some(Field::Model) => {
            (StatusCode::NOT_FOUND, "NotFound", "InvalidEndpointOrModel.NotFound")
        }
        Kind::NotFound => (StatusCode::NOT_FOUND, "NotFound", "NotFound.id"),
        Kind::Conflict if error.message.contains("running") => {
            (StatusCode::CONFLICT, "Conflict", "TaskRunningCannotCancel")
        }
        Kind::Conflict => (StatusCode::CONFLICT, "Conflict", "OperationDenied.InvalidState"),
        Kind::IdempotencyMismatch | Kind::IdempotencyInFlight => {
            (StatusCode::CONFLICT, "Conflict", "OperationDenied.IdempotencyConflict")
        }
        Kind::RateLimited { .. } => {
            (StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "AccountRateLimitExceeded")
        }
        Kind::Busy { .. } => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "ServerOverloaded"),
        Kind::Internal => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            (status, "InternalServerError", "InternalServiceError")
        }
    };
    (status, r#type, code.to_owned())
}

/// This API's name for a part of the request.
fn field_name(field: &Field) -> String {
    let name = match field {
        Field::Body => "request body",
        Field::Model => "model",
        Field::Mode | Field::Tier | Field::Channel | Field::Prompt => "content",
        Field::Media(Some(index)) => return format!("content[{index}]"),
        Field::Media(None) | Field::FirstFrame | Field::LastFrame => "content",
        Field::Ratio => "ratio",
        Field::Duration => "duration",
        Field::Resolution => "resolution",
        Field::Seed => "seed",
        Field::Audio => "generate_audio",
        Field::FixedLens => "camera_fixed",
        Field::Callback => "callback_url",
        Field::PriceCap => "price cap",
        Field::Priority => "service_tier",
        Field::Metadata => "metadata",
        Field::IdempotencyKey => "Idempotency-Key",
        Field::JobId => "id",
        Field::Named(name) => name,
    };
    name.to_owned()
}
