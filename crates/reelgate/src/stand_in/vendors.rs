//! The three vendors whose APIs this server speaks itself, as `vendors.md` tells of them.

use super::LOST_AFTER_MS;
use super::clip::Look;
use super::page::{Call, Face, Page, text};
use super::script::{Refusal, words_in};
use super::world::{Granted, Stage, Task, Wish, World};
use reelgate_core::engine::BoxFuture;
use reelgate_core::size::pixels;
use reelgate_core::{Ratio, Resolution};
use serde_json::{Value, json};

/// API A.
pub(super) struct OpenV1;
/// API B.
pub(super) struct TaskQuery;
/// API C.
pub(super) struct TasksV1;

/// Whether the request carries a key that is accepted.
pub(super) fn has_key(call: &Call, scheme: &str) -> bool {
    let key = call.key.as_deref().and_then(|key| key.strip_prefix(scheme));
    !matches!(key, None | Some("" | "bad-key"))
}

/// Pixels and length by the words that these services use.
pub(super) fn look(body: &Value, resolution: &str, ratio: &str, audio: bool) -> Look {
    let resolution = Resolution::parse(resolution).unwrap_or(Resolution::P720);
    let size = pixels(resolution, Ratio::parse(ratio).unwrap_or(Ratio::R16x9));
    let duration = &body["duration"];
    let seconds = duration.as_u64().or_else(|| duration.as_str()?.parse().ok()).unwrap_or(5);
    Look {
        width: size.width as usize,
        height: size.height as usize,
        seconds: u32::try_from(seconds.clamp(1, 60)).unwrap_or(5),
        audio,
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

const A: &str = "/api/open/v1/video/generations";

impl Face for OpenV1 {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page> {
        Box::pin(async move {
            let error = |status, code: &str, message: &str| {
                let error = json!({ "code": code, "message": message });
                Page::json(status, &json!({ "success": false, "error": error }))
            };
            if !has_key(call, "Bearer ") {
                return error(401, "unauthorized", "Invalid API key");
            }
            if call.is("POST", A) {
                let body = call.json();
                let wish = Wish {
                    prompt: words_in(&body["prompt"]),
                    look: look(
                        &body,
                        &text(&body, "resolution"),
                        &text(&body, "aspectRatio"),
                        true,
                    ),
                    marker: some(text(&body["metadata"], "reference")),
                    callback: some(text(&body, "webhookUrl")),
                    body,
                };
                return match world.wish(wish, |number, _| format!("req_{number:012}")) {
                    Granted::Made(task) => Page::json(
                        200,
                        &json!({ "success": true, "requestId": task.id, "status": "queued",
                                 "creditsCharged": 40 }),
                    ),
                    Granted::Lost => Page::Break { after_ms: LOST_AFTER_MS },
                    Granted::Refused(refusal) => {
                        let (status, code) = plain(refusal);
                        error(status, code, "no").with("retry-after", "1")
                    }
                };
            }
            let cancel = call.path.strip_suffix("/cancel").and_then(|path| path.strip_prefix(A));
            if let Some(id) = cancel.map(|id| id.trim_start_matches('/')) {
                return match world.cancel(id, true) {
                    None => error(404, "not_found", "no such task"),
                    Some(true) => Page::json(
                        200,
                        &json!({ "success": true, "requestId": id, "status": "cancelled" }),
                    ),
                    Some(false) => error(409, "conflict", "it has ended"),
                };
            }
            match call.below(A).and_then(|id| world.look(id)) {
                None | Some((_, Stage::Hidden)) => error(404, "not_found", "no such task"),
                Some((_, Stage::Error)) => error(500, "internal_error", "oh dear"),
                Some((task, stage)) => Page::json(200, &shown_by_a(world, &task, stage)),
            }
        })
    }
}

fn shown_by_a(world: &World, task: &Task, stage: Stage) -> Value {
    let status = match stage {
        Stage::Waiting | Stage::Hidden => "queued",
        Stage::Running(_) | Stage::Error => "processing",
        Stage::Done => "succeeded",
        Stage::Fault | Stage::Moderation => "failed",
        Stage::Cancelled => "cancelled",
        Stage::Odd => "pondering",
    };
    let url = (stage == Stage::Done).then(|| world.video_url(task));
    let output = url.map(|url| json!({ "type": "video", "url": url }));
    json!({
        "success": true, "requestId": task.id, "status": status, "model": task.wish.body["model"],
        "prompt": task.wish.prompt, "duration": task.wish.look.seconds, "output": output,
        "error": why(stage),
    })
}

/// What these services say about a failure.
fn why(stage: Stage) -> Value {
    match stage {
        Stage::Fault => json!({ "code": "generation_failed", "message": "oh dear" }),
        Stage::Moderation => json!({ "code": "moderation", "message": "sensitive content" }),
        _ => Value::Null,
    }
}

/// A refusal as status and code.
pub(super) const fn plain(refusal: Refusal) -> (u16, &'static str) {
    match refusal {
        Refusal::Busy => (429, "rate_limited"),
        Refusal::Fault => (500, "internal_error"),
        Refusal::Poor => (402, "insufficient_credits"),
        Refusal::Key => (401, "unauthorized"),
        Refusal::Order => (400, "invalid_request"),
        Refusal::Moderation => (400, "content_moderation"),
        Refusal::Person => (400, "may contain a real person"),
    }
}

impl Face for TaskQuery {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page> {
        Box::pin(async move {
            let error = |status, message: &str| {
                Page::json(status, &json!({ "code": 1, "message": message }))
            };
            let fine =
                |data: Value| Page::json(200, &json!({ "code": 0, "message": "ok", "data": data }));
            if !has_key(call, "Bearer ") {
                return error(401, "bad key");
            }
            if call.is("POST", "/api/video/seedance/gen") {
                let body = call.json();
                let content = body["content"].as_array().cloned().unwrap_or_default();
                let texts = content.iter().filter(|item| item["type"] == "text");
                let prompt: Vec<_> = texts.map(|item| words_in(&item["text"])).collect();
                let wish = Wish {
                    prompt: prompt.join(" "),
                    look: look(&body, "720p", &text(&body, "ratio"), true),
                    marker: None,
                    callback: some(text(&body, "callback_url")),
                    body,
                };
                let id = |number, _| format!("ta{number:06x}-6df7-4aca-a940-83d8e4183878");
                return match world.wish(wish, id) {
                    Granted::Made(task) => fine(json!({ "task_id": task.id })),
                    Granted::Lost => Page::Break { after_ms: LOST_AFTER_MS },
                    Granted::Refused(refusal) => {
                        let (status, code) = plain(refusal);
                        error(status, code).with("retry-after", "1")
                    }
                };
            }
            let id = call.query.strip_prefix("task_id=").unwrap_or("");
            match world.look(id) {
                None | Some((_, Stage::Hidden)) => error(404, "task not found"),
                Some((_, Stage::Error)) => error(500, "oh dear"),
                Some((task, stage)) => {
                    let status = match stage {
                        Stage::Waiting | Stage::Hidden => "pending",
                        Stage::Running(_) | Stage::Error => "in_progress",
                        Stage::Done => "success",
                        Stage::Fault | Stage::Moderation | Stage::Cancelled => "failed",
                        Stage::Odd => "pondering",
                    };
                    let video = (stage == Stage::Done).then(|| world.video_url(&task));
                    let result = video.map(|video| json!({ "video": video }));
                    let reason = match stage {
                        Stage::Moderation => json!("sensitive content"),
                        Stage::Fault => json!("oh dear"),
                        _ => Value::Null,
                    };
                    fine(json!({
                        "task_id": task.id, "status": status, "result": result,
                        "consumed": "0.500000", "status_reason": { "message": reason },
                    }))
                }
            }
        })
    }
}

impl Face for TasksV1 {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page> {
        Box::pin(async move {
            let error = |status, code: &str, message: &str| {
                let error = json!({ "code": code, "message": message });
                Page::json(status, &json!({ "error": error }))
            };
            if !has_key(call, "Bearer ") {
                return error(401, "unauthorized", "Invalid API key");
            }
            if call.is("POST", "/api/v1/video/seedance2") {
                return make_c(world, call, &error);
            }
            match call.below("/api/v1/tasks").and_then(|id| world.look(id)) {
                None | Some((_, Stage::Hidden)) => error(404, "not_found", "no such task"),
                Some((_, Stage::Error)) => error(500, "internal_error", "oh dear"),
                Some((task, stage)) => {
                    let status = match stage {
                        Stage::Done => "completed",
                        Stage::Fault | Stage::Moderation | Stage::Cancelled => "failed",
                        Stage::Odd => "pondering",
                        _ => "processing",
                    };
                    let links = (world.video_url(&task), world.frame_url(&task));
                    let output = (stage == Stage::Done).then(
                        || json!({ "video_url": links.0, "last_frame_url": links.1, "seed": 7 }),
                    );
                    Page::json(
                        200,
                        &json!({ "id": task.id, "status": status, "output": output,
                                 "error": why(stage), "credits_used": 30, "credits_refunded": 0 }),
                    )
                }
            }
        })
    }
}

fn make_c(world: &World, call: &Call, error: &dyn Fn(u16, &str, &str) -> Page) -> Page {
    let body = call.json();
    let accepted = |id: &str| {
        Page::json(202, &json!({ "id": id, "status": "processing", "credits_used": 30 }))
    };
    // The same key brings the same task, or a conflict.
    if let Some(task) = call.idempotency.as_deref().and_then(|key| world.of_marker(key)) {
        return match task.wish.body == body {
            true => accepted(&task.id),
            false => error(409, "idempotency_conflict", "the key belongs to another request"),
        };
    }
    let audio = body["generate_audio"].as_bool().unwrap_or(true);
    let wish = Wish {
        prompt: words_in(&body["prompt"]),
        look: look(&body, &text(&body, "resolution"), &text(&body, "aspect_ratio"), audio),
        marker: call.idempotency.clone(),
        callback: None,
        body,
    };
    match world.wish(wish, |number, _| format!("sd2_{number:012}")) {
        Granted::Made(task) => accepted(&task.id),
        Granted::Lost => Page::Break { after_ms: LOST_AFTER_MS },
        Granted::Refused(refusal) => {
            let (status, code) = plain(refusal);
            error(status, code, code).with("retry-after", "1")
        }
    }
}
