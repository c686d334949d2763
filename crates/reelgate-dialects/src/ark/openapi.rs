//! The Ark API as an OpenAPI document.

use super::request::{
    EXPIRES_DEFAULT_S, EXPIRES_S, FRAMES, PAGE_DEFAULT, RESOLUTIONS, SAFETY_CHARS_MAX,
};
use crate::openapi::{Api, Described, document as frame, names, nullable, object, reference, url};
use crate::wire::{Operation, Route};
use reelgate_core::record::PAGE_MAX;
use reelgate_core::{Ratio, RecordStatus, Resolution};
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "Video tasks as BytePlus ModelArk and Volcengine Ark have them: point \
    the base URL of their clients here. An option that is null counts as left out; what a model \
    does not take is ignored. Idempotency-Key is ours.";

pub(super) fn document(server_url: &str, routes: &[Route], models: &[String]) -> Value {
    let schemas = json!({
        "Order": order(models),
        "Item": item(),
        "Accepted": object(json!({ "id": id() })),
        "Task": task(),
        "Tasks": object(json!({
            "total": count(),
            "items": { "type": "array", "items": reference("Task") },
        })),
        "Nothing": { "type": "object" },
        "Refusal": object(json!({ "error": object(json!({
            "code": { "type": "string" },
            "message": { "type": "string" },
            "param": nullable(json!({ "type": "string" })),
            "type": { "type": "string" },
        })) })),
    });
    let title = "Reelgate: Ark API";
    let api = Api { title, description: DESCRIPTION, refusal: "Refusal", schemas };
    let mut document = frame(api, server_url, routes, describe);
    let methods = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in methods.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let Some(conflict) = operation.pointer_mut("/responses/409/headers") else { continue };
        conflict["x-should-retry"] = json!({
            "description": "Whether clients may send the request again by themselves.",
            "schema": { "type": "string", "enum": ["false"] },
        });
    }
    document
}

fn describe(route: &Route) -> Described {
    let one = Described {
        id: "getTask",
        summary: "The task as it is.",
        parameters: vec![json!({
            "name": super::ID,
            "in": "path",
            "required": true,
            "schema": { "type": "string" },
        })],
        body: None,
        answer: (200, "Task"),
        refusals: &[404],
        callback: None,
    };
    match route.operation {
        Operation::Submit => Described {
            id: "createTask",
            summary: "The order was accepted.",
            parameters: Vec::new(),
            body: Some("Order"),
            answer: (200, "Accepted"),
            refusals: &[400, 404, 409, 413, 415],
            callback: Some(("{$request.body#/callback_url}", "Task")),
        },
        Operation::Records => Described {
            id: "listTasks",
            summary: "Tasks of the last seven days, newest first.",
            parameters: filters(),
            answer: (200, "Tasks"),
            refusals: &[400],
            ..one
        },
        Operation::Remove => Described {
            id: "deleteTask",
            summary: "A waiting task is cancelled; the record of one that has ended is gone.",
            answer: (200, "Nothing"),
            refusals: &[404, 409],
            ..one
        },
        Operation::Get
        | Operation::Cancel
        | Operation::Content
        | Operation::Models
        | Operation::Quote
        | Operation::Rerun
        | Operation::SubmitForm(_)
        | Operation::Own(_)
        | Operation::Endpoint(_)
        | Operation::Owner(_)
        | Operation::People(_) => one,
    }
}

fn filters() -> Vec<Value> {
    let number = |most: usize, usual: usize| {
        let (kind, least) = ("integer", 1);
        json!({ "type": kind, "minimum": least, "maximum": most, "default": usual })
    };
    let text = json!({ "type": "string" });
    [
        ("page_num", number(500, 1)),
        ("page_size", number(PAGE_MAX, PAGE_DEFAULT)),
        ("filter.status", names(&RecordStatus::ALL, RecordStatus::name)),
        ("filter.model", text.clone()),
        ("filter.service_tier", json!({ "type": "string", "enum": ["default", "flex"] })),
        ("filter.task_ids", json!({ "type": "array", "items": text })),
    ]
    .into_iter()
    .map(|(name, schema)| json!({ "name": name, "in": "query", "schema": schema }))
    .collect()
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn id() -> Value {
    json!({ "type": "string", "pattern": "^cgt-[0-9]{14}-[0-9a-z]{8}$" })
}

fn item() -> Value {
    // No limit on the length: a data: URI holds the whole picture.
    let source = object(json!({ "url": { "type": "string", "format": "uri" } }));
    json!({
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {
                "type": "string",
                "enum": ["text", "image_url", "video_url", "audio_url", "draft_task"],
            },
            "text": { "type": "string", "maxLength": 10_000 },
            "image_url": source,
            "video_url": source,
            "audio_url": source,
            "draft_task": object(json!({ "id": { "type": "string" } })),
            "role": nullable(json!({
                "type": "string",
                "enum": [
                    "first_frame", "last_frame", "reference_image", "reference", "reference_video",
                    "reference_audio",
                ],
            })),
        },
    })
}

fn order(models: &[String]) -> Value {
    let flag = nullable(json!({ "type": "boolean" }));
    let number = |least: i64, most: i64| {
        nullable(json!({ "type": "integer", "minimum": least, "maximum": most }))
    };
    let one_of = |values: Value| nullable(json!({ "type": "string", "enum": values }));
    let expires = json!({
        "type": "integer",
        "minimum": EXPIRES_S.0,
        "maximum": EXPIRES_S.1,
        "default": EXPIRES_DEFAULT_S,
    });
    let safety = json!({ "type": "string", "maxLength": SAFETY_CHARS_MAX });
    json!({
        "type": "object",
        "required": ["model", "content"],
        "properties": {
            "model": { "type": "string", "enum": models },
            "content": { "type": "array", "items": reference("Item"), "minItems": 1 },
            "callback_url": nullable(url()),
            "return_last_frame": flag,
            "service_tier": one_of(json!(["default", "flex"])),
            "execution_expires_after": nullable(expires),
            "priority": number(0, 9),
            "generate_audio": flag,
            "draft": flag,
            "tools": nullable(json!({ "type": "array", "items": { "type": "object" } })),
            "safety_identifier": nullable(safety),
            "resolution": nullable(names(&RESOLUTIONS, Resolution::name)),
            "ratio": nullable(names(&Ratio::ALL, Ratio::name)),
            "duration": number(-1, 30),
            "frames": number(FRAMES.0, FRAMES.1),
            "seed": number(-1, i64::from(u32::MAX)),
            "camera_fixed": flag,
            "watermark": flag,
            "output_format": one_of(json!(["mp4"])),
            "omni_reference_task_type": one_of(json!(["auto", "reference", "edit", "extend"])),
        },
    })
}

fn task() -> Value {
    let error = object(json!({ "code": { "type": "string" }, "message": { "type": "string" } }));
    let mut task = object(json!({
        "id": id(),
        "model": { "type": "string" },
        "status": names(&RecordStatus::ALL, RecordStatus::name),
        "error": nullable(error),
        "created_at": count(),
        "updated_at": count(),
        "seed": count(),
        "resolution": { "type": "string" },
        "ratio": { "type": "string" },
        "framespersecond": count(),
        "generate_audio": { "type": "boolean" },
        "draft": { "type": "boolean" },
        "service_tier": { "type": "string", "enum": ["default", "flex"] },
        "execution_expires_after": count(),
        "priority": count(),
    }));
    let mut content = object(json!({ "video_url": url() }));
    content["properties"]["last_frame_url"] = url();
    // Only there where they apply.
    let more = [
        ("content", content),
        ("usage", object(json!({ "completion_tokens": count(), "total_tokens": count() }))),
        ("duration", count()),
        ("frames", count()),
        ("safety_identifier", json!({ "type": "string" })),
        ("tools", json!({ "type": "array", "items": { "type": "object" } })),
    ];
    for (name, schema) in more {
        task["properties"][name] = schema;
    }
    task
}
