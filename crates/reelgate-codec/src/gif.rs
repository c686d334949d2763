//! Small moving pictures for lists: GIF, which everything shows, bounded in size and frames.

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame as GifFrame, RgbaImage};

use crate::Rgb;
use crate::still::ImageError;

/// Most frames of one.
pub const GIF_FRAMES_MAX: usize = 24;
/// Most pixels of a frame.
pub const GIF_PIXELS_MAX: usize = 320 * 320;

/// Speed of choosing colours, 1 to 30: fast enough to be free beside a clip.
const SPEED: i32 = 20;

/// Writes frames of one size, each shown for `delay_ms`, over and over.
///
/// # Errors
/// When there are none or too many, or they are too large or differ in size.
pub fn encode_gif(frames: &[Rgb], delay_ms: u32) -> Result<Vec<u8>, ImageError> {
    let words = |words: String| ImageError::Encode(words);
    let Some(first) = frames.first() else { return Err(words("no frames".to_owned())) };
    let (width, height) = (first.width, first.height);
    if frames.len() > GIF_FRAMES_MAX || width * height > GIF_PIXELS_MAX {
        let most = format!("at most {GIF_FRAMES_MAX} frames of {GIF_PIXELS_MAX} pixels");
        return Err(words(most));
    }
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, SPEED);
    encoder.set_repeat(Repeat::Infinite).map_err(|error| words(error.to_string()))?;
    for frame in frames {
        let opaque = |pixel: &[u8]| [pixel[0], pixel[1], pixel[2], 255];
        let data = frame.data.chunks_exact(3).flat_map(opaque).collect();
        let side = |length: usize| u32::try_from(length).unwrap_or(0);
        let picture = RgbaImage::from_raw(side(width), side(height), data);
        let picture = picture
            .filter(|_| (frame.width, frame.height) == (width, height))
            .ok_or_else(|| words("frames of different sizes".to_owned()))?;
        let delay = Delay::from_numer_denom_ms(delay_ms, 1);
        let frame = GifFrame::from_parts(picture, 0, 0, delay);
        encoder.encode_frame(frame).map_err(|error| words(error.to_string()))?;
    }
    drop(encoder);
    Ok(bytes)
}
