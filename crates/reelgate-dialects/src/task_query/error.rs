//! Refusals in the words of API B.
//!
//! The documents know the statuses 400, 401, 404 and 500, always with code 1 (contract 2.6); the
//! other statuses are the natural extension of contract 4.B, and what has none becomes 400.

use crate::wire::{WireResponse, sentence};
use http::StatusCode;
use reelgate_core::{Error, Field, Kind};
use serde::Serialize;

/// Clients test for a code other than 0.
const CODE: u8 = 1;

#[derive(Serialize)]
struct Envelope {
    code: u8,
    message: String,
}

pub(super) fn render(error: &Error) -> WireResponse {
    let body = Envelope { code: CODE, message: sentence(error, field_name) };
    WireResponse::refusal(status(&error.kind), &body, error)
}

fn status(kind: &Kind) -> StatusCode {
    match kind {
        Kind::Invalid | Kind::TooLarge | Kind::UnsupportedMediaType => StatusCode::BAD_REQUEST,
        Kind::Unauthorized => StatusCode::UNAUTHORIZED,
        Kind::InsufficientCredits { .. } => StatusCode::PAYMENT_REQUIRED,
        Kind::Forbidden | Kind::PurchaseRequired => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict | Kind::IdempotencyMismatch | Kind::IdempotencyInFlight => {
            StatusCode::CONFLICT
        }
        Kind::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// This API's name for a part of the request.
fn field_name(field: &Field) -> String {
    let name = match field {
        Field::Body => "request body",
        Field::Model | Field::Tier => "model",
        Field::Mode => "mode",
        Field::Channel => "channel",
        // Words and pictures share one list; say which of them is meant.
        Field::Prompt => "content text",
        Field::Media(Some(index)) => return format!("content[{index}].image_url.url"),
        Field::Media(None) | Field::FirstFrame | Field::LastFrame => "content images",
        Field::Ratio => "ratio",
        Field::Duration => "duration",
        Field::Resolution => "resolution",
        Field::Seed => "seed",
        Field::Audio => "audio",
        Field::FixedLens => "fixed_lens",
        Field::Callback => "callback_url",
        Field::PriceCap => "price cap",
        Field::Priority => "priority",
        Field::Metadata => "metadata",
        Field::IdempotencyKey => "Idempotency-Key",
        Field::JobId => "task_id",
        Field::Named(name) => name,
    };
    name.to_owned()
}
