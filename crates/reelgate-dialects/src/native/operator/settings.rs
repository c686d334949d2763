//! How the server is set up, as operators read it.

use crate::openapi::{nullable, object};
use reelgate_core::operator::{Kept, SettingRow, SettingValue};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
pub(super) struct Settings<'a> {
    retention: Vec<KeptBody>,
    settings: Vec<SettingBody<'a>>,
}

#[derive(Serialize)]
struct KeptBody {
    what: &'static str,
    kept_s: Option<i64>,
    setting: Option<&'static str>,
}

#[derive(Serialize)]
struct SettingBody<'a> {
    key: &'static str,
    option: Option<String>,
    variable: Option<String>,
    value: ValueBody<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueBody<'a> {
    Switch(bool),
    Number(u64),
    Text(&'a str),
    Unset(()),
}

impl<'a> Settings<'a> {
    pub(super) fn of(kept: &[Kept], rows: &'a [SettingRow]) -> Self {
        Self {
            retention: kept.iter().map(kept_body).collect(),
            settings: rows.iter().map(setting).collect(),
        }
    }
}

fn kept_body(kept: &Kept) -> KeptBody {
    KeptBody { what: kept.what, kept_s: kept.seconds, setting: kept.setting }
}

fn setting(row: &SettingRow) -> SettingBody<'_> {
    let variable = |name: &str| format!("REELGATE_{}", name.to_ascii_uppercase().replace('-', "_"));
    SettingBody {
        key: row.key,
        option: row.option.map(|name| format!("--{name}")),
        variable: row.option.map(variable),
        value: match &row.value {
            SettingValue::Switch(on) => ValueBody::Switch(*on),
            SettingValue::Number(number) => ValueBody::Number(*number),
            SettingValue::Text(text) => ValueBody::Text(text),
            SettingValue::Unset => ValueBody::Unset(()),
        },
    }
}

/// The wire type.
pub(super) fn schema() -> Value {
    let text = || json!({ "type": "string" });
    let kept = object(json!({
        "what": text(),
        "kept_s": nullable(json!({ "type": "integer", "minimum": 0 })),
        "setting": nullable(text()),
    }));
    let setting = object(json!({
        "key": text(),
        "option": nullable(text()),
        "variable": nullable(text()),
        "value": { "anyOf": [
            { "type": "boolean" },
            { "type": "integer", "minimum": 0 },
            nullable(text()),
        ] },
    }));
    object(json!({
        "retention": { "type": "array", "items": kept },
        "settings": { "type": "array", "items": setting },
    }))
}
