//! ComfyUI, as the contract's section 3.3 tells: names of jobs may be the client's, history shows
//! only what has ended, and interrupted jobs read as errors.

use super::LOST_AFTER_MS;
use super::clip::Look;
use super::page::{Call, Face, Page};
use super::script::words_in;
use super::vendors::plain;
use super::world::{Granted, Stage, Wish, World};
use reelgate_core::engine::BoxFuture;
use serde_json::{Value, json};

/// Rows of a queue.
const QUEUE_MAX: usize = 1000;

/// The face.
pub(super) struct ComfyUi;

impl Face for ComfyUi {
    fn answer<'a>(&'a self, world: &'a World, call: &'a Call) -> BoxFuture<'a, Page> {
        Box::pin(async move {
            match (call.method.as_str(), call.path.as_str()) {
                ("GET", "/system_stats") => Page::json(200, &json!({ "system": {} })),
                ("POST", "/prompt") => prompt(world, &call.json()),
                ("GET", "/queue") => queue(world),
                ("POST", "/queue") => {
                    for id in call.json()["delete"].as_array().into_iter().flatten() {
                        world.cancel(id.as_str().unwrap_or(""), false);
                    }
                    Page::json(200, &json!({}))
                }
                ("POST", "/interrupt") => {
                    world.cancel(call.json()["prompt_id"].as_str().unwrap_or(""), true);
                    Page::json(200, &json!({}))
                }
                ("GET", "/view") => {
                    let name = call.query.split('&').find_map(|one| one.strip_prefix("filename="));
                    let id = name.and_then(|name| name.strip_suffix(".mp4")).unwrap_or("");
                    world.content(id).await
                }
                _ => match call.below("/history") {
                    Some(id) => history(world, id),
                    None => Page::missing(),
                },
            }
        })
    }
}

fn prompt(world: &World, body: &Value) -> Page {
    let graph = &body["prompt"];
    let number = |name: &str, usual: u64| {
        let nodes = graph.as_object().into_iter().flat_map(|nodes| nodes.values());
        let mut found = nodes.filter_map(|node| node["inputs"][name].as_u64());
        found.next().unwrap_or(usual)
    };
    let Some(marker) = body["prompt_id"].as_str() else {
        return Page::json(400, &json!({ "error": { "type": "no_prompt" }, "node_errors": {} }));
    };
    let wish = Wish {
        prompt: words_in(graph),
        look: Look {
            width: usize::try_from(number("width", 864)).unwrap_or(864),
            height: usize::try_from(number("height", 496)).unwrap_or(496),
            seconds: u32::try_from(number("length", 97) / 24).unwrap_or(4).max(1),
            audio: false,
        },
        marker: Some(marker.to_owned()),
        callback: None,
        body: body.clone(),
    };
    match world.wish(wish, |_, _| marker.to_owned()) {
        Granted::Made(task) => {
            Page::json(200, &json!({ "prompt_id": task.id, "number": 1, "node_errors": {} }))
        }
        Granted::Lost => Page::Break { after_ms: LOST_AFTER_MS },
        Granted::Refused(refusal) => {
            let error = json!({ "type": "prompt_outputs_failed_validation", "message": "no" });
            let page = Page::json(plain(refusal).0, &json!({ "error": error, "node_errors": {} }));
            page.with("retry-after", "1")
        }
    }
}

fn queue(world: &World) -> Page {
    let rows = |wanted: fn(&Stage) -> bool| -> Vec<Value> {
        let all = world.newest(QUEUE_MAX);
        let some = all.iter().filter(|(_, stage)| wanted(stage));
        some.map(|(task, _)| json!([1, task.id, {}, {}, []])).collect()
    };
    let running = rows(|stage| matches!(stage, Stage::Running(_)));
    let pending = rows(|stage| matches!(stage, Stage::Waiting));
    Page::json(200, &json!({ "queue_running": running, "queue_pending": pending }))
}

fn history(world: &World, id: &str) -> Page {
    let entry = |outputs: Value, status: &str, last: &str| {
        let status = json!({ "status_str": status, "completed": status == "success",
                             "messages": [["execution_start", {}], [last, {}]] });
        Page::json(200, &json!({ id: { "outputs": outputs, "status": status } }))
    };
    match world.look(id).map(|(_, stage)| stage) {
        Some(Stage::Done) => {
            let file =
                json!({ "filename": format!("{id}.mp4"), "subfolder": "", "type": "output" });
            let outputs = json!({ "9": { "images": [file], "animated": [true] } });
            entry(outputs, "success", "execution_success")
        }
        Some(Stage::Fault | Stage::Moderation) => entry(json!({}), "error", "execution_error"),
        Some(Stage::Cancelled) => entry(json!({}), "error", "execution_interrupted"),
        Some(Stage::Error) => Page::json(500, &json!({})),
        _ => Page::json(200, &json!({})),
    }
}
