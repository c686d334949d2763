//! Is a file that an upstream made a clip of what was ordered, and what does it look like?

use reelgate_codec::{
    ImageLimits, Rgb, VideoLimits, colour, decode_image, encode_jpeg, encode_png, probe, read_frame,
};
use reelgate_core::{EngineError, FailureClass, Order, Size};
use reelgate_engines::remote::fit::Ignored;
use std::path::{Path, PathBuf};

const POSTER_QUALITY: u8 = 80;
/// The poster shows the clip after this much of it: the very first frame is often black.
const POSTER_PART: u32 = 8;
/// A clip may be this much shorter than ordered and still count as it, at its own price.
const SHORT_MS_MAX: u64 = 1_500;

/// A clip, its stills, and what is true of them.
pub(super) struct Examined {
    pub(super) video: PathBuf,
    pub(super) poster: PathBuf,
    pub(super) last_frame: PathBuf,
    pub(super) size: Size,
    pub(super) frames: u32,
    pub(super) duration_ms: u32,
    pub(super) has_audio: bool,
}

/// Why a file is no clip for an order.
pub(super) enum Flaw {
    /// It is damaged.
    Unusable(String),
    /// It is whole, and another clip than the one that was ordered.
    Wrong(EngineError),
}

/// Looks at a file, and makes its stills: from the clip where it can be decoded, else from `still`,
/// the last frame as the upstream sent it.
pub(super) fn examine(
    folder: &Path,
    video: &Path,
    still: Option<&Path>,
    order: &Order,
    size: Size,
    ignored: Ignored,
) -> Result<Examined, Flaw> {
    let unusable = |error: &dyn std::fmt::Display| Flaw::Unusable(error.to_string());
    let bytes = std::fs::read(video).map_err(|error| unusable(&error))?;
    let found = probe(&bytes).map_err(|error| unusable(&error))?;
    let track = found.video.ok_or_else(|| Flaw::Unusable("it has no pictures".to_owned()))?;
    if track.frame_count == 0 || found.duration_ms == 0 {
        return Err(Flaw::Unusable("it has no pictures".to_owned()));
    }
    if order.audio && found.audio.is_none() && !ignored.audio {
        let message = "the provider's clip came without the sound that was ordered";
        return Err(Flaw::Wrong(EngineError::fatal(FailureClass::Provider, message)));
    }
    let ordered_ms = u64::from(order.duration_s) * 1000;
    if found.duration_ms + SHORT_MS_MAX < ordered_ms / 2 {
        return Err(Flaw::Unusable(format!("{} ms of {ordered_ms} arrived", found.duration_ms)));
    }
    let turned = track.quarter_turns % 2 == 1;
    let (width, height) = match turned {
        true => (track.height, track.width),
        false => (track.width, track.height),
    };
    let last = track.frame_count - 1;
    let frame = |index| read_frame(&bytes, index, VideoLimits::default());
    let sent = still.and_then(|file| std::fs::read(file).ok());
    let sent = sent.and_then(|bytes| decode_image(&bytes, ImageLimits::default()).ok());
    let early = frame(last / POSTER_PART).ok().map(|frame| colour::to_rgb(&frame));
    let late = sent.or_else(|| frame(last).ok().map(|frame| colour::to_rgb(&frame)));
    // Codecs that are not decoded here show what the upstream sent along, or a plain picture.
    let late = late.or_else(|| early.clone()).unwrap_or_else(|| grey(size));
    let early = early.unwrap_or_else(|| late.clone());
    let (poster, last_frame) = (folder.join("poster.jpg"), folder.join("last-frame.png"));
    let jpeg = encode_jpeg(&early, POSTER_QUALITY).map_err(|error| unusable(&error))?;
    std::fs::write(&poster, jpeg).map_err(|error| unusable(&error))?;
    let png = encode_png(&late).map_err(|error| unusable(&error))?;
    std::fs::write(&last_frame, png).map_err(|error| unusable(&error))?;
    Ok(Examined {
        video: video.to_owned(),
        poster,
        last_frame,
        size: Size { width, height },
        frames: track.frame_count,
        duration_ms: u32::try_from(found.duration_ms).unwrap_or(u32::MAX),
        has_audio: found.audio.is_some(),
    })
}

fn grey(size: Size) -> Rgb {
    let (width, height) = (size.width as usize, size.height as usize);
    Rgb { width, height, data: vec![96; width.saturating_mul(height).saturating_mul(3)] }
}
