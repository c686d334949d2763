//! The routes for operators, described.

use super::super::ID;
use super::super::openapi::{amount, count, job_id};
use super::super::openapi_own::{part, question};
use super::super::people::openapi::{id, name, parameter};
use super::super::people::{ACCOUNT_PREFIX, USER_PREFIX};
use super::codes::PREFIX;
use super::request::{QUERY_CHARS_MAX, parameters};
use super::settings;
use crate::openapi::{Described, moment, names, nullable, object, reference, with};
use crate::wire::OperatorOperation;
use reelgate_core::code::USES_MAX;
use reelgate_core::guard::{EXPIRES_S_MAX, LABEL_CHARS_MAX};
use reelgate_core::operator::NOTE_CHARS_MAX;
use reelgate_core::user::{AccountKind, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use reelgate_core::{FailureClass, Priority, StateName, UserRole};
use serde_json::{Value, json};

/// The wire types.
pub(in super::super) fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({ "type": "string" });
    let mut schemas = vec![
        ("Overview", overview()),
        ("Account", account()),
        ("Accounts", part("Account")),
        ("User", user()),
        ("Users", part("User")),
        ("OperatorJob", job()),
        ("OperatorJobs", part("OperatorJob")),
        (
            "Timeline",
            object(json!({
                "job": reference("OperatorJob"),
                "events": { "type": "array", "items": object(json!({
                    "at": moment(),
                    "what": text(),
                    "detail": text(),
                })) },
            })),
        ),
        ("Settings", settings::schema()),
        ("Prices", prices()),
        (
            "AuditResult",
            object(json!({
                "clean": { "type": "boolean" },
                "findings": { "type": "array", "items": object(json!({
                    "invariant": count(),
                    "name": text(),
                    "detail": text(),
                })) },
            })),
        ),
    ];
    schemas.extend(codes());
    schemas.extend(bodies());
    schemas
}

fn prices() -> Value {
    let mut prices = part("Model");
    prices["properties"]["price_version"] = json!({ "type": "string" });
    prices["required"] = json!(["price_version", "data", "next"]);
    prices
}

fn codes() -> [(&'static str, Value); 3] {
    let mut made = code();
    made["properties"]["code"] = json!({
        "type": "string",
        "description": "The code itself; it is never shown again.",
    });
    if let Some(required) = made["required"].as_array_mut() {
        required.push("code".into());
    }
    [("RedeemCode", code()), ("RedeemCodes", part("RedeemCode")), ("MadeCode", made)]
}

fn code() -> Value {
    object(json!({
        "id": id(PREFIX),
        "hint": { "type": "string" },
        "label": { "type": "string" },
        "credits": amount(),
        "uses": count(),
        "uses_max": count(),
        "expires_at": nullable(moment()),
        "revoked_at": nullable(moment()),
    }))
}

/// What is sent.
fn bodies() -> [(&'static str, Value); 6] {
    let form = |required: &[&str], properties: Value| {
        json!({
            "type": "object",
            "required": required,
            "additionalProperties": false,
            "properties": properties,
        })
    };
    let name = name();
    let credits = json!({ "anyOf": [amount(), { "type": "integer", "minimum": 1 }] });
    let password = json!({
        "type": "string",
        "minLength": PASSWORD_CHARS_MIN,
        "maxLength": PASSWORD_BYTES_MAX,
    });
    let role = names(&UserRole::ALL, UserRole::name);
    let note = json!({ "type": "string", "maxLength": NOTE_CHARS_MAX });
    let label = json!({ "type": "string", "maxLength": LABEL_CHARS_MAX });
    let highest = names(&Priority::ALL, Priority::name);
    [
        ("NewAccount", form(&["name"], json!({ "name": name }))),
        ("Grant", form(&["credits"], json!({ "credits": credits, "note": note }))),
        ("AccountChange", form(&["priority_max"], json!({ "priority_max": highest }))),
        ("NewUser", form(&["name"], json!({ "name": name, "password": password, "role": role }))),
        (
            "UserChange",
            form(
                &[],
                json!({
                    "role": role,
                    "disabled": { "type": "boolean" },
                    "password": password,
                }),
            ),
        ),
        (
            "NewCode",
            form(
                &["credits"],
                json!({
                    "credits": credits,
                    "uses": { "type": "integer", "minimum": 1, "maximum": USES_MAX },
                    "expires_in_s": { "type": "integer", "minimum": 1, "maximum": EXPIRES_S_MAX },
                    "label": label,
                }),
            ),
        ),
    ]
}

fn overview() -> Value {
    let text = || json!({ "type": "string" });
    let failures = object(json!({
        "kind": names(&FailureClass::ALL, FailureClass::name),
        "count": count(),
    }));
    let engine = object(json!({
        "name": text(),
        "state": text(),
        "running": count(),
        "slots": count(),
        "detail": text(),
    }));
    object(json!({
        "version": text(),
        "uptime_s": count(),
        "database": { "type": "string", "enum": ["sqlite", "postgresql"] },
        "storage": object(json!({
            "kind": text(),
            "used_bytes": nullable(count()),
            "free_bytes": nullable(count()),
        })),
        "queue": object(json!({
            "waiting": count(),
            "running": count(),
            "oldest_wait_ms": nullable(count()),
        })),
        "last_24h": object(json!({
            "succeeded": count(),
            "failed": count(),
            "cancelled": count(),
            "by_failure": { "type": "array", "items": failures },
        })),
        "engines": { "type": "array", "items": engine },
    }))
}

fn account() -> Value {
    object(json!({
        "id": id(ACCOUNT_PREFIX),
        "name": { "type": "string" },
        "kind": names(&AccountKind::ALL, AccountKind::name),
        "balance": amount(),
        "held": amount(),
        "available": amount(),
        "priority_max": names(&Priority::ALL, Priority::name),
        "owner": with(
            nullable(json!({ "type": "string" })),
            "description",
            "Whose own account it is.",
        ),
        "created_at": moment(),
    }))
}

fn user() -> Value {
    object(json!({
        "id": id(USER_PREFIX),
        "name": { "type": "string" },
        "role": names(&UserRole::ALL, UserRole::name),
        "account": id(ACCOUNT_PREFIX),
        "has_password": { "type": "boolean" },
        "disabled": { "type": "boolean" },
        "disabled_at": nullable(moment()),
        "created_at": moment(),
    }))
}

fn job() -> Value {
    object(json!({
        "id": job_id(),
        "account": id(ACCOUNT_PREFIX),
        "account_name": { "type": "string" },
        "dialect": { "type": "string" },
        "model": { "type": "string" },
        "state": names(&StateName::ALL, StateName::text),
        "failure": nullable(names(&FailureClass::ALL, FailureClass::name)),
        "message": nullable(json!({ "type": "string" })),
        "price": amount(),
        "attempt": count(),
        "created_at": moment(),
        "updated_at": moment(),
        "finished_at": nullable(moment()),
    }))
}

/// Name, summary, body, answer and refusals of each route.
type Told = (&'static str, &'static str, Option<&'static str>, (u16, &'static str), &'static [u16]);

/// What the route is about.
pub(in super::super) fn describe(operation: OperatorOperation, plain: Described) -> Described {
    let (name, summary, body, answer, refusals) = told(operation);
    let has_id = matches!(
        operation,
        OperatorOperation::Account
            | OperatorOperation::Grant
            | OperatorOperation::UpdateAccount
            | OperatorOperation::UpdateUser
            | OperatorOperation::LinkUser
            | OperatorOperation::Timeline
            | OperatorOperation::RevokeCode
    );
    let mut described: Vec<Value> = has_id.then(|| parameter(ID)).into_iter().collect();
    described.extend(parameters(operation).iter().map(
        |name| json!({ "name": name, "in": "query", "required": false, "schema": schema_of(name) }),
    ));
    Described { id: name, summary, parameters: described, body, answer, refusals, ..plain }
}

fn schema_of(name: &str) -> Value {
    match name {
        "query" => json!({ "type": "string", "maxLength": QUERY_CHARS_MAX }),
        "state" => names(&StateName::ALL, StateName::text),
        "failure" => names(&FailureClass::ALL, FailureClass::name),
        "account" => id(ACCOUNT_PREFIX),
        other => question(other),
    }
}

fn told(operation: OperatorOperation) -> Told {
    const BODY: &[u16] = &[400, 404, 409, 413, 415];
    match operation {
        OperatorOperation::Overview => {
            ("getOverview", "How the place is doing.", None, (200, "Overview"), &[400])
        }
        OperatorOperation::Accounts => {
            ("listAccounts", "Accounts whose names match.", None, (200, "Accounts"), &[400])
        }
        OperatorOperation::CreateAccount => {
            ("createAccount", "The account was made.", Some("NewAccount"), (201, "Account"), BODY)
        }
        OperatorOperation::Account => {
            ("getAccount", "The account.", None, (200, "Account"), &[400, 404])
        }
        OperatorOperation::Grant => {
            ("grantCredits", "The credits were added.", Some("Grant"), (200, "Account"), BODY)
        }
        OperatorOperation::UpdateAccount => {
            ("updateAccount", "It was changed.", Some("AccountChange"), (200, "Account"), BODY)
        }
        OperatorOperation::Users => {
            ("listUsers", "Everybody who can sign in.", None, (200, "Users"), &[400])
        }
        OperatorOperation::CreateUser => {
            ("createUser", "The person was made.", Some("NewUser"), (201, "User"), BODY)
        }
        OperatorOperation::UpdateUser => {
            ("updateUser", "The person was changed.", Some("UserChange"), (200, "User"), BODY)
        }
        OperatorOperation::LinkUser => (
            "linkUser",
            "A link that signs the person in once.",
            None,
            (201, "Link"),
            &[400, 404, 409],
        ),
        OperatorOperation::Jobs => {
            ("listAllJobs", "Jobs of all accounts.", None, (200, "OperatorJobs"), &[400])
        }
        OperatorOperation::Timeline => {
            ("getTimeline", "All that happened to the job.", None, (200, "Timeline"), &[400, 404])
        }
        OperatorOperation::Prices => {
            ("getPrices", "What everything costs.", None, (200, "Prices"), &[400])
        }
        OperatorOperation::Settings => {
            ("getSettings", "How the server is set up.", None, (200, "Settings"), &[400])
        }
        OperatorOperation::Audit => {
            ("runAudit", "Whether every promise holds.", None, (200, "AuditResult"), &[400])
        }
        OperatorOperation::Codes => {
            ("listCodes", "Redeem codes.", None, (200, "RedeemCodes"), &[400])
        }
        OperatorOperation::CreateCode => {
            ("createCode", "The code was made.", Some("NewCode"), (201, "MadeCode"), BODY)
        }
        OperatorOperation::RevokeCode => {
            ("revokeCode", "Nobody redeems it any more.", None, (200, "Done"), &[400, 404])
        }
    }
}
