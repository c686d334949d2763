//! Answers of our own API.

use crate::ids;
use crate::time::iso;
use crate::view::{Stage, stage};
use reelgate_core::{Blame, Credits, FailureClass, Job, JobView, Links, Model, Price, State};
use serde::Serialize;

/// The state of a job whose files were removed after their retention period.
pub(super) const EXPIRED: &str = "expired";

/// A job.
#[derive(Serialize)]
pub(super) struct JobBody<'a> {
    id: String,
    state: &'static str,
    /// 0 to 1.
    progress: f64,
    cancel_requested: bool,
    model: &'a str,
    prompt: &'a str,
    ratio: &'static str,
    resolution: &'static str,
    duration_s: u32,
    seed: u32,
    audio: bool,
    fixed_lens: bool,
    priority: &'static str,
    /// Credits as exact decimals.
    price: String,
    charged: String,
    refunded: String,
    output: Option<Output<'a>>,
    error: Option<Failure<'a>>,
    attempt: u32,
    queue: Option<Queue>,
    /// Which frame `GET /jobs/{id}/frame` shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    frame: Option<u32>,
    metadata: Option<serde_json::Value>,
    created_at: String,
    updated_at: String,
    finished_at: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

/// Where a waiting job stands.
#[derive(Serialize)]
struct Queue {
    ahead: u32,
    eta_s: Option<u32>,
}

/// What an order would cost.
#[derive(Serialize)]
pub(super) struct Quote<'a> {
    price: String,
    price_version: &'a str,
}

impl<'a> Quote<'a> {
    pub(super) fn of(price: &'a Price) -> Self {
        Self { price: price.credits.to_string(), price_version: &price.version }
    }
}

#[derive(Serialize)]
struct Output<'a> {
    /// What was ordered, and nothing in the place of the other.
    video_url: Option<&'a str>,
    image_url: Option<&'a str>,
    poster_url: &'a str,
    thumbnail_url: Option<&'a str>,
    last_frame_url: Option<&'a str>,
    width: u32,
    height: u32,
    frames: u32,
    duration_ms: u32,
    has_audio: bool,
    bytes: u64,
    sha256: &'a str,
    engine: &'a str,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: &'a str,
    /// Whose fault it is: `caller`, `provider` or `platform`.
    blame: &'static str,
}

impl<'a> JobBody<'a> {
    /// A job as it was accepted: only what never changes about it, so a replay reads the same.
    pub(super) fn accepted(job: &'a Job) -> Self {
        Self {
            state: "queued",
            progress: 0.0,
            cancel_requested: false,
            charged: Credits::ZERO.to_string(),
            refunded: Credits::ZERO.to_string(),
            output: None,
            error: None,
            attempt: 0,
            queue: None,
            updated_at: iso(job.created),
            finished_at: None,
            ..Self::facts(job)
        }
    }

    /// A job as it is.
    pub(super) fn of(view: &'a JobView) -> Self {
        let job = &view.job;
        let queue = view.queue.map(|place| Queue { ahead: place.ahead, eta_s: place.eta_s });
        let expired = matches!(&job.state, State::Succeeded { .. }) && view.links.is_none();
        let facts = Self::facts(job);
        let state = if expired { EXPIRED } else { facts.state };
        let frame = view.glimpse;
        Self { state, output: output(view), error: failure(view), queue, frame, ..facts }
    }

    fn facts(job: &'a Job) -> Self {
        let (progress, cancel_requested) = match &job.state {
            State::Running { progress, cancel_requested, .. } => {
                (f64::from(progress.permille()) / 1000.0, *cancel_requested)
            }
            State::Succeeded { .. } => (1.0, false),
            State::Queued { .. } | State::Failed { .. } | State::Cancelled { .. } => (0.0, false),
        };
        Self {
            id: ids::show_native(job.id),
            state: job.state.name().text(),
            progress,
            cancel_requested,
            model: job.order.model.as_str(),
            prompt: &job.order.prompt,
            ratio: job.order.ratio.name(),
            resolution: job.order.resolution.name(),
            duration_s: job.order.duration_s,
            seed: job.seed,
            audio: job.order.audio,
            fixed_lens: job.order.fixed_lens,
            priority: job.order.priority.name(),
            price: job.price.credits.to_string(),
            charged: job.charged().to_string(),
            refunded: job.refunded().to_string(),
            output: None,
            error: None,
            attempt: job.attempt,
            queue: None,
            frame: None,
            metadata: job.order.metadata.as_deref().and_then(|m| serde_json::from_str(m).ok()),
            created_at: iso(job.created),
            updated_at: iso(job.updated),
            finished_at: job.state.finished().map(iso),
            test: job.order.test,
        }
    }
}

fn output(view: &JobView) -> Option<Output<'_>> {
    let (State::Succeeded { output, .. }, Some(links)) = (&view.job.state, &view.links) else {
        return None;
    };
    let Links { video, poster, thumbnail, last_frame } = links;
    let still = view.job.order.is_still();
    Some(Output {
        video_url: (!still).then_some(video),
        image_url: still.then_some(video),
        poster_url: poster,
        thumbnail_url: thumbnail.as_deref(),
        last_frame_url: (!still).then_some(last_frame),
        width: output.size.width,
        height: output.size.height,
        frames: output.frames,
        duration_ms: output.duration_ms,
        has_audio: output.has_audio,
        bytes: output.video_bytes,
        sha256: &output.video_sha256,
        engine: &output.engine,
    })
}

fn failure(view: &JobView) -> Option<Failure<'_>> {
    match stage(view) {
        Stage::Failed { code, message } => {
            let class = FailureClass::parse(code).unwrap_or(FailureClass::Internal);
            let blame = match class.blame() {
                Blame::Caller => "caller",
                Blame::Provider => "provider",
                Blame::Platform => "platform",
            };
            Some(Failure { code, message, blame })
        }
        Stage::Queued | Stage::Running | Stage::Succeeded(_) | Stage::Cancelled => None,
    }
}

/// What is on offer.
#[derive(Serialize)]
pub(super) struct ModelBody<'a> {
    id: &'a str,
    title: &'a str,
    /// What it makes: `video` or `image`.
    makes: &'static str,
    prompt_chars_min: usize,
    prompt_chars_max: usize,
    duration_default_s: u32,
    ratio_default: &'static str,
    resolution_default: &'static str,
    durations_s: &'a [u32],
    ratios: Vec<&'static str>,
    resolutions: Vec<&'static str>,
    channels: Vec<&'static str>,
    media_max: usize,
    media_kinds: Vec<&'static str>,
    takes_seed: bool,
    takes_auto: bool,
    audio_default: bool,
    rates: Vec<RateBody>,
}

/// Credits for a second, or for a picture, as exact decimals.
#[derive(Serialize)]
struct RateBody {
    resolution: &'static str,
    text_per_s: String,
    media_per_s: String,
}

impl<'a> ModelBody<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        let rates = model.rates.rows.iter().map(|rate| RateBody {
            resolution: rate.resolution.name(),
            text_per_s: rate.text_per_s.to_string(),
            media_per_s: rate.media_per_s.to_string(),
        });
        Self {
            id: model.id.as_str(),
            title: &model.title,
            makes: if model.makes_stills() { "image" } else { "video" },
            prompt_chars_min: *model.prompt_chars.start(),
            prompt_chars_max: *model.prompt_chars.end(),
            duration_default_s: model.duration_default_s,
            ratio_default: model.ratio_default.name(),
            resolution_default: model.resolution_default.name(),
            durations_s: &model.durations_s,
            ratios: model.ratios.iter().map(|ratio| ratio.name()).collect(),
            resolutions: model.resolutions.iter().map(|resolution| resolution.name()).collect(),
            channels: model.channels.iter().map(|channel| channel.name()).collect(),
            media_max: model.media.count_max,
            media_kinds: model.media.kinds.iter().map(|kind| kind.name()).collect(),
            takes_seed: model.takes_seed,
            takes_auto: model.takes_auto,
            audio_default: model.audio_default,
            rates: rates.collect(),
        }
    }
}
