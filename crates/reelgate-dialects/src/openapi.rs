//! The frame of an OpenAPI 3.1 document: what is the same for every API.
//!
//! The documents are written by hand next to the code they describe, and kept true by tests: every
//! route has to be in its document, and every golden answer has to fit the schema promised for it.

use crate::wire::{Operation, Route};
use reelgate_core::{idempotency, media};
use serde_json::{Map, Value, json};

/// An API as a whole.
pub(crate) struct Api {
    /// What it is called.
    pub(crate) title: &'static str,
    /// What to know first.
    pub(crate) description: &'static str,
    /// How it refuses: the schema named here is among `schemas`.
    pub(crate) refusal: &'static str,
    /// Its wire types by name.
    pub(crate) schemas: Value,
}

/// One route.
pub(crate) struct Described {
    /// Unique in its document.
    pub(crate) id: &'static str,
    /// One line.
    pub(crate) summary: &'static str,
    /// Path and query parameters.
    pub(crate) parameters: Vec<Value>,
    /// The body's schema, where there is one.
    pub(crate) body: Option<&'static str>,
    /// The status and the schema of a good answer.
    pub(crate) answer: (u16, &'static str),
    /// The statuses of the refusals to expect, beyond those that every route has.
    pub(crate) refusals: &'static [u16],
    /// Where the job's end is reported (a runtime expression), and the schema of the report.
    pub(crate) callback: Option<(&'static str, &'static str)>,
}

/// Refusals that every route has: rate limit, fault, overload.
const ALWAYS: [u16; 3] = [429, 500, 503];

/// The document of `api` as served at `server_url`.
pub(crate) fn document(
    api: Api,
    server_url: &str,
    routes: &[Route],
    describe: impl Fn(&Route) -> Described,
) -> Value {
    let mut paths = Map::new();
    for route in routes {
        let described = operation(&api, route, &describe(route));
        let method = route.method.as_str().to_ascii_lowercase();
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[method] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "description": api.description,
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": server_url }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of this installation; every key works on every API.",
                },
            },
            "schemas": api.schemas,
        },
    })
}

fn operation(api: &Api, route: &Route, described: &Described) -> Value {
    let mut operation = json!({
        "operationId": described.id,
        "summary": described.summary,
        "parameters": parameters(route, described),
        "responses": responses(api, route, described),
    });
    if let Some(schema) = described.body {
        operation["requestBody"] = json!({ "required": true, "content": content(schema) });
    }
    if let Some((address, schema)) = described.callback {
        let body = json!({ "required": true, "content": content(schema) });
        let post = json!({
            "requestBody": body,
            "responses": { "2XX": { "description": "Received; it will not be sent again." } },
        });
        operation["callbacks"] = json!({ "ended": { address: { "post": post } } });
    }
    if route.public {
        // An empty list switches the document's own requirement off.
        operation["security"] = json!([]);
    }
    operation
}

fn parameters(route: &Route, described: &Described) -> Vec<Value> {
    let mut parameters = described.parameters.clone();
    if matches!(route.operation, Operation::Submit | Operation::SubmitForm(_) | Operation::Rerun) {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Repeat a request under the same key to get the first answer again.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": idempotency::KEY_CHARS_MAX,
            },
        }));
    }
    parameters
}

fn responses(api: &Api, route: &Route, described: &Described) -> Map<String, Value> {
    let (status, schema) = described.answer;
    let mut responses = Map::new();
    let good = json!({ "description": described.summary, "content": content(schema) });
    responses.insert(status.to_string(), good);
    if route.operation == Operation::Get {
        let unchanged = "Nothing has changed since the answer that If-None-Match names.";
        responses.insert("304".to_owned(), json!({ "description": unchanged }));
    }
    let unauthorized = if route.public { &[][..] } else { &[401, 403] };
    let mut refusals = [described.refusals, unauthorized, &ALWAYS].concat();
    refusals.sort_unstable();
    for status in refusals {
        let mut refusal =
            json!({ "description": meaning(status), "content": content(api.refusal) });
        if matches!(status, 409 | 429 | 503) {
            refusal["headers"] = json!({
                "Retry-After": {
                    "description": "Seconds after which to try again, where that helps.",
                    "schema": { "type": "integer", "minimum": 1 },
                },
            });
        }
        responses.insert(status.to_string(), refusal);
    }
    let other = json!({ "description": "Any other refusal.", "content": content(api.refusal) });
    responses.insert("default".to_owned(), other);
    responses
}

const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request asks for something that cannot be had; the message names the field.",
        401 => "The key is missing, unknown, revoked or expired.",
        402 => "The balance does not cover the price.",
        403 => "The key may not do this.",
        404 => "There is no such task, or it belongs to somebody else.",
        409 => "The request conflicts with an earlier one or with the state of the task.",
        413 => "The body is too large.",
        415 => "The body is not JSON.",
        429 => "Too many requests.",
        500 => "A fault of the server.",
        503 => "The server cannot take this now.",
        _ => "Refused.",
    }
}

fn content(schema: &str) -> Value {
    json!({ "application/json": { "schema": reference(schema) } })
}

/// A pointer to one of the document's wire types.
pub(crate) fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// A wire type or nothing.
pub(crate) fn nullable(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// A list of names as an enumeration.
pub(crate) fn names<T: Copy>(values: &[T], name: impl Fn(T) -> &'static str) -> Value {
    json!({ "type": "string", "enum": values.iter().map(|value| name(*value)).collect::<Vec<_>>() })
}

/// A schema and what to know about it.
pub(crate) fn with(mut schema: Value, key: &str, value: impl Into<Value>) -> Value {
    schema[key] = value.into();
    schema
}

/// A public address.
pub(crate) fn url() -> Value {
    json!({ "type": "string", "format": "uri", "maxLength": media::URL_BYTES_MAX })
}

/// A moment, in UTC with milliseconds.
pub(crate) fn moment() -> Value {
    json!({ "type": "string", "format": "date-time", "examples": ["2025-08-03T10:22:20.010Z"] })
}

/// An amount of whole credits.
pub(crate) fn credits(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

/// An object with these properties, all of them present.
pub(crate) fn object(properties: Value) -> Value {
    let names = properties.as_object().into_iter().flat_map(Map::keys);
    let required = names.cloned().collect::<Vec<_>>();
    json!({ "type": "object", "properties": properties, "required": required })
}
