//! An account's webhook endpoints in our own API, and the envelope of what is sent to them.
//!
//! Addresses that come with an order are not here: each API writes those messages its own way.

pub(super) mod openapi;
mod request;
mod response;

use super::lists::Part;
use super::query;
use super::response::JobBody;
use crate::ids;
use crate::time::iso;
use crate::wire::{EndpointAction, WireRequest, WireResponse, bytes};
use http::StatusCode;
use reelgate_core::endpoint::{self, EndpointCall, EndpointReply, Listener};
use reelgate_core::webhook::Message;
use reelgate_core::{DeliveryId, EndpointId, Error, JobView};
use serde::Serialize;

/// Where an endpoint gets a new secret.
pub(super) const ROTATE: &str = "/api/reelgate/v1/webhooks/{id}/rotate";
/// The path parameter that holds an endpoint's id.
const ID: &str = "id";
/// The path parameter that holds a delivery's id.
const DELIVERY: &str = "delivery";
const ID_PREFIX: &str = "wh_";
const DELIVERY_PREFIX: &str = "msg_";

/// Reads a request about endpoints.
pub(super) fn parse(action: EndpointAction, request: &WireRequest) -> Result<EndpointCall, Error> {
    let id = || read_id(request.parameter(ID)).ok_or_else(endpoint::not_found);
    let listener = || {
        let job = ids::read(request.parameter(ID)).map(Listener::Order);
        job.map_or_else(|| id().map(Listener::Endpoint), Ok)
    };
    let delivery =
        || read_delivery(request.parameter(DELIVERY)).ok_or_else(endpoint::delivery_not_found);
    Ok(match action {
        EndpointAction::Create => EndpointCall::Create(request::change(request)?),
        EndpointAction::List => EndpointCall::List,
        EndpointAction::Show => EndpointCall::Show(id()?),
        EndpointAction::Update => EndpointCall::Update(id()?, request::change(request)?),
        EndpointAction::Delete => EndpointCall::Delete(id()?),
        EndpointAction::Rotate => EndpointCall::Rotate(id()?, request::overlap_ms(request)?),
        EndpointAction::Test => EndpointCall::Test(id()?),
        EndpointAction::Deliveries => {
            let page = query::page_of(request, read_delivery)?;
            EndpointCall::Deliveries(listener()?, page.after, page.limit)
        }
        EndpointAction::Delivery => EndpointCall::Delivery(listener()?, delivery()?),
        EndpointAction::Replay => EndpointCall::Replay(listener()?, delivery()?),
    })
}

/// Writes an answer about endpoints.
pub(super) fn render(reply: &EndpointReply) -> WireResponse {
    use response::{Deleted, DeliveryBody, EndpointBody};
    match reply {
        EndpointReply::Created(endpoint) => {
            WireResponse::json(StatusCode::CREATED, &EndpointBody::with_secret(endpoint))
        }
        EndpointReply::Rotated(endpoint) => {
            WireResponse::json(StatusCode::OK, &EndpointBody::with_secret(endpoint))
        }
        EndpointReply::List(all) => {
            let part = Part::whole(all.iter().map(EndpointBody::of));
            WireResponse::json(StatusCode::OK, &part)
        }
        EndpointReply::Endpoint(endpoint) => {
            WireResponse::json(StatusCode::OK, &EndpointBody::of(endpoint))
        }
        EndpointReply::Deleted(id) => WireResponse::json(StatusCode::OK, &Deleted::of(*id)),
        EndpointReply::Deliveries(records, more) => {
            let last = records.last().filter(|_| *more);
            let next = last.map(|record| show_delivery(record.message.id));
            let data = records.iter().map(DeliveryBody::of).collect();
            WireResponse::json(StatusCode::OK, &Part { data, next })
        }
        EndpointReply::Delivery(record, attempts, payload) => {
            let body = DeliveryBody::whole(record, attempts, payload);
            WireResponse::json(StatusCode::OK, &body)
        }
        EndpointReply::Sent(record) => {
            WireResponse::json(StatusCode::ACCEPTED, &DeliveryBody::of(record))
        }
    }
}

/// The body of a message to an endpoint; `view` is the job it is about, none for a test.
#[must_use]
pub fn notice(message: &Message, view: Option<&JobView>) -> Vec<u8> {
    let data = match view {
        Some(view) => Data::Job(Box::new(JobBody::of(view))),
        None => Data::Test { webhook_id: message.endpoint.map(show_id) },
    };
    bytes(&Envelope {
        id: show_delivery(message.id),
        r#type: message.kind.name(),
        timestamp: iso(message.at),
        data,
    })
}

#[derive(Serialize)]
struct Envelope<'a> {
    id: String,
    r#type: &'static str,
    /// When it happened, not when it is sent.
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Job(Box<JobBody<'a>>),
    Test { webhook_id: Option<String> },
}

fn show_id(id: EndpointId) -> String {
    format!("{ID_PREFIX}{id}")
}

fn read_id(text: &str) -> Option<EndpointId> {
    EndpointId::parse(text.strip_prefix(ID_PREFIX)?)
}

fn show_delivery(id: DeliveryId) -> String {
    format!("{DELIVERY_PREFIX}{id}")
}

fn read_delivery(text: &str) -> Option<DeliveryId> {
    DeliveryId::parse(text.strip_prefix(DELIVERY_PREFIX)?)
}
