//! The vendor of API C, as an upstream. Contract: `vendors.md`, section 3.
//!
//! The name of a model is its quality tier: `mini`, `standard` or `pro`. A lost answer is no
//! trouble here: the same `Idempotency-Key` with the same body brings the same task.

use super::fit::Ability;
use super::refusal::{self, Created};
use super::wire::{Answer, Request, safe_id, text_at};
use super::{Adapter, Errand, Made, Place, Recovery, Seen, Source, Wants, needs_link, seed_at};
use reelgate_core::{Channel, EngineError, Ratio, Resolution, Role};
use serde_json::{Value, json};

/// The adapter.
pub(super) struct TasksV1;

impl Adapter for TasksV1 {
    fn kind(&self) -> &'static str {
        "tasks_v1"
    }

    fn ability(&self, model: &str) -> Ability {
        use Resolution::{P4k, P720, P1080, P1080Plus};
        Ability {
            resolutions: match model {
                "pro" => vec![P720, P1080, P1080Plus, P4k],
                _ => vec![P720, P1080],
            },
            ratios: Ratio::ALL.to_vec(),
            durations_s: (4..=15).collect(),
            references: [12, 12, 0],
            mixes: false,
            seed: model != "mini",
            ..Ability::any()
        }
    }

    fn wants(&self) -> Wants {
        Wants::Links
    }

    fn create(&self, errand: &Errand<'_>, _: &[Value]) -> Result<Request, EngineError> {
        let order = errand.order;
        let mut body = json!({
            "quality_tier": errand.model,
            "channel": order.channel.name(),
            "prompt": order.prompt,
            "aspect_ratio": order.ratio.name(),
            "duration": order.duration_s.to_string(),
            "resolution": order.resolution.name(),
            "generate_audio": order.audio,
            "fixed_lens": order.fixed_lens,
        });
        let mut media = Vec::new();
        let mut mode = "text-to-video";
        for reference in errand.references {
            let Place::Link(link) = &reference.place else { return Err(needs_link()) };
            match reference.role {
                Role::FirstFrame => body["image_url"] = link.as_str().into(),
                Role::LastFrame => body["end_image_url"] = link.as_str().into(),
                Role::Reference => media.push(link.as_str()),
            }
            mode =
                if reference.role == Role::Reference { "media-to-video" } else { "image-to-video" };
        }
        if !media.is_empty() {
            body["media_urls"] = media.into();
        }
        body["mode"] = mode.into();
        // Unsupported fields are refused there, so a seed goes only where it may.
        if errand.model != "mini" && order.channel != Channel::Real {
            body["seed"] = errand.seed.into();
        }
        let request = Request::post("/api/v1/video/seedance2", body);
        Ok(request.with("idempotency-key", errand.marker))
    }

    fn created(&self, _: &str, answer: &Answer<'_>) -> Created {
        let body = answer.json();
        let id = text_at(&body, "/id").and_then(|id| safe_id(&id));
        match (id, text_at(&body, "/error/code").as_deref()) {
            (Some(id), _) if answer.is_success() => Created::Known(id),
            // The first request is still on its way, or came with another body: it arrived.
            (_, Some("idempotency_conflict")) => Created::Unclear,
            (_, Some("service_busy")) => {
                Created::Refused(refusal::Refused::Busy(answer.retry_after_s))
            }
            _ => refusal::by_body(answer),
        }
    }

    fn poll(&self, id: &str) -> Request {
        Request::get(format!("/api/v1/tasks/{id}"))
    }

    fn seen(&self, _: &str, answer: &Answer<'_>) -> Seen {
        match answer.status {
            200..=299 => {}
            404 => return Seen::Gone,
            _ => return Seen::Unclear(answer.retry_after_s),
        }
        let body = answer.json();
        match text_at(&body, "/status").unwrap_or_default().as_str() {
            "processing" => Seen::Running(None),
            "completed" => match text_at(&body, "/output/video_url") {
                Some(url) => Seen::Done(Box::new(Made {
                    video: Source::Url(url),
                    last_frame: text_at(&body, "/output/last_frame_url").map(Source::Url),
                    seed: seed_at(&body, "/output/seed"),
                })),
                None => Seen::Unclear(None),
            },
            "failed" => {
                let why = body.pointer("/error").map(Value::to_string).unwrap_or_default();
                Seen::Failed(refusal::by_words(&why).unwrap_or_else(refusal::failed))
            }
            _ => Seen::Unclear(None),
        }
    }

    fn cancel(&self, _: &str) -> Vec<Request> {
        Vec::new()
    }

    fn recovery(&self) -> Recovery {
        Recovery::AskAgain
    }

    fn check(&self) -> Request {
        Request::get("/api/v1/tasks/sd2_reelgatechck")
    }

    fn checked(&self, answer: &Answer<'_>) -> Result<(), String> {
        super::checked_by_missing(answer)
    }
}
