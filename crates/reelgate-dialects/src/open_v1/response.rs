//! Answers in the words of API A.
//!
//! The documented fields come first and in the documents' order; what follows them in
//! [`Generation`] is the additive part of contract 4.A.

use crate::ids;
use crate::time::iso;
use crate::view::{Stage, bill, stage};
use reelgate_core::{Credits, Job, JobView, Model};
use serde::Serialize;
use serde_json::{Number, Value};

/// The answer to an order. Made from what never changes about a job, so a replay reads the same.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accepted {
    success: bool,
    request_id: String,
    status: &'static str,
    credits_charged: i64,
}

impl Accepted {
    pub(super) fn of(job: &Job) -> Self {
        Self {
            success: true,
            request_id: ids::show_a(job.id),
            status: "queued",
            credits_charged: job.price.credits.whole_up(),
        }
    }
}

/// A job; also the body of a webhook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Generation<'a> {
    success: bool,
    request_id: String,
    status: &'static str,
    model: &'a str,
    prompt: &'a str,
    duration: u32,
    aspect_ratio: &'static str,
    output: Option<Output<'a>>,
    error: Option<Failure<'a>>,
    resolution: &'static str,
    credits_charged: i64,
    credits_refunded: i64,
    metadata: Value,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct Output<'a> {
    r#type: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: &'a str,
}

impl<'a> Generation<'a> {
    pub(super) fn of(view: &'a JobView) -> Self {
        let job = &view.job;
        let (status, output, error) = match stage(view) {
            Stage::Queued => ("queued", None, None),
            Stage::Running => ("processing", None, None),
            Stage::Succeeded(links) => {
                let r#type = if job.order.is_still() { "image" } else { "video" };
                ("succeeded", Some(Output { r#type, url: &links.video }), None)
            }
            Stage::Failed { code, message } => ("failed", None, Some(Failure { code, message })),
            Stage::Cancelled => ("cancelled", None, None),
        };
        let bill = bill(view);
        Self {
            success: true,
            request_id: ids::show_a(job.id),
            status,
            model: job.order.model.name(),
            prompt: &job.order.prompt,
            duration: job.order.duration_s,
            aspect_ratio: job.order.ratio.name(),
            output,
            error,
            resolution: job.order.resolution.name(),
            credits_charged: bill.used,
            credits_refunded: bill.refunded,
            metadata: metadata(job.order.metadata.as_deref()),
            created_at: iso(job.created),
            updated_at: iso(job.updated),
        }
    }
}

fn metadata(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null)
}

/// The answer to a cancel, the same however often it is asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cancelled {
    success: bool,
    request_id: String,
    status: &'static str,
}

impl Cancelled {
    pub(super) fn of(view: &JobView) -> Self {
        Self { success: true, request_id: ids::show_a(view.job.id), status: "cancelled" }
    }
}

/// What is on offer. The documents say what it tells but not its shape (contract 4.A).
#[derive(Serialize)]
pub(super) struct Models<'a> {
    success: bool,
    data: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    id: &'a str,
    name: &'a str,
    durations: &'a [u32],
    aspect_ratios: Vec<&'static str>,
    resolutions: Vec<&'static str>,
    default_duration: u32,
    default_aspect_ratio: &'static str,
    default_resolution: &'static str,
    max_media_urls: usize,
    media_types: Vec<&'static str>,
    pricing: Pricing,
}

#[derive(Serialize)]
struct Pricing {
    unit: &'static str,
    rates: Vec<Rate>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rate {
    resolution: &'static str,
    text_to_video: Number,
    with_media: Number,
}

impl<'a> Models<'a> {
    pub(super) fn of(models: &'a [Model]) -> Self {
        Self { success: true, data: models.iter().map(Entry::of).collect() }
    }
}

impl<'a> Entry<'a> {
    fn of(model: &'a Model) -> Self {
        Self {
            id: model.id.name(),
            name: &model.title,
            durations: &model.durations_s,
            aspect_ratios: model.ratios.iter().map(|ratio| ratio.name()).collect(),
            resolutions: model.resolutions.iter().map(|resolution| resolution.name()).collect(),
            default_duration: model.duration_default_s,
            default_aspect_ratio: model.ratio_default.name(),
            default_resolution: model.resolution_default.name(),
            max_media_urls: model.media.count_max,
            media_types: model.media.kinds.iter().map(|kind| kind.name()).collect(),
            pricing: Pricing::of(model),
        }
    }
}

impl Pricing {
    fn of(model: &Model) -> Self {
        let rates = model.rates.rows.iter().map(|row| Rate {
            resolution: row.resolution.name(),
            text_to_video: number(row.text_per_s),
            with_media: number(row.media_per_s),
        });
        Self { unit: "credits per second", rates: rates.collect() }
    }
}

/// The shortest decimal that is this amount: `8` or `12.8`.
fn number(amount: Credits) -> Number {
    // An amount prints as a decimal, and every decimal is a JSON number.
    serde_json::from_str(&amount.to_string()).unwrap_or_else(|_| Number::from(amount.whole_up()))
}
