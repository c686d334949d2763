//! Answers in the words of API C.
//!
//! The documented fields come first and in the documents' order (seed 004); `resolution` after them
//! is what later documents add (contract 3.5).

use super::{MODEL, MODEL_PREFIX, NAME, NEWER, TIER};
use crate::ids;
use crate::time::iso;
use crate::view::{CANCELLED, Stage, bill, stage};
use reelgate_core::{Job, JobView, Model};
use serde::Serialize;

/// The answer to an order. Made from what never changes about a job, so a replay reads the same.
#[derive(Serialize)]
pub(super) struct Accepted<'a> {
    id: String,
    status: &'static str,
    model: &'a str,
    #[serde(flatten)]
    look: Option<Look<'a>>,
    credits_used: i64,
    /// What could still be spent right after the order, on endpoints whose documents show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_credits: Option<i64>,
}

/// What only clips have.
#[derive(Serialize)]
struct Look<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    quality_tier: Option<&'a str>,
    channel: &'static str,
}

impl<'a> Accepted<'a> {
    pub(super) fn of(job: &'a Job) -> Self {
        let (model, look) = model_and_look(job);
        Self {
            id: id(job),
            status: "processing",
            model,
            look,
            credits_used: job.price.credits.whole_up(),
            remaining_credits: remaining(job),
        }
    }
}

/// A test order is told of no real money. What was left of an older job is not known.
fn remaining(job: &Job) -> Option<i64> {
    let is_shown = job.order.is_still() || is_newer(job);
    let left = job.remaining.filter(|_| is_shown)?;
    Some(if job.order.test { 0 } else { left.whole_down() })
}

fn is_newer(job: &Job) -> bool {
    job.order.model.dialect() == NAME && job.order.model.name() == NEWER
}

/// A job; also the body of a webhook.
#[derive(Serialize)]
pub(super) struct Task<'a> {
    id: String,
    status: &'static str,
    model: &'a str,
    #[serde(flatten)]
    look: Option<Look<'a>>,
    credits_used: i64,
    credits_refunded: i64,
    output: Option<Output<'a>>,
    error: Option<Failure<'a>>,
    created_at: String,
    updated_at: String,
    resolution: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Output<'a> {
    Clip { video_url: &'a str, last_frame_url: &'a str, seed: u32 },
    Images { images: [Image<'a>; 1] },
}

#[derive(Serialize)]
struct Image<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: &'a str,
}

impl<'a> Task<'a> {
    pub(super) fn of(view: &'a JobView) -> Self {
        let job = &view.job;
        let (status, output, error) = match stage(view) {
            Stage::Queued | Stage::Running => ("processing", None, None),
            Stage::Succeeded(links) => {
                let output = match job.order.is_still() {
                    true => Output::Images { images: [Image { url: &links.video }] },
                    false => Output::Clip {
                        video_url: &links.video,
                        last_frame_url: &links.last_frame,
                        seed: job.seed,
                    },
                };
                ("completed", Some(output), None)
            }
            Stage::Failed { code, message } => ("failed", None, Some(Failure { code, message })),
            Stage::Cancelled => {
                let (code, message) = CANCELLED;
                ("failed", None, Some(Failure { code, message }))
            }
        };
        let (model, look) = model_and_look(job);
        let bill = bill(view);
        Self {
            id: id(job),
            status,
            model,
            look,
            credits_used: bill.used,
            credits_refunded: bill.refunded,
            output,
            error,
            created_at: iso(job.created),
            updated_at: iso(job.updated),
            resolution: job.order.resolution.name(),
        }
    }
}

fn id(job: &Job) -> String {
    match job.order.is_still() {
        true => ids::show_c_image(job.id, job.order.model.name()),
        false => ids::show_c(job.id),
    }
}

/// A clip of another API has no tier: it shows its own model's name and the usual tier. The newer
/// model has none, and a picture has neither tier nor channel.
fn model_and_look(job: &Job) -> (&str, Option<Look<'_>>) {
    let id = &job.order.model;
    let (model, quality_tier) = match id.name().strip_prefix(MODEL_PREFIX) {
        Some(tier) if id.dialect() == NAME => (MODEL, Some(tier)),
        _ if is_newer(job) => (NEWER, None),
        _ => (id.name(), Some(TIER)),
    };
    let look = Look { quality_tier, channel: job.order.channel.name() };
    (model, (!job.order.is_still()).then_some(look))
}

/// What is on offer, in the shape of the API's other answers; no documented route asks for it.
#[derive(Serialize)]
pub(super) struct Models<'a> {
    models: Vec<&'a str>,
}

impl<'a> Models<'a> {
    pub(super) fn of(models: &'a [Model]) -> Self {
        Self { models: models.iter().map(|model| model.id.name()).collect() }
    }
}
