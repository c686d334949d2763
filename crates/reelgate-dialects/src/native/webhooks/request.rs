//! What an owner says about an endpoint.

use crate::json::{Digits, Fields, string_of, unknown};
use crate::wire::WireRequest;
use reelgate_core::endpoint::{Change, Format, OVERLAP_DEFAULT_MS, OVERLAP_MAX_MS};
use reelgate_core::webhook::EventKind;
use reelgate_core::{Error, Field};
use serde_json::Value;

/// Every field of an endpoint that its owner may set.
pub(super) const FIELDS: [&str; 5] = ["url", "events", "format", "description", "enabled"];

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
        format: body.choice("format", named("format"), &Format::ALL, Format::name)?,
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

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}
