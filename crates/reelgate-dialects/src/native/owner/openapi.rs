//! The routes about an account, described.

use super::super::KEY_PREFIX;
use super::super::openapi::{amount, count};
use super::super::openapi_own::part;
use crate::openapi::{Described, moment, names, nullable, object, with};
use crate::wire::OwnerOperation;
use reelgate_core::{KeyStyle, Resolution, guard};
use serde_json::{Value, json};

/// The wire types.
pub(in super::super) fn schemas(models: &[String]) -> Vec<(&'static str, Value)> {
    let mut create = settings(models);
    create["properties"]["style"] = with(names(&KeyStyle::ALL, KeyStyle::name), "default", "sk");
    let secret = json!({
        "type": "string",
        "description": "The key itself; it is never shown again.",
    });
    let code = object(json!({ "code": { "type": "string", "maxLength": 64 } }));
    let funds = object(json!({ "balance": amount(), "held": amount(), "available": amount() }));
    vec![
        ("Keys", part("Key")),
        ("Key", key()),
        ("NewKey", create),
        ("KeyChange", settings(models)),
        ("MadeKey", and(key(), "key", secret)),
        ("Redeemed", and(funds, "credits", amount())),
        ("Code", with(code, "additionalProperties", false)),
    ]
}

/// An object that has one more property, always.
fn and(mut object: Value, name: &str, schema: Value) -> Value {
    object["properties"][name] = schema;
    if let Some(required) = object["required"].as_array_mut() {
        required.push(name.into());
    }
    object
}

pub(in super::super) fn describe(operation: OwnerOperation, plain: Described) -> Described {
    let id = json!({
        "name": "id",
        "in": "path",
        "required": true,
        "schema": { "type": "string" },
    });
    match operation {
        OwnerOperation::Keys => Described {
            id: "listKeys",
            summary: "The account's keys, oldest first.",
            answer: (200, "Keys"),
            ..plain
        },
        OwnerOperation::CreateKey => Described {
            id: "createKey",
            summary: "A key was made; this is the only time that it is shown.",
            body: Some("NewKey"),
            answer: (201, "MadeKey"),
            refusals: &[400, 409, 413, 415],
            ..plain
        },
        OwnerOperation::UpdateKey => Described {
            id: "updateKey",
            summary: "The key was changed: what was left out stayed, what was null was lifted.",
            parameters: vec![id],
            body: Some("KeyChange"),
            answer: (200, "Key"),
            refusals: &[400, 404, 413, 415],
            ..plain
        },
        OwnerOperation::RevokeKey => Described {
            id: "revokeKey",
            summary: "The key opens nothing any more.",
            parameters: vec![id],
            answer: (200, "Key"),
            refusals: &[404],
            ..plain
        },
        OwnerOperation::Redeem => Described {
            id: "redeemCode",
            summary: "The code's credits were added to the account.",
            body: Some("Code"),
            answer: (200, "Redeemed"),
            refusals: &[400, 404, 409, 413, 415],
            ..plain
        },
    }
}

fn key() -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    object(json!({
        "id": { "type": "string", "pattern": format!("^{KEY_PREFIX}[0-9A-Za-z]{{12}}$") },
        "hint": { "type": "string" },
        "style": names(&KeyStyle::ALL, KeyStyle::name),
        "label": { "type": "string" },
        "test": { "type": "boolean" },
        "credits_per_day": nullable(amount()),
        "models": texts,
        "seconds_max": nullable(count()),
        "resolution_max": nullable(names(&Resolution::ALL, Resolution::name)),
        "networks": texts,
        "requests_per_minute": nullable(count()),
        "manages_keys": { "type": "boolean" },
        "created_at": moment(),
        "expires_at": nullable(moment()),
        "revoked_at": nullable(moment()),
        "last_used_at": nullable(moment()),
    }))
}

fn settings(models: &[String]) -> Value {
    let list = |items: Value, max: usize| {
        nullable(json!({ "type": "array", "maxItems": max, "items": items }))
    };
    let number = |max: i64| nullable(json!({ "type": "integer", "minimum": 1, "maximum": max }));
    let label = json!({ "type": "string", "maxLength": guard::LABEL_CHARS_MAX });
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "label": nullable(label),
            "expires_in_s": number(guard::EXPIRES_S_MAX),
            "credits_per_day": nullable(json!({
                "anyOf": [amount(), { "type": "integer", "minimum": 0 }],
            })),
            "models": list(json!({ "type": "string", "enum": models }), guard::MODELS_MAX),
            "seconds_max": number(86_400),
            "resolution_max": nullable(names(&Resolution::ALL, Resolution::name)),
            "networks": list(json!({ "type": "string" }), guard::NETWORKS_MAX),
            "requests_per_minute": number(1_000_000),
            "manages_keys": { "type": "boolean" },
        },
    })
}
