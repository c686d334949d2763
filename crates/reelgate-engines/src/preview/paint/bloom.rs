//! The small copy of a frame, and the light taken from it: bloom, sun rays, reflections.

use super::colour::{Ink, Quad, part_of};
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
        let (ix, iy) = (px as i32 as usize, py as i32 as usize);
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

    fn halved(&self) -> Self {
        let view = View {
            width: self.view.width.div_ceil(2).max(1),
            height: self.view.height.div_ceil(2).max(1),
        };
        let mut small = Self::new(view);
        for (index, out) in small.px.iter_mut().enumerate() {
            let (x, y) = (2 * (index % view.width), 2 * (index / view.width));
            let (x1, y1) = ((x + 1).min(self.view.width - 1), (y + 1).min(self.view.height - 1));
            let w = self.view.width;
            let (a, b) = (&self.px[y * w + x], &self.px[y * w + x1]);
            let (c, d) = (&self.px[y1 * w + x], &self.px[y1 * w + x1]);
            for k in 0..4 {
                out[k] = 0.25 * (a[k] + b[k] + c[k] + d[k]);
            }
        }
        small
    }

    fn blur(&mut self, reach: usize) {
        let (w, h) = (self.view.width, self.view.height);
        let mut line = Vec::with_capacity(w.max(h));
        for y in 0..h {
            slide(&mut self.px, y * w, 1, w, reach, &mut line);
        }
        for x in 0..w {
            slide(&mut self.px, x, w, h, reach, &mut line);
        }
    }
}

/// A running mean along one row or column.
fn slide(
    px: &mut [Quad],
    start: usize,
    step: usize,
    len: usize,
    reach: usize,
    line: &mut Vec<Quad>,
) {
    line.clear();
    line.extend((0..len).map(|i| px[start + i * step]));
    let weight = 1.0 / (2 * reach + 1) as f32;
    let pick = |i: isize| line[i.clamp(0, len as isize - 1) as usize];
    for i in 0..len as isize {
        // Summed afresh: a running sum of floats drifts, and the windows are short.
        let mut sum = [0.0; 4];
        for d in -(reach as isize)..=reach as isize {
            let q = pick(i + d);
            for k in 0..4 {
                sum[k] += q[k];
            }
        }
        px[start + i as usize * step] = part_of(sum, weight);
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
    let mut light = small.halved();
    let bright = |q: &Quad| {
        let most = q[0].max(q[1]).max(q[2]);
        let part = ((most - 0.70) / 0.5).clamp(0.0, 1.6);
        [q[0] * part, q[1] * part, q[2] * part, part]
    };
    let beams = (rays.strength > 0.0).then(|| march(&light, rays));
    for q in &mut light.px {
        *q = bright(q);
    }
    light.blur(2);
    let mut wide = light.clone();
    wide.blur(5);
    for (index, q) in light.px.iter_mut().enumerate() {
        let far = wide.px[index];
        let beam = beams.as_ref().map_or(0.0, |b| b[index]);
        for k in 0..3 {
            q[k] = rays.bloom * (0.08 * q[k] + 0.12 * far[k]) + rays.ink[k] * beam;
        }
    }
    light
}

/// Shafts: brightness gathered along the line to the sun.
fn march(small: &Small, rays: Rays) -> Vec<f32> {
    const STEPS: usize = 22;
    let view = small.view;
    let source: Vec<f32> = small
        .px
        .iter()
        .map(|q| ((0.3 * q[0] + 0.5 * q[1] + 0.2 * q[2] - 0.5) * 2.0).clamp(0.0, 1.5))
        .collect();
    let h = view.height as f32;
    let sun = [rays.from[0] * h + view.width as f32 * 0.5, (rays.from[1] + 0.5) * h];
    let mut out = Vec::with_capacity(source.len());
    for y in 0..view.height {
        for x in 0..view.width {
            let (dx, dy) = (sun[0] - x as f32, sun[1] - y as f32);
            let step = 0.75 / STEPS as f32;
            let (mut sum, mut weight) = (0.0, 1.0);
            for s in 0..STEPS {
                let k = s as f32 * step;
                let (sx, sy) = (x as f32 + dx * k, y as f32 + dy * k);
                let (cx, cy) = (sx.max(0.0) as usize, sy.max(0.0) as usize);
                if cx < view.width && cy < view.height {
                    sum += source[cy * view.width + cx] * weight;
                }
                weight *= 0.95;
            }
            let reach = (dx * dx + dy * dy) / (h * h);
            out.push(sum * rays.strength / STEPS as f32 / (1.0 + 1.6 * reach));
        }
    }
    out
}
