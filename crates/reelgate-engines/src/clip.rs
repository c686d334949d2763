//! Is a produced file what was ordered? Asked of every engine's clip before anything is charged.

use reelgate_codec::{FRAME_RATE, ImageLimits, decode_image, probe};
use reelgate_core::{Clip, Order, Size};

/// A clip may be this much shorter or longer than ordered: one frame.
const SLACK_MS: u64 = 1000 / FRAME_RATE as u64 + 1;

/// Probes the file and compares it with the order.
///
/// # Errors
/// A sentence for the log that says what is wrong.
pub fn check(clip: &Clip, order: &Order, size: Size) -> Result<(), String> {
    let bytes = std::fs::read(&clip.video).map_err(|error| format!("unreadable: {error}"))?;
    if order.is_still() {
        check_picture(&bytes, size)?;
        return check_stills(clip);
    }
    let found = probe(&bytes).map_err(|error| format!("not a playable MP4: {error}"))?;
    let video = found.video.ok_or("the file has no pictures")?;
    if (video.width, video.height) != (size.width, size.height) {
        return Err(format!(
            "{} x {} pixels instead of {} x {}",
            video.width, video.height, size.width, size.height
        ));
    }
    let ordered_ms = u64::from(order.duration_s) * 1000;
    if found.duration_ms.abs_diff(ordered_ms) > SLACK_MS {
        return Err(format!("{} ms long instead of {ordered_ms}", found.duration_ms));
    }
    if found.audio.is_some() != order.audio {
        return Err(format!(
            "sound was ordered: {}, and is there: {}",
            order.audio, clip.has_audio
        ));
    }
    if !found.faststart {
        return Err("the file cannot be played while it downloads".to_owned());
    }
    check_stills(clip)
}

fn check_picture(bytes: &[u8], size: Size) -> Result<(), String> {
    // Our own file, of ordered pixels: only a reference's bytes need a limit.
    let limits = ImageLimits { bytes_max: usize::MAX, ..ImageLimits::default() };
    let picture = decode_image(bytes, limits);
    let picture = picture.map_err(|error| format!("not a readable picture: {error}"))?;
    let (width, height) = (size.width as usize, size.height as usize);
    if (picture.width, picture.height) == (width, height) {
        return Ok(());
    }
    Err(format!("{} x {} pixels instead of {width} x {height}", picture.width, picture.height))
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
