//! The vendor of API B, as an upstream. Contract: `vendors.md`, section 2.
//!
//! New tasks are unknown to it for some seconds. It has neither idempotency nor a list nor a way to
//! cancel.

use super::fit::Ability;
use super::refusal::{self, Created};
use super::wire::{Answer, Request, safe_id, text_at};
use super::{Adapter, Errand, Made, Seen, Source, Wants};
use reelgate_core::{EngineError, Ratio, Resolution};
use serde_json::{Value, json};

/// The adapter.
pub(super) struct TaskQuery;

impl Adapter for TaskQuery {
    fn kind(&self) -> &'static str {
        "task_query"
    }

    fn ability(&self, _: &str) -> Ability {
        let ratios = Ratio::ALL.into_iter().filter(|ratio| *ratio != Ratio::Adaptive);
        Ability {
            resolutions: vec![Resolution::P720],
            ratios: ratios.collect(),
            durations_s: vec![5, 10, 15],
            // Roles cannot be told; the words name the pictures.
            first_frame: false,
            last_frame: false,
            references: [9, 0, 0],
            seed: false,
            fixed_lens: false,
            ..Ability::any()
        }
    }

    fn wants(&self) -> Wants {
        Wants::LinksOrBytes
    }

    fn create(&self, errand: &Errand<'_>, _: &[Value]) -> Result<Request, EngineError> {
        let order = errand.order;
        let mut content = vec![json!({ "type": "text", "text": order.prompt })];
        for reference in errand.references {
            let url = reference.uri();
            content.push(json!({ "type": "image_url", "image_url": { "url": url } }));
        }
        let mut body = json!({
            "model": errand.model,
            "content": content,
            "duration": order.duration_s,
            "ratio": order.ratio.name(),
        });
        if let Some(callback) = errand.callback {
            body["callback_url"] = callback.into();
        }
        Ok(Request::post("/api/video/seedance/gen", body))
    }

    fn created(&self, _: &str, answer: &Answer<'_>) -> Created {
        let body = answer.json();
        let id = text_at(&body, "/data/task_id").and_then(|id| safe_id(&id));
        let fine = answer.is_success() && text_at(&body, "/code").as_deref() == Some("0");
        match id {
            Some(id) if fine => Created::Known(id),
            // An error in the envelope of a success.
            _ if answer.is_success() && body.get("code").is_some() => {
                refusal::by_body(&Answer { status: 400, ..*answer })
            }
            _ => refusal::by_body(answer),
        }
    }

    fn poll(&self, id: &str) -> Request {
        Request::get(format!("/api/task/query?task_id={id}"))
    }

    fn seen(&self, _: &str, answer: &Answer<'_>) -> Seen {
        match answer.status {
            200..=299 => {}
            404 => return Seen::Gone,
            _ => return Seen::Unclear(answer.retry_after_s),
        }
        let body = answer.json();
        match text_at(&body, "/data/status").unwrap_or_default().as_str() {
            "pending" | "submitted" => Seen::Waiting,
            "in_progress" => Seen::Running(None),
            "success" => match text_at(&body, "/data/result/video") {
                Some(url) => {
                    Seen::Done(Box::new(Made { video: Source::Url(url), ..Made::default() }))
                }
                // It exists there: paid for, and without a clip.
                None => Seen::Failed(refusal::failed_for_good()),
            },
            "failed" => {
                let why = text_at(&body, "/data/status_reason/message").unwrap_or_default();
                Seen::Failed(refusal::by_words(&why).unwrap_or_else(refusal::failed))
            }
            _ => Seen::Unclear(None),
        }
    }

    fn cancel(&self, _: &str) -> Vec<Request> {
        Vec::new()
    }

    fn check(&self) -> Request {
        Request::get("/api/task/query?task_id=reelgate-check")
    }

    fn checked(&self, answer: &Answer<'_>) -> Result<(), String> {
        super::checked_by_missing(answer)
    }
}
