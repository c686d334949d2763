//! The whitebox style: a grey scene in true sizes under a true camera.
//!
//! What it fixes is camera, scale and timing, so that the clip can go on to a model that paints.
//! Nothing here looks like anything on purpose: squares of one metre, pillars of three, mannequins.

mod figure;
mod fill;
mod look;
mod prop;
mod rig;
mod set;
mod solid;
mod space;
mod troupe;

use std::sync::{Mutex, PoisonError};

use reelgate_codec::Frame;

use super::camera::Camera;
use super::paint::band::BAND_ROWS;
use super::paint::colour::Ink;
use super::paint::finish::plain_rows;
use super::paint::noise::Dice;
use super::place::setting_of;
use super::place::stage::Moment;
use super::words::{Facts, Setting};
use figure::Doing;
use fill::{Line, ReadyRod, flat_ink};
use look::{Corner, Look, Outline};
use rig::Rig;
use solid::{Bodies, Rod, SUN, Solid};
use space::{V3, add, dot, length, sub, times};
use troupe::Troupe;

/// Grain in 8-bit steps: enough to keep the sky from banding.
const GRAIN: f32 = 0.6;

/// One shot of a grey box film.
pub(crate) struct Whitebox {
    troupe: Troupe,
    doing: Doing,
    set: Bodies,
    squares: [Ink; 2],
    rig: Rig,
    camera: Camera,
    pub(crate) setting: Setting,
    lines: Mutex<Vec<Vec<Line>>>,
}

impl Whitebox {
    /// Builds the scene of one shot that lasts `seconds` of scene time.
    pub(crate) fn new(
        facts: &Facts,
        (width, height): (usize, usize),
        seconds: f32,
        camera: Camera,
        mut dice: Dice,
    ) -> Self {
        let setting = setting_of(facts, &mut dice);
        let troupe = Troupe::of(facts, &camera, seconds);
        let aspect = width as f32 / height as f32;
        let rig = Rig::of(facts, troupe.extent, aspect, troupe.follows);
        let start = rig.pose(&camera, 0.0, 0.0, 0.0).distance;
        let clear = (troupe.extent.width * 0.5 + 0.8).clamp(1.6, 30.0);
        // Whoever is followed needs a set to pass by.
        let way = length(troupe.follows) * seconds;
        let set = set::set(setting, clear, start, way, &mut dice);
        let doing = Doing::of(facts);
        let squares = set::ground(setting);
        let lines = Mutex::default();
        Self { troupe, doing, set, squares, rig, camera, setting, lines }
    }

    /// How far the camera is from its subject at both ends of the shot, `seconds` long.
    pub(crate) fn distances(&self, seconds: f32) -> [f32; 2] {
        let at = |part: f32| {
            let scene = part * seconds * self.camera.pace;
            self.rig.pose(&self.camera, part, scene, part * seconds).distance
        };
        [at(0.0), at(1.0)]
    }

    pub(crate) fn draw(&self, moment: &Moment, clip_seconds: f32, out: &mut Frame) {
        let pose = self.rig.pose(&self.camera, moment.part, moment.seconds, clip_seconds);
        let look = Look::new(&pose, out.width, out.height);
        let moving = self.troupe.bodies(self.doing, moment.seconds);
        let ready = Ready::of(&[&self.set, &moving], &look);
        let pool = || self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = pool().pop().unwrap_or_default();
        lines.resize_with(BAND_ROWS, Line::default);
        for top in (0..look.height).step_by(BAND_ROWS) {
            let rows = BAND_ROWS.min(look.height - top);
            ready.paint(&look, self.squares, top, &mut lines[..rows]);
            for (pair, two) in lines[..rows].chunks_exact(2).enumerate() {
                let planes = [&two[0].planes, &two[1].planes];
                plain_rows(out, top + 2 * pair, planes, (moment.index, GRAIN));
            }
        }
        pool().push(lines);
    }
}

/// A scene as one camera sees it, farthest first.
struct Ready {
    shadows: Vec<Outline>,
    shapes: Vec<(f32, Shape)>,
}

enum Shape {
    Sides(Vec<(Outline, [f32; 3], Ink)>),
    Rod(Box<ReadyRod>),
}

impl Ready {
    fn of(bodies: &[&Bodies], look: &Look) -> Self {
        let mut ready = Self { shadows: Vec::new(), shapes: Vec::new() };
        for bodies in bodies {
            for solid in &bodies.solids {
                ready.shadows.extend(shadow(&solid.corners, look));
                let sides = sides(solid, look);
                if !sides.is_empty() {
                    let away = length(sub(solid.middle(), look.eye));
                    ready.shapes.push((away, Shape::Sides(sides)));
                }
            }
            for rod in &bodies.rods {
                ready.shadows.extend(shadow(&around(rod), look));
                if let Some(found) = ReadyRod::new(rod, look) {
                    let middle = times(add(rod.from, rod.to), 0.5);
                    let away = length(sub(middle, look.eye));
                    ready.shapes.push((away, Shape::Rod(Box::new(found))));
                }
            }
        }
        ready.shapes.sort_by(|a, b| b.0.total_cmp(&a.0));
        ready
    }

    fn paint(&self, look: &Look, squares: [Ink; 2], top: usize, lines: &mut [Line]) {
        let rows = lines.len();
        let each = || top..top + rows;
        for line in lines.iter_mut() {
            line.clear(look.width);
        }
        for outline in self.shadows.iter().filter(|shadow| shadow.touches(top, rows)) {
            for (line, row) in lines.iter_mut().zip(each()) {
                line.shade(outline, row);
            }
        }
        for (line, row) in lines.iter_mut().zip(each()) {
            line.ground(look, row, squares);
        }
        for (_, shape) in &self.shapes {
            match shape {
                Shape::Sides(sides) => {
                    for (outline, plane, ink) in sides.iter().filter(|s| s.0.touches(top, rows)) {
                        for (line, row) in lines.iter_mut().zip(each()) {
                            line.side(outline, *plane, *ink, row);
                        }
                    }
                }
                Shape::Rod(rod) => {
                    let seen = lines.iter_mut().zip(each()).filter(|(_, row)| rod.touches(*row));
                    for (line, row) in seen {
                        line.rod(rod, look, row);
                    }
                }
            }
        }
    }
}

/// The sides of a solid that face the camera.
fn sides(solid: &Solid, look: &Look) -> Vec<(Outline, [f32; 3], Ink)> {
    let faces =
        |side: &&solid::Side| dot(side.normal, sub(look.eye, solid.corners[side.corners[0]])) > 0.0;
    let facing: Vec<&solid::Side> = solid.sides.iter().filter(faces).collect();
    let mut seen = Vec::with_capacity(facing.len());
    for (index, side) in facing.iter().enumerate() {
        let ring: Vec<Corner> = (0..side.corners.len())
            .map(|at| {
                let (a, b) = (side.corners[at], side.corners[(at + 1) % side.corners.len()]);
                let later = &facing[index + 1..];
                let under = later.iter().any(|s| s.corners.contains(&a) && s.corners.contains(&b));
                Corner { at: solid.corners[a], under }
            })
            .collect();
        if let Some(outline) = look.outline(&ring, 1.0) {
            let at = solid.corners[side.corners[0]];
            let away = length(sub(solid.middle(), look.eye));
            let ink = flat_ink(solid.ink, side.normal, away);
            seen.push((outline, look.plane(at, side.normal), ink));
        }
    }
    seen
}

/// Points around both ends of a rod, as many as its shadow needs.
fn around(rod: &Rod) -> Vec<V3> {
    const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const SIDES: [[f32; 2]; 8] = [
        [1.0, 0.0],
        [HALF, HALF],
        [0.0, 1.0],
        [-HALF, HALF],
        [-1.0, 0.0],
        [-HALF, -HALF],
        [0.0, -1.0],
        [HALF, -HALF],
    ];
    let ring = |at: V3| SIDES.map(|[x, z]| add(at, [x * rod.radius, 0.0, z * rod.radius]));
    ring(rod.from).into_iter().chain(ring(rod.to)).collect()
}

/// The shadow of what lies between some points, on the ground.
fn shadow(points: &[V3], look: &Look) -> Option<Outline> {
    let mut flat: Vec<[f32; 2]> = points
        .iter()
        .map(|p| {
            let along = p[1].max(0.0) / SUN[1];
            [p[0] - SUN[0] * along, p[2] - SUN[2] * along]
        })
        .collect();
    flat.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let mut hull: Vec<[f32; 2]> = Vec::with_capacity(flat.len());
    for pass in 0..2 {
        let floor = hull.len();
        for p in &flat {
            while hull.len() >= floor + 2 {
                let (a, b) = (hull[hull.len() - 2], hull[hull.len() - 1]);
                let turn = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
                if turn > 0.0 {
                    break;
                }
                hull.pop();
            }
            hull.push(*p);
        }
        hull.pop();
        if pass == 0 {
            flat.reverse();
        }
    }
    let ring: Vec<Corner> =
        hull.iter().map(|p| Corner { at: [p[0], 0.0, p[1]], under: false }).collect();
    look.outline(&ring, 2.2 * (look.height as f32 / 720.0).max(0.5))
}
