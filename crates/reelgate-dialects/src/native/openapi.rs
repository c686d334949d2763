//! Our own API as an OpenAPI document.

use super::openapi_own::{self, prefer, states};
use super::owner;
use super::people;
use super::{MODEL, webhooks};
use crate::openapi::{
    Api, Described, document as frame, moment, names, nullable, object, reference, url, with,
};
use crate::wire::{Operation, Route};
use reelgate_core::{Channel, MediaKind, Priority, Ratio, Resolution, Role};
use serde_json::{Value, json};

const DESCRIPTION: &str = "Everything the platform can do: any model of any API, every setting, \
    exact money. Fields that are not described here are refused. An Idempotency-Key header makes \
    it safe to repeat an order.";

pub(super) fn document(server_url: &str, routes: &[Route], models: &[String]) -> Value {
    let mut schemas = json!({
        "Order": order(models),
        "Media": media(),
        "Job": job(),
        "Quote": object(json!({
            "price": amount(),
            "price_version": { "type": "string" },
        })),
        "Output": output(),
        "Models": openapi_own::part("Model"),
        "Model": model(),
        "Refusal": refusal(),
    });
    openapi_own::add_schemas(&mut schemas);
    let more = webhooks::openapi::schemas().into_iter().chain(owner::openapi::schemas(models));
    for (name, schema) in more.chain(people::openapi::schemas()) {
        schemas[name] = schema;
    }
    let api = Api {
        title: "Reelgate: native API",
        description: DESCRIPTION,
        refusal: "Refusal",
        schemas,
    };
    let mut document = frame(api, server_url, routes, describe);
    people::openapi::add_security(&mut document, routes);
    people::openapi::add_cookie(&mut document);
    let paths = &mut document["paths"];
    openapi_own::add_other_contents(paths);
    for path in ["/api/reelgate/v1/jobs", "/api/reelgate/v1/jobs/{id}/rerun"] {
        let order = &mut paths[path]["post"];
        openapi_own::add_answer(order, "200", "The job has ended while the request waited.", "Job");
    }
    // The one body that may be left out.
    document["paths"][webhooks::ROTATE]["post"]["requestBody"]["required"] = false.into();
    with(document, "webhooks", webhooks::openapi::webhooks())
}

fn describe(route: &Route) -> Described {
    let id = json!({
        "name": super::ID,
        "in": "path",
        "required": true,
        "schema": { "type": "string" },
    });
    let plain = Described {
        id: "listModels",
        summary: "What is on offer, and what it costs.",
        parameters: Vec::new(),
        body: None,
        answer: (200, "Models"),
        refusals: &[],
        callback: None,
    };
    match route.operation {
        Operation::Models | Operation::Records | Operation::Remove | Operation::Content => plain,
        Operation::Own(operation) => openapi_own::describe(operation, id),
        Operation::Endpoint(action) => webhooks::openapi::describe(action),
        Operation::Submit | Operation::SubmitForm(_) => Described {
            id: "createJob",
            summary: "The order was accepted.",
            parameters: vec![prefer()],
            body: Some("Order"),
            answer: (202, "Job"),
            refusals: &[400, 402, 409, 413, 415],
            callback: Some(("{$request.body#/callback_url}", "Job")),
        },
        Operation::Quote => Described {
            id: "quoteOrder",
            summary: "What the order would cost; references are not fetched for it.",
            body: Some("Order"),
            answer: (200, "Quote"),
            refusals: &[400, 413, 415],
            ..plain
        },
        Operation::Rerun => Described {
            id: "rerunJob",
            summary: "The same order was accepted again, with the same seed, at today's price.",
            parameters: vec![id, prefer()],
            answer: (202, "Job"),
            refusals: &[400, 402, 404, 409],
            ..plain
        },
        Operation::Get => Described {
            id: "getJob",
            summary: "The job as it is.",
            parameters: vec![id, prefer()],
            answer: (200, "Job"),
            refusals: &[404],
            ..plain
        },
        Operation::Cancel => Described {
            id: "cancelJob",
            summary: "The job is cancelled, or will be as soon as its worker hears of it.",
            parameters: vec![id],
            answer: (200, "Job"),
            refusals: &[404, 409],
            ..plain
        },
        Operation::Owner(operation) => owner::openapi::describe(operation, plain),
        Operation::People(operation) => people::openapi::describe(operation, plain),
    }
}

pub(super) fn job_id() -> Value {
    json!({ "type": "string", "pattern": "^job_[0-9A-Za-z]{12}$" })
}

/// Credits as an exact decimal.
pub(super) fn amount() -> Value {
    json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,6})?$", "examples": ["12.8"] })
}

pub(super) fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn order(models: &[String]) -> Value {
    json!({
        "type": "object",
        "required": ["prompt"],
        "additionalProperties": false,
        "properties": {
            "model": { "type": "string", "enum": models, "default": MODEL },
            "prompt": { "type": "string", "minLength": 1, "maxLength": 10_000 },
            "media": { "type": "array", "items": reference("Media"), "maxItems": 50 },
            "ratio": with(names(&Ratio::ALL, Ratio::name), "default", "16:9"),
            "resolution": with(names(&Resolution::ALL, Resolution::name), "default", "720p"),
            "duration_s": {
                "type": "integer",
                "minimum": -1,
                "default": 5,
                "description": "-1 leaves it to the model, where takes_auto says that it can.",
            },
            "seed": {
                "type": "integer",
                "minimum": -1,
                "maximum": u32::MAX,
                "description": "-1 is any.",
            },
            "audio": { "type": "boolean" },
            "fixed_lens": { "type": "boolean", "default": false },
            "channel": with(names(&Channel::ALL, Channel::name), "default", "standard"),
            "callback_url": with(url(), "description", "Where the end of the job is reported."),
            "priority": with(
                names(&Priority::ALL, Priority::name),
                "description",
                "Who goes first in the line for a worker. Above normal only for accounts that may.",
            ),
            "credits_max": {
                "description": "The most it may cost; a dearer order is refused.",
                "anyOf": [amount(), { "type": "integer", "minimum": 0 }],
            },
            "metadata": {
                "type": "object",
                "description": "Kept with the job; at most 16384 bytes of JSON.",
            },
        },
    })
}

fn media() -> Value {
    json!({
        "type": "object",
        "required": ["url"],
        "additionalProperties": false,
        "properties": {
            // No limit on the length: a data: URI holds the whole picture.
            "url": { "type": "string", "format": "uri" },
            "role": with(
                names(&Role::ALL, Role::name),
                "description",
                "Without it one image opens the clip, two open and close it, and anything else \
                 is a reference.",
            ),
        },
    })
}

fn job() -> Value {
    let error = object(json!({
        "code": { "type": "string" },
        "message": { "type": "string" },
        "blame": { "type": "string", "enum": ["caller", "provider", "platform"] },
    }));
    let mut job = object(json!({
        "id": job_id(),
        "state": states(),
        "progress": { "type": "number", "minimum": 0, "maximum": 1 },
        "cancel_requested": { "type": "boolean" },
        "model": { "type": "string" },
        "prompt": { "type": "string" },
        "ratio": { "type": "string" },
        "resolution": { "type": "string" },
        "duration_s": { "type": "integer", "minimum": 0 },
        "seed": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
        "audio": { "type": "boolean" },
        "fixed_lens": { "type": "boolean" },
        "priority": names(&Priority::ALL, Priority::name),
        "price": amount(),
        "charged": amount(),
        "refunded": amount(),
        "output": nullable(reference("Output")),
        "error": nullable(error),
        "attempt": count(),
        "queue": with(
            nullable(object(json!({ "ahead": count(), "eta_s": nullable(count()) }))),
            "description",
            "Present while the job waits: jobs before it, and seconds until it should be done.",
        ),
        "metadata": nullable(json!({ "type": "object" })),
        "created_at": moment(),
        "updated_at": moment(),
        "finished_at": nullable(moment()),
    }));
    // Only there while there is one.
    job["properties"]["frame"] = json!({
        "type": "integer",
        "minimum": 0,
        "description": "The frame of which GET /jobs/{id}/frame has a picture, while it is made.",
    });
    // Only there when it is true.
    job["properties"]["test"] = json!({
        "const": true,
        "description": "It came with a test key: rehearsed, and free of charge.",
    });
    job
}

fn output() -> Value {
    object(json!({
        "video_url": nullable(url()),
        "image_url": nullable(url()),
        "poster_url": url(),
        "thumbnail_url": nullable(url()),
        "last_frame_url": nullable(url()),
        "width": count(),
        "height": count(),
        "frames": count(),
        "duration_ms": count(),
        "has_audio": { "type": "boolean" },
        "bytes": count(),
        "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
        "engine": { "type": "string" },
    }))
}

fn model() -> Value {
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    let rate = object(json!({
        "resolution": { "type": "string" },
        "text_per_s": amount(),
        "media_per_s": amount(),
    }));
    object(json!({
        "id": { "type": "string" },
        "title": { "type": "string" },
        "makes": { "type": "string", "enum": ["video", "image"] },
        "prompt_chars_min": count(),
        "prompt_chars_max": count(),
        "duration_default_s": count(),
        "ratio_default": { "type": "string" },
        "resolution_default": { "type": "string" },
        "durations_s": { "type": "array", "items": { "type": "integer", "minimum": 0 } },
        "ratios": strings,
        "resolutions": strings,
        "channels": strings,
        "media_max": count(),
        "media_kinds": { "type": "array", "items": names(&MediaKind::ALL, MediaKind::name) },
        "takes_seed": { "type": "boolean" },
        "takes_auto": { "type": "boolean" },
        "audio_default": { "type": "boolean" },
        "rates": { "type": "array", "items": rate },
    }))
}

fn refusal() -> Value {
    let error = json!({
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": { "type": "string", "enum": super::error::CODES },
            "message": { "type": "string" },
            "field": { "type": "string" },
            "required": amount(),
            "available": amount(),
        },
    });
    object(json!({ "error": error }))
}
