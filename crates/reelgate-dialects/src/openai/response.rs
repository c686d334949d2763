//! Answers in the words of the videos API, in the order of contract 2.3.

use super::request::{NAMED, REMIXED_FROM};
use crate::ids;
use crate::view::{CANCELLED, Stage, stage};
use reelgate_core::webhook::{EventKind, Message};
use reelgate_core::{FailureClass, Job, JobId, JobView, State, Timestamp};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// A video job.
#[derive(Serialize)]
pub(super) struct Video<'a> {
    id: String,
    object: &'static str,
    created_at: i64,
    completed_at: Option<i64>,
    expires_at: Option<i64>,
    model: Cow<'a, str>,
    prompt: &'a str,
    progress: u16,
    status: &'static str,
    seconds: String,
    size: String,
    error: Option<Failure<'a>>,
    remixed_from_video_id: Option<String>,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: &'a str,
}

impl<'a> Video<'a> {
    /// One that was accepted, as it was then.
    pub(super) fn accepted(job: &'a Job) -> Self {
        let order = &job.order;
        Self {
            id: ids::show_openai(job.id),
            object: "video",
            created_at: seconds(job.created),
            completed_at: None,
            expires_at: None,
            model: kept(job, NAMED).map_or(Cow::Borrowed(order.model.name()), Cow::Owned),
            prompt: &order.prompt,
            progress: 0,
            status: "queued",
            seconds: order.duration_s.to_string(),
            size: job.size.to_string(),
            error: None,
            remixed_from_video_id: remixed_from(job),
        }
    }

    /// One as it is; files are kept for `retention_ms`, zero for ever.
    pub(super) fn of(view: &'a JobView, retention_ms: i64) -> Self {
        let fresh = Self::accepted(&view.job);
        // A clip whose files are gone is still one that was made.
        if let State::Succeeded { finished, output, .. } = &view.job.state {
            let kept_until = (retention_ms > 0).then(|| finished.plus_ms(retention_ms));
            return Self {
                completed_at: Some(seconds(*finished)),
                expires_at: output.removed.or(kept_until).map(seconds),
                progress: 100,
                status: "completed",
                ..fresh
            };
        }
        match stage(view) {
            Stage::Queued => fresh,
            Stage::Running | Stage::Succeeded(_) => {
                Self { progress: percent(&view.job.state), status: "in_progress", ..fresh }
            }
            Stage::Cancelled => {
                let (code, message) = CANCELLED;
                Self { status: "failed", error: Some(Failure { code, message }), ..fresh }
            }
            Stage::Failed { code, message } => {
                let code = match FailureClass::parse(code) {
                    Some(FailureClass::Moderation) => "moderation_blocked",
                    _ => code,
                };
                Self { status: "failed", error: Some(Failure { code, message }), ..fresh }
            }
        }
    }
}

/// Whole hundredths; all of them only once the clip is there.
fn percent(state: &State) -> u16 {
    match state {
        State::Running { progress, .. } => (progress.permille() / 10).min(99),
        _ => 0,
    }
}

/// What this API keeps with an order.
fn kept(job: &Job, name: &str) -> Option<String> {
    let extra = job.order.extra.as_deref().filter(|_| job.dialect == super::NAME)?;
    let extra: Value = serde_json::from_str(extra).ok()?;
    Some(extra.get(name)?.as_str()?.to_owned())
}

fn remixed_from(job: &Job) -> Option<String> {
    JobId::parse(&kept(job, REMIXED_FROM)?).map(ids::show_openai)
}

fn seconds(moment: Timestamp) -> i64 {
    moment.ms().div_euclid(1000)
}

/// A page of videos.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    object: &'static str,
    data: Vec<Video<'a>>,
    first_id: Option<String>,
    last_id: Option<String>,
    has_more: bool,
}

impl<'a> Page<'a> {
    pub(super) fn of(data: Vec<Video<'a>>, has_more: bool) -> Self {
        let id = |video: Option<&Video<'_>>| video.map(|video| video.id.clone());
        let (first_id, last_id) = (id(data.first()), id(data.last()));
        Self { object: "list", data, first_id, last_id, has_more }
    }
}

/// A video that is gone.
#[derive(Serialize)]
pub(super) struct Removed {
    id: String,
    object: &'static str,
    deleted: bool,
}

impl Removed {
    pub(super) fn of(id: JobId) -> Self {
        Self { id: ids::show_openai(id), object: "video.deleted", deleted: true }
    }
}

/// What is told to those who listen.
#[derive(Serialize)]
pub(super) struct Event {
    id: String,
    object: &'static str,
    created_at: i64,
    r#type: &'static str,
    data: Subject,
}

#[derive(Serialize)]
struct Subject {
    id: Option<String>,
}

impl Event {
    pub(super) fn of(message: &Message) -> Self {
        Self::new(message.id.to_string(), message.at, message.kind, message.job)
    }

    /// Of the end of a job, whoever tells it.
    pub(super) fn of_end(view: &JobView) -> Self {
        let kind = match view.job.state {
            State::Succeeded { .. } => EventKind::Succeeded,
            _ => EventKind::Failed,
        };
        Self::new(view.job.id.to_string(), view.job.updated, kind, Some(view.job.id))
    }

    fn new(id: String, at: Timestamp, kind: EventKind, job: Option<JobId>) -> Self {
        let r#type = match kind {
            EventKind::Succeeded => "video.completed",
            // This API knows no other end.
            EventKind::Failed | EventKind::Cancelled => "video.failed",
            other => other.name(),
        };
        let data = Subject { id: job.map(ids::show_openai) };
        Self { id: format!("evt_{id}"), object: "event", created_at: seconds(at), r#type, data }
    }
}
