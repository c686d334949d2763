//! Answers about teams.

use super::super::KEY_PREFIX;
use super::super::people::response::{SeatBody, seat};
use super::super::people::{USER_PREFIX, response::FundsBody};
use crate::time::iso;
use reelgate_core::ledger::Funds;
use reelgate_core::team::{Member, TeamView};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Team<'a> {
    #[serde(flatten)]
    seat: SeatBody<'a>,
    members: Vec<MemberBody<'a>>,
}

#[derive(Serialize)]
struct MemberBody<'a> {
    id: String,
    name: &'a str,
    role: &'static str,
    /// As in reports of usage by key.
    studio_key: String,
    since: String,
}

#[derive(Serialize)]
pub(super) struct Funded {
    pool: FundsBody,
    own: FundsBody,
}

impl<'a> Team<'a> {
    pub(super) fn of(team: &'a TeamView) -> Self {
        Self { seat: seat(&team.seat), members: team.members.iter().map(member).collect() }
    }
}

impl Funded {
    pub(super) fn of(pool: Funds, own: Funds) -> Self {
        Self { pool: FundsBody::of(pool), own: FundsBody::of(own) }
    }
}

fn member(member: &Member) -> MemberBody<'_> {
    MemberBody {
        id: format!("{USER_PREFIX}{}", member.user),
        name: &member.name,
        role: member.role.name(),
        studio_key: format!("{KEY_PREFIX}{}", member.key),
        since: iso(member.since),
    }
}
