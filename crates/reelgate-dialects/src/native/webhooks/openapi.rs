//! Endpoints and deliveries in the OpenAPI document.

use super::super::openapi_own::{page, part};
use super::{DELIVERY, ID};
use crate::openapi::{Described, moment, names, nullable, object, reference, url, with};
use crate::wire::EndpointAction;
use reelgate_core::endpoint::{
    DESCRIPTION_CHARS_MAX, ENDPOINTS_MAX, Format, OVERLAP_DEFAULT_MS, OVERLAP_MAX_MS, OffBy,
};
use reelgate_core::webhook::{EventKind, TRIES_MAX};
use serde_json::{Value, json};

/// What a route about endpoints does.
pub(in crate::native) fn describe(action: EndpointAction) -> Described {
    let ids = vec![in_path(ID, "wh")];
    let both = vec![listener(), in_path(DELIVERY, "msg")];
    let one = Described {
        id: "getWebhook",
        summary: "The endpoint, how deliveries to it went, and no secret.",
        parameters: ids,
        body: None,
        answer: (200, "Webhook"),
        refusals: &[404],
        callback: None,
    };
    match action {
        EndpointAction::Show => one,
        EndpointAction::Create => create(one),
        EndpointAction::List => Described {
            id: "listWebhooks",
            summary: "Every endpoint of the account, oldest first.",
            parameters: Vec::new(),
            answer: (200, "Webhooks"),
            refusals: &[],
            ..one
        },
        EndpointAction::Update => Described {
            id: "updateWebhook",
            summary: "What was named has changed, the rest is as it was.",
            body: Some("WebhookChange"),
            refusals: &[400, 404, 413, 415],
            ..one
        },
        EndpointAction::Delete => Described {
            id: "deleteWebhook",
            summary: "Nothing is sent there any more.",
            answer: (200, "DeletedWebhook"),
            ..one
        },
        EndpointAction::Rotate => Described {
            id: "rotateWebhookSecret",
            summary: "A new secret, shown once; the old one signs too until the overlap ends.",
            body: Some("Rotation"),
            refusals: &[400, 404, 413, 415],
            ..one
        },
        EndpointAction::Test => sent("testWebhook", "A message that tells of nothing.", one),
        EndpointAction::Deliveries => Described {
            id: "listDeliveries",
            summary: "What was sent there in the last week, newest first.",
            parameters: [vec![listener()], page()].concat(),
            answer: (200, "Deliveries"),
            refusals: &[400, 404],
            ..one
        },
        EndpointAction::Delivery => Described {
            id: "getDelivery",
            summary: "One delivery with its attempts and its body.",
            parameters: both,
            answer: (200, "Delivery"),
            ..one
        },
        EndpointAction::Replay => {
            let again = sent("replayDelivery", "One more attempt, under the same id.", one);
            Described { parameters: both, ..again }
        }
    }
}

fn create(one: Described) -> Described {
    Described {
        id: "createWebhook",
        summary: "The endpoint hears of what happens from now on; its secret is shown once.",
        parameters: Vec::new(),
        body: Some("NewWebhook"),
        answer: (201, "Webhook"),
        refusals: &[400, 409, 413, 415],
        ..one
    }
}

fn sent(id: &'static str, summary: &'static str, one: Described) -> Described {
    Described { id, summary, answer: (202, "Delivery"), refusals: &[404, 409], ..one }
}

fn in_path(name: &str, prefix: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": id(prefix) })
}

/// To whom messages went.
fn listener() -> Value {
    json!({
        "name": ID,
        "in": "path",
        "required": true,
        "description": "An endpoint, or a job for the address that came with its order.",
        "schema": { "type": "string" },
    })
}

fn id(prefix: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^{prefix}_[0-9A-Za-z]{{12}}$") })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn kinds() -> Value {
    let names = names(&EventKind::OF_JOBS, EventKind::name);
    json!({ "type": "array", "items": names, "minItems": 1 })
}

/// Wire types by name.
pub(in crate::native) fn schemas() -> [(&'static str, Value); 9] {
    let most = format!("An account has at most {ENDPOINTS_MAX}.");
    [
        ("NewWebhook", settings(&["url"])),
        ("WebhookChange", settings(&[])),
        ("Rotation", rotation()),
        ("Webhook", webhook()),
        ("Webhooks", with(part("Webhook"), "description", most)),
        ("DeletedWebhook", object(json!({ "id": id("wh"), "deleted": { "const": true } }))),
        ("Delivery", delivery()),
        ("Deliveries", part("Delivery")),
        ("Event", event()),
    ]
}

fn settings(required: &[&str]) -> Value {
    json!({
        "type": "object",
        "required": required,
        "additionalProperties": false,
        "properties": {
            "url": with(url(), "description", "A public https address."),
            "events": with(kinds(), "description", "What to hear of; everything unless named."),
            "format": with(formats(), "description", "In whose words; openai tells of ends only."),
            "description": { "type": "string", "maxLength": DESCRIPTION_CHARS_MAX },
            "enabled": {
                "type": "boolean",
                "description": "Switching it on again forgets its failures.",
            },
        },
    })
}

fn formats() -> Value {
    names(&Format::ALL, Format::name)
}

fn rotation() -> Value {
    let overlap = json!({
        "type": "integer",
        "minimum": 0,
        "maximum": OVERLAP_MAX_MS / 1000,
        "default": OVERLAP_DEFAULT_MS / 1000,
    });
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": { "overlap_s": overlap },
    })
}

fn webhook() -> Value {
    let health = object(json!({
        "consecutive_failures": count(),
        "last_success_at": nullable(moment()),
        "last_failure_at": nullable(moment()),
    }));
    let mut schema = object(json!({
        "id": id("wh"),
        "url": url(),
        "events": kinds(),
        "format": formats(),
        "description": { "type": "string" },
        "enabled": { "type": "boolean" },
        "disabled_at": nullable(moment()),
        "disabled_by": nullable(names(&[OffBy::Owner, OffBy::Receiver], OffBy::name)),
        "previous_secret_expires_at": nullable(moment()),
        "health": health,
        "created_at": moment(),
        "updated_at": moment(),
    }));
    schema["properties"]["secret"] = json!({
        "type": "string",
        "description": "Only when it was just made or rotated.",
    });
    schema
}

fn delivery() -> Value {
    let attempt = object(json!({
        "number": { "type": "integer", "minimum": 1, "maximum": TRIES_MAX },
        "at": moment(),
        "took_ms": count(),
        "status": nullable(count()),
        "error": nullable(json!({ "type": "string" })),
    }));
    let mut schema = object(json!({
        "id": id("msg"),
        "webhook_id": nullable(id("wh")),
        "type": names(&EventKind::ALL, EventKind::name),
        "job_id": nullable(id("job")),
        "state": { "type": "string", "enum": ["pending", "delivered", "dead"] },
        "tries": count(),
        "last_status": nullable(count()),
        "created_at": moment(),
        "next_try_at": nullable(moment()),
        "settled_at": nullable(moment()),
    }));
    let one = "Only where one delivery is asked for.";
    schema["properties"]["attempts"] =
        json!({ "type": "array", "items": attempt, "description": one });
    let sent = json!({ "anyOf": [reference("Event"), { "type": "object" }] });
    schema["properties"]["payload"] = with(
        sent,
        "description",
        "Only where one delivery is asked for; to an order's own address it is as the API says.",
    );
    schema
}

fn event() -> Value {
    object(json!({
        "id": id("msg"),
        "type": names(&EventKind::ALL, EventKind::name),
        "timestamp": moment(),
        "data": {
            "anyOf": [reference("Job"), object(json!({ "webhook_id": nullable(id("wh")) }))],
        },
    }))
}

/// What endpoints receive, for the document's list of webhooks.
pub(in crate::native) fn webhooks() -> Value {
    let content = json!({ "application/json": { "schema": reference("Event") } });
    let header = |name: &str, pattern: &str| {
        let schema = json!({ "type": "string", "pattern": pattern });
        json!({ "name": name, "in": "header", "required": true, "schema": schema })
    };
    json!({
        "event": {
            "post": {
                "operationId": "event",
                "summary": "Sent to every endpoint that asked for this type.",
                "parameters": [
                    header("webhook-id", "^msg_[0-9A-Za-z]{12}$"),
                    header("webhook-timestamp", "^[0-9]+$"),
                    header("webhook-signature", "^v1,[^ ]+( v1,[^ ]+)*$"),
                ],
                "requestBody": { "required": true, "content": content },
                "responses": {
                    "2XX": { "description": "Received; it will not be sent again." },
                    "410": { "description": "Never again; the endpoint is switched off." },
                },
            },
        },
    })
}
