//! Bodies about people.

use super::super::ID;
use super::SESSION_PREFIX;
use crate::json::Fields;
use crate::wire::WireRequest;
use reelgate_core::people::Credential;
use reelgate_core::{Error, Field, Kind, PeopleCall, Secret, SessionId, TopUpCall};

pub(super) fn credential(request: &WireRequest) -> Result<Credential, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&["name", "password", "link"], "")?;
    if let Some(token) = body.string("link", named("link"))? {
        return Ok(Credential::Link(Secret(token)));
    }
    let name = body.required("name", named("name"))?;
    let password = Secret(body.required("password", named("password"))?);
    Ok(Credential::Password { name, password })
}

pub(super) fn change_password(request: &WireRequest) -> Result<PeopleCall, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&["current", "new"], "")?;
    let current = body.string("current", named("current"))?.map(Secret);
    Ok(PeopleCall::ChangePassword { current, new: Secret(body.required("new", named("new"))?) })
}

pub(super) fn checkout(request: &WireRequest) -> Result<TopUpCall, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&["plan"], "")?;
    Ok(TopUpCall::Checkout { plan: body.required("plan", named("plan"))? })
}

pub(super) fn session_id(request: &WireRequest) -> Result<SessionId, Error> {
    let id = request.parameter(ID).strip_prefix(SESSION_PREFIX).and_then(SessionId::parse);
    id.ok_or_else(|| Error::new(Kind::NotFound, "session not found"))
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}
