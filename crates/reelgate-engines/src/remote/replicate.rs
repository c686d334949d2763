//! Replicate. Contract: `ark-openai-and-engines.md`, section 3.5. Its links live for an hour.

use super::fit::Ability;
use super::refusal::{self, Created};
use super::wire::{Answer, Method, Request, safe_id, text_at};
use super::{Adapter, Errand, Made, Seen, Source, Wants};
use reelgate_core::{EngineError, MediaKind, Role};
use serde_json::{Value, json};

/// The adapter.
pub(super) struct Replicate;

impl Adapter for Replicate {
    fn kind(&self) -> &'static str {
        "replicate"
    }

    fn ability(&self, _: &str) -> Ability {
        Ability {
            durations_s: (4..=15).collect(),
            references: [9, 3, 3],
            mixes: false,
            fixed_lens: false,
            ..Ability::any()
        }
    }

    fn wants(&self) -> Wants {
        Wants::LinksOrBytes
    }

    fn create(&self, errand: &Errand<'_>, _: &[Value]) -> Result<Request, EngineError> {
        let order = errand.order;
        let mut input = json!({
            "prompt": order.prompt,
            "duration": order.duration_s,
            "resolution": order.resolution.name(),
            "aspect_ratio": order.ratio.name(),
            "generate_audio": order.audio,
            "seed": errand.seed,
        });
        for (role, field) in [(Role::FirstFrame, "image"), (Role::LastFrame, "last_frame_image")] {
            if let Some(frame) = errand.with(role).next() {
                input[field] = frame.uri().into();
            }
        }
        for (kind, field) in [
            (MediaKind::Image, "reference_images"),
            (MediaKind::Video, "reference_videos"),
            (MediaKind::Audio, "reference_audios"),
        ] {
            let all: Vec<_> = errand.of(kind).map(|reference| reference.uri()).collect();
            if !all.is_empty() {
                input[field] = all.into();
            }
        }
        let mut body = json!({ "input": input });
        if let Some(callback) = errand.callback {
            body["webhook"] = callback.into();
            body["webhook_events_filter"] = json!(["completed"]);
        }
        Ok(Request::post(format!("/models/{}/predictions", errand.model), body))
    }

    fn created(&self, _: &str, answer: &Answer<'_>) -> Created {
        let id = text_at(&answer.json(), "/id").and_then(|id| safe_id(&id));
        match id {
            Some(id) if answer.is_success() => Created::Known(id),
            _ => refusal::by_body(answer),
        }
    }

    fn poll(&self, id: &str) -> Request {
        Request::get(format!("/predictions/{id}"))
    }

    fn seen(&self, _: &str, answer: &Answer<'_>) -> Seen {
        match answer.status {
            200..=299 => {}
            404 => return Seen::Gone,
            _ => return Seen::Unclear(answer.retry_after_s),
        }
        let body = answer.json();
        match text_at(&body, "/status").unwrap_or_default().as_str() {
            "starting" => Seen::Waiting,
            "processing" => Seen::Running(None),
            "succeeded" => {
                let link = text_at(&body, "/output").or_else(|| text_at(&body, "/output/0"));
                let made = |url| Made { video: Source::Url(url), ..Made::default() };
                link.map_or(Seen::Unclear(None), |url| Seen::Done(Box::new(made(url))))
            }
            "failed" => {
                let why = text_at(&body, "/error").unwrap_or_default();
                Seen::Failed(refusal::by_words(&why).unwrap_or_else(refusal::failed))
            }
            "canceled" | "aborted" => Seen::Stopped,
            _ => Seen::Unclear(None),
        }
    }

    fn cancel(&self, id: &str) -> Vec<Request> {
        vec![Request::new(Method::Post, format!("/predictions/{id}/cancel"))]
    }

    fn check(&self) -> Request {
        Request::get("/account")
    }
}
