//! The vendor of API A, as an upstream. Contract: `vendors.md`, section 1.
//!
//! It has neither idempotency nor a list: an order whose answer is lost is never made again.

use super::fit::Ability;
use super::refusal::{self, Created};
use super::wire::{Answer, Method, Request, safe_id, text_at};
use super::{Adapter, Errand, Made, Place, Seen, Source, Wants, needs_link};
use reelgate_core::{EngineError, Ratio, Resolution};
use serde_json::{Value, json};

const TASKS: &str = "/api/open/v1/video/generations";

/// The adapter.
pub(super) struct OpenV1;

impl Adapter for OpenV1 {
    fn kind(&self) -> &'static str {
        "open_v1"
    }

    fn ability(&self, model: &str) -> Ability {
        Ability {
            resolutions: vec![Resolution::P480, Resolution::P720, Resolution::P1080],
            ratios: vec![Ratio::R16x9, Ratio::R9x16, Ratio::R1x1],
            durations_s: if model.contains("1.5") { vec![5, 10] } else { (4..=15).collect() },
            references: [5, 5, 5],
            mixes: false,
            seed: false,
            fixed_lens: false,
            ..Ability::any()
        }
    }

    fn wants(&self) -> Wants {
        Wants::Links
    }

    fn create(&self, errand: &Errand<'_>, _: &[Value]) -> Result<Request, EngineError> {
        let order = errand.order;
        let mut links = Vec::new();
        for reference in errand.references {
            match &reference.place {
                Place::Link(link) => links.push(link.as_str()),
                Place::Bytes(_) => return Err(needs_link()),
            }
        }
        let mut body = json!({
            "model": errand.model,
            "prompt": order.prompt,
            "aspectRatio": order.ratio.name(),
            "duration": order.duration_s,
            "resolution": order.resolution.name(),
            "metadata": { "reference": errand.marker },
        });
        if !links.is_empty() {
            body["mediaUrls"] = links.into();
        }
        if let Some(callback) = errand.callback {
            body["webhookUrl"] = callback.into();
        }
        Ok(Request::post(TASKS, body))
    }

    fn created(&self, _: &str, answer: &Answer<'_>) -> Created {
        let id = text_at(&answer.json(), "/requestId").and_then(|id| safe_id(&id));
        match id {
            Some(id) if answer.is_success() => Created::Known(id),
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
        match text_at(&body, "/status").unwrap_or_default().as_str() {
            "queued" => Seen::Waiting,
            "processing" => Seen::Running(None),
            "succeeded" => match text_at(&body, "/output/url") {
                Some(url) => {
                    Seen::Done(Box::new(Made { video: Source::Url(url), ..Made::default() }))
                }
                None => Seen::Unclear(None),
            },
            "failed" => {
                let why = body.pointer("/error").map(Value::to_string).unwrap_or_default();
                Seen::Failed(refusal::by_words(&why).unwrap_or_else(refusal::failed))
            }
            "cancelled" => Seen::Stopped,
            _ => Seen::Unclear(None),
        }
    }

    fn cancel(&self, id: &str) -> Vec<Request> {
        vec![Request::new(Method::Post, format!("{TASKS}/{id}/cancel"))]
    }

    fn check(&self) -> Request {
        Request::get(format!("{TASKS}/req_reelgate_check"))
    }

    fn checked(&self, answer: &Answer<'_>) -> Result<(), String> {
        super::checked_by_missing(answer)
    }
}
