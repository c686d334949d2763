//! Outlines to fill: unions of closed polygons in frame units (the frame is one unit high).

use libm::{cosf, sinf};

use super::noise::Dice;

pub(crate) type Point = [f32; 2];

/// A union of closed outlines. All wind the same way, so overlaps never cut holes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) outlines: Vec<Vec<Point>>,
}

impl Shape {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn polygon(mut self, points: &[Point]) -> Self {
        self.push(points.to_vec());
        self
    }

    pub(crate) fn push(&mut self, mut points: Vec<Point>) {
        if area(&points) < 0.0 {
            points.reverse();
        }
        self.outlines.push(points);
    }

    pub(crate) fn rect(self, left: f32, top: f32, right: f32, bottom: f32) -> Self {
        self.polygon(&[[left, top], [right, top], [right, bottom], [left, bottom]])
    }

    pub(crate) fn ellipse(self, centre: Point, rx: f32, ry: f32) -> Self {
        self.oval(centre, [rx, ry], 28)
    }

    /// An ellipse of so many sides: large ones need more.
    pub(crate) fn oval(mut self, centre: Point, [rx, ry]: [f32; 2], sides: usize) -> Self {
        let ring = (0..sides)
            .map(|side| {
                let turn = side as f32 / sides as f32 * std::f32::consts::TAU;
                [centre[0] + rx * cosf(turn), centre[1] + ry * sinf(turn)]
            })
            .collect();
        self.push(ring);
        self
    }

    /// An uneven round blob, as leaf clumps and clouds are.
    pub(crate) fn blob(mut self, centre: Point, rx: f32, ry: f32, dice: &mut Dice) -> Self {
        const SIDES: usize = 11;
        let ring: Vec<Point> = (0..SIDES)
            .map(|side| {
                let turn = side as f32 / SIDES as f32 * std::f32::consts::TAU;
                let reach = dice.range(0.78, 1.16);
                [centre[0] + rx * reach * cosf(turn), centre[1] + ry * reach * sinf(turn)]
            })
            .collect();
        self.push(smooth(&ring, 3));
        self
    }

    /// A limb: round at both ends, `from_r` thick at one and `to_r` at the other.
    pub(crate) fn limb(mut self, from: Point, to: Point, from_r: f32, to_r: f32) -> Self {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = (dx * dx + dy * dy).sqrt().max(1e-6);
        let (nx, ny) = (-dy / length, dx / length);
        let mut ring = Vec::with_capacity(18);
        for step in 0..=8 {
            let turn = step as f32 / 8.0 * std::f32::consts::PI;
            let (s, c) = (sinf(turn), cosf(turn));
            ring.push([
                from[0] + from_r * (nx * c - dx / length * s),
                from[1] + from_r * (ny * c - dy / length * s),
            ]);
        }
        for step in 0..=8 {
            let turn = step as f32 / 8.0 * std::f32::consts::PI;
            let (s, c) = (sinf(turn), cosf(turn));
            ring.push([
                to[0] + to_r * (dx / length * s - nx * c),
                to[1] + to_r * (dy / length * s - ny * c),
            ]);
        }
        self.push(ring);
        self
    }

    /// A closed curve through the points.
    pub(crate) fn curve(mut self, points: &[Point]) -> Self {
        self.push(smooth(points, 6));
        self
    }

    pub(crate) fn join(mut self, other: Shape) -> Self {
        self.outlines.extend(other.outlines);
        self
    }

    /// The same shape, each point sent through `place`; winding is kept right under mirroring.
    pub(crate) fn placed(mut self, place: impl Fn(Point) -> Point) -> Self {
        for outline in &mut self.outlines {
            for point in outline.iter_mut() {
                *point = place(*point);
            }
            if area(outline) < 0.0 {
                outline.reverse();
            }
        }
        self
    }

    /// Scales about the origin, mirrors when `facing` is negative, then moves to `at`.
    pub(crate) fn stood(self, at: Point, size: f32, facing: f32) -> Self {
        self.placed(|[x, y]| [at[0] + x * size * facing, at[1] + y * size])
    }

    /// Left, top, right, bottom; `None` when empty.
    pub(crate) fn bounds(&self) -> Option<[f32; 4]> {
        let mut points = self.outlines.iter().flatten();
        let first = points.next()?;
        let mut b = [first[0], first[1], first[0], first[1]];
        for p in points {
            b = [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])];
        }
        Some(b)
    }
}

fn area(points: &[Point]) -> f32 {
    let mut sum = 0.0;
    for (index, p) in points.iter().enumerate() {
        let q = points[(index + 1) % points.len()];
        sum += p[0] * q[1] - q[0] * p[1];
    }
    sum
}

/// A closed Catmull-Rom curve through the points, `steps` pieces between neighbours.
pub(crate) fn smooth(points: &[Point], steps: usize) -> Vec<Point> {
    let count = points.len();
    let mut ring = Vec::with_capacity(count * steps);
    for index in 0..count {
        let p = |offset: usize| points[(index + count + offset - 1) % count];
        let (a, b, c, d) = (p(0), p(1), p(2), p(3));
        for step in 0..steps {
            let t = step as f32 / steps as f32;
            let axis = |k: usize| {
                let (t2, t3) = (t * t, t * t * t);
                0.5 * (2.0 * b[k]
                    + (c[k] - a[k]) * t
                    + (2.0 * a[k] - 5.0 * b[k] + 4.0 * c[k] - d[k]) * t2
                    + (3.0 * b[k] - a[k] - 3.0 * c[k] + d[k]) * t3)
            };
            ring.push([axis(0), axis(1)]);
        }
    }
    ring
}

/// A step of `length` from `from`; angle 0 hangs straight down, positive swings to the right.
pub(crate) fn swing(from: Point, angle: f32, length: f32) -> Point {
    [from[0] + sinf(angle) * length, from[1] + cosf(angle) * length]
}
