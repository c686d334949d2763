//! The account itself: its keys, its money and redeem codes.

pub(super) mod openapi;
mod request;
mod response;

use super::lists::Part;
use super::route;
use crate::wire::{Operation, OwnerOperation, Route, WireRequest, WireResponse};
use http::{Method, StatusCode};
use reelgate_core::{Error, OwnerCall, OwnerReply};

/// The routes about an account.
pub(super) const ROUTES: [Route; 5] = [
    owner(Method::GET, "/api/reelgate/v1/keys", OwnerOperation::Keys),
    owner(Method::POST, "/api/reelgate/v1/keys", OwnerOperation::CreateKey),
    owner(Method::PATCH, "/api/reelgate/v1/keys/{id}", OwnerOperation::UpdateKey),
    owner(Method::DELETE, "/api/reelgate/v1/keys/{id}", OwnerOperation::RevokeKey),
    owner(Method::POST, "/api/reelgate/v1/account/redeem", OwnerOperation::Redeem),
];

const fn owner(method: Method, path: &'static str, operation: OwnerOperation) -> Route {
    route(method, path, Operation::Owner(operation), false)
}

/// Reads a request; `models` are the catalogue's names.
pub(super) fn parse(
    operation: OwnerOperation,
    request: &WireRequest,
    models: &[String],
) -> Result<OwnerCall, Error> {
    match operation {
        OwnerOperation::Keys => Ok(OwnerCall::Keys),
        OwnerOperation::CreateKey => request::create_key(request, models),
        OwnerOperation::UpdateKey => {
            let id = request::key_id(request)?;
            Ok(OwnerCall::UpdateKey { id, change: Box::new(request::change(request, models)?) })
        }
        OwnerOperation::RevokeKey => Ok(OwnerCall::RevokeKey(request::key_id(request)?)),
        OwnerOperation::Redeem => request::redeem(request),
    }
}

/// Writes an answer.
pub(super) fn render(reply: &OwnerReply) -> WireResponse {
    let ok = StatusCode::OK;
    match reply {
        OwnerReply::Keys(keys) => {
            let part = Part::whole(keys.iter().map(response::KeyBody::of));
            WireResponse::json(ok, &part)
        }
        OwnerReply::Key(key) => WireResponse::json(ok, &response::KeyBody::of(key)),
        OwnerReply::Made(key, secret) => {
            let body = response::Made::of(key, secret);
            WireResponse::json(StatusCode::CREATED, &body)
        }
        OwnerReply::Redeemed { credits, funds } => {
            WireResponse::json(ok, &response::Redeemed::of(*credits, *funds))
        }
    }
}
