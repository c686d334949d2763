//! Bodies about teams.

use super::super::people::{ACCOUNT_PREFIX, USER_PREFIX};
use super::super::{ID, request::amount};
use super::USER;
use crate::json::Fields;
use crate::wire::WireRequest;
use reelgate_core::team::no_member;
use reelgate_core::user::MemberRole;
use reelgate_core::{AccountId, Error, Field, Kind, TeamCall, UserId};

/// What somebody may be in a team.
pub(super) const ROLES: [MemberRole; 2] = [MemberRole::Admin, MemberRole::Member];

pub(super) fn create(request: &WireRequest) -> Result<TeamCall, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&["name"], "")?;
    Ok(TeamCall::Create { name: body.required("name", named("name"))? })
}

pub(super) fn add(request: &WireRequest) -> Result<TeamCall, Error> {
    let team = team(request)?;
    let mut body = Fields::of_body(request)?;
    body.only(&["name", "role"], "")?;
    let name = body.required("name", named("name"))?;
    let role = body.choice("role", named("role"), &ROLES, MemberRole::name)?;
    Ok(TeamCall::Add { team, name, role: role.unwrap_or(MemberRole::Member) })
}

pub(super) fn set_role(request: &WireRequest) -> Result<TeamCall, Error> {
    let (team, user) = (team(request)?, user(request)?);
    let mut body = Fields::of_body(request)?;
    body.only(&["role"], "")?;
    let role = body.choice("role", named("role"), &ROLES, MemberRole::name)?;
    let role = role.ok_or_else(|| Error::invalid(named("role"), "is required"))?;
    Ok(TeamCall::SetRole { team, user, role })
}

pub(super) fn fund(request: &WireRequest) -> Result<TeamCall, Error> {
    let team = team(request)?;
    let mut body = Fields::of_body(request)?;
    body.only(&["credits"], "")?;
    let credits = amount(&mut body, "credits", named("credits"))?;
    let credits = credits.ok_or_else(|| Error::invalid(named("credits"), "is required"))?;
    Ok(TeamCall::Fund { team, credits })
}

pub(super) fn team(request: &WireRequest) -> Result<AccountId, Error> {
    let id = request.parameter(ID).strip_prefix(ACCOUNT_PREFIX).and_then(AccountId::parse);
    id.ok_or_else(|| Error::new(Kind::NotFound, "team not found"))
}

pub(super) fn user(request: &WireRequest) -> Result<UserId, Error> {
    let id = request.parameter(USER).strip_prefix(USER_PREFIX).and_then(UserId::parse);
    id.ok_or_else(no_member)
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}
