//! The camera of a grey box scene: a place, a direction and a lens, in metres and degrees of arc.
//!
//! It obeys the same words as the camera of painted scenes, but truly moves: a dolly changes the
//! distance, a zoom only the lens.

use libm::{atan2f, cosf, sinf};

use super::super::camera::Camera;
use super::super::paint::noise::smoothstep;
use super::super::words::{Facts, Framing, Move};
use super::space::{V3, add, cross, length, sub, times, turned};

/// A 35 mm lens in front of 36 mm of film, 16 by 9: focal length in frame heights.
const LENS: f32 = 35.0 / 20.25;

/// The size of what the shot is about, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// Height of what the camera looks at when it is near.
    pub(crate) face: f32,
    /// How high above the ground it begins.
    pub(crate) lift: f32,
}

/// Where the camera stands before it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rig {
    /// From what it looks at, on the ground.
    distance: f32,
    height: f32,
    aim: f32,
    /// Of a view of the whole: what must stay in the picture however near the camera comes.
    top: Option<f32>,
    /// What it walks along with: metres a scene second.
    follows: V3,
}

/// The camera at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pose {
    pub(crate) eye: V3,
    pub(crate) right: V3,
    pub(crate) up: V3,
    pub(crate) ahead: V3,
    /// Focal length in frame heights.
    pub(crate) focal: f32,
    /// From what it looks at, in metres.
    pub(crate) distance: f32,
}

/// What moves add up to.
struct Path {
    distance: f32,
    height: f32,
    side: f32,
    orbit: f32,
    yaw: f32,
    pitch: f32,
    roll: f32,
    focal: f32,
}

impl Rig {
    pub(crate) fn of(facts: &Facts, extent: Extent, aspect: f32, follows: V3) -> Self {
        let whole = (extent.height * 1.45).max(extent.width * 1.35 / aspect);
        let (view, aim, height) = if facts.framed(Framing::Close) {
            let view = (extent.height * 0.50).max(extent.width * 0.55 / aspect);
            (view, extent.face, extent.face)
        } else if facts.framed(Framing::Wide) {
            (whole * 2.6, extent.height * 0.75, extent.height.clamp(1.6, 4.0) * 1.05)
        } else {
            (whole, extent.height * 0.54, extent.height.clamp(0.5, 2.6) * 0.80)
        };
        // Never inside of what it looks at, whichever way that is turned.
        let outside = if extent.width > 1.5 { extent.width * 0.9 } else { 0.35 };
        let distance = (view * LENS).max(outside).min(120.0);
        if facts.moves(Move::Aerial) {
            let away = distance.max(9.0);
            let (distance, height) = (away * 1.3, away * 0.95);
            return Self { distance, height, aim: extent.lift, top: None, follows };
        }
        let close = facts.framed(Framing::Close) || facts.moves(Move::TiltDown);
        let top = (!close).then_some(extent.lift + extent.height * 1.05);
        Self { distance, height: extent.lift + height, aim: extent.lift + aim, top, follows }
    }

    /// The camera `part` (0 to 1) into the shot.
    pub(crate) fn pose(&self, camera: &Camera, part: f32, seconds: f32, clip: f32) -> Pose {
        let mut path = Path {
            distance: self.distance,
            height: self.height,
            side: 0.0,
            orbit: 0.0,
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
            focal: LENS,
        };
        for (what, strength) in camera.weighted() {
            path.bend(what, (camera.eased(part), part), strength, camera.side());
        }
        if camera.is_handheld() {
            path.shake(clip, camera.sway());
        }
        self.stand(&path, seconds)
    }

    fn stand(&self, path: &Path, seconds: f32) -> Pose {
        let target = times(self.follows, seconds);
        let out = turned([path.side, path.height, -path.distance], path.orbit);
        let eye = add(target, [out[0], out[1].max(0.12), out[2]]);
        // Down to what it looks at, then what tilts add.
        let view = path.distance / path.focal;
        let aim = self.top.map_or(self.aim, |top| self.aim.max(top - view * 0.5));
        let pitch = atan2f(aim - eye[1], path.distance) + path.pitch;
        let yaw = path.orbit + path.yaw;
        let ahead = [sinf(yaw) * cosf(pitch), sinf(pitch), cosf(yaw) * cosf(pitch)];
        let level = [cosf(yaw), 0.0, -sinf(yaw)];
        let upright = cross(ahead, level);
        let (s, c) = (sinf(path.roll), cosf(path.roll));
        Pose {
            eye,
            right: add(times(level, c), times(upright, s)),
            up: sub(times(upright, c), times(level, s)),
            ahead,
            focal: path.focal,
            distance: length(sub(eye, add(target, [0.0, self.aim, 0.0]))),
        }
    }
}

impl Path {
    fn bend(&mut self, what: Move, (e, part): (f32, f32), k: f32, side: f32) {
        let across = (e * 2.0 - 1.0) * k;
        let metres = self.distance;
        match what {
            Move::PanLeft => self.yaw -= 0.26 * across,
            Move::PanRight => self.yaw += 0.26 * across,
            Move::TiltUp => self.pitch += 0.15 * (across + 0.35),
            Move::TiltDown => self.pitch -= 0.15 * (across - 0.35),
            Move::PushIn => self.distance *= 1.0 - 0.42 * k * e,
            Move::PullOut => self.distance *= 1.0 - 0.42 * k * (1.0 - e),
            Move::ZoomIn => self.focal *= 1.0 + 0.70 * k * e,
            Move::ZoomOut => self.focal *= 1.0 + 0.70 * k * (1.0 - e),
            Move::TruckLeft => self.side -= 0.24 * metres * across,
            Move::TruckRight => self.side += 0.24 * metres * across,
            Move::CraneUp => self.height += 0.42 * metres * k * e,
            Move::CraneDown => self.height += 0.42 * metres * k * (1.0 - e),
            Move::Orbit => self.orbit += side * 0.62 * across,
            Move::Aerial => {
                self.distance -= 0.45 * metres * k * (e - 0.3);
                self.orbit += side * 0.12 * across;
            }
            Move::Whip => {
                let snap = smoothstep(0.42, 0.58, part) * 2.0 - 1.0;
                self.yaw += side * (0.42 * snap + 0.03 * across);
            }
            Move::Static | Move::Handheld | Move::SlowMotion | Move::TimeLapse => {}
        }
    }

    /// A hand's unrest, in degrees small enough not to be a move of its own.
    fn shake(&mut self, clip: f32, sway: f32) {
        let wave = |rate: f32, phase: f32| sinf(clip * rate + phase + sway);
        self.yaw += 0.008 * wave(1.7, 0.0) + 0.005 * wave(3.1, 1.0) + 0.002 * wave(7.3, 2.0);
        self.pitch += 0.006 * wave(2.1, 4.0) + 0.004 * wave(3.7, 5.0) + 0.002 * wave(8.1, 6.0);
        self.roll += 0.006 * wave(1.3, 2.0);
        self.side += 0.012 * self.distance * wave(0.9, 3.0);
        self.height += 0.006 * self.distance * wave(1.1, 1.0);
    }
}
