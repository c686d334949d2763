//! Answers in the words of the Ark API, in the order of contract 1.6.

use crate::ids;
use crate::view::{Stage, stage};
use reelgate_core::record::is_overdue;
use reelgate_core::{FailureClass, JobView, Links, Ratio, Timestamp};
use serde::Serialize;
use serde_json::Value;

/// Frames of a second.
const PER_S: u64 = 24;
/// Pixels, over all frames, that count as a token.
const PIXELS_PER_TOKEN: u64 = 1024;

/// A task; also the body of a callback.
#[derive(Serialize)]
pub(super) struct Task<'a> {
    id: String,
    model: &'a str,
    status: &'static str,
    error: Option<Failure<'a>>,
    created_at: i64,
    updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    seed: u32,
    resolution: &'static str,
    ratio: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<Value>,
    framespersecond: u64,
    generate_audio: bool,
    draft: bool,
    service_tier: &'static str,
    execution_expires_after: u32,
    priority: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety_identifier: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<Value>,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
struct Content<'a> {
    video_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_frame_url: Option<&'a str>,
}

#[derive(Serialize)]
struct Usage {
    completion_tokens: u64,
    total_tokens: u64,
}

/// A page of tasks.
#[derive(Serialize)]
pub(super) struct Tasks<'a> {
    total: u64,
    items: Vec<Task<'a>>,
}

impl<'a> Tasks<'a> {
    pub(super) fn of(rows: &'a [JobView], total: u64) -> Self {
        Self { total, items: rows.iter().map(Task::of).collect() }
    }
}

impl<'a> Task<'a> {
    pub(super) fn of(view: &'a JobView) -> Self {
        let (job, order) = (&view.job, &view.job.order);
        let extra = order.extra.as_deref().filter(|_| job.dialect == super::NAME);
        let extra: Value =
            extra.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let said = |name: &str| extra.get(name).cloned();
        let is_set = |name: &str| extra.get(name) == Some(&Value::Bool(true));
        let (status, error, links) = state(view);
        let content = links.map(|links| Content {
            video_url: &links.video,
            last_frame_url: is_set("return_last_frame").then_some(&*links.last_frame),
        });
        let usage = links.map(|_| {
            let frames = PER_S * u64::from(order.duration_s) + 1;
            let pixels = u64::from(job.size.width) * u64::from(job.size.height);
            let tokens = pixels * frames / PIXELS_PER_TOKEN;
            Usage { completion_tokens: tokens, total_tokens: tokens }
        });
        let frames = said("frames");
        Self {
            id: ids::show_ark(job.id),
            model: order.model.name(),
            status,
            error,
            created_at: seconds(job.created),
            updated_at: seconds(job.updated),
            content,
            usage,
            seed: job.seed,
            resolution: order.resolution.name(),
            ratio: ratio(view).name(),
            duration: frames.is_none().then_some(order.duration_s),
            frames,
            framespersecond: PER_S,
            generate_audio: order.audio,
            draft: is_set("draft"),
            service_tier: super::request::tier_name(order.priority),
            execution_expires_after: order
                .expires_in_s
                .unwrap_or(super::request::EXPIRES_DEFAULT_S),
            priority: said("priority").unwrap_or_else(|| 0.into()),
            safety_identifier: said("safety_identifier"),
            tools: said("tools"),
        }
    }
}

/// The shape of the clip, also where the model was to choose it.
fn ratio(view: &JobView) -> Ratio {
    match view.job.order.ratio {
        Ratio::Adaptive => Ratio::nearest(view.job.size),
        asked => asked,
    }
}

/// A task's status, with what belongs to it.
fn state(view: &JobView) -> (&'static str, Option<Failure<'_>>, Option<&Links>) {
    match stage(view) {
        Stage::Queued => ("queued", None, None),
        Stage::Running => ("running", None, None),
        Stage::Succeeded(links) => ("succeeded", None, Some(links)),
        Stage::Cancelled => ("cancelled", None, None),
        Stage::Failed { code, message } => {
            let class = FailureClass::parse(code);
            // A clip whose files are gone has no class, and is told as what it is: expired.
            let status =
                if class.is_none() || is_overdue(&view.job) { "expired" } else { "failed" };
            let code = match class {
                Some(FailureClass::Moderation) => "OutputVideoSensitiveContentDetected",
                Some(FailureClass::Input) => "InvalidParameter",
                None => "TaskExpired",
                Some(_) if status == "expired" => "TaskExpired",
                Some(_) => "InternalServiceError",
            };
            (status, Some(Failure { code, message }), None)
        }
    }
}

fn seconds(moment: Timestamp) -> i64 {
    moment.ms().div_euclid(1000)
}
