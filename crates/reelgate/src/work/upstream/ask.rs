//! Asking an upstream to make a clip: once, whatever happens in between.
//!
//! The request is noted before it leaves, and its answer as soon as it is there. Only an upstream
//! that certainly made nothing is followed by another one; where nobody knows, [`super::look`]
//! finds out, or the job ends.

use super::follow::{Followed, wait_ms};
use super::pool::{Engine, Seat};
use super::{lease_ms, settle};
use crate::app::App;
use crate::fault::{self, Point};
use crate::outbound::SendError;
use reelgate_core::{EngineError, FailureClass, Job, JobId, MediaKind, State, Ticket, Timestamp};
use reelgate_engines::remote::refusal::{Created, Refused};
use reelgate_engines::remote::{Errand, Place, Reference, Wants};
use reelgate_store::StoreError;

/// The first look for a request whose answer was lost.
pub(super) const LOST_MS: i64 = 2_000;

/// What became of asking at one place.
enum Asked {
    /// It is followed from here on.
    Followed,
    /// Nothing was made there: another place may do.
    Elsewhere,
    /// Nothing was made, and nothing will be.
    Ended(EngineError),
    /// Somebody else has the job, or it has ended.
    Lost,
}

/// Takes jobs that can be asked for now.
pub(super) async fn claim(app: &App, max: usize) -> Result<Vec<Job>, StoreError> {
    let now = app.now();
    let pool = &app.upstreams.pool;
    let free = pool.models().into_iter().map(|model| {
        // Where nothing will become of them, orders are taken to be told so.
        let shut = if pool.is_model_shut(&model, now) { max } else { 0 };
        let free = pool.free(&model, now).max(shut);
        (model, free)
    });
    let free: Vec<_> = free.filter(|(_, free)| *free > 0).collect();
    if free.is_empty() || max == 0 {
        return Ok(Vec::new());
    }
    let running_max = app.config.jobs.running_per_account_max;
    app.store.claim_remote(now, lease_ms(app), max, running_max, &free).await
}

/// Takes jobs that others followed before, or this process before it began.
pub(super) async fn claim_underway(app: &App, max: usize) -> Result<Vec<Job>, StoreError> {
    let now = app.now();
    let mut taken = Vec::new();
    if max > 0 && app.store.has_underway(now).await? {
        for model in app.upstreams.pool.models() {
            let left = max.saturating_sub(taken.len());
            taken.extend(app.store.claim_underway(now, lease_ms(app), left, &model).await?);
        }
    }
    Ok(taken)
}

/// Begins to follow a claimed job: asks for it, unless somebody did.
pub(super) async fn begin(app: &App, job: Job) -> Result<(), StoreError> {
    let State::Running { lease, .. } = job.state else { return Ok(()) };
    fault::point(Point::Claimed);
    app.deliveries_ready.notify_one();
    let followed = Followed::new(&job, lease.token, None, app.now());
    app.upstreams.following.add(followed);
    match job.ticket {
        Ticket::None => ask(app, &job, lease.token).await,
        Ticket::Asked | Ticket::Known(_) => adopt(app, &job, lease.token).await,
    }
}

/// Follows what another process, or this one before it died, asked for.
async fn adopt(app: &App, job: &Job, token: u64) -> Result<(), StoreError> {
    let asks = app.store.asks(job.id).await?;
    let open = asks.into_iter().rev().find(|ask| ask.outcome.is_none());
    let upstreams = &app.upstreams;
    let seat = open.as_ref().and_then(|ask| upstreams.pool.seat_of(&ask.engine, &ask.credential));
    match (&open, seat) {
        (_, Some(seat)) => upstreams.pool.adopt(seat),
        (Some(ask), None) => {
            let (engine, key) = (&ask.engine, &ask.credential);
            tracing::error!(job = %job.id, engine, key, "its engine or key is not in the settings");
        }
        (None, None) => tracing::error!(job = %job.id, "nobody knows which engine was asked"),
    }
    upstreams.following.update(job.id, token, |one| {
        one.seat = seat;
        if let Some(ask) = open {
            one.number = ask.number;
            one.asked = ask.asked;
            one.upstream_id = ask.upstream_id.map(Into::into);
        }
    });
    upstreams.following.look_in(job.id, 0, app.now());
    Ok(())
}

/// Asks one place after the other, as long as each certainly made nothing.
async fn ask(app: &App, job: &Job, token: u64) -> Result<(), StoreError> {
    if app.upstreams.pool.misfit(&job.order).is_some() {
        let message = "no engine of this server makes such an order any more";
        let error = EngineError::fatal(FailureClass::Provider, message);
        return settle::failed(app, job.id, token, error).await;
    }
    let mut tried = Vec::new();
    while let Some(seat) = app.upstreams.pool.take(&job.order, &tried, app.now()) {
        // Counted as long as it is followed; from here on `settle` gives the place back.
        app.upstreams.following.update(job.id, token, |one| one.seat = Some(seat));
        match Box::pin(ask_at(app, job, token, seat)).await? {
            Asked::Followed => return Ok(()),
            Asked::Elsewhere => {
                app.upstreams.following.update(job.id, token, |one| one.seat = None);
                app.upstreams.pool.leave(seat);
                tried.push(seat);
            }
            Asked::Ended(error) => return settle::failed(app, job.id, token, error).await,
            Asked::Lost => {
                settle::forget(app, job.id);
                return Ok(());
            }
        }
    }
    if app.upstreams.pool.is_shut(&job.order, app.now()) {
        let message = "the provider does not accept orders from this server; nothing was charged";
        let error = EngineError::fatal(FailureClass::Provider, message);
        return settle::failed(app, job.id, token, error).await;
    }
    // Every place rests or is full: back into line, which is no attempt.
    settle::failed(app, job.id, token, EngineError::stopped()).await
}

async fn ask_at(app: &App, job: &Job, token: u64, seat: Seat) -> Result<Asked, StoreError> {
    let engine = app.upstreams.pool.engine(seat);
    let prepared = prepare(app, job, engine, seat, app.now()).await;
    let (references, uploaded) = match prepared {
        Ok(prepared) => prepared,
        Err(Unprepared::Order(error)) => return Ok(Asked::Ended(error)),
        Err(Unprepared::Engine) => {
            engine.is_broken(seat.key, app.now());
            return Ok(Asked::Elsewhere);
        }
    };
    let (name, key) = (&engine.config.name, engine.key_name(seat.key));
    let number = app.store.ask_upstream(job.id, token, name, key, app.now()).await?;
    let Some(number) = number else { return Ok(Asked::Lost) };
    fault::point(Point::UpstreamAsked);
    let now = app.now();
    app.upstreams.following.update(job.id, token, |one| {
        one.number = number;
        one.asked = now;
    });
    let marker = marker(job, number);
    let callback = callback(app, job, engine);
    let errand = errand(job, engine, &marker, callback.as_deref(), &references);
    let request = match engine.adapter.create(&errand, &uploaded) {
        Ok(request) => request,
        Err(error) => {
            app.store.forget_upstream(job.id, token, "refused", app.now()).await?;
            return Ok(Asked::Ended(error));
        }
    };
    tracing::info!(job = %job.id, engine = name, number, "asking an upstream");
    let authorization = engine.authorization(seat.key);
    let (base, timeout) = (&engine.config.base_url, engine.config.timeout);
    let sent = app.upstreams.client.send(base, authorization, request, timeout).await;
    fault::point(Point::UpstreamAnswered);
    let created = match &sent {
        Ok(given) => {
            let created = engine.adapter.created(&marker, &given.answer());
            if !matches!(created, Created::Known(_)) {
                let said = given.excerpt();
                tracing::warn!(job = %job.id, engine = name, said, "an upstream made nothing");
            }
            created
        }
        Err(SendError::NotSent) => {
            app.store.forget_upstream(job.id, token, "refused", app.now()).await?;
            engine.is_broken(seat.key, app.now());
            return Ok(Asked::Elsewhere);
        }
        Err(SendError::NoAnswer) => Created::Unclear,
    };
    answered(app, job, token, seat, number, created).await
}

/// Writes down what the upstream said.
async fn answered(
    app: &App,
    job: &Job,
    token: u64,
    seat: Seat,
    number: u64,
    created: Created,
) -> Result<Asked, StoreError> {
    let engine = app.upstreams.pool.engine(seat);
    let refused = match created {
        Created::Known(id) => {
            engine.is_well(seat.key);
            return match known(app, job, token, number, &id).await? {
                true => Ok(Asked::Followed),
                false => Ok(Asked::Lost),
            };
        }
        Created::Unclear => {
            engine.is_broken(seat.key, app.now());
            tracing::warn!(job = %job.id, engine = engine.config.name, "the answer was lost");
            app.upstreams.following.look_in(job.id, LOST_MS, app.now());
            return Ok(Asked::Followed);
        }
        Created::Refused(refused) => refused,
    };
    if !app.store.forget_upstream(job.id, token, "refused", app.now()).await? {
        return Ok(Asked::Lost);
    }
    Ok(match refused {
        Refused::Order(error) => Asked::Ended(error),
        Refused::Busy(seconds) => {
            engine.is_busy(seat.key, seconds, app.entropy.bits(), app.now());
            Asked::Elsewhere
        }
        Refused::Account(why) => {
            engine.is_shut(seat.key, why, app.now());
            Asked::Elsewhere
        }
    })
}

/// Keeps the upstream's name for the job, and plans the first look. False when the job is not ours
/// any more: then the copy up there is cleared up later, by this name.
pub(super) async fn known(
    app: &App,
    job: &Job,
    token: u64,
    number: u64,
    id: &str,
) -> Result<bool, StoreError> {
    let stored = settle::surely(app, || app.store.upstream_answered(job.id, token, id, app.now()));
    let stored = stored.await.inspect_err(|error| {
        // The one thing that must not be lost: with it an operator can find the clip.
        let job = job.id;
        tracing::error!(%job, upstream_id = id, %error, "an upstream's answer was not kept");
    })?;
    fault::point(Point::UpstreamKnown);
    if !stored {
        app.store.upstream_answered_late(job.id, number, id, app.now()).await?;
        return Ok(false);
    }
    tracing::info!(job = %job.id, upstream_id = id, "an upstream makes it");
    let following = &app.upstreams.following;
    following.update(job.id, token, |one| {
        one.upstream_id = Some(id.into());
        one.strikes = 0;
    });
    let seat = following.seat(job.id);
    let typical_ms = seat.and_then(|seat| following.typical_ms(seat, &job.order.model));
    following.look_in(job.id, following.paced_ms(wait_ms(0, typical_ms)), app.now());
    Ok(true)
}

/// Our name for a request, of letters that every upstream takes.
pub(super) fn marker(job: &Job, number: u64) -> String {
    marker_of(job.id, number)
}

pub(super) fn marker_of(job: JobId, number: u64) -> String {
    format!("rg-{job}-{number}")
}

/// Where the upstream may say that it is done.
pub(super) fn callback(app: &App, job: &Job, engine: &Engine) -> Option<String> {
    let public = app.config.public_url.as_ref().filter(|_| engine.config.callbacks)?;
    let seal = app.media.seal(&format!("upstream:{}", job.id));
    Some(format!("{public}/upstream/{}/{seal}", job.id))
}

pub(super) fn errand<'a>(
    job: &'a Job,
    engine: &'a Engine,
    marker: &'a str,
    callback: Option<&'a str>,
    references: &'a [Reference],
) -> Errand<'a> {
    Errand {
        order: &job.order,
        size: job.size,
        seed: job.seed,
        model: engine.model(&job.order),
        marker,
        callback,
        references,
    }
}

/// Why nothing could be asked.
pub(super) enum Unprepared {
    /// Because of the order.
    Order(EngineError),
    /// Because of the engine.
    Engine,
}

/// The references as the engine wants them `at` a moment, by which the same request reads the same
/// when it is made again, and the answers to its uploads. Nothing of this makes a
/// clip, so all of it may be done again.
pub(super) async fn prepare(
    app: &App,
    job: &Job,
    engine: &Engine,
    seat: Seat,
    at: Timestamp,
) -> Result<(Vec<Reference>, Vec<serde_json::Value>), Unprepared> {
    let wants = engine.adapter.wants();
    let mut references = Vec::with_capacity(job.order.media.len());
    for media in &job.order.media {
        let link = match &app.config.public_url {
            Some(public) => Some(format!("{public}{}", app.media.link(&media.stored, at))),
            None => media.url.clone(),
        };
        let place = match (wants, link) {
            (Wants::Links | Wants::LinksOrBytes, Some(link)) => Place::Link(link),
            (Wants::Links, None) => return Err(Unprepared::Order(no_link())),
            (Wants::Bytes, _) | (Wants::LinksOrBytes, None) => {
                let bytes = app.media.read(&media.stored).await;
                Place::Bytes(bytes.map(Vec::from).map_err(|error| {
                    tracing::error!(job = %job.id, %error, "a reference cannot be read");
                    let message = "a reference is not here any more";
                    Unprepared::Order(EngineError::fatal(FailureClass::Internal, message))
                })?)
            }
        };
        let mime = mime_of(&media.stored, media.kind);
        references.push(Reference { kind: media.kind, role: media.role, mime, place });
    }
    let marker = format!("rg-{}", job.id);
    let uploads = engine.adapter.uploads(&errand(job, engine, &marker, None, &references));
    let mut uploaded = Vec::with_capacity(uploads.len());
    for upload in uploads {
        let authorization = engine.authorization(seat.key);
        let (base, timeout) = (&engine.config.base_url, engine.config.timeout);
        let sent = app.upstreams.client.send(base, authorization, upload, timeout).await;
        match sent {
            Ok(given) if given.answer().is_success() => uploaded.push(given.answer().json()),
            Ok(given) => {
                tracing::warn!(job = %job.id, said = given.excerpt(), "an upload was refused");
                return Err(Unprepared::Engine);
            }
            Err(_) => return Err(Unprepared::Engine),
        }
    }
    Ok((references, uploaded))
}

fn no_link() -> EngineError {
    let message = "this reference can only be sent on when this server has a public address";
    EngineError::fatal(FailureClass::Input, message)
}

fn mime_of(stored: &str, kind: MediaKind) -> &'static str {
    match (stored.rsplit('.').next().unwrap_or(""), kind) {
        ("png", _) => "image/png",
        ("webp", _) => "image/webp",
        ("gif", _) => "image/gif",
        ("bmp", _) => "image/bmp",
        ("mov", _) => "video/quicktime",
        ("mp3", _) => "audio/mpeg",
        ("wav", _) => "audio/wav",
        (_, MediaKind::Image) => "image/jpeg",
        (_, MediaKind::Video) => "video/mp4",
        (_, MediaKind::Audio) => "audio/mp4",
    }
}
