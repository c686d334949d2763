//! A guess at how near each part of a picture is: low in the frame, saturated and contrasty
//! things tend to be near, pale and high ones far. Smoothed, so that moving it tears nothing.

use reelgate_codec::Frame;
use reelgate_codec::colour;

/// Nearness, 0 far to 1 near, at an eighth of the frame's size.
#[derive(Clone, Debug)]
pub(crate) struct Depth {
    width: usize,
    height: usize,
    near: Vec<f32>,
}

const STEP: usize = 8;

/// Red, green and blue of a pixel whose place is even.
fn rgb_of(frame: &Frame, x: usize, y: usize) -> [f32; 3] {
    let at = y / 2 * (frame.width / 2) + x / 2;
    colour::rgb_of(frame.y[y * frame.width + x], [frame.u[at], frame.v[at]]).map(f32::from)
}

/// Nearness at the ends of the straight paths that a frame is drawn along.
#[derive(Clone, Debug)]
pub(crate) struct Near {
    pub(crate) columns: usize,
    /// Row by row.
    pub(crate) near: Vec<f32>,
}

impl Depth {
    pub(crate) fn guess(frame: &Frame) -> Self {
        let (width, height) = (frame.width, frame.height);
        let (w, h) = (width.div_ceil(STEP).max(2), height.div_ceil(STEP).max(2));
        let mut near = Vec::with_capacity(w * h);
        for index in 0..w * h {
            let (x, y) = (index % w * STEP, index / w * STEP);
            let (mut sum, mut low, mut high, mut colour) = (0.0_f32, 255.0_f32, 0.0_f32, 0.0_f32);
            let mut count = 0.0_f32;
            for sy in (y..(y + STEP).min(height)).step_by(2) {
                for sx in (x..(x + STEP).min(width)).step_by(2) {
                    let [r, g, b] = rgb_of(frame, sx, sy);
                    let light = 0.3 * r + 0.6 * g + 0.1 * b;
                    sum += light;
                    low = low.min(light);
                    high = high.max(light);
                    colour += r.max(g).max(b) - r.min(g).min(b);
                    count += 1.0;
                }
            }
            let count = count.max(1.0);
            let (light, colour) = (sum / count / 255.0, colour / count / 255.0);
            let texture = ((high - low) / 128.0).clamp(0.0, 1.0);
            let down = (index / w) as f32 / h as f32;
            let middle = 1.0 - ((index % w) as f32 / w as f32 * 2.0 - 1.0).abs();
            near.push(
                0.52 * down + 0.16 * (1.0 - light) + 0.14 * colour + 0.10 * texture + 0.08 * middle,
            );
        }
        let mut depth = Self { width: w, height: h, near };
        for _ in 0..3 {
            depth.blur((w / 26).max(1));
        }
        depth.stretch();
        depth
    }

    fn blur(&mut self, reach: usize) {
        let (w, h) = (self.width, self.height);
        let rows = |near: &[f32], x: usize, y: usize| near[y * w + x];
        let mut next = vec![0.0; w * h];
        for (index, out) in next.iter_mut().enumerate() {
            let (x, y) = (index % w, index / w);
            let span = x.saturating_sub(reach)..=(x + reach).min(w - 1);
            let count = span.clone().count() as f32;
            *out = span.map(|sx| rows(&self.near, sx, y)).sum::<f32>() / count;
        }
        for (index, out) in self.near.iter_mut().enumerate() {
            let (x, y) = (index % w, index / w);
            let span = y.saturating_sub(reach)..=(y + reach).min(h - 1);
            let count = span.clone().count() as f32;
            *out = span.map(|sy| rows(&next, x, sy)).sum::<f32>() / count;
        }
    }

    fn stretch(&mut self) {
        let low = self.near.iter().copied().fold(f32::MAX, f32::min);
        let high = self.near.iter().copied().fold(f32::MIN, f32::max);
        let span = (high - low).max(0.05);
        for value in &mut self.near {
            *value = (*value - low) / span;
        }
    }

    /// Nearness at every `run`th pixel of each row of a frame of that size, and behind its end.
    pub(crate) fn along(&self, width: usize, height: usize, run: usize) -> Near {
        let columns = width.div_ceil(run) + 1;
        let (across, down) = (1.0 / width as f32, 1.0 / height as f32);
        let near = (0..columns * height).map(|index| {
            let (x, y) = (index % columns * run, index / columns);
            self.at((x as f32 + 0.5) * across, (y as f32 + 0.5) * down)
        });
        Near { columns, near: near.collect() }
    }

    /// Nearness at a place given as parts of the frame's sides.
    fn at(&self, u: f32, v: f32) -> f32 {
        let x = (u * self.width as f32 - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (v * self.height as f32 - 0.5).clamp(0.0, (self.height - 1) as f32);
        let ix = (x as i32 as usize).min(self.width - 2);
        let iy = (y as i32 as usize).min(self.height - 2);
        let (tx, ty) = (x - ix as i32 as f32, y - iy as i32 as f32);
        let get = |dx: usize, dy: usize| self.near[(iy + dy) * self.width + ix + dx];
        let top = get(0, 0) + (get(1, 0) - get(0, 0)) * tx;
        let low = get(0, 1) + (get(1, 1) - get(0, 1)) * tx;
        top + (low - top) * ty
    }
}
