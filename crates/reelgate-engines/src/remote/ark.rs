//! BytePlus ModelArk and Volcengine Ark: the service that Seedance comes from.
//!
//! Contract: `ark-openai-and-engines.md`, section 1. A request carries our marker as
//! `safety_identifier`, which the service shows again in its list of tasks: so a request whose
//! answer was lost is found there, and never made twice.

use super::fit::Ability;
use super::refusal::{self, Created, Refused};
use super::wire::{Answer, Method, Request, safe_id, text_at};
use super::{Adapter, Errand, Found, Made, Recovery, Seen, Source, Wants, needs_link, seed_at};
use reelgate_core::{EngineError, MediaKind, Ratio, Resolution, Role};
use serde_json::{Value, json};

const TASKS: &str = "/contents/generations/tasks";

/// The adapter.
pub(super) struct Ark;

/// Generations of models that differ in what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    V1,
    V15,
    V2,
    V2Fast,
    V25,
}

impl Family {
    /// By the model's name; an endpoint's (`ep-...`) does not say, and counts as the newest kind
    /// that takes everything usual.
    fn of(model: &str) -> Self {
        let has = |part| model.contains(part);
        match () {
            () if has("1-0") => Self::V1,
            () if has("1-5") => Self::V15,
            () if has("2-5") => Self::V25,
            () if has("2-0-fast") || has("2-0-mini") => Self::V2Fast,
            () => Self::V2,
        }
    }

    const fn is_first(self) -> bool {
        matches!(self, Self::V1 | Self::V15)
    }
}

impl Adapter for Ark {
    fn kind(&self) -> &'static str {
        "ark"
    }

    fn ability(&self, model: &str) -> Ability {
        use Resolution::{P4k, P480, P720, P1080};
        let family = Family::of(model);
        let (resolutions, durations_s): (_, Vec<u32>) = match family {
            Family::V1 => (vec![P480, P720, P1080], (2..=12).collect()),
            Family::V15 => (vec![P480, P720, P1080], (4..=12).collect()),
            Family::V2 => (vec![P480, P720, P1080, P4k], (4..=15).collect()),
            Family::V2Fast => (vec![P480, P720], (4..=15).collect()),
            Family::V25 => (vec![P480, P720], (4..=30).collect()),
        };
        let references = match family {
            Family::V1 if model.contains("lite") => [4, 0, 0],
            Family::V1 | Family::V15 => [0, 0, 0],
            Family::V2 | Family::V2Fast => [9, 3, 3],
            Family::V25 => [30, 10, 10],
        };
        Ability {
            resolutions,
            ratios: Ratio::ALL.to_vec(),
            durations_s,
            audio: family != Family::V1,
            first_frame: true,
            last_frame: true,
            references,
            mixes: false,
            seed: family.is_first(),
            fixed_lens: family.is_first(),
        }
    }

    fn wants(&self) -> Wants {
        Wants::LinksOrBytes
    }

    fn create(&self, errand: &Errand<'_>, _: &[Value]) -> Result<Request, EngineError> {
        let order = errand.order;
        let family = Family::of(errand.model);
        let mut content = vec![json!({ "type": "text", "text": order.prompt })];
        for reference in errand.references {
            let (kind, role) = match (reference.kind, reference.role) {
                (MediaKind::Image, Role::FirstFrame) => ("image_url", "first_frame"),
                (MediaKind::Image, Role::LastFrame) => ("image_url", "last_frame"),
                (MediaKind::Image, Role::Reference) => ("image_url", "reference_image"),
                (MediaKind::Video, _) => ("video_url", "reference_video"),
                (MediaKind::Audio, _) => ("audio_url", "reference_audio"),
            };
            if reference.kind == MediaKind::Video
                && matches!(reference.place, super::Place::Bytes(_))
            {
                return Err(needs_link());
            }
            let mut item = json!({ "type": kind, "role": role });
            item[kind] = json!({ "url": reference.uri() });
            content.push(item);
        }
        let mut body = json!({
            "model": errand.model,
            "content": content,
            "resolution": order.resolution.name(),
            "ratio": order.ratio.name(),
            "duration": order.duration_s,
            "watermark": false,
            "return_last_frame": true,
            "safety_identifier": errand.marker,
        });
        if family != Family::V1 {
            body["generate_audio"] = order.audio.into();
        }
        if family.is_first() {
            body["seed"] = errand.seed.into();
            body["camera_fixed"] = order.fixed_lens.into();
        }
        if let Some(callback) = errand.callback {
            body["callback_url"] = callback.into();
        }
        Ok(Request::post(TASKS, body))
    }

    fn created(&self, _: &str, answer: &Answer<'_>) -> Created {
        if answer.is_success() {
            let id = text_at(&answer.json(), "/id").and_then(|id| safe_id(&id));
            return id.map_or(Created::Unclear, Created::Known);
        }
        let code = text_at(&answer.json(), "/error/code").unwrap_or_default();
        let account = |why| Created::Refused(Refused::Account(why));
        match code.as_str() {
            "AccountOverdueError" => account("the balance at the provider is used up"),
            "ModelNotOpen" | "InvalidEndpointOrModel.NotFound" | "UnsupportedModel" => {
                account("the model is not open to this account")
            }
            "InvalidEndpoint.ClosedEndpoint" => account("the endpoint is closed"),
            _ => refusal::by_body(answer),
        }
    }

    fn poll(&self, id: &str) -> Request {
        Request::get(format!("{TASKS}/{id}"))
    }

    fn seen(&self, _: &str, answer: &Answer<'_>) -> Seen {
        match answer.status {
            200..=299 => {}
            404 => return Seen::Gone,
            _ => return Seen::Unclear(answer.retry_after_s),
        }
        let body = answer.json();
        let link = |pointer| text_at(&body, pointer).map(Source::Url);
        match text_at(&body, "/status").unwrap_or_default().as_str() {
            "queued" => Seen::Waiting,
            "running" => Seen::Running(None),
            "succeeded" => match link("/content/video_url") {
                Some(video) => Seen::Done(Box::new(Made {
                    video,
                    last_frame: link("/content/last_frame_url"),
                    seed: seed_at(&body, "/seed"),
                })),
                None => Seen::Unclear(None),
            },
            "failed" => {
                let code = text_at(&body, "/error/code").unwrap_or_default();
                Seen::Failed(refusal::by_words(&code).unwrap_or_else(refusal::failed))
            }
            "expired" => Seen::Failed(refusal::failed()),
            "cancelled" => Seen::Stopped,
            _ => Seen::Unclear(None),
        }
    }

    fn cancel(&self, id: &str) -> Vec<Request> {
        // The official clients send a body, and the service reads it.
        let body = super::wire::Body::Json(json!({}));
        vec![Request { body, ..Request::new(Method::Delete, format!("{TASKS}/{id}")) }]
    }

    fn recovery(&self) -> Recovery {
        Recovery::Look
    }

    fn look(&self, _: &str) -> Option<Request> {
        Some(Request::get(format!("{TASKS}?page_num=1&page_size=500")))
    }

    fn found(&self, marker: &str, answer: &Answer<'_>) -> Found {
        let body = answer.json();
        let items = body.pointer("/items").and_then(Value::as_array);
        let (true, Some(items)) = (answer.is_success(), items) else { return Found::Unclear };
        let ours = items
            .iter()
            .find(|item| text_at(item, "/safety_identifier").as_deref() == Some(marker));
        let id = ours.and_then(|item| text_at(item, "/id")).and_then(|id| safe_id(&id));
        id.map_or(Found::Absent, Found::Known)
    }

    fn check(&self) -> Request {
        Request::get(format!("{TASKS}?page_num=1&page_size=1"))
    }
}
