//! The routes for people, described.

use super::super::openapi::amount;
use super::super::openapi_own::part;
use super::super::{ID, KEY_PREFIX, operator, teams};
use super::{ACCOUNT_PREFIX, SESSION_PREFIX, USER_PREFIX};
use crate::openapi::{Described, moment, names, nullable, object, reference, with};
use crate::wire::{Operation, PeopleOperation, Route};
use reelgate_core::user::{
    AccountKind, Means, MemberRole, NAME_CHARS_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN,
    UserRole,
};
use serde_json::{Value, json};

/// An id with this beginning.
pub(in super::super) fn id(prefix: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^{prefix}[0-9A-Za-z]{{12}}$") })
}

/// What people and accounts may be called.
pub(in super::super) fn name() -> Value {
    json!({ "type": "string", "pattern": format!("^[0-9A-Za-z._@-]{{1,{NAME_CHARS_MAX}}}$") })
}

/// The wire types.
pub(in super::super) fn schemas() -> Vec<(&'static str, Value)> {
    let text = json!({ "type": "string", "maxLength": PASSWORD_BYTES_MAX });
    let new = with(text.clone(), "minLength", PASSWORD_CHARS_MIN);
    let mut schemas = vec![
        ("Server", server()),
        (
            "SignIn",
            json!({
                "type": "object",
                "additionalProperties": false,
                "description": "A name and a password, or the token of a one-time link.",
                "properties": {
                    "name": { "type": "string", "maxLength": NAME_CHARS_MAX },
                    "password": text,
                    "link": { "type": "string" },
                },
            }),
        ),
        ("Session", session()),
        ("Plan", plan()),
        ("Plans", part("Plan")),
        (
            "Checkout",
            with(object(json!({ "plan": { "type": "string" } })), "additionalProperties", false),
        ),
        ("CheckoutPage", object(json!({ "url": { "type": "string" } }))),
        ("Sessions", part("SessionEntry")),
        (
            "SessionEntry",
            object(json!({
                "id": id(SESSION_PREFIX),
                "means": names(&Means::ALL, Means::name),
                "agent": { "type": "string" },
                "current": { "type": "boolean" },
                "created_at": moment(),
                "last_seen_at": moment(),
                "expires_at": moment(),
            })),
        ),
        (
            "NewPassword",
            json!({
                "type": "object",
                "required": ["new"],
                "additionalProperties": false,
                "properties": {
                    "current": with(
                        text,
                        "description",
                        "Not needed for 15 minutes after a sign-in by link.",
                    ),
                    "new": new,
                },
            }),
        ),
        ("Done", object(json!({ "done": { "type": "boolean" } }))),
    ];
    schemas.extend(teams::openapi::schemas());
    schemas.extend(operator::openapi::schemas());
    schemas
}

fn server() -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    object(json!({
        "version": { "type": "string" },
        "sign_in": texts,
        "openid": with(
            nullable(json!({ "type": "string" })),
            "description",
            "What people call the service that `openid` is; it begins at /openid/sign-in.",
        ),
        "top_up": texts,
    }))
}

fn session() -> Value {
    let user = object(json!({
        "id": id(USER_PREFIX),
        "name": { "type": "string" },
        "role": names(&UserRole::ALL, UserRole::name),
        "has_password": { "type": "boolean" },
    }));
    object(json!({
        "user": user,
        "accounts": { "type": "array", "items": seat() },
        "server": reference("Server"),
    }))
}

/// A place in an account.
pub(in super::super) fn seat() -> Value {
    object(json!({
        "id": id(ACCOUNT_PREFIX),
        "name": { "type": "string" },
        "kind": names(&AccountKind::ALL, AccountKind::name),
        "role": names(&MemberRole::ALL, MemberRole::name),
        "balance": amount(),
        "held": amount(),
        "studio_key": id(KEY_PREFIX),
    }))
}

/// A session opens what a key does; some things only a session.
pub(in super::super) fn add_security(document: &mut Value, routes: &[Route]) {
    document["components"]["securitySchemes"]["session"] = json!({
        "type": "apiKey",
        "in": "cookie",
        "name": "reelgate_session",
        "description": "Somebody who is signed in. Whatever is no GET or HEAD also needs the \
                        header reelgate-studio: 1.",
    });
    document["security"] = json!([{ "key": [] }, { "session": [] }]);
    for route in routes.iter().filter(|route| !route.public) {
        if matches!(route.operation, Operation::People(_)) {
            let method = route.method.as_str().to_ascii_lowercase();
            document["paths"][route.path][method]["security"] = json!([{ "session": [] }]);
        }
    }
}

/// Where the session's cookie is set or taken away.
pub(in super::super) fn add_cookie(document: &mut Value) {
    for method in ["post", "delete"] {
        let route = &mut document["paths"]["/api/reelgate/v1/session"][method];
        route["responses"]["200"]["headers"] = json!({
            "Set-Cookie": {
                "description": "The session, out of the reach of scripts; empty after signing out.",
                "schema": { "type": "string" },
            },
        });
    }
}

/// A path parameter.
pub(in super::super) fn parameter(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
}

/// What the route is about.
pub(in super::super) fn describe(operation: PeopleOperation, plain: Described) -> Described {
    match operation {
        PeopleOperation::Team(operation) => return teams::openapi::describe(operation, plain),
        PeopleOperation::Operator(operation) => {
            return operator::openapi::describe(operation, plain);
        }
        _ => {}
    }
    let (id, summary, body, answer, refusals): (_, _, Option<&'static str>, _, &'static [u16]) =
        match operation {
            PeopleOperation::Server => {
                ("getServer", "What this server offers.", None, "Server", &[])
            }
            PeopleOperation::SignIn => (
                "signIn",
                "Signed in; the session is in a cookie that no script can read.",
                Some("SignIn"),
                "Session",
                &[400, 401, 403, 413, 415],
            ),
            PeopleOperation::Session => {
                ("getSession", "Who is signed in, and their accounts.", None, "Session", &[])
            }
            PeopleOperation::SignOut => ("signOut", "The session has ended.", None, "Done", &[]),
            PeopleOperation::Sessions => {
                ("listSessions", "Where the person is signed in.", None, "Sessions", &[])
            }
            PeopleOperation::EndSession => {
                ("endSession", "That session has ended.", None, "Done", &[404])
            }
            PeopleOperation::ChangePassword => (
                "changePassword",
                "The password was changed; every other session has ended.",
                Some("NewPassword"),
                "Done",
                &[400, 413, 415],
            ),
            PeopleOperation::Checkout => (
                "beginCheckout",
                "The payment service's page, where the plan is paid.",
                Some("Checkout"),
                "CheckoutPage",
                &[400, 404, 413, 415],
            ),
            PeopleOperation::Plans | PeopleOperation::Team(_) | PeopleOperation::Operator(_) => {
                ("listPlans", "Credits that can be bought by card.", None, "Plans", &[])
            }
        };
    let has_id = operation == PeopleOperation::EndSession;
    let parameters = has_id.then(|| parameter(ID)).into_iter().collect();
    Described { id, summary, parameters, body, answer: (200, answer), refusals, ..plain }
}

fn plan() -> Value {
    object(json!({
        "id": { "type": "string" },
        "title": { "type": "string" },
        "credits": amount(),
        "amount": {
            "type": "integer",
            "minimum": 1,
            "description": "What it costs, in the currency's smallest unit.",
        },
        "currency": { "type": "string", "pattern": "^[a-z]{3}$" },
    }))
}
