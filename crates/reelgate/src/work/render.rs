//! One job from queue to clip.

use super::Step;
use crate::app::App;
use crate::credentials;
use crate::fault::{self, Point};
use crate::media::{ClipFile, MediaError};
use reelgate_core::engine::{BoxFuture, GLIMPSE_BYTES_MAX, GLIMPSE_EVERY_MS};
use reelgate_core::job::{Output, Progress, Refusal};
use reelgate_core::length;
use reelgate_core::{
    Clip, DeliveryId, Engine, EngineError, EntryId, FailureClass, Glimpse, Input, Job, Report,
    State, Ticket, Timestamp, Work,
};
use reelgate_engines::clip;
use reelgate_engines::rehearsal::RehearsalEngine;
use reelgate_store::{Directive, Outcome, StoreError};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU16, Ordering};
use std::time::Duration;

/// A store that is full, or whose database went away, is asked again after so long: a finished clip
/// is worth more than that. Together as long as a lease lasts.
const AGAIN_WAITS_MS: [u64; 10] = [20, 100, 300, 1000, 2000, 2000, 2000, 2000, 2000, 4000];

/// Claims one job and carries it to its end, or to the end of this attempt.
///
/// # Errors
/// When the store fails; the job's lease then runs out and it is rescued.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    let (now, lease_ms) = (app.now(), app.config.jobs.lease_ms);
    let claimed = match app.config.jobs.running_per_account_max {
        0 => app.store.claim(now, lease_ms, 1).await?,
        running_max => app.store.claim_below(now, lease_ms, 1, running_max).await?,
    };
    let Some(job) = claimed.into_iter().next() else { return Ok(Step::Idle) };
    carry(app, job).await?;
    Ok(Step::Did)
}

/// Carries a claimed job to its end, or to the end of this attempt.
///
/// # Errors
/// As [`step`].
pub(super) async fn carry(app: &App, job: Job) -> Result<(), StoreError> {
    let State::Running { lease, .. } = &job.state else { return Ok(()) };
    let token = lease.token;
    fault::point(Point::Claimed);
    // Its account may have asked to hear of this.
    app.deliveries_ready.notify_one();
    tracing::info!(job = %job.id, attempt = job.attempt, "rendering");
    let started = app.now();
    let outcome = attempt(app, &job, token).await;
    settle(app, &job, token, outcome, started.ms()).await
}

/// What renders a job: never a real engine for a test.
fn engine_of<'a>(app: &'a App, job: &Job) -> &'a dyn Engine {
    if job.order.test { &RehearsalEngine } else { app.engine.as_ref() }
}

/// Runs the engine and keeps what it made, in a scratch folder that is gone afterwards.
async fn attempt(app: &App, job: &Job, token: u64) -> Result<Output, EngineError> {
    let scratch_root = app.config.data.join("scratch");
    tokio::fs::create_dir_all(&scratch_root).await.map_err(|error| disk(&error))?;
    let prefix = format!("{}-{token}-", job.id);
    let scratch = tempfile::Builder::new().prefix(&prefix).tempdir_in(&scratch_root);
    let scratch = scratch.map_err(|error| disk(&error))?;
    let work = Work {
        job: job.id,
        order: job.order.clone(),
        size: job.size,
        seed: job.seed,
        inputs: inputs(app, job, scratch.path()).await?,
        scratch: scratch.path().to_owned(),
        ticket: job.ticket.clone(),
    };
    let reporter = Reporter::new(app, job, token);
    fault::point(Point::EngineStarts);
    let making = make(app, job, token, work, &reporter);
    tokio::pin!(making);
    tokio::select! {
        result = &mut making => result,
        // Silence of the store or a lost lease sets the stop flag; the engine then returns.
        () = beat(app, job, token, &reporter) => making.await,
    }
}

/// Renders and stores; the lease is extended all the while, however slow the storage is.
async fn make(
    app: &App,
    job: &Job,
    token: u64,
    work: Work,
    reporter: &Reporter<'_>,
) -> Result<Output, EngineError> {
    let clip = engine_of(app, job).run(work, reporter).await?;
    fault::point(Point::EngineDone);
    // At once: a signed copy of what turns out not to be wanted goes with the scratch folder.
    let checking = clip::check(&app.decoder, &clip, &job.order, job.size);
    let signing = credentials::sign(app, job, engine_of(app, job).name(), clip.clone());
    let (checked, signed) = tokio::join!(checking, signing);
    checked.map_err(|fault| {
        tracing::error!(job = %job.id, fault, "the engine's clip is not what was ordered");
        EngineError::passing(FailureClass::Internal, "the engine made a clip that was not ordered")
    })?;
    fault::point(Point::ClipChecked);
    keep(app, job, token, &signed).await.map_err(|error| {
        tracing::error!(job = %job.id, %error, "the clip could not be kept");
        EngineError::passing(FailureClass::Internal, "the clip could not be stored")
    })
}

/// The order's references as files of this machine.
async fn inputs(app: &App, job: &Job, scratch: &Path) -> Result<Vec<Input>, EngineError> {
    let mut inputs = Vec::new();
    for media in &job.order.media {
        let path = app.media.local(&media.stored, scratch).await.map_err(|error| {
            tracing::error!(job = %job.id, %error, "a reference could not be read");
            let message = "a reference could not be read from storage";
            EngineError::passing(FailureClass::Internal, message)
        })?;
        inputs.push(Input { kind: media.kind, role: media.role, path });
    }
    Ok(inputs)
}

fn disk(error: &std::io::Error) -> EngineError {
    tracing::error!(%error, "the scratch folder cannot be used");
    EngineError::passing(FailureClass::Internal, "the server cannot write its working files")
}

/// Extends the lease until told to stop, then sets the stop flag and returns.
async fn beat(app: &App, job: &Job, token: u64, reporter: &Reporter<'_>) {
    let every = Duration::from_millis(app.config.jobs.heartbeat_ms);
    let lease_ms = app.config.jobs.lease_ms;
    let mut silent_since = app.now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = app.leases_due.notified() => {}
            () = app.stopping.cancelled() => break,
        }
        let (now, progress) = (app.now(), reporter.shown());
        match app.store.heartbeat(job.id, token, lease_ms, progress, now).await {
            Ok(Directive::Continue) => {
                fault::point(Point::Heartbeat);
                silent_since = now;
            }
            Ok(Directive::Stop | Directive::Lost) => break,
            Err(error) if now.since_ms(silent_since) < lease_ms => {
                tracing::warn!(job = %job.id, %error, "a heartbeat failed");
            }
            Err(_) => break,
        }
    }
    reporter.stop.store(true, Ordering::Relaxed);
}

async fn keep(app: &App, job: &Job, token: u64, clip: &Clip) -> Result<Output, MediaError> {
    let put = |kind, file| app.media.put_clip_file(job.id, token, kind, file);
    let moving = clip.thumbnail();
    let thumbnail = async {
        match tokio::fs::try_exists(&moving).await? {
            true => Ok(Some(put(ClipFile::Thumbnail, &moving).await?.name)),
            false => Ok(None),
        }
    };
    let poster = put(ClipFile::Poster, &clip.poster);
    let (poster, thumbnail) = tokio::try_join!(poster, thumbnail)?;
    fault::point(Point::PosterKept);
    // A picture is its own last frame.
    let (last_frame, main) = match job.order.is_still() {
        true => (None, ClipFile::Image),
        false => (Some(put(ClipFile::LastFrame, &clip.last_frame).await?), ClipFile::Video),
    };
    fault::point(Point::LastFrameKept);
    let video = put(main, &clip.video).await?;
    fault::point(Point::VideoKept);
    Ok(Output {
        last_frame: last_frame.map_or_else(|| video.name.clone(), |stored| stored.name),
        video: video.name,
        video_bytes: video.bytes,
        video_sha256: video.sha256,
        poster: poster.name,
        thumbnail,
        size: clip.size,
        frames: clip.frames,
        duration_ms: clip.duration_ms,
        has_audio: clip.has_audio,
        engine: engine_of(app, job).name().to_owned(),
        removed: None,
    })
}

/// Writes the attempt's end, and forgets its files when nobody will ever ask for them.
async fn settle(
    app: &App,
    job: &Job,
    token: u64,
    result: Result<Output, EngineError>,
    started_ms: i64,
) -> Result<(), StoreError> {
    let now = app.now();
    let took_ms = now.ms() - started_ms;
    let made = result.is_ok();
    let outcome = match result {
        Ok(output) => {
            tracing::info!(job = %job.id, took_ms, bytes = output.video_bytes, "rendered");
            if !job.order.test {
                app.pace.learn(u64::try_from(took_ms).unwrap_or(0));
            }
            Outcome::Clip { output, charge: length::charge(job) }
        }
        Err(error) => {
            tracing::warn!(job = %job.id, took_ms, %error, "the attempt ended without a clip");
            let delay_ms = reelgate_core::retry::JOB.delay_ms(job.attempt, app.entropy.bits());
            Outcome::Failed { error, retry_at: now.plus_ms(delay_ms) }
        }
    };
    let (entry, delivery) = (app.entry_id(), app.delivery_id());
    fault::point(Point::FinishDecided);
    let ended = finish(app, job, token, &outcome, (entry, delivery), now).await?;
    fault::point(Point::FinishCommitted);
    let used = match (&ended, &outcome) {
        (Ok(job), _) => matches!(job.state, State::Succeeded { .. }),
        // It may have ended with this very clip, and only the answer was lost.
        (Err(Refusal::Final(_)), Outcome::Clip { output, .. }) => {
            let stored = app.store.job(job.id).await?;
            stored.is_some_and(|job| match job.state {
                State::Succeeded { output: kept, .. } => kept.video == output.video,
                _ => false,
            })
        }
        // Without its lease this attempt's files belong to nobody.
        (Err(Refusal::StaleLease | Refusal::Final(_) | Refusal::NotNow(_)), _) => false,
    };
    if !used {
        if made {
            tracing::info!(job = %job.id, "the clip is not wanted any more");
        }
        if let Err(error) = app.media.remove_clip(job.id, token).await {
            tracing::warn!(job = %job.id, %error, "a clip could not be removed");
        }
    }
    app.deliveries_ready.notify_one();
    app.job_is_ready(job.order.test);
    Ok(())
}

/// Tries until the store answers. Trying again is safe even when it is not known what became of the
/// last time: a job that has ended refuses.
async fn finish(
    app: &App,
    job: &Job,
    token: u64,
    outcome: &Outcome,
    (mut entry, mut delivery): (EntryId, DeliveryId),
    now: Timestamp,
) -> Result<Result<Job, Refusal>, StoreError> {
    let mut waits = AGAIN_WAITS_MS.into_iter();
    loop {
        let ended = app.store.finish(job.id, token, outcome.clone(), entry, delivery, now).await;
        let again = match &ended {
            Err(StoreError::Busy | StoreError::Taken) => {
                (entry, delivery) = (app.entry_id(), app.delivery_id());
                true
            }
            Err(StoreError::Unavailable(_) | StoreError::Database(_)) => {
                !app.stopping.is_cancelled() && !app.store.is_stopped()
            }
            _ => false,
        };
        match waits.next() {
            Some(wait_ms) if again => tokio::time::sleep(Duration::from_millis(wait_ms)).await,
            _ => return ended,
        }
    }
}

/// How the engine talks to the heartbeat.
struct Reporter<'a> {
    app: &'a App,
    job: &'a Job,
    token: u64,
    permille: AtomicU16,
    /// When the last glimpse was asked for.
    glimpsed_ms: AtomicI64,
    stop: AtomicBool,
}

impl<'a> Reporter<'a> {
    fn new(app: &'a App, job: &'a Job, token: u64) -> Self {
        let (permille, glimpsed_ms) = (AtomicU16::new(0), AtomicI64::new(i64::MIN));
        Self { app, job, token, permille, glimpsed_ms, stop: AtomicBool::new(false) }
    }

    fn shown(&self) -> Progress {
        Progress::from_permille(self.permille.load(Ordering::Relaxed))
    }
}

impl Drop for Reporter<'_> {
    fn drop(&mut self) {
        self.app.glimpses.forget(self.job.id);
    }
}

impl Report for Reporter<'_> {
    fn progress(&self, progress: Progress) {
        self.permille.fetch_max(progress.permille(), Ordering::Relaxed);
    }

    fn wants_glimpse(&self) -> bool {
        let (now, last) = (self.app.now().ms(), self.glimpsed_ms.load(Ordering::Relaxed));
        let is_due = now.saturating_sub(last) >= GLIMPSE_EVERY_MS;
        if is_due {
            self.glimpsed_ms.store(now, Ordering::Relaxed);
        }
        is_due
    }

    fn glimpse(&self, glimpse: Glimpse) {
        if glimpse.jpeg.len() <= GLIMPSE_BYTES_MAX {
            self.app.glimpses.note(self.job.id, glimpse);
        }
    }

    fn should_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn ticket(&self, ticket: Ticket) -> BoxFuture<'_, Result<(), EngineError>> {
        Box::pin(async move {
            let stored =
                self.app.store.store_ticket(self.job.id, self.token, &ticket, self.app.now()).await;
            match stored {
                Ok(true) => Ok(()),
                Ok(false) => Err(EngineError::stopped()),
                Err(error) => {
                    tracing::error!(job = %self.job.id, %error, "a ticket could not be stored");
                    let message = "the server could not record its request to the provider";
                    Err(EngineError::passing(FailureClass::Internal, message))
                }
            }
        })
    }
}
