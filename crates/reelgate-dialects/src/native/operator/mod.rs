//! What operators ask about the place as a whole.

mod codes;
pub(super) mod openapi;
mod request;
mod response;
mod settings;

use super::people::USER_PREFIX;
use super::{ID, route};
use crate::ids;
use crate::wire::{
    Operation, OperatorOperation, PeopleOperation, Route, WireRequest, WireResponse,
};
use http::{Method, StatusCode};
use reelgate_core::{Error, JobId, OperatorCall, OperatorReply};
use response::{Part, Rendered};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;

/// The routes for operators.
pub(super) const ROUTES: [Route; 18] = [
    operator(GET, "/api/reelgate/v1/operator/overview", OperatorOperation::Overview),
    operator(GET, "/api/reelgate/v1/operator/accounts", OperatorOperation::Accounts),
    operator(POST, "/api/reelgate/v1/operator/accounts", OperatorOperation::CreateAccount),
    operator(GET, "/api/reelgate/v1/operator/accounts/{id}", OperatorOperation::Account),
    operator(PATCH, "/api/reelgate/v1/operator/accounts/{id}", OperatorOperation::UpdateAccount),
    operator(POST, "/api/reelgate/v1/operator/accounts/{id}/grant", OperatorOperation::Grant),
    operator(GET, "/api/reelgate/v1/operator/users", OperatorOperation::Users),
    operator(POST, "/api/reelgate/v1/operator/users", OperatorOperation::CreateUser),
    operator(PATCH, "/api/reelgate/v1/operator/users/{id}", OperatorOperation::UpdateUser),
    operator(POST, "/api/reelgate/v1/operator/users/{id}/link", OperatorOperation::LinkUser),
    operator(GET, "/api/reelgate/v1/operator/jobs", OperatorOperation::Jobs),
    operator(GET, "/api/reelgate/v1/operator/jobs/{id}/timeline", OperatorOperation::Timeline),
    operator(GET, "/api/reelgate/v1/operator/prices", OperatorOperation::Prices),
    operator(GET, "/api/reelgate/v1/operator/settings", OperatorOperation::Settings),
    operator(POST, "/api/reelgate/v1/operator/audit", OperatorOperation::Audit),
    operator(GET, "/api/reelgate/v1/operator/codes", OperatorOperation::Codes),
    operator(POST, "/api/reelgate/v1/operator/codes", OperatorOperation::CreateCode),
    operator(Method::DELETE, "/api/reelgate/v1/operator/codes/{id}", OperatorOperation::RevokeCode),
];

const fn operator(method: Method, path: &'static str, operation: OperatorOperation) -> Route {
    route(method, path, Operation::People(PeopleOperation::Operator(operation)), false)
}

/// Reads a request.
pub(super) fn parse(
    operation: OperatorOperation,
    request: &WireRequest,
) -> Result<OperatorCall, Error> {
    request::only(operation, request)?;
    Ok(match operation {
        OperatorOperation::Overview => OperatorCall::Overview,
        OperatorOperation::Accounts => request::accounts(request)?,
        OperatorOperation::CreateAccount => request::create_account(request)?,
        OperatorOperation::Account => OperatorCall::Account(request::account(request)?),
        OperatorOperation::Grant => request::grant(request)?,
        OperatorOperation::UpdateAccount => request::update_account(request)?,
        OperatorOperation::Users => request::users(request)?,
        OperatorOperation::CreateUser => request::create_user(request)?,
        OperatorOperation::UpdateUser => request::update_user(request)?,
        OperatorOperation::LinkUser => OperatorCall::LinkUser(request::user(request)?),
        OperatorOperation::Jobs => request::jobs(request)?,
        OperatorOperation::Timeline => OperatorCall::Timeline(job(request)?),
        OperatorOperation::Prices => OperatorCall::Prices,
        OperatorOperation::Settings => OperatorCall::Settings,
        OperatorOperation::Audit => OperatorCall::Audit,
        OperatorOperation::Codes => OperatorCall::Codes,
        OperatorOperation::CreateCode => codes::create(request)?,
        OperatorOperation::RevokeCode => OperatorCall::RevokeCode(codes::id(request)?),
    })
}

fn job(request: &WireRequest) -> Result<JobId, Error> {
    ids::read(request.parameter(ID)).ok_or_else(Error::job_not_found)
}

/// Writes an answer.
pub(super) fn render(reply: &OperatorReply) -> WireResponse {
    let (ok, created) = (StatusCode::OK, StatusCode::CREATED);
    match reply {
        OperatorReply::Overview(overview) => {
            WireResponse::json(ok, &response::Overview::of(overview))
        }
        OperatorReply::Accounts(rows) => {
            let data = rows.rows.iter().map(response::Account::of).collect();
            let next = rows.next.map(response::account_id);
            WireResponse::json(ok, &Part { data, next })
        }
        OperatorReply::Account(row) => WireResponse::json(ok, &response::Account::of(row)),
        OperatorReply::AccountMade(row) => WireResponse::json(created, &response::Account::of(row)),
        OperatorReply::Users(rows) => {
            let data = rows.rows.iter().map(response::User::of).collect();
            let next = rows.next.map(|id| format!("{USER_PREFIX}{id}"));
            WireResponse::json(ok, &Part { data, next })
        }
        OperatorReply::User(row) => WireResponse::json(ok, &response::User::of(row)),
        OperatorReply::UserMade(row) => WireResponse::json(created, &response::User::of(row)),
        OperatorReply::Link { url, expires } => {
            WireResponse::json(created, &response::Link::of(url, *expires))
        }
        OperatorReply::Jobs(rows) => {
            let data = rows.rows.iter().map(response::Job::of).collect();
            WireResponse::json(ok, &Part { data, next: rows.next.map(ids::show_native) })
        }
        OperatorReply::Timeline(job, told) => {
            WireResponse::json(ok, &response::Timeline::of(job, told))
        }
        OperatorReply::Prices { version, models } => response::prices(version, models),
        OperatorReply::Settings(kept, rows) => {
            WireResponse::json(ok, &settings::Settings::of(kept, rows))
        }
        OperatorReply::Audit(findings) => WireResponse::json(ok, &response::Audit::of(findings)),
        OperatorReply::Codes(rows) => {
            WireResponse::json(ok, &Part::whole(rows.iter().map(codes::code)))
        }
        OperatorReply::CodeMade(row, code) => {
            WireResponse::json(created, &codes::Made::of(row, code))
        }
        OperatorReply::Done => Rendered::done(),
    }
}
