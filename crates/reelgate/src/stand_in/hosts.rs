//! fal's queue and Replicate, as the contract's sections 3.4 and 3.5 tell of them.

use super::LOST_AFTER_MS;
use super::page::{Call, Face, Page, text};
use super::script::words_in;
use super::vendors::{has_key, look, plain};
use super::world::{Granted, Stage, Task, Wish, World};
use reelgate_core::engine::BoxFuture;
use serde_json::{Value, json};

/// fal.
pub(super) struct Fal;
/// Replicate.
pub(super) struct Replicate;

fn wish(input: &Value, callback: Option<String>, body: &Value) -> Wish {
    let audio = input["generate_audio"].as_bool().unwrap_or(true);
    Wish {
        prompt: words_in(&input["prompt"]),
        look: look(input, &text(input, "resolution"), &text(input, "aspect_ratio"), audio),
        marker: None,
        callback,
        body: body.clone(),
    }
}

impl Face for Fal {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page> {
        Box::pin(async move {
            if !has_key(call, "Key ") {
                return Page::json(401, &json!({ "detail": "Invalid key" }));
            }
            let Some((app, rest)) = call.path.split_once("/requests/") else {
                return self.create(world, call);
            };
            let (id, what) = rest.split_once('/').unwrap_or((rest, ""));
            if what == "cancel" {
                return match world.cancel(id, true) {
                    Some(true) => Page::json(202, &json!({ "status": "CANCELLATION_REQUESTED" })),
                    Some(false) => Page::json(400, &json!({ "status": "ALREADY_COMPLETED" })),
                    None => Page::missing(),
                };
            }
            let Some((task, stage)) = world.look(id) else { return Page::missing() };
            match (stage, what) {
                (Stage::Hidden, _) => Page::missing(),
                (Stage::Error, _) => Page::json(503, &json!({})),
                (Stage::Odd, _) => Page::json(200, &json!({ "status": "PONDERING" })),
                (Stage::Waiting, "status") => {
                    Page::json(200, &json!({ "status": "IN_QUEUE", "queue_position": 1 }))
                }
                (Stage::Running(_), "status") => {
                    Page::json(200, &json!({ "status": "IN_PROGRESS", "logs": [] }))
                }
                (_, "status") => {
                    let path = format!("{app}/requests/{id}");
                    let done = json!({ "status": "COMPLETED", "response_url": path, "logs": [] });
                    Page::json(200, &done)
                }
                (Stage::Done, _) => {
                    let video =
                        json!({ "url": world.video_url(&task), "content_type": "video/mp4" });
                    Page::json(200, &json!({ "video": video, "seed": 7 }))
                }
                (Stage::Moderation, _) => Page::json(
                    422,
                    &json!({ "detail": [{ "msg": "content_policy violation: \
                        content policy", "type": "content_policy_violation" }] }),
                ),
                (Stage::Fault, _) => Page::json(500, &json!({ "detail": "Internal Server Error" })),
                _ => Page::json(400, &json!({ "detail": "Request is still in progress" })),
            }
        })
    }
}

impl Fal {
    fn create(&self, world: &World, call: &Call) -> Page {
        let body = call.json();
        let hook = call.query.strip_prefix("fal_webhook=").map(unescape);
        let id = |number, _| format!("764cabcf-b745-4b3e-ae38-{number:012}");
        match world.wish(wish(&body, hook, &body), id) {
            Granted::Made(task) => {
                // The path of a job does without what comes behind the application.
                let app: Vec<_> = call.path.splitn(4, '/').take(3).collect();
                let base = format!("http://upstream{}/requests/{}", app.join("/"), task.id);
                Page::json(
                    200,
                    &json!({ "request_id": task.id, "status": "IN_QUEUE", "queue_position": 0,
                             "response_url": base, "status_url": format!("{base}/status"),
                             "cancel_url": format!("{base}/cancel") }),
                )
            }
            Granted::Lost => Page::Break { after_ms: LOST_AFTER_MS },
            Granted::Refused(refusal) => {
                let (status, code) = plain(refusal);
                Page::json(status, &json!({ "detail": code })).with("retry-after", "1")
            }
        }
    }
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let hex = others.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &others[2..];
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Face for Replicate {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page> {
        Box::pin(async move {
            if !has_key(call, "Bearer ") {
                return Page::json(401, &json!({ "title": "Unauthenticated", "status": 401 }));
            }
            if call.is("GET", "/v1/account") {
                return Page::json(200, &json!({ "type": "user", "username": "somebody" }));
            }
            if call.method == "POST" && call.path.starts_with("/v1/models/") {
                let body = call.json();
                let hook = body["webhook"].as_str().map(ToOwned::to_owned);
                let id = |number, _| format!("gm3qorzdhgbfurvjtv{number:08}");
                return match world.wish(wish(&body["input"], hook, &body), id) {
                    Granted::Made(task) => Page::json(201, &shown(world, &task, Stage::Waiting)),
                    Granted::Lost => Page::Break { after_ms: LOST_AFTER_MS },
                    Granted::Refused(refusal) => {
                        let (status, code) = plain(refusal);
                        let page = Page::json(status, &json!({ "detail": code, "status": status }));
                        page.with("retry-after", "1")
                    }
                };
            }
            let path = call.path.strip_prefix("/v1/predictions/").unwrap_or("");
            if let Some(id) = path.strip_suffix("/cancel") {
                world.cancel(id, true);
            }
            match world.look(path.trim_end_matches("/cancel")) {
                None | Some((_, Stage::Hidden)) => Page::missing(),
                Some((_, Stage::Error)) => Page::json(502, &json!({})),
                Some((task, stage)) => Page::json(200, &shown(world, &task, stage)),
            }
        })
    }
}

fn shown(world: &World, task: &Task, stage: Stage) -> Value {
    let status = match stage {
        Stage::Waiting | Stage::Hidden => "starting",
        Stage::Running(_) | Stage::Error => "processing",
        Stage::Done => "succeeded",
        Stage::Fault | Stage::Moderation => "failed",
        Stage::Cancelled => "canceled",
        Stage::Odd => "pondering",
    };
    let error = match stage {
        Stage::Fault => json!("Prediction failed"),
        Stage::Moderation => json!("The input was flagged as sensitive (E005)"),
        _ => Value::Null,
    };
    let output = (stage == Stage::Done).then(|| world.video_url(task));
    json!({
        "id": task.id, "status": status, "input": task.wish.body["input"], "output": output,
        "error": error, "logs": "", "metrics": {},
    })
}
