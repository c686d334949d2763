//! BytePlus ModelArk and Volcengine Ark, as the contract's section 1 tells.

use super::clip::Look;
use super::page::{Call, Face, Page, text};
use super::script::{Refusal, words_in};
use super::world::{Granted, Stage, Task, Wish, World};
use reelgate_core::engine::BoxFuture;
use reelgate_core::size::pixels;
use reelgate_core::{Ratio, Resolution};
use serde_json::{Value, json};

const TASKS: &str = "/api/v3/contents/generations/tasks";

/// The face.
pub(super) struct Ark;

impl Face for Ark {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page> {
        Box::pin(async move {
            match call.key.as_deref().and_then(|key| key.strip_prefix("Bearer ")) {
                None | Some("" | "bad-key") => {
                    return error(401, "Unauthorized", "AuthenticationError", "The API key is bad");
                }
                Some("poor-key") => {
                    return error(403, "Forbidden", "AccountOverdueError", "Pay your bill");
                }
                Some(_) => {}
            }
            if call.is("POST", TASKS) {
                return create(world, &call.json());
            }
            if call.is("GET", TASKS) {
                return list(world, &call.query);
            }
            match (call.method.as_str(), call.below(TASKS)) {
                ("GET", Some(id)) => get(world, id),
                ("DELETE", Some(id)) => delete(world, id),
                _ => error(404, "NotFound", "NotFound", "there is nothing here"),
            }
        })
    }
}

fn error(status: u16, kind: &str, code: &str, message: &str) -> Page {
    let message = format!("{message}. Request id: 0217636900000000");
    let error = json!({ "code": code, "message": message, "param": "", "type": kind });
    Page::json(status, &json!({ "error": error }))
}

fn refuse(refusal: Refusal) -> Page {
    match refusal {
        Refusal::Busy => {
            let code = "RateLimitExceeded.EndpointRPMExceeded";
            error(429, "TooManyRequests", code, "slow down").with("retry-after", "1")
        }
        Refusal::Fault => error(500, "InternalServerError", "InternalServiceError", "oh dear"),
        Refusal::Poor => error(403, "Forbidden", "AccountOverdueError", "Pay your bill"),
        Refusal::Key => error(401, "Unauthorized", "AuthenticationError", "The API key is bad"),
        Refusal::Order => error(400, "BadRequest", "InvalidParameter", "this will not do"),
        Refusal::Moderation => {
            error(400, "BadRequest", "InputTextSensitiveContentDetected", "no such words")
        }
        Refusal::Person => {
            let code = "InputImageSensitiveContentDetected.PrivacyInformation";
            error(400, "BadRequest", code, "no such pictures")
        }
    }
}

fn create(world: &World, body: &Value) -> Page {
    let missing = |name| error(400, "BadRequest", "MissingParameter", name);
    if text(body, "model").is_empty() {
        return missing("model");
    }
    let Some(content) = body.get("content").and_then(Value::as_array) else {
        return missing("content");
    };
    let prompt: Vec<_> = content
        .iter()
        .filter(|item| text(item, "type") == "text")
        .map(|item| words_in(&item["text"]))
        .collect();
    let named = |key| Some(text(body, key)).filter(|text| !text.is_empty());
    let wish = Wish {
        prompt: prompt.join(" "),
        look: look(body),
        marker: named("safety_identifier"),
        callback: named("callback_url"),
        body: body.clone(),
    };
    let named = world.wish(wish, |number, now| {
        let day = now.ms() / 1000;
        format!("cgt-{day}-{number:05x}")
    });
    match named {
        Granted::Made(task) => Page::json(200, &json!({ "id": task.id })),
        Granted::Lost => Page::Break { after_ms: super::LOST_AFTER_MS },
        Granted::Refused(refusal) => refuse(refusal),
    }
}

fn look(body: &Value) -> Look {
    let resolution = Resolution::parse(&text(body, "resolution")).unwrap_or(Resolution::P720);
    let ratio = Ratio::parse(&text(body, "ratio")).unwrap_or(Ratio::R16x9);
    let size = pixels(resolution, ratio);
    let seconds = body.get("duration").and_then(Value::as_u64).unwrap_or(5);
    Look {
        width: size.width as usize,
        height: size.height as usize,
        seconds: u32::try_from(seconds.clamp(1, 60)).unwrap_or(5),
        audio: body.get("generate_audio").and_then(Value::as_bool).unwrap_or(true),
    }
}

fn get(world: &World, id: &str) -> Page {
    let not_found = || error(404, "NotFound", "ResourceNotFound", "no such task");
    match world.look(id) {
        None | Some((_, Stage::Hidden)) => not_found(),
        Some((_, Stage::Error)) => refuse(Refusal::Fault),
        Some((task, stage)) => Page::json(200, &shown(world, &task, stage)),
    }
}

fn list(world: &World, query: &str) -> Page {
    let size = query.split('&').find_map(|pair| pair.strip_prefix("page_size="));
    let size = size.and_then(|size| size.parse().ok()).unwrap_or(10);
    let items = world.newest(size);
    let items: Vec<_> = items.iter().map(|(task, stage)| shown(world, task, *stage)).collect();
    Page::json(200, &json!({ "total": items.len(), "items": items }))
}

fn delete(world: &World, id: &str) -> Page {
    match world.cancel(id, false) {
        None => error(404, "NotFound", "ResourceNotFound", "no such task"),
        Some(true) => Page::json(200, &json!({})),
        Some(false) => {
            error(409, "Conflict", "InvalidAction.RunningTaskDeletion", "it runs already")
        }
    }
}

fn shown(world: &World, task: &Task, stage: Stage) -> Value {
    let (status, error) = match stage {
        Stage::Waiting | Stage::Hidden => ("queued", Value::Null),
        Stage::Running(_) | Stage::Error => ("running", Value::Null),
        Stage::Done => ("succeeded", Value::Null),
        Stage::Fault => ("failed", json!({ "code": "InternalServiceError", "message": "oh dear" })),
        Stage::Moderation => {
            let code = "OutputVideoSensitiveContentDetected";
            ("failed", json!({ "code": code, "message": "no such clips" }))
        }
        Stage::Cancelled => ("cancelled", Value::Null),
        Stage::Odd => ("pondering", Value::Null),
    };
    let (body, look) = (&task.wish.body, task.wish.look);
    let mut shown = json!({
        "id": task.id, "model": body["model"], "status": status, "error": error,
        "created_at": task.made.ms() / 1000, "updated_at": world.now().ms() / 1000,
        "seed": body["seed"].as_u64().unwrap_or(42), "resolution": body["resolution"],
        "ratio": body["ratio"], "duration": look.seconds, "framespersecond": 24,
        "generate_audio": look.audio, "service_tier": "default",
        "execution_expires_after": 172_800,
    });
    if let Some(marker) = &task.wish.marker {
        shown["safety_identifier"] = marker.as_str().into();
    }
    if stage == Stage::Done {
        let frames = u64::from(look.seconds) * 24 + 1;
        let tokens = (look.width * look.height) as u64 * frames / 1024;
        shown["content"] = json!({ "video_url": world.video_url(task) });
        if body["return_last_frame"] == true {
            shown["content"]["last_frame_url"] = world.frame_url(task).into();
        }
        shown["usage"] = json!({ "completion_tokens": tokens, "total_tokens": tokens });
    }
    shown
}
