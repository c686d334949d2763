//! API A as an OpenAPI document.

use super::request::{RATIOS, RESOLUTIONS};
use crate::openapi::{
    Api, Described, credits, document as frame, moment, names, nullable, object, reference, url,
    with,
};
use crate::wire::{Operation, Route};
use reelgate_core::{MediaKind, Ratio, Resolution};
use serde_json::{Value, json};

const DESCRIPTION: &str = "Order a clip, ask for its status, or cancel it. Credits are taken when \
    an order is accepted and returned when it fails or is cancelled. An Idempotency-Key header is \
    honoured.";

pub(super) fn document(server_url: &str, routes: &[Route], models: &[String]) -> Value {
    let schemas = json!({
        "Order": order(models),
        "Accepted": object(json!({
            "success": { "const": true },
            "requestId": request_id(),
            "status": { "const": "queued" },
            "creditsCharged": credits("Taken when the order was accepted."),
        })),
        "Generation": generation(),
        "Cancelled": object(json!({
            "success": { "const": true },
            "requestId": request_id(),
            "status": { "const": "cancelled" },
        })),
        "Models": object(json!({
            "success": { "const": true },
            "data": { "type": "array", "items": reference("Model") },
        })),
        "Model": model(),
        "Refusal": refusal(),
    });
    let api =
        Api { title: "Reelgate: Open API", description: DESCRIPTION, refusal: "Refusal", schemas };
    frame(api, server_url, routes, describe)
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
        Operation::Models
        | Operation::SubmitForm(_)
        | Operation::Records
        | Operation::Remove
        | Operation::Content
        | Operation::Quote
        | Operation::Rerun
        | Operation::Own(_)
        | Operation::Endpoint(_)
        | Operation::Owner(_)
        | Operation::People(_) => plain,
        Operation::Submit => Described {
            id: "createGeneration",
            summary: "The order was accepted.",
            body: Some("Order"),
            answer: (200, "Accepted"),
            refusals: &[400, 402, 409, 413, 415],
            callback: Some(("{$request.body#/webhookUrl}", "Generation")),
            ..plain
        },
        Operation::Get => Described {
            id: "getGeneration",
            summary: "The status, and the result once there is one.",
            parameters: vec![id],
            answer: (200, "Generation"),
            refusals: &[404],
            ..plain
        },
        Operation::Cancel => Described {
            id: "cancelGeneration",
            summary: "The generation is cancelled.",
            parameters: vec![id],
            answer: (200, "Cancelled"),
            refusals: &[404, 409],
            ..plain
        },
    }
}

fn request_id() -> Value {
    json!({ "type": "string", "pattern": "^req_[0-9A-Za-z]{12}$" })
}

fn order(models: &[String]) -> Value {
    let media = json!({
        "type": "array",
        "items": url(),
        "maxItems": 5,
        "description": "One image opens the clip, two open and close it, anything else is a \
                        reference. Audio needs an image or a video beside it.",
    });
    json!({
        "type": "object",
        "required": ["model", "prompt"],
        "properties": {
            "model": { "type": "string", "enum": models },
            "prompt": { "type": "string", "minLength": 1, "maxLength": 10_000 },
            "mediaUrls": media,
            "aspectRatio": with(names(&RATIOS, Ratio::name), "default", "16:9"),
            "duration": {
                "type": "integer",
                "minimum": 4,
                "maximum": 15,
                "default": 5,
                "description": "Seconds; see the list of models for what each of them takes.",
            },
            "resolution": with(names(&RESOLUTIONS, Resolution::name), "default", "720p"),
            "webhookUrl": with(url(), "description", "Where the end is reported."),
            "metadata": {
                "type": "object",
                "description": "Kept with the generation; at most 16384 bytes of JSON.",
            },
        },
    })
}

fn generation() -> Value {
    let output =
        object(json!({ "type": { "type": "string", "enum": ["video", "image"] }, "url": url() }));
    let error = object(json!({
        "code": { "type": "string" },
        "message": { "type": "string" },
    }));
    let statuses = ["queued", "processing", "succeeded", "failed", "cancelled"];
    object(json!({
        "success": { "const": true },
        "requestId": request_id(),
        "status": { "type": "string", "enum": statuses },
        "model": { "type": "string" },
        "prompt": { "type": "string" },
        "duration": { "type": "integer", "minimum": 0 },
        "aspectRatio": { "type": "string" },
        "output": with(nullable(output), "description", "Present once the status is succeeded."),
        "error": with(nullable(error), "description", "Present once the status is failed."),
        "resolution": { "type": "string" },
        "creditsCharged": credits("Taken when the order was accepted."),
        "creditsRefunded": credits("Returned since then."),
        "metadata": nullable(json!({ "type": "object" })),
        "createdAt": moment(),
        "updatedAt": moment(),
    }))
}

fn model() -> Value {
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    let rate = object(json!({
        "resolution": { "type": "string" },
        "textToVideo": { "type": "number", "minimum": 0 },
        "withMedia": { "type": "number", "minimum": 0 },
    }));
    object(json!({
        "id": { "type": "string" },
        "name": { "type": "string" },
        "durations": { "type": "array", "items": { "type": "integer", "minimum": 1 } },
        "aspectRatios": strings,
        "resolutions": strings,
        "defaultDuration": { "type": "integer", "minimum": 1 },
        "defaultAspectRatio": { "type": "string" },
        "defaultResolution": { "type": "string" },
        "maxMediaUrls": { "type": "integer", "minimum": 0 },
        "mediaTypes": { "type": "array", "items": names(&MediaKind::ALL, MediaKind::name) },
        "pricing": object(json!({
            "unit": { "const": "credits per second" },
            "rates": { "type": "array", "items": rate },
        })),
    }))
}

fn refusal() -> Value {
    let codes = super::error::CODES;
    let error = json!({
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": { "type": "string", "enum": codes },
            "message": { "type": "string" },
            "requiredCredits": credits("What the order costs; only when the balance is too low."),
            "availableCredits": credits("What could be spent; only when the balance is too low."),
        },
    });
    object(json!({ "success": { "const": false }, "error": error }))
}
