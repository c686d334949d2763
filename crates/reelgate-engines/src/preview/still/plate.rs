//! A picture ready to be moved: exact pixels, finer pixels to sample, and a guess at depth.

use reelgate_codec::{Frame, Rgb};

use super::cover::{chroma_of, fill, luma_of, to_frame};
use super::depth::Depth;

/// Frames with more pixels than this are sampled at their own size: memory is bounded.
const FINE_PIXELS_MAX: usize = 2_400_000;

/// One fitted picture.
pub(crate) struct Plate {
    /// The picture exactly as it stands still.
    pub(crate) exact: Frame,
    pub(crate) luma: Plane,
    pub(crate) blue: Plane,
    pub(crate) red: Plane,
    pub(crate) depth: Depth,
}

/// One channel of a picture, sampled smoothly.
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) data: Vec<u8>,
}

impl Plate {
    pub(crate) fn new(picture: &Rgb, width: usize, height: usize) -> Self {
        let rgb = fill(picture, width, height);
        let exact = to_frame(&rgb, width, height);
        let depth = Depth::guess(&rgb, width, height);
        let times = if width * height <= FINE_PIXELS_MAX { 2 } else { 1 };
        let (fine_w, fine_h) = (width * times, height * times);
        let fine = if times == 1 { rgb.clone() } else { fill(picture, fine_w, fine_h) };
        let luma = fine.chunks_exact(3).map(luma_of).collect();
        let colour: Vec<(u8, u8)> = rgb
            .chunks_exact(3)
            .map(|c| chroma_of([f32::from(c[0]), f32::from(c[1]), f32::from(c[2])]))
            .collect();
        Self {
            exact,
            luma: Plane { width: fine_w, height: fine_h, data: luma },
            blue: Plane { width, height, data: colour.iter().map(|c| c.0).collect() },
            red: Plane { width, height, data: colour.iter().map(|c| c.1).collect() },
            depth,
        }
    }
}

impl Plane {
    /// Smooth sample at pixel coordinates of this plane; beyond the edge, the edge's.
    #[inline(always)]
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let x = x.max(0.0).min((self.width - 1) as f32);
        let y = y.max(0.0).min((self.height - 1) as f32);
        let (ix, iy) = (x as i32 as usize, y as i32 as usize);
        let (tx, ty) = (x - ix as i32 as f32, y - iy as i32 as f32);
        let ix = ix.min(self.width - 2);
        let iy = iy.min(self.height - 2);
        let start = iy * self.width + ix;
        let upper = &self.data[start..start + 2];
        let lower = &self.data[start + self.width..start + self.width + 2];
        let (a, b) = (f32::from(upper[0]), f32::from(upper[1]));
        let (c, d) = (f32::from(lower[0]), f32::from(lower[1]));
        let top = a + (b - a) * tx;
        top + (c + (d - c) * tx - top) * ty
    }
}
