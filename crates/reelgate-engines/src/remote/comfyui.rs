//! ComfyUI, with a workflow of the operator's own. Contract: `ark-openai-and-engines.md`, 3.3.
//!
//! The engine's file holds the workflow, as ComfyUI exports it for its API, and says at which
//! places of it the prompt, the seed and so on belong. Our marker is the prompt's id there, so a
//! lost answer is looked up. ComfyUI forgets everything when it is started again.

use super::fal::escape;
use super::fit::Ability;
use super::refusal::{self, Created, Refused};
use super::wire::{Answer, Body, Content, Method, Part, Request, text_at};
use super::{Adapter, Errand, Made, Place, Recovery, Seen, Source, Wants};
use reelgate_core::{EngineError, FailureClass, Role};
use serde_json::{Value, json};

/// Pictures a second, unless the file says otherwise.
const FPS: u64 = 24;
/// Files that are clips, by their names' ends.
const CLIPS: [&str; 4] = [".mp4", ".mov", ".webm", ".mkv"];

/// The adapter.
pub(super) struct ComfyUi {
    workflow: Value,
    /// Names of slots and JSON pointers into the workflow.
    slots: Vec<(Slot, String)>,
    fps: u64,
    audio: bool,
}

/// What can be put into a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Prompt,
    Seed,
    Width,
    Height,
    Seconds,
    Frames,
    FirstFrame,
    LastFrame,
}

const SLOTS: [(&str, Slot); 8] = [
    ("prompt", Slot::Prompt),
    ("seed", Slot::Seed),
    ("width", Slot::Width),
    ("height", Slot::Height),
    ("seconds", Slot::Seconds),
    ("frames", Slot::Frames),
    ("first_frame", Slot::FirstFrame),
    ("last_frame", Slot::LastFrame),
];

impl ComfyUi {
    /// Reads the engine's file.
    pub(super) fn read(file: &Value) -> Result<Self, String> {
        let workflow = file.get("workflow").filter(|one| one.is_object());
        let workflow = workflow.ok_or("needs workflow, as exported for the API")?.clone();
        let named = file.get("slots").and_then(Value::as_object).ok_or("needs slots")?;
        let mut slots = Vec::new();
        for (name, pointer) in named {
            let slot = SLOTS.iter().find(|(known, _)| known == name).map(|(_, slot)| *slot);
            let slot = slot.ok_or_else(|| {
                let known: Vec<_> = SLOTS.iter().map(|(name, _)| *name).collect();
                format!("slots.{name} is none of {}", known.join(", "))
            })?;
            let pointer = pointer.as_str().filter(|pointer| workflow.pointer(pointer).is_some());
            let pointer = pointer.ok_or_else(|| format!("slots.{name} leads nowhere"))?;
            slots.push((slot, pointer.to_owned()));
        }
        if !slots.iter().any(|(slot, _)| *slot == Slot::Prompt) {
            return Err("needs slots.prompt".to_owned());
        }
        let fps = file.get("fps").and_then(Value::as_u64).unwrap_or(FPS).clamp(1, 120);
        let audio = file.get("audio").and_then(Value::as_bool).unwrap_or(false);
        Ok(Self { workflow, slots, fps, audio })
    }

    fn has(&self, slot: Slot) -> bool {
        self.slots.iter().any(|(one, _)| *one == slot)
    }
}

impl Adapter for ComfyUi {
    fn kind(&self) -> &'static str {
        "comfyui"
    }

    fn ability(&self, _: &str) -> Ability {
        Ability {
            audio: self.audio,
            first_frame: self.has(Slot::FirstFrame),
            last_frame: self.has(Slot::LastFrame),
            references: [0, 0, 0],
            seed: self.has(Slot::Seed),
            fixed_lens: false,
            ..Ability::any()
        }
    }

    fn wants(&self) -> Wants {
        Wants::Bytes
    }

    fn keeps_jobs(&self) -> bool {
        false
    }

    fn uploads(&self, errand: &Errand<'_>) -> Vec<Request> {
        let upload = |(index, reference): (usize, &super::Reference)| {
            let Place::Bytes(bytes) = &reference.place else { return None };
            let end = reference.mime.rsplit('/').next().unwrap_or("png");
            let name = format!("{}-{index}.{end}", errand.marker);
            let content = Content::File { name, mime: reference.mime, bytes: bytes.clone() };
            let parts = vec![
                Part { name: "image".to_owned(), content },
                Part::text("type", "input"),
                Part::text("overwrite", "true"),
            ];
            let request = Request::new(Method::Post, "/upload/image");
            Some(Request { body: Body::Form(parts), ..request })
        };
        errand.references.iter().enumerate().filter_map(upload).collect()
    }

    fn create(&self, errand: &Errand<'_>, uploaded: &[Value]) -> Result<Request, EngineError> {
        let order = errand.order;
        let file_for = |role| {
            let at = errand.references.iter().position(|reference| reference.role == role)?;
            let name = text_at(uploaded.get(at)?, "/name")?;
            Some(match text_at(&uploaded[at], "/subfolder") {
                Some(folder) => format!("{folder}/{name}"),
                None => name,
            })
        };
        let mut workflow = self.workflow.clone();
        for (slot, pointer) in &self.slots {
            let value = match slot {
                Slot::Prompt => Some(json!(order.prompt)),
                Slot::Seed => Some(json!(errand.seed)),
                Slot::Width => Some(json!(errand.size.width)),
                Slot::Height => Some(json!(errand.size.height)),
                Slot::Seconds => Some(json!(order.duration_s)),
                // Video models want a frame more than whole seconds have.
                Slot::Frames => Some(json!(u64::from(order.duration_s) * self.fps + 1)),
                Slot::FirstFrame => file_for(Role::FirstFrame).map(Value::from),
                Slot::LastFrame => file_for(Role::LastFrame).map(Value::from),
            };
            if let (Some(place), Some(value)) = (workflow.pointer_mut(pointer), value) {
                *place = value;
            }
        }
        let body = json!({
            "prompt": workflow,
            "client_id": "reelgate",
            "prompt_id": errand.marker,
        });
        Ok(Request::post("/prompt", body))
    }

    fn created(&self, marker: &str, answer: &Answer<'_>) -> Created {
        let body = answer.json();
        match text_at(&body, "/prompt_id") {
            Some(id) if answer.is_success() && id == marker => Created::Known(id),
            // One that gives names of its own cannot be told apart from one that never heard of it.
            Some(id) if answer.is_success() => {
                super::wire::safe_id(&id).map_or(Created::Unclear, Created::Known)
            }
            _ if answer.status == 400 => Created::Refused(Refused::Order(bad_workflow())),
            _ => refusal::by_status(answer),
        }
    }

    fn poll(&self, id: &str) -> Request {
        Request::get(format!("/history/{id}"))
    }

    fn seen(&self, id: &str, answer: &Answer<'_>) -> Seen {
        if !answer.is_success() {
            return Seen::Unclear(answer.retry_after_s);
        }
        let body = answer.json();
        let in_queue = |name: &str| {
            let rows = body.get(name).and_then(Value::as_array);
            rows.is_some_and(|rows| {
                rows.iter().any(|row| text_at(row, "/1").as_deref() == Some(id))
            })
        };
        if body.get("queue_running").is_some() {
            return match (in_queue("queue_running"), in_queue("queue_pending")) {
                (true, _) => Seen::Running(None),
                (false, true) => Seen::Waiting,
                (false, false) => Seen::Gone,
            };
        }
        let Some(entry) = body.get(id) else {
            return match body.is_object() {
                // History shows what has ended only; the queue shows the rest.
                true => Seen::Then(Box::new(Request::get("/queue"))),
                false => Seen::Unclear(None),
            };
        };
        match text_at(entry, "/status/status_str").as_deref() {
            Some("error") => match was_interrupted(entry) {
                true => Seen::Stopped,
                false => Seen::Failed(refusal::failed()),
            },
            _ => match clip_in(entry) {
                Some(path) => {
                    Seen::Done(Box::new(Made { video: Source::Path(path), ..Made::default() }))
                }
                None => Seen::Failed(no_clip()),
            },
        }
    }

    fn cancel(&self, id: &str) -> Vec<Request> {
        vec![
            Request::post("/queue", json!({ "delete": [id] })),
            Request::post("/interrupt", json!({ "prompt_id": id })),
        ]
    }

    fn recovery(&self) -> Recovery {
        Recovery::IsKnown
    }

    fn check(&self) -> Request {
        Request::get("/system_stats")
    }
}

/// Interrupted ones read as errors too; the last message tells.
fn was_interrupted(entry: &Value) -> bool {
    let messages = entry.pointer("/status/messages").and_then(Value::as_array);
    let last = messages.and_then(|messages| messages.last());
    last.and_then(|message| text_at(message, "/0")).as_deref() == Some("execution_interrupted")
}

/// Where the first clip of a finished prompt is.
fn clip_in(entry: &Value) -> Option<String> {
    let outputs = entry.get("outputs")?.as_object()?;
    let lists = outputs.values().filter_map(Value::as_object).flat_map(|output| output.values());
    let mut files = lists.filter_map(Value::as_array).flatten();
    files.find_map(|file| {
        let name = text_at(file, "/filename")?;
        if !CLIPS.iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
            return None;
        }
        let folder = text_at(file, "/subfolder").unwrap_or_default();
        let kind = text_at(file, "/type").unwrap_or_else(|| "output".to_owned());
        let (name, folder, kind) = (escape(&name), escape(&folder), escape(&kind));
        Some(format!("/view?filename={name}&subfolder={folder}&type={kind}"))
    })
}

fn bad_workflow() -> EngineError {
    let message = "the engine does not accept the workflow";
    EngineError::fatal(FailureClass::Provider, message)
}

fn no_clip() -> EngineError {
    EngineError::fatal(FailureClass::Provider, "the engine's workflow made no clip")
}
