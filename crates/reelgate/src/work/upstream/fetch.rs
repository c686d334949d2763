//! Bringing a clip here before it is paid for. The upstream's link dies, ours does not; and what is
//! charged is what came out.

use super::examine::{Flaw, examine};
use super::follow::Followed;
use super::pool::Seat;
use super::settle;
use crate::app::App;
use crate::credentials;
use crate::fault::{self, Point};
use crate::media::{ClipFile, MediaError};
use crate::outbound::{OutboundError, SaveError, join_upstream};
use reelgate_core::delivery::delivered;
use reelgate_core::job::Output;
use reelgate_core::{Clip, Credits, EngineError, FailureClass, Job, length, price};
use reelgate_engines::remote::{Made, Source};
use reelgate_store::StoreError;
use std::path::Path;
use url::Url;

/// Attempts to fetch a clip that the upstream says is not there.
const MISSING_MAX: u32 = 8;
/// Attempts to fetch a clip that arrives, but cannot be used.
const UNUSABLE_MAX: u32 = 5;
/// Between two attempts: two seconds at first, five minutes at most.
const AGAIN: reelgate_core::retry::Schedule =
    reelgate_core::retry::Schedule { first_ms: 2_000, factor: 3, max_ms: 300_000 };

/// Why a clip is not here.
enum Trouble {
    /// It may be, later.
    Passing(String),
    /// The upstream does not give it out: after some attempts it never will.
    Missing(String),
    /// It arrived and is no use: a later attempt may find it whole.
    Unusable(String),
    /// It is not what was ordered.
    Wrong(EngineError),
}

/// Fetches what an upstream made, looks at it, keeps it and ends the job.
pub(super) async fn fetch(
    app: &App,
    one: &Followed,
    seat: Seat,
    made: Made,
) -> Result<(), StoreError> {
    let Some(job) = app.store.job(one.job).await? else {
        settle::forget(app, one.job);
        return Ok(());
    };
    let Ok(_place) = app.upstreams.fetching.acquire().await else { return Ok(()) };
    match Box::pin(bring(app, &job, one, seat, &made)).await {
        Ok((output, charge)) => {
            let took_ms = app.now().since_ms(one.asked);
            let bytes = output.video_bytes;
            tracing::info!(job = %job.id, took_ms, bytes, "an upstream made it");
            if !settle::succeeded(app, one, output, charge).await? {
                let removed = app.media.remove_clip(job.id, one.token).await;
                if let Err(error) = removed {
                    tracing::warn!(job = %job.id, %error, "a clip could not be removed");
                }
            }
            Ok(())
        }
        Err(Trouble::Wrong(error)) => settle::failed_there(app, one, error, "failed").await,
        Err(Trouble::Missing(why)) if one.fetches + 1 >= MISSING_MAX => {
            give_up(app, one, &why).await
        }
        Err(Trouble::Unusable(why)) if one.fetches + 1 >= UNUSABLE_MAX => {
            give_up(app, one, &why).await
        }
        Err(Trouble::Passing(why) | Trouble::Missing(why) | Trouble::Unusable(why)) => {
            let wait_ms = AGAIN.delay_ms(one.fetches + 1, app.entropy.bits());
            tracing::warn!(job = %job.id, why, wait_ms, "a clip is not here yet");
            app.upstreams.following.update(one.job, one.token, |one| one.fetches += 1);
            app.upstreams.following.look_in(one.job, wait_ms, app.now());
            Ok(())
        }
    }
}

async fn give_up(app: &App, one: &Followed, why: &str) -> Result<(), StoreError> {
    tracing::error!(job = %one.job, why, "a clip that an upstream made cannot be fetched");
    let message = "the provider's clip could not be fetched";
    let error = EngineError::fatal(FailureClass::Provider, message);
    settle::failed_there(app, one, error, "failed").await
}

/// The clip in our storage, and what it costs.
async fn bring(
    app: &App,
    job: &Job,
    one: &Followed,
    seat: Seat,
    made: &Made,
) -> Result<(Output, Credits), Trouble> {
    let here = |error: std::io::Error| Trouble::Passing(format!("scratch: {error}"));
    let root = app.config.data.join("scratch");
    tokio::fs::create_dir_all(&root).await.map_err(here)?;
    let prefix = format!("{}-{}-", job.id, one.token);
    let scratch = tempfile::Builder::new().prefix(&prefix).tempdir_in(&root).map_err(here)?;
    let video = scratch.path().join("video.mp4");
    save(app, seat, &made.video, &video).await?;
    fault::point(Point::UpstreamFetched);
    let mut still = None;
    if let Some(source) = &made.last_frame {
        let file = scratch.path().join("still");
        match save(app, seat, source, &file).await {
            Ok(()) => still = Some(file),
            // The clip has a last frame of its own.
            Err(_) => tracing::info!(job = %job.id, "the upstream's last frame cannot be fetched"),
        }
    }
    let ignored = app.upstreams.pool.engine(seat).config.ignored;
    let (decoder, still) = (&app.decoder, still.as_deref());
    let looked = examine(decoder, &video, still, &job.order, job.size, ignored).await;
    let clip = looked.map_err(|flaw| match flaw {
        Flaw::Unusable(why) => Trouble::Unusable(why),
        Flaw::Wrong(error) => Trouble::Wrong(error),
    })?;
    fault::point(Point::ClipChecked);
    let engine = &app.upstreams.pool.engine(seat).config.name;
    let clip = credentials::sign(app, job, engine, clip).await;
    let output = keep(app, job, one.token, &clip, engine).await;
    let output = output.map_err(|error| Trouble::Passing(error.to_string()))?;
    Ok((output, charge(app, job, &clip)))
}

/// What the clip costs: its own price, and never more than was held.
fn charge(app: &App, job: &Job, clip: &Clip) -> Credits {
    let order = &job.order;
    let whole = length::charge(job);
    let Some(model) = app.catalogue.find(&order.model) else { return whole };
    let offered = &model.resolutions;
    let came = delivered(order, offered, clip.size, u64::from(clip.duration_ms));
    if came == (order.resolution, order.duration_s) {
        return whole;
    }
    let (resolution, seconds) = came;
    tracing::info!(job = %job.id, %resolution, seconds, "less came out than was ordered");
    price::charge(&job.price, model, resolution, seconds, !order.media.is_empty()).min(whole)
}

async fn save(app: &App, seat: Seat, source: &Source, file: &Path) -> Result<(), Trouble> {
    let engine = app.upstreams.pool.engine(seat);
    let (config, client) = (&engine.config, &app.upstreams.client);
    let bytes_max = config.file_bytes_max;
    let saved = match source {
        Source::Path(path) => {
            let url = join_upstream(&config.base_url, path);
            let url = url.ok_or_else(|| Trouble::Missing("it is nowhere".to_owned()))?;
            client.save(url, engine.authorization(seat.key), file, bytes_max).await
        }
        Source::Url(text) => {
            let url = Url::parse(text).map_err(|error| Trouble::Missing(error.to_string()))?;
            let own = url.origin() == config.base_url.origin();
            match own || config.private_files {
                // No key: whoever has the link may fetch it, so it needs none.
                true => client.save(url, None, file, bytes_max).await,
                false => app.outbound.save(text, file, bytes_max).await,
            }
        }
    };
    match saved {
        Ok(_) => Ok(()),
        Err(SaveError::Outbound(OutboundError::Status(status @ (401 | 403 | 404 | 410)))) => {
            Err(Trouble::Missing(format!("status {status}")))
        }
        Err(error @ SaveError::Outbound(OutboundError::NotPublic | OutboundError::BadUrl)) => {
            Err(Trouble::Missing(format!("its address {error}")))
        }
        Err(error) => Err(Trouble::Passing(error.to_string())),
    }
}

async fn keep(
    app: &App,
    job: &Job,
    token: u64,
    clip: &Clip,
    engine: &str,
) -> Result<Output, MediaError> {
    let put = |kind, file| app.media.put_clip_file(job.id, token, kind, file);
    let poster = put(ClipFile::Poster, &clip.poster).await?;
    let moving = clip.thumbnail();
    let thumbnail = match tokio::fs::try_exists(&moving).await? {
        true => Some(put(ClipFile::Thumbnail, &moving).await?.name),
        false => None,
    };
    fault::point(Point::PosterKept);
    let last_frame = put(ClipFile::LastFrame, &clip.last_frame).await?;
    fault::point(Point::LastFrameKept);
    let video = put(ClipFile::Video, &clip.video).await?;
    fault::point(Point::VideoKept);
    Ok(Output {
        last_frame: last_frame.name,
        video: video.name,
        video_bytes: video.bytes,
        video_sha256: video.sha256,
        poster: poster.name,
        thumbnail,
        size: clip.size,
        frames: clip.frames,
        duration_ms: clip.duration_ms,
        has_audio: clip.has_audio,
        engine: engine.to_owned(),
        removed: None,
    })
}
