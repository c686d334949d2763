//! The part of our own API's OpenAPI document that no other API has: lists, streams, uploads.

use super::openapi::{amount, count, job_id};
use super::query;
use super::response::EXPIRED;
use crate::openapi::{Described, moment, names, nullable, object, reference, with};
use crate::wire::OwnOperation;
use reelgate_core::ledger::EntryKind;
use reelgate_core::own::{PAGE_DEFAULT, PAGE_MAX, SHARE_S_DEFAULT, SHARE_S_MAX, Shown, UsageBy};
use reelgate_core::{MediaKind, StateName};
use serde_json::{Map, Value, json};

/// Adds the wire types to those that the document has.
pub(super) fn add_schemas(schemas: &mut Value) {
    let delta = json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,6})?$" });
    let own = json!({
        "Jobs": part("Job"),
        "Balance": object(json!({ "balance": amount(), "held": amount(), "available": amount() })),
        "Entry": object(json!({
            "id": { "type": "string" },
            "kind": names(&EntryKind::ALL, EntryKind::name),
            "job": nullable(job_id()),
            "balance_delta": delta,
            "held_delta": delta,
            "note": { "type": "string" },
            "at": moment(),
        })),
        "Statement": part("Entry"),
        "UsageRow": object(json!({
            "group": { "type": "string" },
            "jobs": count(),
            "succeeded": count(),
            "failed": count(),
            "cancelled": count(),
            "charged": amount(),
        })),
        "Usage": object(json!({
            "by": names(&UsageBy::ALL, UsageBy::name),
            "from": moment(),
            "until": moment(),
            "data": { "type": "array", "items": reference("UsageRow") },
            "next": with(json!({ "type": "null" }), "description", "A report has one part."),
        })),
        "Share": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "expires_in_s": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": SHARE_S_MAX,
                    "default": SHARE_S_DEFAULT,
                },
            },
        },
        "Shared": object(json!({ "url": { "type": "string" }, "expires": moment() })),
        "Asset": asset(),
        "Assets": part("Asset"),
    });
    if let (Some(all), Value::Object(own)) = (schemas.as_object_mut(), own) {
        all.extend(own);
    }
}

/// A list's wire type.
pub(in crate::native) fn part(item: &str) -> Value {
    part_of(&reference(item))
}

/// The same, of items that have no name of their own.
pub(in crate::native) fn part_of(item: &Value) -> Value {
    object(json!({
        "data": { "type": "array", "items": item },
        "next": with(
            nullable(json!({ "type": "string" })),
            "description",
            "The cursor of the next part; null at the end. A part may be short and go on.",
        ),
    }))
}

fn asset() -> Value {
    let mut asset = object(json!({
        "id": { "type": "string", "pattern": "^ast_[0-9A-Za-z]{12}$" },
        "url": { "type": "string", "pattern": "^asset://ast_[0-9A-Za-z]{12}$" },
        "name": { "type": "string" },
        "kind": names(&MediaKind::ALL, MediaKind::name),
        "width": nullable(count()),
        "height": nullable(count()),
        "bytes": count(),
        "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
        "created_at": moment(),
        "used_at": moment(),
    }));
    // Only there when it is true.
    asset["properties"]["test"] =
        json!({ "const": true, "description": "It came with a test key, and is for tests." });
    asset
}

/// What the route is about.
pub(super) fn describe(operation: OwnOperation, id: Value) -> Described {
    let (name, summary, answer, refusals): (_, _, _, &'static [u16]) = match operation {
        OwnOperation::ListJobs => ("listJobs", "Jobs, newest first.", "Jobs", &[400]),
        OwnOperation::DeleteJob => {
            ("deleteJob", "The files of the job are removed.", "Job", &[400, 404, 409])
        }
        OwnOperation::Share => (
            "shareJob",
            "A link to the clip that needs no key, until it ends.",
            "Shared",
            &[400, 404, 409, 413, 415],
        ),
        OwnOperation::Glimpse => (
            "getFrame",
            "A small picture of the clip that is being made; never the clip itself.",
            "Job",
            &[400, 404],
        ),
        OwnOperation::WatchJob => {
            ("watchJob", "The job at every change, until its end.", "Job", &[400, 404])
        }
        OwnOperation::Watch => ("watchJobs", "Every job at every change.", "Job", &[400]),
        OwnOperation::Balance => ("getBalance", "The account's credits.", "Balance", &[400]),
        OwnOperation::Statement => (
            "listEntries",
            "Movements of the account's credits, newest first.",
            "Statement",
            &[400],
        ),
        OwnOperation::Usage => ("getUsage", "What was ordered, summed up.", "Usage", &[400]),
        OwnOperation::Upload => (
            "createUpload",
            "The file is kept; its url may be ordered with.",
            "Asset",
            &[400, 413, 415],
        ),
        OwnOperation::ListAssets => ("listAssets", "Uploads, newest first.", "Assets", &[400]),
        OwnOperation::GetAsset => ("getAsset", "An upload.", "Asset", &[400, 404]),
        OwnOperation::DeleteAsset => {
            ("deleteAsset", "The upload is forgotten.", "Asset", &[400, 404])
        }
    };
    let has_id = matches!(
        operation,
        OwnOperation::DeleteJob
            | OwnOperation::Share
            | OwnOperation::Glimpse
            | OwnOperation::WatchJob
            | OwnOperation::GetAsset
            | OwnOperation::DeleteAsset
    );
    let mut parameters: Vec<Value> = has_id.then_some(id).into_iter().collect();
    parameters.extend(questions(operation));
    let status = if operation == OwnOperation::Upload { 201 } else { 200 };
    Described {
        id: name,
        summary,
        parameters,
        body: (operation == OwnOperation::Share).then_some("Share"),
        answer: (status, answer),
        refusals,
        callback: None,
    }
}

/// The query parameters of a list, and the header of a stream.
fn questions(operation: OwnOperation) -> Vec<Value> {
    let known: &[&str] = match operation {
        OwnOperation::ListJobs => &query::JOBS,
        OwnOperation::Statement | OwnOperation::ListAssets => &query::PAGES,
        OwnOperation::Usage => &query::USAGE,
        OwnOperation::WatchJob | OwnOperation::Watch => {
            return vec![json!({
                "name": "Last-Event-ID",
                "in": "header",
                "description": "The id of the last event that was seen: go on after it.",
                "schema": { "type": "string", "maxLength": 64 },
            })];
        }
        _ => &[],
    };
    described(known)
}

/// The query parameters of a list about which nothing else can be said.
pub(super) fn page() -> Vec<Value> {
    described(&query::PAGES)
}

fn described(names: &[&str]) -> Vec<Value> {
    let described = |name: &&str| {
        json!({
            "name": name,
            "in": "query",
            "required": matches!(*name, "from" | "until"),
            "schema": question(name),
        })
    };
    names.iter().map(described).collect()
}

pub(super) fn question(name: &str) -> Value {
    match name {
        "limit" => json!({
            "type": "integer",
            "minimum": 1,
            "maximum": PAGE_MAX,
            "default": PAGE_DEFAULT,
        }),
        "state" => names(&Shown::ALL, Shown::text),
        "prompt" => json!({ "type": "string", "maxLength": query::WORDS_CHARS_MAX }),
        "by" => with(names(&UsageBy::ALL, UsageBy::name), "default", "day"),
        "created_after" | "created_before" | "from" | "until" => json!({
            "type": "string",
            "examples": ["2026-11-21", "2026-11-21T06:19:03.120Z"],
        }),
        _ => json!({ "type": "string" }),
    }
}

/// Puts in what the common frame has no words for: streams of events, and files as bodies.
pub(super) fn add_other_contents(paths: &mut Value) {
    for path in ["/api/reelgate/v1/jobs/{id}/events", "/api/reelgate/v1/events"] {
        let answers = &mut paths[path]["get"]["responses"];
        answers["200"]["content"] = json!({ "text/event-stream": { "schema": {
            "type": "string",
            "description": "Events named job, whose data is a Job; lines that begin with a colon \
                            only keep the connection alive.",
        } } });
        answers["204"] = json!({ "description": "Nothing follows the last event." });
    }
    let frame = &mut paths["/api/reelgate/v1/jobs/{id}/frame"]["get"]["responses"]["200"];
    frame["content"] = json!({ "image/jpeg": {} });
    frame["headers"] = json!({ "reelgate-frame": {
        "description": "Which frame of the clip it is, from 0.",
        "schema": { "type": "integer", "minimum": 0 },
    } });
    let file = json!({ "type": "string", "contentMediaType": "application/octet-stream" });
    let form = json!({
        "type": "object",
        "required": ["file"],
        "properties": { "file": file },
    });
    paths["/api/reelgate/v1/uploads"]["post"]["requestBody"] = json!({
        "required": true,
        "content": { "multipart/form-data": { "schema": form } },
    });
}

/// A header that asks to wait for a job's end.
pub(super) fn prefer() -> Value {
    json!({
        "name": "Prefer",
        "in": "header",
        "description": "wait=N: answer when the job has ended, after at most N seconds.",
        "schema": { "type": "string", "examples": ["wait=1"] },
    })
}

/// The states that a job shows.
pub(super) fn states() -> Value {
    let all = StateName::ALL.map(StateName::text).into_iter().chain([EXPIRED]);
    json!({ "type": "string", "enum": all.collect::<Vec<_>>() })
}

/// An answer beside the usual one.
pub(super) fn add_answer(operation: &mut Value, status: &str, summary: &str, schema: &str) {
    let content = json!({ "application/json": { "schema": reference(schema) } });
    let mut answer = Map::new();
    answer.insert("description".to_owned(), json!(summary));
    answer.insert("content".to_owned(), content);
    operation["responses"][status] = Value::Object(answer);
}
