//! Small moving pictures for lists: GIF, which everything shows, bounded in size and frames.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    let mut writer = GifWriter::new(delay_ms)?;
    frames.iter().try_for_each(|frame| writer.push(frame))?;
    writer.finish()
}

/// A GIF that is written frame by frame, while they are made.
pub struct GifWriter {
    bytes: Bytes,
    encoder: GifEncoder<Bytes>,
    delay_ms: u32,
    frames: usize,
    size: (usize, usize),
}

impl GifWriter {
    /// One whose frames are each shown for `delay_ms`, over and over.
    ///
    /// # Errors
    /// None that memory does not make.
    pub fn new(delay_ms: u32) -> Result<Self, ImageError> {
        let bytes = Bytes::default();
        let mut encoder = GifEncoder::new_with_speed(bytes.clone(), SPEED);
        encoder.set_repeat(Repeat::Infinite).map_err(words)?;
        Ok(Self { bytes, encoder, delay_ms, frames: 0, size: (0, 0) })
    }

    /// Adds the next frame.
    ///
    /// # Errors
    /// When there are too many, or it is too large or not as large as the first.
    pub fn push(&mut self, frame: &Rgb) -> Result<(), ImageError> {
        let size = (frame.width, frame.height);
        if self.frames >= GIF_FRAMES_MAX || size.0 * size.1 > GIF_PIXELS_MAX {
            let most = format!("at most {GIF_FRAMES_MAX} frames of {GIF_PIXELS_MAX} pixels");
            return Err(ImageError::Encode(most));
        }
        if self.frames == 0 {
            self.size = size;
        }
        let opaque = |pixel: &[u8]| [pixel[0], pixel[1], pixel[2], 255];
        let data = frame.data.chunks_exact(3).flat_map(opaque).collect();
        let side = |length: usize| u32::try_from(length).unwrap_or(0);
        let picture = RgbaImage::from_raw(side(size.0), side(size.1), data);
        let picture = picture
            .filter(|_| size == self.size)
            .ok_or_else(|| ImageError::Encode("frames of different sizes".to_owned()))?;
        let delay = Delay::from_numer_denom_ms(self.delay_ms, 1);
        self.encoder.encode_frame(GifFrame::from_parts(picture, 0, 0, delay)).map_err(words)?;
        self.frames += 1;
        Ok(())
    }

    /// The whole file.
    ///
    /// # Errors
    /// When it has no frames.
    pub fn finish(self) -> Result<Vec<u8>, ImageError> {
        if self.frames == 0 {
            return Err(ImageError::Encode("no frames".to_owned()));
        }
        // Leaving the encoder ends the file.
        drop(self.encoder);
        Ok(std::mem::take(&mut *self.bytes.lock()))
    }
}

fn words(error: image::ImageError) -> ImageError {
    ImageError::Encode(error.to_string())
}

/// Memory that is written to by an encoder that does not give it back.
#[derive(Clone, Default)]
struct Bytes(Arc<Mutex<Vec<u8>>>);

impl Bytes {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
