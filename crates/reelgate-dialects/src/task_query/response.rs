//! Answers in the words of API B.

use crate::ids;
use crate::time::iso;
use crate::view::{CANCELLED, Stage, stage};
use reelgate_core::{Job, JobView, Links};
use serde::Serialize;

/// Around every answer that is no refusal.
#[derive(Serialize)]
pub(super) struct Envelope<T> {
    code: u8,
    message: &'static str,
    data: T,
}

impl<T: Serialize> Envelope<T> {
    pub(super) fn ok(data: T) -> Self {
        Self { code: 0, message: "ok", data }
    }
}

/// The answer to an order. Made from what never changes about a job, so a replay reads the same.
#[derive(Serialize)]
pub(super) struct Accepted {
    task_id: String,
}

impl Accepted {
    pub(super) fn of(job: &Job) -> Self {
        Self { task_id: ids::show_b(job.id) }
    }
}

/// A job; without its envelope also the body of a callback.
#[derive(Serialize)]
pub(super) struct Task<'a> {
    task_id: String,
    status: &'static str,
    result: Option<Made<'a>>,
    consumed: String,
    status_reason: Reason<'a>,
    created_at: String,
}

/// An object for a clip, a list for pictures, as on the platform's other models (contract 2.4).
#[derive(Serialize)]
#[serde(untagged)]
enum Made<'a> {
    Clip { video: &'a str },
    Images([Image<'a>; 1]),
}

#[derive(Serialize)]
struct Image<'a> {
    image: &'a str,
}

impl<'a> Made<'a> {
    fn of(job: &Job, links: &'a Links) -> Self {
        match job.order.is_still() {
            true => Self::Images([Image { image: &links.video }]),
            false => Self::Clip { video: &links.video },
        }
    }
}

#[derive(Serialize)]
struct Reason<'a> {
    message: Option<&'a str>,
}

impl<'a> Task<'a> {
    /// `consumed` is in US dollars: what was charged for good, so nothing before a success.
    pub(super) fn of(view: &'a JobView, usd_micro_per_credit: i64) -> Self {
        let (status, result, message) = match stage(view) {
            Stage::Queued => ("pending", None, None),
            Stage::Running => ("in_progress", None, None),
            Stage::Succeeded(links) => ("success", Some(Made::of(&view.job, links)), None),
            Stage::Failed { message, .. } => ("failed", None, Some(message)),
            // Every status but success is a failure to this API's clients (contract 0.4).
            Stage::Cancelled => ("failed", None, Some(CANCELLED.1)),
        };
        Self {
            task_id: ids::show_b(view.job.id),
            status,
            result,
            consumed: view.job.charged().usd(usd_micro_per_credit),
            status_reason: Reason { message },
            created_at: iso(view.job.created),
        }
    }
}
