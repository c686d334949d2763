//! The camera's path through a shot: eased, within margins, and still when it was told to be.

use libm::sinf;

use super::paint::noise::{Dice, lerp, smoothstep};
use super::paint::view::Eye;
use super::words::{Facts, Move};

/// What the camera does during one shot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Camera {
    /// Dominant move first; the second acts at half strength.
    moves: Vec<Move>,
    handheld: bool,
    /// Larger for longer shots, so that the speed stays about the same.
    reach: f32,
    /// Which way undirected moves go: 1 or -1.
    side: f32,
    sway: f32,
    pub(crate) vanish: [f32; 2],
    /// Scene seconds a clip second.
    pub(crate) pace: f32,
}

impl Camera {
    pub(crate) fn of(facts: &Facts, fixed_lens: bool, seconds: f32, dice: &mut Dice) -> Self {
        let is_pace = |m: &Move| matches!(m, Move::SlowMotion | Move::TimeLapse);
        let mut moves: Vec<Move> =
            facts.moves.iter().copied().filter(|m| !is_pace(m) && *m != Move::Handheld).collect();
        let still = fixed_lens || moves.contains(&Move::Static);
        let handheld = facts.moves(Move::Handheld) && !fixed_lens;
        if still {
            moves.clear();
        } else if moves.is_empty() && !handheld {
            moves.push(Move::PushIn);
        }
        moves.truncate(2);
        let pace = match (facts.moves(Move::SlowMotion), facts.moves(Move::TimeLapse)) {
            (true, _) => 0.45,
            (_, true) => 5.0,
            _ => 1.0,
        };
        Self {
            moves,
            handheld,
            reach: (seconds / 5.0).clamp(0.45, 1.5).sqrt(),
            side: if dice.chance(0.5) { 1.0 } else { -1.0 },
            sway: dice.range(0.0, 100.0),
            vanish: [0.0; 2],
            pace,
        }
    }

    /// Whether anything but the scene itself may move the picture.
    pub(crate) fn is_still(&self) -> bool {
        self.moves.is_empty() && !self.handheld
    }

    pub(crate) fn is_handheld(&self) -> bool {
        self.handheld
    }

    /// Which way undirected moves go: 1 or -1.
    pub(crate) fn side(&self) -> f32 {
        self.side
    }

    /// Phase of a hand's unrest.
    pub(crate) fn sway(&self) -> f32 {
        self.sway
    }

    /// The moves and how strongly each is done.
    pub(crate) fn weighted(&self) -> impl Iterator<Item = (Move, f32)> {
        let strengths = std::iter::successors(Some(self.reach), |strength| Some(strength * 0.5));
        self.moves.iter().copied().zip(strengths)
    }

    /// How far along its path the camera is: mostly even speed, soft at both ends.
    pub(crate) fn eased(&self, part: f32) -> f32 {
        lerp(part, smoothstep(0.0, 1.0, part), 0.75)
    }

    /// The moves in words.
    pub(crate) fn describe(&self) -> String {
        let mut words: Vec<&str> = self.moves.iter().map(|m| m.name()).collect();
        if self.handheld {
            words.push("handheld");
        }
        if words.is_empty() { String::from("static") } else { words.join(" + ") }
    }

    pub(crate) fn first_move(&self) -> Option<Move> {
        self.moves.first().copied()
    }

    /// Where the camera is, `part` (0 to 1) into the shot.
    pub(crate) fn eye(&self, part: f32, seconds: f32) -> Eye {
        let mut eye = Eye { vanish: self.vanish, ..Eye::still() };
        for (camera, strength) in self.weighted() {
            self.apply(&mut eye, camera, self.eased(part), part, strength);
        }
        if self.handheld {
            let wave = |rate: f32, phase: f32| sinf(seconds * rate + phase + self.sway);
            eye.pan[0] += 0.004 * wave(1.7, 0.0) + 0.0026 * wave(3.1, 1.0) + 0.001 * wave(7.3, 2.0);
            eye.pan[1] += 0.003 * wave(2.1, 4.0) + 0.002 * wave(3.7, 5.0) + 0.0009 * wave(8.1, 6.0);
            eye.at[0] += 0.012 * wave(0.9, 3.0);
            eye.zoom *= 1.02;
        }
        eye
    }

    fn apply(&self, eye: &mut Eye, camera: Move, e: f32, part: f32, k: f32) {
        let across = (e * 2.0 - 1.0) * k;
        match camera {
            Move::PanLeft => eye.pan[0] -= 0.13 * across,
            Move::PanRight => eye.pan[0] += 0.13 * across,
            Move::TiltUp => eye.pan[1] -= 0.07 * across - 0.02,
            Move::TiltDown => eye.pan[1] += 0.07 * across - 0.02,
            Move::PushIn => {
                eye.forward += 0.17 * k * e;
                eye.at[0] += self.side * 0.03 * across;
            }
            Move::PullOut => eye.forward += 0.19 * k * (1.0 - e),
            Move::ZoomIn => eye.zoom *= 1.0 + 0.24 * k * e,
            Move::ZoomOut => eye.zoom *= 1.0 + 0.24 * k * (1.0 - e),
            Move::TruckLeft => eye.at[0] -= 0.14 * across,
            Move::TruckRight => eye.at[0] += 0.14 * across,
            Move::CraneUp => {
                eye.at[1] -= 0.07 * across;
                eye.pan[1] += 0.03 * across;
            }
            Move::CraneDown => {
                eye.at[1] += 0.07 * across;
                eye.pan[1] -= 0.03 * across;
            }
            Move::Orbit => {
                let swing = self.side * 0.17 * across;
                eye.at[0] += swing;
                eye.pan[0] -= swing;
                eye.forward += 0.05 * k;
            }
            Move::Aerial => {
                eye.forward += 0.14 * k * e;
                eye.at[1] -= 0.04 * across;
                eye.at[0] += self.side * 0.05 * across;
            }
            Move::Whip => {
                let snap = smoothstep(0.42, 0.58, part) * 2.0 - 1.0;
                eye.pan[0] += self.side * (0.16 * snap + 0.02 * across);
            }
            Move::Static | Move::Handheld | Move::SlowMotion | Move::TimeLapse => {}
        }
    }
}
