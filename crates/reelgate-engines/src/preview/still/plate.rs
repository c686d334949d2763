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

/// Pixels between which a path through a plane counts as straight.
pub(crate) const RUN: usize = 16;

/// Most columns of a plane that are mixed at once; a power of two above twice [`RUN`].
const MIXED: usize = 64;

/// A straight path through a plane, in 1/65536 pixels.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    u: i32,
    v: i32,
    du: i32,
    dv: i32,
    /// Every sample has four neighbours inside the plane.
    inside: bool,
}

impl Plane {
    /// The path from one place to another in [`RUN`] steps; places are parts of the plane's sides.
    #[inline(always)]
    pub(crate) fn run(&self, from: [f32; 2], to: [f32; 2]) -> Run {
        let (w, h) = (self.width as f32, self.height as f32);
        let (u0, v0) = (from[0] * w - 0.5, from[1] * h - 0.5);
        let (u1, v1) = (to[0] * w - 0.5, to[1] * h - 0.5);
        let inside =
            u0.min(u1) >= 0.0 && v0.min(v1) >= 0.0 && u0.max(u1) < w - 1.0 && v0.max(v1) < h - 1.0;
        let fixed = |x: f32| (x * 65_536.0) as i32;
        let step = 65_536.0 / RUN as f32;
        let (du, dv) = (((u1 - u0) * step) as i32, ((v1 - v0) * step) as i32);
        Run { u: fixed(u0), v: fixed(v0), du, dv, inside }
    }

    /// Writes the samples of a path, one a pixel. Within the plane the two rows that a path lies
    /// between are mixed first, all at once, and pixels then pick from the mixture.
    #[inline(always)]
    pub(crate) fn follow(&self, run: &Run, pixels: &mut [u8]) {
        let mut mixed = [0_i32; MIXED];
        let Some(first) = self.mix_rows(run, &mut mixed) else {
            for (x, pixel) in pixels.iter_mut().enumerate() {
                *pixel = self.along(run, x) as u8;
            }
            return;
        };
        for (x, pixel) in pixels.iter_mut().enumerate() {
            let u = run.u + run.du * x as i32;
            let at = ((u >> 16) - first) as usize;
            let (a, b) = (mixed[at & (MIXED - 1)], mixed[(at + 1) & (MIXED - 1)]);
            *pixel = (((a << 8) + (b - a) * ((u >> 8) & 255) + 32_768) >> 16) as u8;
        }
    }

    /// The columns a path crosses, each mixed from the two rows around it; the first column's
    /// number. `None` when it crosses rows, turns back, or is too long: then every pixel asks.
    #[inline(always)]
    fn mix_rows(&self, run: &Run, mixed: &mut [i32; MIXED]) -> Option<i32> {
        let (u_last, v_last) = (run.u + run.du * RUN as i32, run.v + run.dv * RUN as i32);
        let (first, last) = (run.u >> 16, u_last >> 16);
        let row = run.v >> 16;
        let count = usize::try_from(last - first).ok()? + 2;
        if !run.inside || run.du <= 0 || row != v_last >> 16 || count > MIXED {
            return None;
        }
        let start = row as usize * self.width + first as usize;
        let upper = self.data.get(start..start + count)?;
        let lower = self.data.get(start + self.width..start + self.width + count)?;
        // How far down the path is when it reaches each column.
        let slope = ((i64::from(run.dv) << 16) / i64::from(run.du)) as i32;
        let down = run.v - ((i64::from(slope) * i64::from(run.u & 65_535)) >> 16) as i32;
        for (index, (out, (a, c))) in mixed.iter_mut().zip(upper.iter().zip(lower)).enumerate() {
            let v = down + slope * index as i32 - (row << 16);
            let part = (v >> 8).clamp(0, 256);
            let (a, c) = (i32::from(*a), i32::from(*c));
            *out = (a << 8) + (c - a) * part;
        }
        Some(first)
    }

    /// Sample number `index` of a path, 0 to 255.
    #[inline(always)]
    pub(crate) fn along(&self, run: &Run, index: usize) -> i32 {
        let (u, v) = (run.u + run.du * index as i32, run.v + run.dv * index as i32);
        if !run.inside {
            let unit = 1.0 / 65_536.0;
            return (self.at(u as f32 * unit, v as f32 * unit) + 0.5) as i32;
        }
        let (fx, fy) = ((u >> 8) & 255, (v >> 8) & 255);
        let start = (v >> 16) as usize * self.width + (u >> 16) as usize;
        let upper = &self.data[start..start + 2];
        let lower = &self.data[start + self.width..start + self.width + 2];
        let (a, b) = (i32::from(upper[0]), i32::from(upper[1]));
        let (c, d) = (i32::from(lower[0]), i32::from(lower[1]));
        let top = (a << 8) + (b - a) * fx;
        let low = (c << 8) + (d - c) * fx;
        ((top << 8) + (low - top) * fy + 32_768) >> 16
    }

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
