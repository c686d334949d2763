//! OpenAI's videos API as servers on one's own GPUs speak it: failed jobs come with an error's
//! status, as vLLM-Omni has it, and nothing survives a restart.

use super::LOST_AFTER_MS;
use super::clip::Look;
use super::page::{Call, Face, Page};
use super::vendors::plain;
use super::world::{Granted, Stage, Task, Wish, World};
use bytes::Bytes;
use reelgate_core::engine::BoxFuture;
use serde_json::{Value, json};
use std::convert::Infallible;

const VIDEOS: &str = "/v1/videos";

/// The face.
pub(super) struct OpenAi;

impl Face for OpenAi {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page> {
        Box::pin(async move {
            if call.is("GET", "/v1/models") {
                return Page::json(200, &json!({ "object": "list", "data": [{ "id": "wan" }] }));
            }
            if call.is("POST", VIDEOS) {
                return create(world, fields(call).await);
            }
            if let Some(path) = call.path.strip_suffix("/content") {
                let id = path.rsplit('/').next().unwrap_or("");
                return match world.look(id) {
                    Some((_, Stage::Done)) => world.content(id).await,
                    _ => Page::missing(),
                };
            }
            let Some(id) = call.below(VIDEOS) else { return Page::missing() };
            if call.method == "DELETE" {
                return match world.cancel(id, true) {
                    Some(_) => {
                        let gone = json!({ "id": id, "object": "video.deleted", "deleted": true });
                        Page::json(200, &gone)
                    }
                    None => Page::missing(),
                };
            }
            match world.look(id) {
                None | Some((_, Stage::Hidden)) => {
                    Page::json(404, &json!({ "detail": "Video not found" }))
                }
                Some((_, Stage::Error)) => Page::json(500, &json!({ "detail": "oh dear" })),
                Some((task, stage)) => {
                    let failed = matches!(stage, Stage::Fault | Stage::Moderation);
                    Page::json(if failed { 500 } else { 200 }, &shown(&task, stage))
                }
            }
        })
    }
}

/// The fields of a form or of JSON.
async fn fields(call: &Call) -> Value {
    let kind = call.content_type.as_deref().unwrap_or("");
    let Ok(boundary) = multer::parse_boundary(kind) else { return call.json() };
    let whole = futures_util::stream::iter([Ok::<Bytes, Infallible>(call.body.clone())]);
    let mut form = multer::Multipart::new(whole, boundary);
    let mut fields = json!({});
    while let Ok(Some(field)) = form.next_field().await {
        let name = field.name().unwrap_or("").to_owned();
        let is_file = field.file_name().is_some();
        let Ok(bytes) = field.bytes().await else { break };
        fields[name] = match is_file {
            true => json!(format!("{} bytes", bytes.len())),
            false => json!(String::from_utf8_lossy(&bytes)),
        };
    }
    fields
}

fn create(world: &World, body: Value) -> Page {
    let text = |key: &str| body[key].as_str().unwrap_or("").to_owned();
    let size = text("size");
    let (width, height) = size.split_once('x').unwrap_or(("1280", "720"));
    let wish = Wish {
        prompt: text("prompt"),
        look: Look {
            width: width.parse().unwrap_or(1280),
            height: height.parse().unwrap_or(720),
            seconds: text("seconds").parse().unwrap_or(4),
            audio: false,
        },
        marker: None,
        callback: None,
        body: body.clone(),
    };
    match world.wish(wish, |number, _| format!("video_gen_{number:016x}")) {
        Granted::Made(task) => Page::json(200, &shown(&task, Stage::Waiting)),
        Granted::Lost => Page::Break { after_ms: LOST_AFTER_MS },
        Granted::Refused(refusal) => {
            let (status, code) = plain(refusal);
            Page::json(status, &json!({ "detail": code })).with("retry-after", "1")
        }
    }
}

fn shown(task: &Task, stage: Stage) -> Value {
    let (status, progress) = match stage {
        Stage::Waiting | Stage::Hidden => ("queued", 0),
        Stage::Running(permille) => ("in_progress", permille / 10),
        Stage::Error => ("in_progress", 0),
        Stage::Done => ("completed", 100),
        Stage::Fault | Stage::Moderation => ("failed", 50),
        Stage::Cancelled => ("cancelled", 50),
        Stage::Odd => ("pondering", 50),
    };
    let error = match stage {
        Stage::Fault => json!({ "code": "inference_failed", "message": "CUDA out of memory" }),
        Stage::Moderation => json!({ "code": "moderation_blocked", "message": "moderation" }),
        _ => Value::Null,
    };
    json!({
        "id": task.id, "object": "video", "created_at": task.made.ms() / 1000, "status": status,
        "progress": progress, "prompt": task.wish.prompt, "model": task.wish.body["model"],
        "size": task.wish.body["size"], "seconds": task.wish.body["seconds"], "error": error,
    })
}
