//! Teams: accounts of several people.

pub(super) mod openapi;
mod request;
mod response;

use super::lists::Part;
use super::people::response::seat;
use super::route;
use crate::wire::{Operation, PeopleOperation, Route, TeamOperation, WireRequest, WireResponse};
use http::{Method, StatusCode};
use reelgate_core::{Error, TeamCall, TeamReply};

/// The path parameter that holds a member's id.
const USER: &str = "user";

/// The routes about teams.
pub(super) const ROUTES: [Route; 7] = [
    team(Method::GET, "/api/reelgate/v1/teams", TeamOperation::List),
    team(Method::POST, "/api/reelgate/v1/teams", TeamOperation::Create),
    team(Method::GET, "/api/reelgate/v1/teams/{id}", TeamOperation::Show),
    team(Method::POST, "/api/reelgate/v1/teams/{id}/members", TeamOperation::Add),
    team(Method::PATCH, "/api/reelgate/v1/teams/{id}/members/{user}", TeamOperation::SetRole),
    team(Method::DELETE, "/api/reelgate/v1/teams/{id}/members/{user}", TeamOperation::Remove),
    team(Method::POST, "/api/reelgate/v1/teams/{id}/fund", TeamOperation::Fund),
];

const fn team(method: Method, path: &'static str, operation: TeamOperation) -> Route {
    route(method, path, Operation::People(PeopleOperation::Team(operation)), false)
}

/// Reads a request.
pub(super) fn parse(operation: TeamOperation, request: &WireRequest) -> Result<TeamCall, Error> {
    match operation {
        TeamOperation::List => Ok(TeamCall::List),
        TeamOperation::Create => request::create(request),
        TeamOperation::Show => Ok(TeamCall::Show(request::team(request)?)),
        TeamOperation::Add => request::add(request),
        TeamOperation::SetRole => request::set_role(request),
        TeamOperation::Remove => {
            let (team, user) = (request::team(request)?, request::user(request)?);
            Ok(TeamCall::Remove { team, user })
        }
        TeamOperation::Fund => request::fund(request),
    }
}

/// Writes an answer.
pub(super) fn render(reply: &TeamReply) -> WireResponse {
    let ok = StatusCode::OK;
    match reply {
        TeamReply::Teams(seats) => WireResponse::json(ok, &Part::whole(seats.iter().map(seat))),
        TeamReply::Team(team) => WireResponse::json(ok, &response::Team::of(team)),
        TeamReply::Made(team) => WireResponse::json(StatusCode::CREATED, &response::Team::of(team)),
        TeamReply::Funded { pool, own } => {
            WireResponse::json(ok, &response::Funded::of(*pool, *own))
        }
    }
}
