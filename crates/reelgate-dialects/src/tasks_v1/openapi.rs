//! API C as an OpenAPI document.

use super::image::{IMAGES_MAX, RESOLUTIONS as IMAGE_RESOLUTIONS, TYPES, type_name};
use super::newer::{AUTO_NAME, MEDIA_MAX, RESOLUTIONS as NEWER_RESOLUTIONS};
use super::request::{MODES, RATIOS, RESOLUTIONS, mode_name};
use super::{MODEL, NEWER, TIER};
use crate::openapi::{
    Api, Described, credits, document as frame, moment, names, nullable, object, url, with,
};
use crate::wire::{Operation, Route};
use reelgate_core::{Channel, Ratio, Resolution};
use serde_json::{Value, json};

const DESCRIPTION: &str = "Order a clip and poll its task. Fields that are not described here are \
    refused. Credits are taken when an order is accepted and returned when it fails. An \
    Idempotency-Key header makes it safe to repeat an order.";

pub(super) fn document(
    server_url: &str,
    routes: &[Route],
    tiers: &[String],
    image_models: &[String],
) -> Value {
    let schemas = json!({
        "Order": order(tiers),
        "Accepted": object(json!({
            "id": task_id(),
            "status": { "const": "processing" },
            "model": { "const": MODEL },
            "quality_tier": { "type": "string", "enum": tiers },
            "channel": names(&Channel::ALL, Channel::name),
            "credits_used": credits("Taken when the order was accepted."),
        })),
        "NewerOrder": newer_order(tiers),
        "NewerAccepted": object(json!({
            "id": task_id(),
            "status": { "const": "processing" },
            "model": { "const": NEWER },
            "channel": names(&Channel::ALL, Channel::name),
            "credits_used": credits("Taken when the order was accepted."),
            "remaining_credits": remaining(),
        })),
        "ImageOrder": image_order(),
        "ImageAccepted": object(json!({
            "id": image_id(),
            "status": { "const": "processing" },
            "model": { "type": "string", "enum": image_models },
            "credits_used": credits("Taken when the order was accepted."),
            "remaining_credits": remaining(),
        })),
        "Task": task(),
        "Refusal": refusal(),
    });
    let api =
        Api { title: "Reelgate: tasks API", description: DESCRIPTION, refusal: "Refusal", schemas };
    frame(api, server_url, routes, |route| describe(route, image_models))
}

fn describe(route: &Route, image_models: &[String]) -> Described {
    let submit = |id| Described {
        id,
        summary: "The order was accepted.",
        parameters: Vec::new(),
        body: Some("Order"),
        answer: (202, "Accepted"),
        refusals: &[400, 402, 409],
        callback: None,
    };
    match route.operation {
        // The older path is the same operation; a document wants a name of its own for it.
        Operation::Submit if route.path == super::OLD_PATH => submit("createTaskAtOldPath"),
        Operation::Submit if route.path == super::IMAGE_PATH => Described {
            parameters: vec![json!({
                "name": super::image::MODEL,
                "in": "path",
                "required": true,
                "schema": { "type": "string", "enum": image_models },
            })],
            body: Some("ImageOrder"),
            answer: (202, "ImageAccepted"),
            refusals: &[400, 402, 404, 409],
            ..submit("createImageTask")
        },
        Operation::Submit => submit("createTask"),
        Operation::SubmitForm(_) => Described {
            body: Some("NewerOrder"),
            answer: (202, "NewerAccepted"),
            ..submit("createNewerTask")
        },
        Operation::Get
        | Operation::Cancel
        | Operation::Models
        | Operation::Records
        | Operation::Remove
        | Operation::Content
        | Operation::Quote
        | Operation::Rerun
        | Operation::Own(_)
        | Operation::Endpoint(_)
        | Operation::Owner(_)
        | Operation::People(_) => Described {
            id: "getTask",
            summary: "The status, and the result once there is one.",
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
        },
    }
}

fn task_id() -> Value {
    json!({ "type": "string", "pattern": "^sd2_[0-9A-Za-z]{12}$" })
}

fn image_id() -> Value {
    json!({ "type": "string", "pattern": "^[a-z0-9]+_[0-9A-Za-z]{12}$" })
}

fn image_order() -> Value {
    let images = json!({
        "type": "array",
        "items": url(),
        "maxItems": IMAGES_MAX,
        "description": "Pictures to start from, for image-to-image.",
    });
    json!({
        "type": "object",
        "required": ["prompt"],
        "additionalProperties": false,
        "properties": {
            "type": with(
                names(&TYPES, type_name),
                "description",
                "Without it, image_urls decide.",
            ),
            "prompt": { "type": "string", "minLength": 3, "maxLength": 10_000 },
            "resolution": with(
                with(names(&IMAGE_RESOLUTIONS, Resolution::name), "default", "1K"),
                "description",
                "nano-banana-2-lite has only 1K.",
            ),
            "aspect_ratio": with(names(&RATIOS, Ratio::name), "default", "1:1"),
            "image_urls": images,
        },
    })
}

fn remaining() -> Value {
    credits("What could still be spent right after that; 0 for a test key.")
}

/// The older form without what the newer model does not have.
fn newer_order(tiers: &[String]) -> Value {
    let mut order = order(tiers);
    let seconds = (4..=30).map(|seconds: u32| seconds.to_string());
    let lengths: Vec<String> = seconds.chain([AUTO_NAME.to_owned()]).collect();
    if let Some(fields) = order["properties"].as_object_mut() {
        fields.remove("quality_tier");
        fields.remove("seed");
    }
    let fields = &mut order["properties"];
    fields["duration"]["anyOf"] = json!([
        { "type": "string", "enum": lengths },
        { "type": "integer", "minimum": 4, "maximum": 30 },
    ]);
    fields["duration"]["description"] =
        "Seconds; auto leaves it to the model: 30 are paid for, and the rest comes back.".into();
    fields["resolution"] = with(names(&NEWER_RESOLUTIONS, Resolution::name), "default", "720p");
    fields["media_urls"]["maxItems"] = MEDIA_MAX.into();
    fields["media_urls"]["description"] = "Images, videos and sound, for media-to-video.".into();
    order
}

fn order(tiers: &[String]) -> Value {
    let seconds: Vec<String> = (4..=15).map(|seconds: u32| seconds.to_string()).collect();
    json!({
        "type": "object",
        "required": ["prompt"],
        "additionalProperties": false,
        "properties": {
            "mode": with(names(&MODES, mode_name), "default", "text-to-video"),
            "quality_tier": { "type": "string", "enum": tiers, "default": TIER },
            "channel": with(names(&Channel::ALL, Channel::name), "default", "standard"),
            "prompt": { "type": "string", "minLength": 3, "maxLength": 10_000 },
            "aspect_ratio": with(names(&RATIOS, Ratio::name), "default", "16:9"),
            "duration": {
                "anyOf": [
                    { "type": "string", "enum": seconds },
                    { "type": "integer", "minimum": 4, "maximum": 15 },
                ],
                "default": "5",
                "description": "Seconds.",
            },
            "resolution": with(
                with(names(&RESOLUTIONS, Resolution::name), "default", "720p"),
                "description",
                "1080p-plus and 4k need the pro tier.",
            ),
            "image_url": with(url(), "description", "The start frame, for image-to-video."),
            "end_image_url": with(url(), "description", "The end frame; needs a start frame."),
            "media_urls": {
                "type": "array",
                "items": url(),
                "maxItems": 12,
                "description": "Images and videos, for media-to-video.",
            },
            "generate_audio": { "type": "boolean", "default": true },
            "fixed_lens": { "type": "boolean", "default": false },
            "seed": {
                "type": "integer",
                "minimum": -1,
                "maximum": u32::MAX,
                "description": "-1 is any. Not on the real channel and not on the mini tier.",
            },
        },
    })
}

fn task() -> Value {
    let output = object(json!({
        "video_url": url(),
        "last_frame_url": url(),
        "seed": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
    }));
    let image = object(json!({ "url": url() }));
    let images = object(json!({
        "images": { "type": "array", "items": image, "minItems": 1, "maxItems": 1 },
    }));
    let error = object(json!({
        "code": { "type": "string" },
        "message": { "type": "string" },
    }));
    let made = json!({ "anyOf": [output, images, { "type": "null" }] });
    let mut task = object(json!({
        "id": image_id(),
        "status": { "type": "string", "enum": ["processing", "completed", "failed"] },
        "model": { "type": "string" },
        "credits_used": credits("Taken when the order was accepted."),
        "credits_refunded": credits("Returned since then."),
        "output": with(made, "description", "Present once the status is completed."),
        "error": with(nullable(error), "description", "Present once the status is failed."),
        "created_at": moment(),
        "updated_at": moment(),
        "resolution": { "type": "string" },
    }));
    // Only clips have these two.
    task["properties"]["quality_tier"] = json!({ "type": "string" });
    task["properties"]["channel"] = names(&Channel::ALL, Channel::name);
    task
}

fn refusal() -> Value {
    let error = json!({
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": { "type": "string", "enum": super::error::CODES },
            "message": { "type": "string" },
            "required_credits": credits("What the order costs; only when the balance is too low."),
            "available_credits": credits("What could be spent; only when the balance is too low."),
        },
    });
    object(json!({ "error": error }))
}
