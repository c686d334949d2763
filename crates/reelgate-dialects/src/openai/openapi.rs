//! The videos API as an OpenAPI document.

use super::request::{MODEL_DEFAULT, Models, PAGE_DEFAULT, PAGE_MAX, SIZES};
use super::{CHARACTER, EDIT, EXTEND, POLL_AFTER, REMIX};
use crate::openapi::{Api, Described, document as frame, names, nullable, object, reference, with};
use crate::wire::{Operation, Route};
use reelgate_core::Content;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "Videos as OpenAI's API has them: point the base URL of its clients \
    here. Orders come as forms or as JSON; in a form, input_reference[image_url] is the image_url \
    inside input_reference. Unknown fields are ignored. Idempotency-Key is ours.";

pub(super) fn document(server_url: &str, routes: &[Route], models: &Models) -> Value {
    let text = || nullable(json!({ "type": "string" }));
    let schemas = json!({
        "Order": order(models),
        "Remix": object(json!({ "prompt": prompt() })),
        "Edit": footage(json!({ "prompt": prompt(), "video": footage_source() })),
        "Extension": footage(json!({
            "prompt": prompt(),
            "video": footage_source(),
            "seconds": seconds(),
        })),
        "Video": video(),
        "Videos": object(json!({
            "object": { "type": "string", "enum": ["list"] },
            "data": { "type": "array", "items": reference("Video") },
            "first_id": text(),
            "last_id": text(),
            "has_more": { "type": "boolean" },
        })),
        "Removed": object(json!({
            "id": id(),
            "object": { "type": "string", "enum": ["video.deleted"] },
            "deleted": { "type": "boolean" },
        })),
        "File": { "type": "string", "format": "binary" },
        "Event": object(json!({
            "id": { "type": "string" },
            "object": { "type": "string", "enum": ["event"] },
            "created_at": count(),
            "type": { "type": "string", "enum": ["video.completed", "video.failed"] },
            "data": object(json!({ "id": id() })),
        })),
        "Refusal": object(json!({ "error": object(json!({
            "message": { "type": "string" },
            "type": { "type": "string" },
            "param": text(),
            "code": text(),
        })) })),
    });
    let title = "Reelgate: OpenAI videos API";
    let api = Api { title, description: DESCRIPTION, refusal: "Refusal", schemas };
    let mut document = frame(api, server_url, routes, describe);
    let methods = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in methods.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        complete(operation);
    }
    let body = json!({ "content": { "application/json": { "schema": reference("Event") } } });
    document["webhooks"] = json!({ "ended": { "post": {
        "summary": "To account webhooks of the format openai: a video is done, or will never be.",
        "requestBody": body,
        "responses": { "2XX": { "description": "Received; it will not be sent again." } },
    } } });
    document
}

/// What the common frame does not know: forms, files, and this API's own headers.
fn complete(operation: &mut Value) {
    if let Some(content) = operation.pointer_mut("/requestBody/content") {
        content["multipart/form-data"] = content["application/json"].clone();
    }
    for status in ["409", "429"] {
        let headers = operation.pointer_mut(&format!("/responses/{status}/headers"));
        let Some(headers) = headers else { continue };
        headers["x-should-retry"] = json!({
            "description": "Whether clients may send the request again by themselves.",
            "schema": { "type": "string", "enum": ["false"] },
        });
    }
    let answer = operation.pointer_mut("/responses/200/content/application~1json/schema/$ref");
    let answer = answer.and_then(|schema| schema.as_str()).unwrap_or("").to_owned();
    let is_get = operation["operationId"] == "getVideo";
    if answer.ends_with("/File") {
        let file = json!({ "schema": reference("File") });
        operation["responses"]["200"]["content"] =
            json!({ "video/mp4": file, "image/webp": file, "image/jpeg": file });
        operation["responses"]["206"] = json!({ "description": "The part that Range names." });
        operation["responses"]["416"] = json!({ "description": "There is no such part." });
    } else if is_get {
        operation["responses"]["200"]["headers"] = json!({
            POLL_AFTER.as_str(): {
                "description": "Milliseconds after which to ask again, until it has ended.",
                "schema": { "type": "integer", "minimum": 1 },
            },
        });
    }
}

fn describe(route: &Route) -> Described {
    let one = Described {
        id: "getVideo",
        summary: "The video as it is.",
        parameters: vec![json!({
            "name": super::ID,
            "in": "path",
            "required": true,
            "schema": { "type": "string" },
        })],
        body: None,
        answer: (200, "Video"),
        refusals: &[404],
        callback: None,
    };
    let refusals = &[400, 404, 409, 413, 415];
    let made = |id, summary, body| Described {
        id,
        summary,
        parameters: Vec::new(),
        body: Some(body),
        answer: (200, "Video"),
        refusals,
        callback: None,
    };
    match route.operation {
        Operation::Submit => made("createVideo", "The order was accepted.", "Order"),
        Operation::SubmitForm(EDIT) => made("editVideo", "A clip will be made anew.", "Edit"),
        Operation::SubmitForm(EXTEND) => {
            made("extendVideo", "A clip will be made longer.", "Extension")
        }
        Operation::SubmitForm(REMIX) => {
            let summary = "The order of a clip was accepted again, with other words.";
            Described { parameters: one.parameters, ..made("remixVideo", summary, "Remix") }
        }
        Operation::SubmitForm(CHARACTER) => {
            made("createCharacter", "Not made here: always refused.", "Order")
        }
        Operation::Records => Described {
            id: "listVideos",
            summary: "Videos, newest first.",
            parameters: questions(),
            answer: (200, "Videos"),
            refusals: &[400],
            ..one
        },
        Operation::Remove => Described {
            id: "deleteVideo",
            summary: "The video is stopped if it has not ended, and gone.",
            answer: (200, "Removed"),
            refusals: &[404, 409],
            ..one
        },
        Operation::Content => file(one),
        Operation::SubmitForm(_)
        | Operation::Get
        | Operation::Cancel
        | Operation::Models
        | Operation::Quote
        | Operation::Rerun
        | Operation::Own(_)
        | Operation::Endpoint(_)
        | Operation::Owner(_)
        | Operation::People(_) => one,
    }
}

fn file(one: Described) -> Described {
    let schema = with(names(&Content::ALL, Content::name), "default", "video");
    let variant = json!({ "name": "variant", "in": "query", "schema": schema });
    Described {
        id: "downloadVideo",
        summary: "The clip (MP4), a still (WebP), or moments of it side by side (JPEG).",
        parameters: one.parameters.into_iter().chain([variant]).collect(),
        answer: (200, "File"),
        refusals: &[400, 404],
        ..one
    }
}

fn questions() -> Vec<Value> {
    let limit = json!({
        "type": "integer",
        "minimum": 1,
        "maximum": PAGE_MAX,
        "default": PAGE_DEFAULT,
    });
    [
        ("after", json!({ "type": "string" })),
        ("limit", limit),
        ("order", json!({ "type": "string", "enum": ["asc", "desc"], "default": "desc" })),
    ]
    .into_iter()
    .map(|(name, schema)| json!({ "name": name, "in": "query", "schema": schema }))
    .collect()
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn id() -> Value {
    json!({ "type": "string", "pattern": "^video_[0-9A-Za-z]{12}$" })
}

fn prompt() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 10_000 })
}

fn seconds() -> Value {
    json!({
        "anyOf": [{ "type": "string" }, { "type": "integer" }],
        "description": "A multiple of four, up to 60.",
        "examples": ["4", "8", "12"],
    })
}

fn footage_source() -> Value {
    json!({
        "description": "The clip to begin with: a file of the form, or the id of a video.",
        "anyOf": [
            object(json!({ "id": { "type": "string" } })),
            { "type": "string" },
        ],
    })
}

/// An order that begins with a clip; of a file, it may say what every order says.
fn footage(properties: Value) -> Value {
    object(properties)
}

fn order(models: &Models) -> Value {
    let picture = json!({
        "description": "What the clip begins with: a file of the form, an address, or an upload.",
        "anyOf": [
            {
                "type": "object",
                "properties": {
                    "image_url": { "type": "string" },
                    "file_id": { "type": "string" },
                },
            },
            { "type": "string" },
        ],
    });
    let seed = json!({
        "anyOf": [{ "type": "string" }, { "type": "integer" }],
        "description": "Ours: the same number makes the same clip.",
    });
    let names: Vec<_> = models.keys().collect();
    let sizes = SIZES.map(|(name, ..)| name);
    json!({
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": prompt(),
            "model": nullable(json!({ "type": "string", "enum": names, "default": MODEL_DEFAULT })),
            "seconds": nullable(with(seconds(), "default", "4")),
            "size": nullable(json!({ "type": "string", "enum": sizes, "default": sizes[0] })),
            "input_reference": nullable(picture),
            "seed": nullable(seed),
        },
    })
}

fn video() -> Value {
    let error = object(json!({ "code": { "type": "string" }, "message": { "type": "string" } }));
    object(json!({
        "id": id(),
        "object": { "type": "string", "enum": ["video"] },
        "created_at": count(),
        "completed_at": nullable(count()),
        "expires_at": nullable(count()),
        "model": { "type": "string" },
        "prompt": { "type": "string" },
        "progress": { "type": "integer", "minimum": 0, "maximum": 100 },
        "status": {
            "type": "string",
            "enum": ["queued", "in_progress", "completed", "failed"],
        },
        "seconds": { "type": "string" },
        "size": { "type": "string" },
        "error": nullable(error),
        "remixed_from_video_id": nullable(id()),
    }))
}
