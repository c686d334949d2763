//! Servers that speak OpenAI's videos API: SGLang-Diffusion, vLLM-Omni and others on one's own
//! GPUs.
//!
//! Contract: `ark-openai-and-engines.md`, sections 2 and 3. Orders are sent as forms, which all of
//! them read. Failed jobs may come with an error's status, so the body is read first. Jobs live in
//! the server's memory: what it forgot went with it.

use super::fit::Ability;
use super::refusal::{self, Created};
use super::wire::{Answer, Body, Content, Method, Part, Request, safe_id, text_at};
use super::{Adapter, Errand, Made, Place, Seen, Source, Wants};
use reelgate_core::{EngineError, Progress, Role};
use serde_json::Value;

/// The adapter.
pub(super) struct OpenAiVideos;

impl Adapter for OpenAiVideos {
    fn kind(&self) -> &'static str {
        "openai-videos"
    }

    fn ability(&self, _: &str) -> Ability {
        Ability {
            audio: false,
            last_frame: false,
            references: [0, 0, 0],
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

    fn create(&self, errand: &Errand<'_>, _: &[Value]) -> Result<Request, EngineError> {
        let (order, size) = (errand.order, errand.size);
        let mut parts = vec![
            Part::text("prompt", order.prompt.as_str()),
            Part::text("model", errand.model),
            Part::text("size", format!("{}x{}", size.width, size.height)),
            Part::text("seconds", order.duration_s.to_string()),
            Part::text("seed", errand.seed.to_string()),
        ];
        if let Some(first) = errand.with(Role::FirstFrame).next()
            && let Place::Bytes(bytes) = &first.place
        {
            let name = format!("first-frame.{}", first.mime.rsplit('/').next().unwrap_or("png"));
            let content = Content::File { name, mime: first.mime, bytes: bytes.clone() };
            parts.push(Part { name: "input_reference".to_owned(), content });
        }
        Ok(Request { body: Body::Form(parts), ..Request::new(Method::Post, "/videos") })
    }

    fn created(&self, _: &str, answer: &Answer<'_>) -> Created {
        let id = text_at(&answer.json(), "/id").and_then(|id| safe_id(&id));
        match id {
            Some(id) if answer.is_success() => Created::Known(id),
            _ => refusal::by_body(answer),
        }
    }

    fn poll(&self, id: &str) -> Request {
        Request::get(format!("/videos/{id}"))
    }

    fn seen(&self, id: &str, answer: &Answer<'_>) -> Seen {
        let body = answer.json();
        match text_at(&body, "/status").unwrap_or_default().as_str() {
            "queued" => Seen::Waiting,
            "in_progress" => {
                let percent = body.pointer("/progress").and_then(Value::as_u64).unwrap_or(0);
                let permille = u16::try_from(percent.saturating_mul(10)).unwrap_or(1000);
                Seen::Running((permille > 0).then(|| Progress::from_permille(permille)))
            }
            "completed" => Seen::Done(Box::new(Made {
                video: Source::Path(format!("/videos/{id}/content")),
                ..Made::default()
            })),
            "failed" => {
                let why = body.pointer("/error").map(Value::to_string).unwrap_or_default();
                Seen::Failed(refusal::by_words(&why).unwrap_or_else(refusal::failed))
            }
            "cancelled" | "deleted" => Seen::Stopped,
            _ if answer.status == 404 => Seen::Gone,
            _ => Seen::Unclear(answer.retry_after_s),
        }
    }

    /// SGLang forgets the job and goes on rendering; vLLM-Omni stops.
    fn cancel(&self, id: &str) -> Vec<Request> {
        vec![Request::new(Method::Delete, format!("/videos/{id}"))]
    }

    fn check(&self) -> Request {
        Request::get("/models")
    }
}
