//! Pixels of ground, sides, rods and shadows: each answers for whole rows, nearest wins.

use pulp::{Arch, NullaryFnOnce};

use super::super::paint::colour::{Ink, mix, scale};
use super::super::paint::finish::Planar;
use super::look::{Look, Outline, Rays};
use super::solid::{Rod, lit};
use super::space::{V3, add, dot, sub, times};

/// What everything fades to far away.
pub(crate) const HAZE: Ink = [0.80, 0.81, 0.83];
const ZENITH: Ink = [0.60, 0.65, 0.71];
/// Half of the haze is between here and the camera, in metres.
const HAZE_HALF: f32 = 70.0;

/// One row being painted.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) planes: Planar,
    /// One over the distance ahead of what is painted; 0 for ground and sky.
    near: Vec<f32>,
}

/// How much haze is in front of something.
#[inline(always)]
fn haze(distance: f32) -> f32 {
    let far = distance * distance;
    far / (far + HAZE_HALF * HAZE_HALF)
}

impl Line {
    /// Empties the row: no shadow, nothing near.
    pub(crate) fn clear(&mut self, width: usize) {
        let Planar { red, green, blue, shade } = &mut self.planes;
        for plane in [red, green, blue, shade, &mut self.near] {
            plane.clear();
            plane.resize(width, 0.0);
        }
    }

    /// Paints sky and a ground of squares of one metre, darker where shadows were cast.
    pub(crate) fn ground(&mut self, look: &Look, row: usize, squares: [Ink; 2]) {
        let rays = look.rays(row);
        let planes = &mut self.planes;
        Arch::new().dispatch(Ground { planes, rays, eye: look.eye, squares });
    }

    /// Casts a shadow with this outline.
    pub(crate) fn shade(&mut self, outline: &Outline, row: usize) {
        let shade = &mut self.planes.shade;
        let outer = outline.span(row, 0.0, shade.len());
        let inner = outline.span(row, 1.0, shade.len());
        for x in outer.clone() {
            if inner.contains(&x) {
                shade[x] = 1.0;
            } else {
                shade[x] = shade[x].max(outline.cover(x, row));
            }
        }
    }

    /// Paints a flat side; `plane` is its nearness at pixel 0, 0, a column and a row on.
    pub(crate) fn side(&mut self, outline: &Outline, plane: [f32; 3], ink: Ink, row: usize) {
        let width = self.near.len();
        let outer = outline.span(row, 0.0, width);
        let inner = outline.span(row, 1.0, width);
        let first = plane[0] + plane[2] * row as f32;
        let edges = if inner.is_empty() {
            [outer.clone(), 0..0]
        } else {
            [outer.start..inner.start, inner.end..outer.end.max(inner.end)]
        };
        for x in edges.into_iter().flatten() {
            let near = first + plane[1] * x as f32;
            if near >= self.near[x] {
                self.blend(x, outline.cover(x, row), ink, near);
            }
        }
        if !inner.is_empty() {
            let line = self;
            Arch::new().dispatch(Flat { line, columns: inner, first, step: plane[1], ink });
        }
    }

    fn blend(&mut self, x: usize, part: f32, ink: Ink, near: f32) {
        let planes = &mut self.planes;
        for (plane, ink) in
            [&mut planes.red, &mut planes.green, &mut planes.blue].into_iter().zip(ink)
        {
            plane[x] += (ink - plane[x]) * part;
        }
        if part > 0.5 {
            self.near[x] = near;
        }
    }

    pub(crate) fn rod(&mut self, rod: &ReadyRod, look: &Look, row: usize) {
        let columns = rod.columns(self.near.len());
        if columns.is_empty() {
            return;
        }
        let rays = look.rays(row);
        let line = self;
        Arch::new().dispatch(Round { line, columns, rod, rays, focal: look.focal });
    }
}

/// The ink of a flat side, `distance` metres away.
pub(crate) fn flat_ink(ink: Ink, normal: V3, distance: f32) -> Ink {
    mix(scale(ink, lit(normal)), HAZE, haze(distance))
}

struct Ground<'a> {
    planes: &'a mut Planar,
    rays: Rays,
    eye: V3,
    squares: [Ink; 2],
}

/// Light squares less dark ones along one axis, over a pixel `wide` metres: 1 and -1 near by, 0
/// far away. The square wave's integral, so that nothing flickers.
#[inline(always)]
fn wave(at: f32, wide: f32) -> f32 {
    let tooth = |x: f32| {
        let x = x * 0.5;
        let whole = x as i32 as f32;
        let part = x - whole;
        let part = if part < 0.0 { part + 1.0 } else { part };
        (part - 0.5).abs()
    };
    2.0 * (tooth(at - 0.5 * wide) - tooth(at + 0.5 * wide)) / wide
}

impl NullaryFnOnce for Ground<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Rays { start, step, fall } = self.rays;
        // One over the distance ahead at which a ray meets the ground, and its growth.
        let high = -1.0 / self.eye[1];
        let (near_x, near_y) = (step[1] * high, fall[1] * high);
        let middle = mix(self.squares[0], self.squares[1], 0.5);
        let half = scale(sub(self.squares[0], self.squares[1]), 0.5);
        let Planar { red, green, blue, shade } = self.planes;
        let planes = red.iter_mut().zip(green).zip(blue).zip(shade);
        for (x, (((r, g), b), shade)) in planes.enumerate() {
            let ray = add(start, times(step, x as i32 as f32));
            let near = ray[1] * high;
            let ahead = 1.0 / near.max(1e-5);
            let slope = |k: usize| {
                let along = (step[k] * near - ray[k] * near_x).abs();
                let down = (fall[k] * near - ray[k] * near_y).abs();
                ((along + down) * ahead * ahead).clamp(1e-4, 64.0)
            };
            let u = wave(self.eye[0] + ray[0] * ahead, slope(0));
            let v = wave(self.eye[2] + ray[2] * ahead, slope(2));
            let square = u * v;
            let fade = haze(ahead);
            let dim = 1.0 - 0.48 * *shade;
            let rise = (ray[1] * 2.2).clamp(0.0, 1.0);
            let rise = rise * (2.0 - rise);
            let ink = |k: usize| {
                let ground = (middle[k] + half[k] * square) * dim;
                let ground = ground + (HAZE[k] - ground) * fade;
                let sky = HAZE[k] + (ZENITH[k] - HAZE[k]) * rise;
                if near > 1e-5 { ground } else { sky }
            };
            (*r, *g, *b) = (ink(0), ink(1), ink(2));
        }
    }
}

struct Flat<'a> {
    line: &'a mut Line,
    columns: std::ops::Range<usize>,
    first: f32,
    step: f32,
    ink: Ink,
}

impl NullaryFnOnce for Flat<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let from = self.columns.start;
        let Line { planes, near } = self.line;
        let (r, g, b) = (
            &mut planes.red[self.columns.clone()],
            &mut planes.green[self.columns.clone()],
            &mut planes.blue[self.columns.clone()],
        );
        let old = &mut near[self.columns];
        for (x, (((r, g), b), old)) in r.iter_mut().zip(g).zip(b).zip(old).enumerate() {
            let near = self.first + self.step * (from + x) as i32 as f32;
            let wins = near >= *old;
            *r = if wins { self.ink[0] } else { *r };
            *g = if wins { self.ink[1] } else { *g };
            *b = if wins { self.ink[2] } else { *b };
            *old = if wins { near } else { *old };
        }
    }
}

/// A rod and what every ray needs of it.
pub(crate) struct ReadyRod {
    pub(crate) rod: Rod,
    /// First column and row, last column and row.
    pub(crate) area: [f32; 4],
    along: V3,
    from: V3,
    to: V3,
    fade: f32,
}

impl ReadyRod {
    pub(crate) fn new(rod: &Rod, look: &Look) -> Option<Self> {
        let areas = [look.ball(rod.from, rod.radius), look.ball(rod.to, rod.radius)];
        let area = match areas {
            [Some(a), Some(b)] => [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])],
            [None, None] => return None,
            // It reaches past the camera: anywhere.
            _ => [0.0, 0.0, look.width as f32, look.height as f32],
        };
        let from = sub(look.eye, rod.from);
        let fade = haze(dot(from, from).sqrt());
        let (along, to) = (sub(rod.to, rod.from), sub(look.eye, rod.to));
        Some(Self { rod: *rod, area, along, from, to, fade })
    }

    pub(crate) fn touches(&self, row: usize) -> bool {
        (row as f32) >= self.area[1] && (row as f32) <= self.area[3]
    }

    fn columns(&self, width: usize) -> std::ops::Range<usize> {
        let clamp = |x: f32| x.clamp(0.0, width as f32) as i32 as usize;
        clamp(self.area[0])..clamp(self.area[2] + 1.0)
    }
}

struct Round<'a> {
    line: &'a mut Line,
    columns: std::ops::Range<usize>,
    rod: &'a ReadyRod,
    rays: Rays,
    focal: f32,
}

impl NullaryFnOnce for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let ReadyRod { rod, along, from, to, fade, .. } = *self.rod;
        let (radius, ink) = (rod.radius, rod.ink);
        let long = dot(along, along).max(1e-9);
        let start = dot(along, from);
        let bulk = long * dot(from, from) - start * start - radius * radius * long;
        let ends = [from, to].map(|end| dot(end, end) - radius * radius);
        let first = self.columns.start;
        let Line { planes, near } = self.line;
        let (r, g, b) = (
            &mut planes.red[self.columns.clone()],
            &mut planes.green[self.columns.clone()],
            &mut planes.blue[self.columns.clone()],
        );
        let old = &mut near[self.columns];
        for (x, (((r, g), b), old)) in r.iter_mut().zip(g).zip(b).zip(old).enumerate() {
            let ray = add(self.rays.start, times(self.rays.step, (first + x) as i32 as f32));
            let (dd, slope, back) = (dot(ray, ray), dot(along, ray), dot(ray, from));
            // How near the ray passes the rod's middle line, for soft edges.
            let skew = (long * dd - slope * slope).max(1e-9);
            let part = ((dd * start - slope * back) / skew).clamp(0.0, 1.0);
            let passes = (part * slope - back) / dd;
            let gap = sub(add(from, times(ray, passes)), times(along, part));
            let inside = (radius - dot(gap, gap).sqrt()) * self.focal / passes.max(1e-3);
            let cover = if passes > 0.05 { (inside + 0.5).clamp(0.0, 1.0) } else { 0.0 };
            // Where it enters: the tube, or one of the balls at the ends.
            let b_tube = long * back - start * slope;
            let root = (b_tube * b_tube - skew * bulk).max(0.0).sqrt();
            let tube = (-b_tube - root) / skew;
            let height = start + tube * slope;
            let low = height <= 0.0;
            let (b_ball, c_ball) = if low { (back, ends[0]) } else { (dot(ray, to), ends[1]) };
            let root = (b_ball * b_ball - dd * c_ball).max(0.0).sqrt();
            let ball = (-b_ball - root) / dd;
            let on_tube = height > 0.0 && height < long;
            let ahead = if on_tube { tube } else { ball };
            let hit = add(from, times(ray, ahead));
            let part = (dot(hit, along) / long).clamp(0.0, 1.0);
            let normal = times(sub(hit, times(along, part)), 1.0 / radius);
            let new = 1.0 / ahead.max(1e-3);
            let cover = if new >= *old { cover } else { 0.0 };
            let light = lit(normal);
            let tone = |k: usize| {
                let own = ink[k] * light;
                own + (HAZE[k] - own) * fade
            };
            *r += (tone(0) - *r) * cover;
            *g += (tone(1) - *g) * cover;
            *b += (tone(2) - *b) * cover;
            *old = if cover > 0.5 { new } else { *old };
        }
    }
}
