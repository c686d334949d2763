//! Answers to people.

use super::super::KEY_PREFIX;
use super::{ACCOUNT_PREFIX, SESSION_PREFIX, USER_PREFIX};
use crate::time::iso;
use crate::wire::WireResponse;
use http::HeaderValue;
use http::header::SET_COOKIE;
use reelgate_core::Plan;
use reelgate_core::ledger::Funds;
use reelgate_core::people::{Seat, ServerView, SessionRow, SessionView};
use serde::Serialize;

/// Holds the token of a session.
const COOKIE: &str = "reelgate_session";

#[derive(Serialize)]
pub(super) struct Server<'a> {
    version: &'static str,
    sign_in: &'a [&'static str],
    openid: Option<&'a str>,
    top_up: &'a [&'static str],
}

#[derive(Serialize)]
pub(super) struct Session<'a> {
    user: User<'a>,
    accounts: Vec<SeatBody<'a>>,
    server: Server<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    id: String,
    name: &'a str,
    role: &'static str,
    has_password: bool,
}

#[derive(Serialize)]
pub(in super::super) struct SeatBody<'a> {
    id: String,
    name: &'a str,
    kind: &'static str,
    role: &'static str,
    balance: String,
    held: String,
    /// What the person's orders from the studio are filed under, in reports.
    studio_key: String,
}

#[derive(Serialize)]
pub(super) struct SessionBody<'a> {
    id: String,
    means: &'static str,
    agent: &'a str,
    current: bool,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
}

/// Credits as exact decimals.
#[derive(Serialize)]
pub(in super::super) struct FundsBody {
    balance: String,
    held: String,
    available: String,
}

impl FundsBody {
    pub(in super::super) fn of(funds: Funds) -> Self {
        Self {
            balance: funds.balance.to_string(),
            held: funds.held.to_string(),
            available: funds.available().to_string(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct PlanBody<'a> {
    id: &'a str,
    title: &'a str,
    credits: String,
    amount: i64,
    currency: &'a str,
}

#[derive(Serialize)]
pub(super) struct CheckoutPage<'a> {
    pub(super) url: &'a str,
}

impl<'a> PlanBody<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        Self {
            id: &plan.id,
            title: &plan.title,
            credits: plan.credits.to_string(),
            amount: plan.amount,
            currency: &plan.currency,
        }
    }
}

/// An answer that has nothing to tell but that it was done.
#[derive(Serialize)]
pub(in super::super) struct Done {
    done: bool,
}

impl Done {
    pub(in super::super) const YES: Self = Self { done: true };
}

impl<'a> Server<'a> {
    pub(super) fn of(server: &'a ServerView) -> Self {
        Self {
            version: server.version,
            sign_in: &server.sign_in,
            openid: server.openid.as_deref(),
            top_up: &server.top_up,
        }
    }
}

impl<'a> Session<'a> {
    pub(super) fn of(session: &'a SessionView) -> Self {
        let user = &session.user;
        Self {
            user: User {
                id: format!("{USER_PREFIX}{}", user.id),
                name: &user.name,
                role: user.role.name(),
                has_password: user.has_password,
            },
            accounts: session.accounts.iter().map(seat).collect(),
            server: Server::of(&session.server),
        }
    }
}

/// A place in an account.
pub(in super::super) fn seat(seat: &Seat) -> SeatBody<'_> {
    SeatBody {
        id: format!("{ACCOUNT_PREFIX}{}", seat.account),
        name: &seat.name,
        kind: seat.kind.name(),
        role: seat.role.name(),
        balance: seat.funds.balance.to_string(),
        held: seat.funds.held.to_string(),
        studio_key: format!("{KEY_PREFIX}{}", seat.key),
    }
}

impl<'a> SessionBody<'a> {
    pub(super) fn of(row: &'a SessionRow) -> Self {
        Self {
            id: format!("{SESSION_PREFIX}{}", row.id),
            means: row.means.name(),
            agent: &row.agent,
            current: row.current,
            created_at: iso(row.created),
            last_seen_at: iso(row.last_seen),
            expires_at: iso(row.expires),
        }
    }
}

/// The same answer with the session's cookie: no script reads it, and no other site's form sends
/// it along.
pub(super) fn with_cookie(
    mut answer: WireResponse,
    token: &str,
    max_age_s: i64,
    secure: bool,
) -> WireResponse {
    let secure = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(mut value) = HeaderValue::try_from(cookie) {
        value.set_sensitive(true);
        answer.headers.insert(SET_COOKIE, value);
    }
    answer
}
