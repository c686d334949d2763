//! The tools: what each is for, what it takes, and which request to our own API it is.

use super::api::Ask;
use http::{HeaderName, HeaderValue, Method};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Seconds that `wait` may take: below what clients give a tool by default.
const WAIT_S_MAX: u64 = 50;
const WAIT_S: u64 = 40;
/// Jobs that `list` shows unless asked otherwise: an agent reads every one of them.
const LIST_LENGTH: u64 = 10;
const PREFER: HeaderName = HeaderName::from_static("prefer");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Every tool, its orders described as the OpenAPI document of our own API describes them.
pub(super) fn all(openapi: &Value) -> Vec<Tool> {
    let order = order(openapi);
    let mut generate = order.clone();
    if let Some(Value::Object(fields)) = generate.get_mut("properties") {
        fields.insert(
            "idempotency_key".to_owned(),
            json!({
                "type": "string",
                "description": "Makes it safe to send the same order again: it is accepted once.",
            }),
        );
    }
    vec![
        tool("generate", GENERATE, generate, Hints { reads: false, destroys: false }),
        tool("quote", QUOTE, order, READS),
        tool(
            "wait",
            WAIT,
            object(
                json!({
                    "id": { "type": "string", "description": "The job's id." },
                    "timeout_s": {
                        "type": "integer", "minimum": 1, "maximum": WAIT_S_MAX, "default": WAIT_S,
                    },
                }),
                &["id"],
            ),
            READS,
        ),
        tool(
            "list",
            LIST,
            object(
                json!({
                    "state": { "type": "string", "description": "Only jobs in this state." },
                    "limit": {
                        "type": "integer", "minimum": 1, "maximum": 100, "default": LIST_LENGTH,
                    },
                    "cursor": { "type": "string", "description": "next of the part before." },
                }),
                &[],
            ),
            READS,
        ),
        tool(
            "cancel",
            CANCEL,
            object(
                json!({
                    "id": { "type": "string", "description": "The job's id." },
                }),
                &["id"],
            ),
            Hints { reads: false, destroys: true },
        ),
        tool("models", MODELS, object(json!({}), &[]), READS),
        tool("balance", BALANCE, object(json!({}), &[]), READS),
    ]
}

const GENERATE: &str = "Order a video (or a picture, from an image model). Answers at once with a \
    job; call wait with its id. It costs credits: call quote first, and set credits_max.";
const QUOTE: &str = "What an order would cost, in credits, without ordering it.";
const WAIT: &str = "Wait for a job's end and show it. Call it again while the state is queued or \
    running. When succeeded, output has the links: download them, they are valid for a day.";
const LIST: &str = "Your jobs, the newest first.";
const CANCEL: &str = "Stop a job. Nothing is charged for it.";
const MODELS: &str = "The models on offer: what each can do, and its prices.";
const BALANCE: &str = "The credits you have, and how many of them are held for running jobs.";

struct Hints {
    reads: bool,
    destroys: bool,
}

const READS: Hints = Hints { reads: true, destroys: false };

fn tool(name: &'static str, about: &'static str, takes: JsonObject, hints: Hints) -> Tool {
    let annotations = ToolAnnotations::from_raw(
        None,
        Some(hints.reads),
        Some(hints.destroys),
        Some(hints.reads || hints.destroys),
        Some(false),
    );
    Tool::new(name, about, Arc::new(takes)).with_annotations(annotations)
}

fn object(properties: Value, required: &[&str]) -> JsonObject {
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    map_of(schema)
}

fn map_of(value: Value) -> JsonObject {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The schema of an order, with what it refers to inside.
fn order(openapi: &Value) -> JsonObject {
    let schemas = &openapi["components"]["schemas"];
    let mut order = map_of(at_home(schemas["Order"].clone()));
    let media = at_home(schemas["Media"].clone());
    order.insert("$defs".to_owned(), json!({ "Media": media }));
    order
}

/// References into the OpenAPI document become references into the schema itself.
fn at_home(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| match (key.as_str(), value) {
                    ("$ref", Value::String(to)) => {
                        let to = to.replace("#/components/schemas/", "#/$defs/");
                        (key, Value::String(to))
                    }
                    (_, value) => (key, at_home(value)),
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(at_home).collect()),
        plain => plain,
    }
}

/// The request that a call of a tool is.
///
/// # Errors
/// What is wrong with the arguments, as far as the API would not say it better; nothing when there
/// is no such tool.
pub(super) fn ask(name: &str, mut arguments: JsonObject) -> Option<Result<Ask, String>> {
    let ask = match name {
        "generate" => {
            let key = arguments.remove("idempotency_key");
            let mut ask = post("/jobs", Some(Value::Object(arguments)));
            if let Some(key) = key {
                let key = key.as_str().and_then(|key| HeaderValue::from_str(key).ok());
                match key {
                    Some(key) => ask.headers.push((IDEMPOTENCY_KEY, key)),
                    None => return Some(Err("idempotency_key must be printable text".to_owned())),
                }
            }
            Ok(ask)
        }
        "quote" => Ok(post("/quote", Some(Value::Object(arguments)))),
        "wait" => wait(&arguments),
        "list" => list(&arguments),
        "cancel" => id_of(&arguments).map(|id| post(&format!("/jobs/{id}/cancel"), None)),
        "models" => Ok(get("/models")),
        "balance" => Ok(get("/balance")),
        _ => return None,
    };
    Some(ask)
}

fn wait(arguments: &JsonObject) -> Result<Ask, String> {
    let seconds = match arguments.get("timeout_s") {
        None | Some(Value::Null) => WAIT_S,
        Some(value) => value
            .as_u64()
            .filter(|seconds| (1..=WAIT_S_MAX).contains(seconds))
            .ok_or_else(|| format!("timeout_s must be 1 to {WAIT_S_MAX}"))?,
    };
    let mut ask = get(&format!("/jobs/{}", id_of(arguments)?));
    if let Ok(value) = HeaderValue::from_str(&format!("wait={seconds}")) {
        ask.headers.push((PREFER, value));
    }
    Ok(ask)
}

fn list(arguments: &JsonObject) -> Result<Ask, String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if arguments.get("limit").is_none_or(Value::is_null) {
        query.append_pair("limit", &LIST_LENGTH.to_string());
    }
    for name in ["state", "limit", "cursor"] {
        match arguments.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => drop(query.append_pair(name, text)),
            Some(Value::Number(number)) => drop(query.append_pair(name, &number.to_string())),
            Some(_) => return Err(format!("{name} must be a text or a number")),
        }
    }
    Ok(get(&format!("/jobs?{}", query.finish())))
}

fn id_of(arguments: &JsonObject) -> Result<&str, String> {
    let id = arguments.get("id").and_then(Value::as_str).unwrap_or("");
    let fine =
        !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    if fine { Ok(id) } else { Err("id must be a job's id, such as job_0123456789ab".to_owned()) }
}

fn get(path: &str) -> Ask {
    Ask { method: Method::GET, path: path.to_owned(), headers: Vec::new(), body: None }
}

fn post(path: &str, body: Option<Value>) -> Ask {
    Ask { method: Method::POST, path: path.to_owned(), headers: Vec::new(), body }
}
