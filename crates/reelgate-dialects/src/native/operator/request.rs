//! Questions and bodies of operators.

use super::super::people::{ACCOUNT_PREFIX, USER_PREFIX};
use super::super::{ID, query, request::amount};
use crate::ids;
use crate::json::{Fields, unknown};
use crate::wire::{OperatorOperation, WireRequest};
use reelgate_core::operator::AllJobs;
use reelgate_core::{
    AccountId, Error, FailureClass, Field, Kind, OperatorCall, Priority, Secret, StateName, UserId,
    UserRole,
};

/// The parameters of each list.
pub(super) const ACCOUNTS: [&str; 3] = ["query", "cursor", "limit"];
pub(super) const USERS: [&str; 3] = ACCOUNTS;
pub(super) const JOBS: [&str; 5] = ["state", "failure", "account", "cursor", "limit"];
/// Characters of a search, at most.
pub(super) const QUERY_CHARS_MAX: usize = 64;

/// Refuses parameters that the route does not have.
pub(super) fn only(operation: OperatorOperation, request: &WireRequest) -> Result<(), Error> {
    query::only(request, parameters(operation))
}

/// The query parameters of a route.
pub(super) const fn parameters(operation: OperatorOperation) -> &'static [&'static str] {
    match operation {
        OperatorOperation::Accounts => &ACCOUNTS,
        OperatorOperation::Users => &USERS,
        OperatorOperation::Jobs => &JOBS,
        _ => &[],
    }
}

pub(super) fn accounts(request: &WireRequest) -> Result<OperatorCall, Error> {
    Ok(OperatorCall::Accounts(search(request)?, query::page(request, read_account)?))
}

pub(super) fn users(request: &WireRequest) -> Result<OperatorCall, Error> {
    Ok(OperatorCall::Users(search(request)?, query::page(request, read_user)?))
}

/// What names should contain.
fn search(request: &WireRequest) -> Result<String, Error> {
    let text = request.query_value("query").unwrap_or("");
    if text.chars().count() > QUERY_CHARS_MAX {
        let message = format!("must be at most {QUERY_CHARS_MAX} characters long");
        return Err(Error::invalid(named("query"), message));
    }
    Ok(text.to_owned())
}

pub(super) fn jobs(request: &WireRequest) -> Result<OperatorCall, Error> {
    let state = match request.query_value("state") {
        None => None,
        Some(text) => {
            let names = StateName::ALL.map(StateName::text);
            Some(StateName::parse(text).ok_or_else(|| unknown(named("state"), &names, text))?)
        }
    };
    let failure = match request.query_value("failure") {
        None => None,
        Some(text) => {
            let names = FailureClass::ALL.map(FailureClass::name);
            let found = FailureClass::parse(text);
            Some(found.ok_or_else(|| unknown(named("failure"), &names, text))?)
        }
    };
    let account = match request.query_value("account") {
        None => None,
        Some(text) => Some(read_account(text).ok_or_else(|| {
            Error::invalid(named("account"), "must be an account's id, such as acc_IWM0s5ybp848")
        })?),
    };
    let filter = AllJobs { state, failure, account };
    Ok(OperatorCall::Jobs(filter, query::page(request, ids::read)?))
}

pub(super) fn create_account(request: &WireRequest) -> Result<OperatorCall, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&["name"], "")?;
    Ok(OperatorCall::CreateAccount(body.required("name", named("name"))?))
}

pub(super) fn grant(request: &WireRequest) -> Result<OperatorCall, Error> {
    let account = account(request)?;
    let mut body = Fields::of_body(request)?;
    body.only(&["credits", "note"], "")?;
    let credits = amount(&mut body, "credits", named("credits"))?;
    let credits = credits.ok_or_else(|| Error::invalid(named("credits"), "is required"))?;
    let note = body.string("note", named("note"))?.unwrap_or_default();
    Ok(OperatorCall::Grant { account, credits, note })
}

pub(super) fn update_account(request: &WireRequest) -> Result<OperatorCall, Error> {
    let account = account(request)?;
    let mut body = Fields::of_body(request)?;
    body.only(&["priority_max"], "")?;
    let name = "priority_max";
    let highest = body.choice(name, named(name), &Priority::ALL, Priority::name)?;
    let highest = highest.ok_or_else(|| Error::invalid(named(name), "is required"))?;
    Ok(OperatorCall::SetPriority(account, highest))
}

pub(super) fn create_user(request: &WireRequest) -> Result<OperatorCall, Error> {
    let mut body = Fields::of_body(request)?;
    body.only(&["name", "password", "role"], "")?;
    let name = body.required("name", named("name"))?;
    let password = body.string("password", named("password"))?.map(Secret);
    let role = body.choice("role", named("role"), &UserRole::ALL, UserRole::name)?;
    Ok(OperatorCall::CreateUser { name, password, role: role.unwrap_or_default() })
}

pub(super) fn update_user(request: &WireRequest) -> Result<OperatorCall, Error> {
    let id = user(request)?;
    let mut body = Fields::of_body(request)?;
    body.only(&["role", "disabled", "password"], "")?;
    let role = body.choice("role", named("role"), &UserRole::ALL, UserRole::name)?;
    let disabled = body.boolean("disabled", named("disabled"))?;
    let password = body.string("password", named("password"))?.map(Secret);
    Ok(OperatorCall::UpdateUser { id, role, disabled, password })
}

pub(super) fn account(request: &WireRequest) -> Result<AccountId, Error> {
    let found = read_account(request.parameter(ID));
    found.ok_or_else(|| Error::new(Kind::NotFound, "account not found"))
}

pub(super) fn user(request: &WireRequest) -> Result<UserId, Error> {
    let found = read_user(request.parameter(ID));
    found.ok_or_else(|| Error::new(Kind::NotFound, "user not found"))
}

fn read_account(text: &str) -> Option<AccountId> {
    AccountId::parse(text.strip_prefix(ACCOUNT_PREFIX)?)
}

fn read_user(text: &str) -> Option<UserId> {
    UserId::parse(text.strip_prefix(USER_PREFIX)?)
}

pub(super) fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}
