//! What an owner says about an endpoint.

use super::read_delivery;
use crate::json::{Digits, Fields, string_of, unknown};
use crate::wire::WireRequest;
use reelgate_core::endpoint::{Change, OVERLAP_DEFAULT_MS, OVERLAP_MAX_MS, PAGE_DEFAULT, PAGE_MAX};
use reelgate_core::webhook::EventKind;
use reelgate_core::{DeliveryId, Error, Field};
use serde_json::Value;

/// Every field of an endpoint that its owner may set.
pub(super) const FIELDS: [&str; 4] = ["url", "events", "description", "enabled"];

/// Reads a new endpoint, or what is to change about one.
pub(super) fn change(request: &WireRequest) -> Result<Change, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&FIELDS, "")?;
    let url = body.string("url", named("url"))?;
    let events = body.array("events", named("events"))?;
    let events = events.map(|items| items.into_iter().enumerate().map(event).collect());
    Ok(Change {
        url,
        events: events.transpose()?,
        description: body.string("description", named("description"))?,
        enabled: body.boolean("enabled", named("enabled"))?,
    })
}

fn event((index, item): (usize, Value)) -> Result<EventKind, Error> {
    let field = Field::Named(format!("events[{index}]"));
    let name = string_of(item, field.clone())?;
    let found = EventKind::OF_JOBS.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| unknown(field, &EventKind::OF_JOBS.map(EventKind::name), &name))
}

/// Reads how long an old secret goes on signing; a body may be left out.
pub(super) fn overlap_ms(request: &WireRequest) -> Result<i64, Error> {
    if request.body.is_empty() {
        return Ok(OVERLAP_DEFAULT_MS);
    }
    let mut body = Fields::of_body(request)?;
    body.only(&["overlap_s"], "")?;
    let Some(seconds) = body.integer("overlap_s", named("overlap_s"), Digits::Number)? else {
        return Ok(OVERLAP_DEFAULT_MS);
    };
    let max_s = OVERLAP_MAX_MS / 1000;
    if !(0..=max_s).contains(&seconds) {
        let message = format!("must be 0 to {max_s}, got {seconds}");
        return Err(Error::invalid(named("overlap_s"), message));
    }
    Ok(seconds * 1000)
}

/// Reads which page of deliveries: those before one, and how many.
pub(super) fn page(request: &WireRequest) -> Result<(Option<DeliveryId>, usize), Error> {
    let before = match request.query_value("before") {
        None => None,
        Some(text) => {
            let read = read_delivery(text);
            let message = "must be the id of a delivery, such as msg_IWM0s5ybp848";
            Some(read.ok_or_else(|| Error::invalid(named("before"), message))?)
        }
    };
    let limit = match request.query_value("limit") {
        None => PAGE_DEFAULT,
        Some(text) => {
            let read = text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
            let message = format!("must be 1 to {PAGE_MAX}");
            read.ok_or_else(|| Error::invalid(named("limit"), message))?
        }
    };
    Ok((before, limit))
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}
