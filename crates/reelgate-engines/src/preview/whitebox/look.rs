//! From metres to pixels: rays through pixels, and flat sides clipped and outlined on the frame.

use super::rig::Pose;
use super::space::{V3, add, dot, sub, times};

/// Nothing nearer than this is seen, in metres.
const NEAREST: f32 = 0.12;

/// A [`Pose`] over a frame of some size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) eye: V3,
    right: V3,
    up: V3,
    ahead: V3,
    /// Focal length in pixels.
    pub(crate) focal: f32,
    pub(crate) width: usize,
    pub(crate) height: usize,
    centre: [f32; 2],
}

/// Rays through the pixels of one row: `start + x * step`, one metre ahead a unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rays {
    pub(crate) start: V3,
    pub(crate) step: V3,
    /// How a ray changes from this row to the next.
    pub(crate) fall: V3,
}

impl Look {
    pub(crate) fn new(pose: &Pose, width: usize, height: usize) -> Self {
        Self {
            eye: pose.eye,
            right: pose.right,
            up: pose.up,
            ahead: pose.ahead,
            focal: pose.focal * height as f32,
            width,
            height,
            centre: [width as f32 * 0.5, height as f32 * 0.5],
        }
    }

    pub(crate) fn rays(&self, row: usize) -> Rays {
        let (step, fall) = (times(self.right, 1.0 / self.focal), times(self.up, -1.0 / self.focal));
        let across = add(self.ahead, times(step, 0.5 - self.centre[0]));
        let start = add(across, times(fall, row as f32 + 0.5 - self.centre[1]));
        Rays { start, step, fall }
    }

    /// Right, up and ahead of the camera, in metres.
    fn seen(&self, at: V3) -> V3 {
        let from = sub(at, self.eye);
        [dot(from, self.right), dot(from, self.up), dot(from, self.ahead)]
    }

    fn pixel(&self, seen: V3) -> [f32; 2] {
        let k = self.focal / seen[2];
        [self.centre[0] + k * seen[0], self.centre[1] - k * seen[1]]
    }

    /// First and last column and row a ball may touch, `None` when it is behind the camera.
    pub(crate) fn ball(&self, at: V3, radius: f32) -> Option<[f32; 4]> {
        let seen = self.seen(at);
        if seen[2] + radius < NEAREST {
            return None;
        }
        if seen[2] - radius < NEAREST {
            return Some([0.0, 0.0, self.width as f32, self.height as f32]);
        }
        let [x, y] = self.pixel(seen);
        // Seen from the side a ball's picture is longer than it is wide.
        let slant = 1.0 + (seen[0].abs() + seen[1].abs()) / seen[2];
        let reach = self.focal * radius / (seen[2] - radius) * slant + 1.5;
        Some([x - reach, y - reach, x + reach, y + reach])
    }

    /// The outline of a flat convex side; `soft` pixels from nothing to all.
    pub(crate) fn outline(&self, corners: &[Corner], soft: f32) -> Option<Outline> {
        let ring = clipped(corners.iter().map(|corner| (self.seen(corner.at), corner.under)));
        if ring.len() < 3 {
            return None;
        }
        let points: Vec<[f32; 2]> = ring.iter().map(|(seen, _)| self.pixel(*seen)).collect();
        let next = |at: usize| points[(at + 1) % points.len()];
        let area: f32 =
            points.iter().enumerate().map(|(i, p)| p[0] * next(i)[1] - p[1] * next(i)[0]).sum();
        if area.abs() < 1e-3 {
            return None;
        }
        let sign = if area > 0.0 { 1.0 } else { -1.0 } / soft;
        let mut edges = Vec::with_capacity(points.len());
        for (index, p) in points.iter().enumerate() {
            let q = next(index);
            let (dx, dy) = (q[0] - p[0], q[1] - p[1]);
            let long = (dx * dx + dy * dy).sqrt();
            if long < 1e-4 {
                continue;
            }
            let (a, b) = (-sign * dy / long, sign * dx / long);
            let bias = if ring[index].1 { 1.0 } else { 0.5 };
            let c = 0.5 * (a + b) - (a * p[0] + b * p[1]) + bias;
            edges.push([a, b, c]);
        }
        let pick = |k: usize, best: fn(f32, f32) -> f32, from: f32| {
            points.iter().fold(from, |found, p| best(found, p[k]))
        };
        let (low, high) = (pick(1, f32::min, f32::MAX), pick(1, f32::max, f32::MIN));
        Some(Outline { edges, rows: [low - soft - 1.0, high + soft + 1.0] })
    }

    /// One over the distance ahead of a plane through `at`: at pixel 0, 0, a column and a row on.
    pub(crate) fn plane(&self, at: V3, normal: V3) -> [f32; 3] {
        let rays = self.rays(0);
        let from = dot(normal, sub(at, self.eye));
        let from = if from.abs() < 1e-6 { 1e-6 } else { from };
        [rays.start, rays.step, rays.fall].map(|ray| dot(normal, ray) / from)
    }
}

/// A corner of a side and the edge that leaves it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corner {
    pub(crate) at: V3,
    /// The edge will be painted over by the side next to it: no seam may stay between the two.
    pub(crate) under: bool,
}

/// What of a ring of points lies in front of the camera.
fn clipped(ring: impl Iterator<Item = (V3, bool)>) -> Vec<(V3, bool)> {
    let ring: Vec<(V3, bool)> = ring.collect();
    let mut kept = Vec::with_capacity(ring.len() + 1);
    for (index, &(from, under)) in ring.iter().enumerate() {
        let to = ring[(index + 1) % ring.len()].0;
        let (starts, ends) = (from[2] >= NEAREST, to[2] >= NEAREST);
        if starts {
            kept.push((from, under));
        }
        if starts != ends {
            let part = (NEAREST - from[2]) / (to[2] - from[2]);
            let cut = add(from, times(sub(to, from), part));
            kept.push((cut, ends && under));
        }
    }
    kept
}

/// A convex outline on the frame.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    /// `a x + b y + c` is how much of a pixel one edge lets through, before clamping to 0..1.
    edges: Vec<[f32; 3]>,
    /// First and last row it may touch.
    pub(crate) rows: [f32; 2],
}

impl Outline {
    pub(crate) fn touches(&self, top: usize, rows: usize) -> bool {
        self.rows[1] >= top as f32 && self.rows[0] <= (top + rows) as f32
    }

    /// Columns of a row where every edge lets at least `part` through.
    pub(crate) fn span(&self, row: usize, part: f32, width: usize) -> std::ops::Range<usize> {
        let (mut from, mut to) = (0.0_f32, width as f32);
        for [a, b, c] in &self.edges {
            let rest = b * row as f32 + c - part;
            if a.abs() < 1e-7 {
                if rest < 0.0 {
                    return 0..0;
                }
            } else if *a > 0.0 {
                from = from.max(-rest / a);
            } else {
                to = to.min(-rest / a + 1.0);
            }
        }
        let first =
            (from.min(width as f32) as i32 as usize) + usize::from(from > from as i32 as f32);
        let last = to.max(0.0) as i32 as usize;
        first.min(last)..last.min(width).max(first.min(last))
    }

    /// How much of a pixel is inside, 0 to 1.
    pub(crate) fn cover(&self, column: usize, row: usize) -> f32 {
        let (x, y) = (column as f32, row as f32);
        let least =
            self.edges.iter().fold(1.0_f32, |least, [a, b, c]| least.min(a * x + b * y + c));
        least.clamp(0.0, 1.0)
    }
}
