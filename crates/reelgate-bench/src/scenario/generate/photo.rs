//! The photo that is set in motion, and where its dot is in each frame of a clip.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use reelgate_codec::{Frame, VideoLimits, decode_video};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1280;
/// Where the dot is, as parts of the sides, and its radius in pixels.
const DOT: [f32; 2] = [0.66, 0.38];
const DOT_RADIUS: f32 = 11.0;
/// How far around the place it was at the dot is looked for, and how light its disc is.
const REACH: usize = 20;
const DISC: f64 = 37.0;
/// Breadth of the window through which the dot is weighed, in pixels, and how often it is moved to
/// where the dot then seems to be.
const WINDOW: f64 = 6.0;
const TURNS: usize = 12;
/// Seen through a window that is not over it yet, a dot is not as far away as it seems.
const STRIDE: f64 = 1.6;

/// All frames of a clip.
pub(super) fn frames(clip: &Path) -> Result<Vec<Frame>> {
    let bytes = std::fs::read(clip)?;
    let frames = decode_video(&bytes, VideoLimits::default()).map_err(Error::other)?;
    frames.map(|frame| frame.map(|timed| timed.frame).map_err(Error::other)).collect()
}

/// How unsteadily the dot moves: the root of the mean square of its second differences, in pixels
/// a frame a frame.
pub(super) fn jitter(frames: &[Frame]) -> Result<f64> {
    let first = frames.first().ok_or_else(|| Error::other("a clip without frames"))?;
    // The picture is cropped to the clip's shape, and a clip begins on all of it.
    let shown = f64::from(WIDTH) * first.height as f64 / first.width as f64;
    let v = (f64::from(DOT[1]) * f64::from(HEIGHT) - (f64::from(HEIGHT) - shown) / 2.0) / shown;
    let mut at = [f64::from(DOT[0]) * first.width as f64, v * first.height as f64];
    let mut path = Vec::with_capacity(frames.len());
    for frame in frames {
        at = centre(frame, at).ok_or_else(|| Error::other("the dot was lost"))?;
        path.push(at);
    }
    let bend = |k: usize, w: &[[f64; 2]]| (w[2][k] - 2.0 * w[1][k] + w[0][k]).powi(2);
    let sum: f64 = path.windows(3).map(|w| bend(0, w) + bend(1, w)).sum();
    Ok((sum / path.len().saturating_sub(2).max(1) as f64).sqrt())
}

/// The centre of the dot near a place.
///
/// Every pixel counts by how much lighter it is than the disc, and less the further from the
/// window's middle. Nothing is cut off below some light: what lies on the edge would count for less
/// than it covers, and a dot that moves evenly would seem to tremble. At 90 a clip of ours had
/// 0.087 instead of 0.055 pixels a frame a frame; ffmpeg's 0.62 is the same either way.
fn centre(frame: &Frame, near: [f64; 2]) -> Option<[f64; 2]> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a frame")]
    let span = |at: f64, most: usize| {
        let at = at.max(0.0) as usize;
        at.saturating_sub(REACH)..(at + REACH + 1).min(most)
    };
    let mut at = near;
    for _ in 0..TURNS {
        let (mut sum, mut weight) = ([0.0, 0.0], 0.0);
        for y in span(at[1], frame.height) {
            for x in span(at[0], frame.width) {
                let away = [x as f64 - at[0], y as f64 - at[1]];
                let far = (away[0] * away[0] + away[1] * away[1]) / (2.0 * WINDOW * WINDOW);
                let light = (f64::from(frame.y[y * frame.width + x]) - DISC) * (-far).exp();
                sum = [sum[0] + light * away[0], sum[1] + light * away[1]];
                weight += light;
            }
        }
        if weight <= 0.0 {
            return None;
        }
        at = [at[0] + STRIDE * sum[0] / weight, at[1] + STRIDE * sum[1] / weight];
    }
    Some(at)
}

/// A picture with what makes photos hard: soft gradients, edges, and fine texture everywhere; and a
/// light dot on a dark disc, to follow.
pub(super) fn photo(folder: &Path) -> Result<PathBuf> {
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (u, v) = (x as f32 / WIDTH as f32, y as f32 / HEIGHT as f32);
        let ridge = 0.55 + 0.08 * (u * 9.0).sin() + 0.03 * (u * 31.0).sin() + 0.01 * noise(x, 0);
        let grain = noise(x, y) * 14.0;
        let leaf = noise(x / 6, y / 6) * 46.0 + noise(x / 40, y / 40) * 30.0;
        let (r, g, b) = match v < ridge {
            true => (150.0 + 90.0 * v, 175.0 + 50.0 * v, 225.0 - 20.0 * v),
            false => (70.0 + leaf, 88.0 + leaf * 0.8 - 30.0 * v, 46.0 + leaf * 0.3),
        };
        let (dx, dy) = (x as f32 - DOT[0] * WIDTH as f32, y as f32 - DOT[1] * HEIGHT as f32);
        match dx.hypot(dy) {
            near if near < DOT_RADIUS => Rgb([235; 3]),
            near if near < DOT_RADIUS * 5.0 => Rgb([24; 3]),
            _ => Rgb([r, g, b].map(|value: f32| level(value + grain))),
        }
    });
    let path = folder.join("photo.jpg");
    let file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    let encoded = JpegEncoder::new_with_quality(file, 90).encode_image(&picture);
    encoded.map_err(Error::other)?;
    Ok(path)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn level(value: f32) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

/// -0.5 to 0.5, the same for the same place.
fn noise(x: u32, y: u32) -> f32 {
    let bits = crate::mix(u64::from(x) << 32 | u64::from(y)) >> 40;
    bits as f32 / (1u32 << 24) as f32 - 0.5
}
