//! Is a file that an upstream made a clip of what was ordered, and what does it look like?

use reelgate_codec::{FRAME_RATE, Frame, Rgb, colour, encode_gif, encode_jpeg, encode_png};
use reelgate_core::{Clip, EngineError, FailureClass, Order, Size};
use reelgate_engines::remote::fit::Ignored;
use reelgate_sandbox::{Bounds, Decoder, Footage, FootageSpec, Media, Seen};
use std::fmt::Display;
use std::path::Path;

const POSTER_QUALITY: u8 = 80;
/// The poster shows the clip after this much of it: the very first frame is often black.
const POSTER_PART: u32 = 8;
/// The moving thumbnail: frames, every so many of the clip's first seconds, and its longer side.
const MOVING_FRAMES: u32 = 12;
const MOVING_STEP: u32 = 8;
const MOVING_SIDE: usize = 240;
/// A clip may be this much shorter than ordered and still count as it, at its own price.
const SHORT_MS_MAX: u64 = 1_500;

/// Most pixels of a frame: above anything that can be ordered.
const PIXELS_MAX: usize = 64_000_000;

/// Why a file is no clip for an order.
pub(super) enum Flaw {
    /// It is damaged.
    Unusable(String),
    /// It is whole, and another clip than the one that was ordered.
    Wrong(EngineError),
}

/// Looks at a file, and makes its stills: from the clip where it can be decoded, else from `still`,
/// the last frame as the upstream sent it.
pub(super) async fn examine(
    decoder: &Decoder,
    video: &Path,
    still: Option<&Path>,
    order: &Order,
    size: Size,
    ignored: Ignored,
) -> Result<Clip, Flaw> {
    let bounds = Bounds { pixels_max: PIXELS_MAX, bytes_max: usize::MAX, decode: false };
    let seen = decoder.look(Media::File(video), bounds).await.map_err(|error| unusable(&error))?;
    judge(&seen, order, ignored)?;
    let picture = async |file, frame| {
        let picture = decoder.frame(Media::File(file), frame, PIXELS_MAX).await;
        picture.ok().filter(|picture| picture.width > 0)
    };
    let last = seen.frames - 1;
    let sent = match still {
        Some(still) => picture(still, 0).await,
        None => None,
    };
    let early = picture(video, last / POSTER_PART).await;
    let late = match sent {
        Some(sent) => Some(sent),
        None => picture(video, last).await,
    };
    // Codecs that are not decoded here show what the upstream sent along, or a plain picture.
    let late = late.or_else(|| early.clone()).unwrap_or_else(|| grey(size));
    let early = early.unwrap_or_else(|| late.clone());
    let at = |name| video.with_file_name(name);
    let (poster, last_frame) = (at("poster.jpg"), at("last-frame.png"));
    let files = (poster.clone(), last_frame.clone());
    let written = tokio::task::spawn_blocking(move || write(&early, &files.0, &late, &files.1));
    written.await.map_err(|error| unusable(&error))??;
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let clip = Clip {
        video: video.to_owned(),
        poster,
        last_frame,
        size: Size { width: side(seen.width), height: side(seen.height) },
        frames: seen.frames,
        duration_ms: u32::try_from(seen.duration_ms).unwrap_or(u32::MAX),
        has_audio: seen.has_audio,
    };
    // A nicety: a clip of a codec that is not decoded here goes without.
    if let Err(error) = move_small(decoder, &clip, &seen).await {
        tracing::debug!(error, "a clip of an upstream has no moving thumbnail");
    }
    Ok(clip)
}

/// Writes a small moving picture of a clip's first seconds.
async fn move_small(decoder: &Decoder, clip: &Clip, seen: &Seen) -> Result<(), String> {
    let longer = seen.width.max(seen.height).max(1);
    let small = |side: usize| (side * MOVING_SIDE / longer / 2 * 2).max(2);
    let spec = FootageSpec {
        width: small(seen.width),
        height: small(seen.height),
        frames_max: MOVING_FRAMES * MOVING_STEP,
        pixels_max: PIXELS_MAX,
    };
    let (into, to) = (clip.video.with_file_name("footage"), clip.thumbnail());
    let footage = decoder.footage(Media::File(&clip.video), spec, &into).await;
    let footage = footage.map_err(|error| error.to_string())?;
    let written = tokio::task::spawn_blocking(move || write_small(&footage, &to)).await;
    written.map_err(|error| error.to_string())?
}

fn write_small(footage: &Footage, to: &Path) -> Result<(), String> {
    let (width, height) = footage.size();
    let mut frames = Vec::new();
    for index in (0..footage.frames()).step_by(MOVING_STEP as usize) {
        let mut frame = Frame::black(width, height);
        footage.read(index, &mut frame).map_err(|error| error.to_string())?;
        frames.push(colour::to_rgb(&frame));
    }
    let gif = encode_gif(&frames, MOVING_STEP * 1000 / FRAME_RATE);
    std::fs::write(to, gif.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
}

fn unusable(error: &dyn Display) -> Flaw {
    Flaw::Unusable(error.to_string())
}

/// Compares what arrived with what was ordered.
fn judge(seen: &Seen, order: &Order, ignored: Ignored) -> Result<(), Flaw> {
    if seen.frames == 0 || seen.duration_ms == 0 {
        return Err(Flaw::Unusable("it has no pictures".to_owned()));
    }
    if order.audio && !seen.has_audio && !ignored.audio {
        let message = "the provider's clip came without the sound that was ordered";
        return Err(Flaw::Wrong(EngineError::fatal(FailureClass::Provider, message)));
    }
    let ordered_ms = u64::from(order.duration_s) * 1000;
    if seen.duration_ms + SHORT_MS_MAX < ordered_ms / 2 {
        return Err(Flaw::Unusable(format!("{} ms of {ordered_ms} arrived", seen.duration_ms)));
    }
    Ok(())
}

fn write(early: &Rgb, poster: &Path, late: &Rgb, last_frame: &Path) -> Result<(), Flaw> {
    let jpeg = encode_jpeg(early, POSTER_QUALITY).map_err(|error| unusable(&error))?;
    std::fs::write(poster, jpeg).map_err(|error| unusable(&error))?;
    let png = encode_png(late).map_err(|error| unusable(&error))?;
    std::fs::write(last_frame, png).map_err(|error| unusable(&error))
}

fn grey(size: Size) -> Rgb {
    let (width, height) = (size.width as usize, size.height as usize);
    Rgb { width, height, data: vec![96; width.saturating_mul(height).saturating_mul(3)] }
}
