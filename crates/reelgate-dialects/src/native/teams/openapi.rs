//! The routes about teams, described.

use super::super::openapi::amount;
use super::super::openapi_own::part_of;
use super::super::people::USER_PREFIX;
use super::super::people::openapi::{id, name, parameter, seat};
use super::request::ROLES;
use super::{super::ID, super::KEY_PREFIX, USER};
use crate::openapi::{Described, moment, names, object, with};
use crate::wire::TeamOperation;
use reelgate_core::user::MemberRole;
use serde_json::{Value, json};

/// The wire types.
pub(in super::super) fn schemas() -> Vec<(&'static str, Value)> {
    let name = name();
    let role = names(&ROLES, MemberRole::name);
    let closed = |properties: Value| with(object(properties), "additionalProperties", false);
    let funds = || object(json!({ "balance": amount(), "held": amount(), "available": amount() }));
    let member = object(json!({
        "id": id(USER_PREFIX),
        "name": { "type": "string" },
        "role": role,
        "studio_key": id(KEY_PREFIX),
        "since": moment(),
    }));
    let mut team = seat();
    team["properties"]["members"] = json!({ "type": "array", "items": member });
    let mut new = closed(json!({ "name": name, "role": role }));
    new["required"] = json!(["name"]);
    let credits = json!({ "anyOf": [amount(), { "type": "integer", "minimum": 1 }] });
    vec![
        ("Teams", part_of(&seat())),
        ("Team", team),
        ("NewTeam", closed(json!({ "name": name }))),
        ("NewMember", new),
        ("MemberRole", closed(json!({ "role": role }))),
        ("Amount", closed(json!({ "credits": credits }))),
        ("Funded", object(json!({ "pool": funds(), "own": funds() }))),
        ("Link", object(json!({ "url": { "type": "string" }, "expires": moment() }))),
    ]
}

/// What the route is about.
pub(in super::super) fn describe(operation: TeamOperation, plain: Described) -> Described {
    let (name, summary, body, answer, refusals): (_, _, Option<&'static str>, _, &'static [u16]) =
        match operation {
            TeamOperation::List => ("listTeams", "The person's teams.", None, (200, "Teams"), &[]),
            TeamOperation::Create => (
                "createTeam",
                "The team was made; its maker is its admin.",
                Some("NewTeam"),
                (201, "Team"),
                &[400, 409, 413, 415],
            ),
            TeamOperation::Show => {
                ("getTeam", "The team and its members.", None, (200, "Team"), &[404])
            }
            TeamOperation::Add => (
                "addMember",
                "Somebody has a place in the team.",
                Some("NewMember"),
                (200, "Team"),
                &[400, 404, 409, 413, 415],
            ),
            TeamOperation::SetRole => (
                "setMemberRole",
                "The member has another role.",
                Some("MemberRole"),
                (200, "Team"),
                &[400, 404, 409, 413, 415],
            ),
            TeamOperation::Remove => (
                "removeMember",
                "The member's place is gone; the teams that the asker has now.",
                None,
                (200, "Teams"),
                &[404, 409],
            ),
            TeamOperation::Fund => (
                "fundTeam",
                "Credits were moved from the person's balance to the pool.",
                Some("Amount"),
                (200, "Funded"),
                &[400, 402, 404, 413, 415],
            ),
        };
    let ids: &[&str] = match operation {
        TeamOperation::List | TeamOperation::Create => &[],
        TeamOperation::Show | TeamOperation::Add | TeamOperation::Fund => &[ID],
        TeamOperation::SetRole | TeamOperation::Remove => &[ID, USER],
    };
    let parameters = ids.iter().map(|name| parameter(name)).collect();
    Described { id: name, summary, parameters, body, answer, refusals, ..plain }
}
