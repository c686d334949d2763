//! People: signing in, and their sessions.

pub(super) mod openapi;
mod request;
pub(super) mod response;

use super::lists::Part;
use super::{operator, route, teams};
use crate::wire::{Operation, PeopleOperation, Route, WireRequest, WireResponse};
use http::{Method, StatusCode};
use reelgate_core::{Error, PeopleCall, PeopleReply, TopUpCall, TopUpReply};

/// How ids of accounts begin.
pub(super) const ACCOUNT_PREFIX: &str = "acc_";
/// How ids of people begin.
pub(super) const USER_PREFIX: &str = "usr_";
/// How ids of sessions begin.
pub(super) const SESSION_PREFIX: &str = "ses_";

/// The routes for people.
pub(super) const ROUTES: [Route; 9] = [
    public(Method::GET, "/api/reelgate/v1/server", PeopleOperation::Server),
    public(Method::POST, "/api/reelgate/v1/session", PeopleOperation::SignIn),
    people(Method::GET, "/api/reelgate/v1/session", PeopleOperation::Session),
    people(Method::DELETE, "/api/reelgate/v1/session", PeopleOperation::SignOut),
    people(Method::GET, "/api/reelgate/v1/sessions", PeopleOperation::Sessions),
    people(Method::DELETE, "/api/reelgate/v1/sessions/{id}", PeopleOperation::EndSession),
    people(Method::POST, "/api/reelgate/v1/password", PeopleOperation::ChangePassword),
    public(Method::GET, "/api/reelgate/v1/plans", PeopleOperation::Plans),
    people(Method::POST, "/api/reelgate/v1/checkout", PeopleOperation::Checkout),
];

const fn people(method: Method, path: &'static str, operation: PeopleOperation) -> Route {
    route(method, path, Operation::People(operation), false)
}

const fn public(method: Method, path: &'static str, operation: PeopleOperation) -> Route {
    route(method, path, Operation::People(operation), true)
}

/// Reads a request.
pub(super) fn parse(
    operation: PeopleOperation,
    request: &WireRequest,
) -> Result<PeopleCall, Error> {
    Ok(match operation {
        PeopleOperation::Server => PeopleCall::Server,
        PeopleOperation::SignIn => PeopleCall::SignIn(request::credential(request)?),
        PeopleOperation::Session => PeopleCall::Session,
        PeopleOperation::SignOut => PeopleCall::SignOut,
        PeopleOperation::Sessions => PeopleCall::Sessions,
        PeopleOperation::EndSession => PeopleCall::EndSession(request::session_id(request)?),
        PeopleOperation::ChangePassword => request::change_password(request)?,
        PeopleOperation::Plans => PeopleCall::TopUp(TopUpCall::Plans),
        PeopleOperation::Checkout => PeopleCall::TopUp(request::checkout(request)?),
        PeopleOperation::Team(operation) => PeopleCall::Team(teams::parse(operation, request)?),
        PeopleOperation::Operator(operation) => {
            PeopleCall::Operator(Box::new(operator::parse(operation, request)?))
        }
    })
}

/// Writes an answer.
pub(super) fn render(reply: &PeopleReply) -> WireResponse {
    let ok = StatusCode::OK;
    match reply {
        PeopleReply::Server(server) => WireResponse::json(ok, &response::Server::of(server)),
        PeopleReply::Session(session) => WireResponse::json(ok, &response::Session::of(session)),
        PeopleReply::SignedIn { session, token, max_age_s, secure } => {
            let answer = WireResponse::json(ok, &response::Session::of(session));
            response::with_cookie(answer, token.reveal(), *max_age_s, *secure)
        }
        PeopleReply::SignedOut { secure } => {
            response::with_cookie(WireResponse::json(ok, &response::Done::YES), "", 0, *secure)
        }
        PeopleReply::SessionEnded => WireResponse::json(ok, &response::Done::YES),
        PeopleReply::Sessions(rows) => {
            let part = Part::whole(rows.iter().map(response::SessionBody::of));
            WireResponse::json(ok, &part)
        }
        PeopleReply::TopUp(TopUpReply::Plans(plans)) => {
            WireResponse::json(ok, &Part::whole(plans.iter().map(response::PlanBody::of)))
        }
        PeopleReply::TopUp(TopUpReply::Checkout { url }) => {
            WireResponse::json(ok, &response::CheckoutPage { url })
        }
        PeopleReply::Team(reply) => teams::render(reply),
        PeopleReply::Operator(reply) => operator::render(reply),
        PeopleReply::PasswordChanged => WireResponse::json(ok, &response::Done::YES),
    }
}
