//! API B as an OpenAPI document.

use super::request::{MODEL, RATIOS};
use crate::openapi::{
    Api, Described, document as frame, moment, names, nullable, object, reference, url, with,
};
use crate::wire::{Operation, Route};
use reelgate_core::Ratio;
use serde_json::{Value, json};

const DESCRIPTION: &str = "Order a clip and ask for its task. Good answers have code 0, refusals \
    have code 1 and a message; the HTTP status says which it is. An Idempotency-Key header is \
    honoured.";

pub(super) fn document(server_url: &str, routes: &[Route], models: &[String]) -> Value {
    let accepted = object(json!({ "task_id": task_id() }));
    let schemas = json!({
        "Order": order(models),
        "Text": object(json!({ "type": { "const": "text" }, "text": { "type": "string" } })),
        "Image": image(),
        "Accepted": envelope(accepted),
        "Task": task(),
        "TaskAnswer": envelope(reference("Task")),
        "Refusal": object(json!({ "code": { "const": 1 }, "message": { "type": "string" } })),
    });
    let api = Api {
        title: "Reelgate: task query API",
        description: DESCRIPTION,
        refusal: "Refusal",
        schemas,
    };
    frame(api, server_url, routes, describe)
}

fn describe(route: &Route) -> Described {
    let submit = Described {
        id: "createTask",
        summary: "The order was accepted.",
        parameters: Vec::new(),
        body: Some("Order"),
        answer: (200, "Accepted"),
        refusals: &[400, 402, 409],
        callback: Some(("{$request.body#/callback_url}", "Task")),
    };
    match route.operation {
        Operation::Submit => submit,
        Operation::Get
        | Operation::Cancel
        | Operation::Models
        | Operation::SubmitForm(_)
        | Operation::Records
        | Operation::Remove
        | Operation::Content
        | Operation::Quote
        | Operation::Rerun
        | Operation::Own(_)
        | Operation::Endpoint(_)
        | Operation::Owner(_)
        | Operation::People(_) => Described {
            id: "queryTask",
            summary: "The status, and the result once there is one.",
            parameters: vec![json!({
                "name": super::ID,
                "in": "query",
                "required": true,
                "schema": { "type": "string" },
            })],
            body: None,
            answer: (200, "TaskAnswer"),
            refusals: &[400, 404],
            callback: None,
        },
    }
}

fn envelope(data: Value) -> Value {
    object(json!({ "code": { "const": 0 }, "message": { "const": "ok" }, "data": data }))
}

fn task_id() -> Value {
    let pattern = "^ta[0-9a-f]{6}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";
    json!({ "type": "string", "pattern": pattern })
}

fn order(models: &[String]) -> Value {
    json!({
        "type": "object",
        "required": ["content"],
        "properties": {
            "model": { "type": "string", "enum": models, "default": MODEL },
            "content": {
                "type": "array",
                "minItems": 1,
                "items": { "anyOf": [reference("Text"), reference("Image")] },
                "description": "At least one text and at most 9 images. A text may mention the \
                                images as @image1, @image2 and so on, in the order given.",
            },
            "duration": {
                "anyOf": [
                    { "type": "integer", "enum": [5, 10, 15] },
                    { "type": "string", "enum": ["5", "10", "15"] },
                ],
                "default": 5,
                "description": "Seconds.",
            },
            "ratio": with(names(&RATIOS, Ratio::name), "default", "16:9"),
            "callback_url": with(url(), "description", "Where the end of the task is reported."),
        },
    })
}

fn image() -> Value {
    // No limit on the length: the address may be a data: URI that holds the picture.
    let address = json!({ "type": "string", "format": "uri" });
    object(json!({
        "type": { "const": "image_url" },
        "image_url": object(json!({ "url": address })),
    }))
}

fn task() -> Value {
    let reason = nullable(json!({ "type": "string" }));
    object(json!({
        "task_id": task_id(),
        "status": { "type": "string", "enum": ["pending", "in_progress", "success", "failed"] },
        "result": {
            "anyOf": [
                object(json!({ "video": url() })),
                { "type": "array", "items": object(json!({ "image": url() })), "maxItems": 1 },
                { "type": "null" },
            ],
            "description": "A clip; a list for a picture that was ordered through another API.",
        },
        "consumed": {
            "type": "string",
            "pattern": "^[0-9]+\\.[0-9]{6}$",
            "description": "US dollars charged so far.",
        },
        "status_reason": object(json!({ "message": reason })),
        "created_at": moment(),
    }))
}
