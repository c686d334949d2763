//! Is a produced file what was ordered? Asked of every engine's clip before anything is charged.

use reelgate_codec::FRAME_RATE;
use reelgate_core::{Clip, Order, Size};
use reelgate_sandbox::{Bounds, Decoder, Media, Seen};

/// A clip may be this much shorter or longer than ordered: one frame.
const SLACK_MS: u64 = 1000 / FRAME_RATE as u64 + 1;
/// Pixels of the largest picture that can be ordered, and some.
const PIXELS_MAX: usize = 64_000_000;

/// Probes the file, which an engine may have from elsewhere, and compares it with the order.
///
/// # Errors
/// A sentence for the log that says what is wrong.
pub async fn check(
    decoder: &Decoder,
    clip: &Clip,
    order: &Order,
    size: Size,
) -> Result<(), String> {
    // Ordered pixels, whatever the codec: only a reference's bytes need a limit.
    let bounds = Bounds { pixels_max: PIXELS_MAX, bytes_max: usize::MAX, decode: false };
    let found = decoder.look(Media::File(&clip.video), bounds).await;
    let found = found.map_err(|error| format!("not a playable file: {error}"))?;
    if (found.width, found.height) != (size.width as usize, size.height as usize) {
        return Err(format!(
            "{} x {} pixels instead of {} x {}",
            found.width, found.height, size.width, size.height
        ));
    }
    if !order.is_still() {
        check_moving(&found, clip, order)?;
    }
    check_stills(clip)
}

fn check_moving(found: &Seen, clip: &Clip, order: &Order) -> Result<(), String> {
    let ordered_ms = u64::from(order.duration_s) * 1000;
    if found.duration_ms.abs_diff(ordered_ms) > SLACK_MS {
        return Err(format!("{} ms long instead of {ordered_ms}", found.duration_ms));
    }
    if found.has_audio != order.audio {
        return Err(format!(
            "sound was ordered: {}, and is there: {}",
            order.audio, clip.has_audio
        ));
    }
    if !found.faststart {
        return Err("the file cannot be played while it downloads".to_owned());
    }
    Ok(())
}

fn check_stills(clip: &Clip) -> Result<(), String> {
    for still in [&clip.poster, &clip.last_frame] {
        let length = std::fs::metadata(still).map(|meta| meta.len());
        if !matches!(length, Ok(1..)) {
            return Err(format!("{} is missing", still.display()));
        }
    }
    Ok(())
}
