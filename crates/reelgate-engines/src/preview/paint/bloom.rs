//! The small copy of a frame, and the light taken from it: bloom, sun rays, reflections.

use pulp::{Arch, NullaryFnOnce};

use super::colour::{Ink, Quad, part_of};
use super::noise::below;
use super::shape::Point;
use super::view::View;

/// A small picture sampled smoothly.
#[derive(Clone, Debug)]
pub(crate) struct Small {
    pub(crate) view: View,
    pub(crate) px: Vec<Quad>,
}

impl Small {
    pub(crate) fn new(view: View) -> Self {
        Self { view, px: vec![[0.0; 4]; view.width * view.height] }
    }

    /// The colour at frame units; beyond the edge, the edge's.
    #[inline(always)]
    pub(crate) fn at(&self, x: f32, y: f32) -> Quad {
        let (w, h) = (self.view.width, self.view.height);
        let px = (x * h as f32 + w as f32 * 0.5 - 0.5).clamp(0.0, (w - 1) as f32);
        let py = ((y + 0.5) * h as f32 - 0.5).clamp(0.0, (h - 1) as f32);
        let (ix, iy) = (below(px) as usize, below(py) as usize);
        let (tx, ty) = (px - ix as i32 as f32, py - iy as i32 as f32);
        let (jx, jy) = ((ix + 1).min(w - 1), (iy + 1).min(h - 1));
        let (a, b) = (self.px[iy * w + ix], self.px[iy * w + jx]);
        let (c, d) = (self.px[jy * w + ix], self.px[jy * w + jx]);
        let mut out = [0.0; 4];
        for k in 0..4 {
            let top = a[k] + (b[k] - a[k]) * tx;
            let low = c[k] + (d[k] - c[k]) * tx;
            out[k] = top + (low - top) * ty;
        }
        out
    }

    #[inline(always)]
    fn halved(&self) -> Self {
        let view = View {
            width: self.view.width.div_ceil(2).max(1),
            height: self.view.height.div_ceil(2).max(1),
        };
        let mut small = Self::new(view);
        let (w, last) = (self.view.width, self.view.height - 1);
        for (y, row) in small.px.chunks_exact_mut(view.width).enumerate() {
            let line = |y: usize| &self.px[y.min(last) * w..][..w];
            let pairs = line(2 * y).chunks(2).zip(line(2 * y + 1).chunks(2));
            for (out, (upper, lower)) in row.iter_mut().zip(pairs) {
                let (a, b) = (upper[0], upper[upper.len() - 1]);
                let (c, d) = (lower[0], lower[lower.len() - 1]);
                for k in 0..4 {
                    out[k] = 0.25 * (a[k] + b[k] + c[k] + d[k]);
                }
            }
        }
        small
    }

    #[inline(always)]
    fn blur<const REACH: usize>(&mut self) {
        let (w, h) = (self.view.width, self.view.height);
        let mut line = Vec::with_capacity(w.max(h) + 2 * REACH);
        for y in 0..h {
            slide::<REACH>(&mut self.px, y * w, 1, w, &mut line);
        }
        for x in 0..w {
            slide::<REACH>(&mut self.px, x, w, h, &mut line);
        }
    }
}

/// A running mean along one row or column; beyond the edge is the edge.
#[inline(always)]
fn slide<const REACH: usize>(
    px: &mut [Quad],
    start: usize,
    step: usize,
    len: usize,
    line: &mut Vec<Quad>,
) {
    line.clear();
    line.resize(REACH, px[start]);
    line.extend((0..len).map(|i| px[start + i * step]));
    line.resize(len + 2 * REACH, px[start + (len - 1) * step]);
    let weight = 1.0 / (2 * REACH + 1) as i32 as f32;
    for (i, window) in line.windows(2 * REACH + 1).enumerate() {
        // Summed afresh: a running sum of floats drifts, and the windows are short.
        let mut sum = [0.0; 4];
        for quad in window {
            for k in 0..4 {
                sum[k] += quad[k];
            }
        }
        px[start + i * step] = part_of(sum, weight);
    }
}

/// Light to add to a finished frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rays {
    /// Where the sun is seen, frame units.
    pub(crate) from: Point,
    pub(crate) ink: Ink,
    /// 0 for none.
    pub(crate) strength: f32,
    /// How much what is bright bleeds into its surroundings.
    pub(crate) bloom: f32,
}

/// Bloom and rays of a small frame, ready to be added to the large one.
pub(crate) fn light_of(small: &Small, rays: Rays) -> Small {
    Arch::new().dispatch(LightOf { small, rays })
}

struct LightOf<'a> {
    small: &'a Small,
    rays: Rays,
}

impl NullaryFnOnce for LightOf<'_> {
    type Output = Small;

    #[inline(always)]
    fn call(self) -> Small {
        let rays = self.rays;
        let mut light = self.small.halved();
        let beams = if rays.strength > 0.0 { march(&light, rays) } else { Vec::new() };
        for q in &mut light.px {
            let most = q[0].max(q[1]).max(q[2]);
            let part = ((most - 0.70) / 0.5).clamp(0.0, 1.6);
            *q = [q[0] * part, q[1] * part, q[2] * part, part];
        }
        light.blur::<2>();
        let mut wide = light.clone();
        wide.blur::<5>();
        for (q, far) in light.px.iter_mut().zip(&wide.px) {
            for k in 0..3 {
                q[k] = rays.bloom * (0.08 * q[k] + 0.12 * far[k]);
            }
        }
        for (q, beam) in light.px.iter_mut().zip(&beams) {
            for (light, ink) in q.iter_mut().zip(rays.ink) {
                *light += ink * beam;
            }
        }
        light
    }
}

/// Shafts: brightness gathered along the line to the sun.
#[inline(always)]
fn march(small: &Small, rays: Rays) -> Vec<f32> {
    const STEPS: usize = 22;
    // Further than any picture is wide.
    const BEYOND: f32 = 65_535.0;
    let view = small.view;
    // The last place is dark: what lies outside of the picture is looked up there.
    let mut source: Vec<f32> = small
        .px
        .iter()
        .map(|q| ((0.3 * q[0] + 0.5 * q[1] + 0.2 * q[2] - 0.5) * 2.0).clamp(0.0, 1.5))
        .collect();
    let outside = source.len() as i32;
    source.push(0.0);
    let (w, h) = (view.width as i32, view.height as i32);
    let tall = h as f32;
    let sun = [rays.from[0] * tall + w as f32 * 0.5, (rays.from[1] + 0.5) * tall];
    let mut out = vec![0.0_f32; small.px.len()];
    for (y, line) in out.chunks_exact_mut(view.width).enumerate() {
        let dy = sun[1] - y as i32 as f32;
        let mut weight = 1.0;
        for s in 0..STEPS {
            let k = s as i32 as f32 * (0.75 / STEPS as i32 as f32);
            let row = (y as i32 as f32 + dy * k).max(0.0) as i32;
            for (x, sum) in line.iter_mut().enumerate() {
                let x = x as i32 as f32;
                let column = below((x + (sun[0] - x) * k).clamp(0.0, BEYOND)) as i32;
                let at = if column < w && row < h { row * w + column } else { outside };
                *sum += source[at as usize] * weight;
            }
            weight *= 0.95;
        }
        for (x, sum) in line.iter_mut().enumerate() {
            let dx = sun[0] - x as i32 as f32;
            let reach = (dx * dx + dy * dy) / (tall * tall);
            *sum = *sum * rays.strength / STEPS as i32 as f32 / (1.0 + 1.6 * reach);
        }
    }
    out
}
