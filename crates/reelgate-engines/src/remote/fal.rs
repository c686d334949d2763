//! fal's queue. Contract: `ark-openai-and-engines.md`, section 3.4.
//!
//! The name of a model is its application, `bytedance/seedance-2.0`; which of its endpoints is
//! asked follows from the references. Its name for a job is the path that it answers with.

use super::fit::Ability;
use super::refusal::{self, Created};
use super::wire::{Answer, Method, Request, text_at};
use super::{Adapter, Errand, Made, Seen, Source, Wants, seed_at};
use reelgate_core::{EngineError, MediaKind, Role};
use serde_json::{Value, json};

/// The adapter.
pub(super) struct Fal;

impl Adapter for Fal {
    fn kind(&self) -> &'static str {
        "fal"
    }

    fn authorization(&self, key: &str) -> (&'static str, String) {
        ("authorization", format!("Key {key}"))
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
        let mut body = json!({
            "prompt": order.prompt,
            "duration": order.duration_s.to_string(),
            "resolution": order.resolution.name(),
            "aspect_ratio": order.ratio.name(),
            "generate_audio": order.audio,
            "seed": errand.seed,
        });
        let mut endpoint = "text-to-video";
        for (role, field) in [(Role::FirstFrame, "image_url"), (Role::LastFrame, "end_image_url")] {
            if let Some(frame) = errand.with(role).next() {
                endpoint = "image-to-video";
                body[field] = frame.uri().into();
            }
        }
        for (kind, field) in [
            (MediaKind::Image, "image_urls"),
            (MediaKind::Video, "video_urls"),
            (MediaKind::Audio, "audio_urls"),
        ] {
            let all: Vec<_> = errand.of(kind).map(|reference| reference.uri()).collect();
            if !all.is_empty() {
                endpoint = "reference-to-video";
                body[field] = all.into();
            }
        }
        let mut path = format!("/{}/{endpoint}", errand.model);
        if let Some(callback) = errand.callback {
            path.push_str("?fal_webhook=");
            path.push_str(&escape(callback));
        }
        Ok(Request::post(path, body))
    }

    fn created(&self, _: &str, answer: &Answer<'_>) -> Created {
        let body = answer.json();
        let id = text_at(&body, "/request_id");
        let address = text_at(&body, "/response_url");
        match (id, address.as_deref().and_then(path_of)) {
            (Some(id), Some(path)) if answer.is_success() && path.ends_with(&id) => {
                Created::Known(path)
            }
            _ => refusal::by_body(answer),
        }
    }

    fn poll(&self, id: &str) -> Request {
        Request::get(format!("{id}/status"))
    }

    fn seen(&self, id: &str, answer: &Answer<'_>) -> Seen {
        let body = answer.json();
        if let Some(url) = text_at(&body, "/video/url") {
            return Seen::Done(Box::new(Made {
                video: Source::Url(url),
                last_frame: None,
                seed: seed_at(&body, "/seed"),
            }));
        }
        match text_at(&body, "/status").unwrap_or_default().as_str() {
            "IN_QUEUE" => return Seen::Waiting,
            "IN_PROGRESS" => return Seen::Running(None),
            "COMPLETED" => return Seen::Then(Box::new(Request::get(id))),
            _ => {}
        }
        let detail = body.pointer("/detail").map(Value::to_string).unwrap_or_default();
        match answer.status {
            404 => Seen::Gone,
            _ if detail.contains("still in progress") => Seen::Running(None),
            400 | 422 => Seen::Failed(refusal::by_words(&detail).unwrap_or_else(refusal::unusable)),
            500 if !detail.is_empty() => Seen::Failed(refusal::failed()),
            _ => Seen::Unclear(answer.retry_after_s),
        }
    }

    fn cancel(&self, id: &str) -> Vec<Request> {
        vec![Request::new(Method::Put, format!("{id}/cancel"))]
    }

    fn check(&self) -> Request {
        let none = "00000000-0000-0000-0000-000000000000";
        Request::get(format!("/bytedance/seedance-2.0/requests/{none}/status"))
    }

    fn checked(&self, answer: &Answer<'_>) -> Result<(), String> {
        super::checked_by_missing(answer)
    }
}

/// The path of an address, when it is made of nothing but names.
fn path_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let path = rest.get(rest.find('/')?..)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let fine = path.chars().all(plain) && !path.contains("..") && path.contains("/requests/");
    (fine && path.len() <= 300).then(|| path.to_owned())
}

/// A text inside a query.
pub(super) fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let escaped = text.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    escaped.collect()
}
