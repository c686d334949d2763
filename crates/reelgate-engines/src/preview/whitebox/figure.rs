//! Mannequins: rods with joints, in true sizes, that walk at the pace their feet say.

use libm::{cosf, sinf};

use super::super::paint::colour::Ink;
use super::super::words::{Action, Facts};
use super::solid::{Bodies, Rod, Solid};
use super::space::{V3, add, times};

/// What a figure does, as far as its limbs are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Stand,
    Walk,
    Run,
    Dance,
    Sit,
    Lean,
}

impl Doing {
    pub(crate) fn of(facts: &Facts) -> Self {
        let first = facts.actions.first().map(|action| match action {
            Action::Walk | Action::Ride => Self::Walk,
            Action::Run | Action::Swim | Action::Fly => Self::Run,
            Action::Dance => Self::Dance,
            Action::Sit => Self::Sit,
            Action::Blow => Self::Lean,
            Action::Stand => Self::Stand,
        });
        first.unwrap_or(Self::Stand)
    }

    /// Metres a second of somebody this tall.
    pub(crate) fn speed(self, height: f32) -> f32 {
        match self {
            Self::Walk => 0.78 * height,
            Self::Run => 1.85 * height,
            _ => 0.0,
        }
    }
}

/// One figure's limbs: angles in radians from hanging straight down, forward positive.
struct Limbs {
    legs: [(f32, f32); 2],
    arms: [(f32, f32); 2],
    /// How far the arms are lifted sideways.
    spread: f32,
    lean: f32,
}

impl Limbs {
    /// `walked` in body heights, `seconds` since the shot began.
    fn of(doing: Doing, walked: f32, seconds: f32) -> Self {
        let turn = std::f32::consts::TAU;
        match doing {
            Doing::Walk => Self::stride(walked / 0.8 * turn, [0.42, 0.12, 0.62, 0.25], 0.03),
            Doing::Run => Self::stride(walked / 1.7 * turn, [0.75, 0.25, 1.25, 1.35], 0.20),
            Doing::Dance => {
                let beat = sinf(seconds * turn);
                let slow = sinf(seconds * 0.5 * turn);
                Self {
                    legs: [(0.22 * beat, 0.2 + 0.2 * beat), (-0.22 * beat, 0.2 - 0.2 * beat)],
                    arms: [(0.5 + 0.5 * slow, 0.6), (0.5 - 0.5 * slow, 0.6)],
                    spread: 1.5 + 0.4 * beat,
                    lean: 0.05 * slow,
                }
            }
            Doing::Sit => Self {
                legs: [(1.45, 1.40), (1.45, 1.40)],
                arms: [(0.55, 0.6), (0.55, 0.6)],
                spread: 0.08,
                lean: 0.04 + 0.01 * sinf(seconds * 1.4),
            },
            Doing::Lean => Self {
                legs: [(0.05, 0.05), (-0.05, 0.05)],
                arms: [(-0.2, 0.3), (-0.2, 0.3)],
                spread: 0.12,
                lean: 0.30 + 0.10 * sinf(seconds * 1.1),
            },
            Doing::Stand => Self {
                legs: [(0.04, 0.04), (-0.03, 0.02)],
                arms: [(0.04 + 0.02 * sinf(seconds * 1.3), 0.18), (0.02, 0.20)],
                spread: 0.13,
                lean: 0.012 * sinf(seconds * 1.1),
            },
        }
    }

    /// A cycle of two steps: swing, least and added bend of the knee, bend of the elbow.
    fn stride(phase: f32, [swing, least, bend, elbow]: [f32; 4], lean: f32) -> Self {
        let leg = |phase: f32| (swing * sinf(phase), least + bend * cosf(phase).max(0.0));
        let arm = |phase: f32| (-0.8 * swing * sinf(phase), elbow);
        let other = phase + std::f32::consts::PI;
        Self { legs: [leg(phase), leg(other)], arms: [arm(phase), arm(other)], spread: 0.12, lean }
    }
}

/// A person `height` metres tall at the origin, looking along z.
pub(crate) fn person(height: f32, ink: Ink, doing: Doing, walked: f32, seconds: f32) -> Bodies {
    let limbs = Limbs::of(doing, walked / height, seconds);
    let mut bodies = Bodies::default();
    let hip_height = 0.04 + reach(&limbs);
    let at = |x: f32, y: f32, z: f32| times([x, y, z], height);
    let mut rod = |from: V3, to: V3, radius: f32| {
        bodies.rods.push(Rod { from, to, radius: radius * height, ink });
    };
    // The trunk leans about the hips.
    let (s, c) = (sinf(limbs.lean), cosf(limbs.lean));
    let trunk = |x: f32, up: f32, z: f32| at(x, hip_height + up * c - z * s, up * s + z * c);
    rod(trunk(-0.035, 0.03, 0.0), trunk(0.035, 0.03, 0.0), 0.082);
    rod(trunk(0.0, 0.05, 0.0), trunk(0.0, 0.22, 0.0), 0.080);
    rod(trunk(-0.062, 0.235, 0.0), trunk(0.062, 0.235, 0.0), 0.066);
    rod(trunk(0.0, 0.29, 0.0), trunk(0.0, 0.34, 0.0), 0.030);
    rod(trunk(0.0, 0.385, 0.0), trunk(0.0, 0.415, 0.006), 0.062);
    // A nose says where it looks.
    rod(trunk(0.0, 0.39, 0.055), trunk(0.0, 0.385, 0.075), 0.014);
    for (index, side) in [-1.0, 1.0].into_iter().enumerate() {
        let (swing, bend) = limbs.legs[index];
        let hip = at(side * 0.055, hip_height, 0.0);
        let knee = add(hip, at(0.0, -0.245 * cosf(swing), 0.245 * sinf(swing)));
        let low = swing - bend;
        let ankle = add(knee, at(0.0, -0.245 * cosf(low), 0.245 * sinf(low)));
        let toe = low.min(0.35);
        rod(hip, knee, 0.050);
        rod(knee, ankle, 0.036);
        rod(ankle, add(ankle, at(0.0, -0.012 + 0.09 * sinf(toe), 0.095 * cosf(toe))), 0.026);
        let (swing, bend) = limbs.arms[index];
        let lift = limbs.spread;
        let along = |angle: f32, long: f32| {
            let down = cosf(lift);
            at(side * long * sinf(lift), -long * down * cosf(angle), long * down * sinf(angle))
        };
        let shoulder = trunk(side * 0.115, 0.255, 0.0);
        let elbow = add(shoulder, along(swing + limbs.lean, 0.165));
        let hand = add(elbow, along(swing + limbs.lean + bend, 0.155));
        rod(shoulder, elbow, 0.030);
        rod(elbow, hand, 0.024);
    }
    if doing == Doing::Sit {
        let seat = hip_height * height - 0.06 * height;
        let size = [0.30 * height, seat, 0.28 * height];
        bodies.solids.push(Solid::block(size, at(0.0, 0.0, -0.02), [0.50, 0.50, 0.51]));
    }
    bodies
}

/// How far below the hips the lower foot is, in body heights.
fn reach(limbs: &Limbs) -> f32 {
    let down = |(swing, bend): (f32, f32)| 0.245 * (cosf(swing) + cosf(swing - bend));
    down(limbs.legs[0]).max(down(limbs.legs[1]))
}

/// A four-legged animal, `height` metres at the shoulder, at the origin, looking along z.
pub(crate) fn beast(height: f32, ink: Ink, walked: f32, seconds: f32) -> Bodies {
    let mut bodies = Bodies::default();
    let at = |x: f32, y: f32, z: f32| times([x, y, z], height);
    let mut rod = |from: V3, to: V3, radius: f32| {
        bodies.rods.push(Rod { from, to, radius: radius * height, ink });
    };
    rod(at(0.0, 0.80, -0.42), at(0.0, 0.82, 0.40), 0.185);
    rod(at(0.0, 0.88, 0.46), at(0.0, 1.18, 0.68), 0.095);
    rod(at(0.0, 1.22, 0.68), at(0.0, 1.16, 0.92), 0.085);
    let wag = 0.10 * sinf(seconds * 4.0);
    rod(at(0.0, 0.88, -0.58), at(wag, 0.62, -0.86), 0.035);
    for side in [-0.06, 0.06] {
        rod(at(side, 1.28, 0.64), at(side * 1.3, 1.38, 0.62), 0.028);
    }
    let phase = walked / height / 1.5 * std::f32::consts::TAU;
    for (index, (x, z)) in
        [(-0.12, 0.36), (0.12, 0.36), (-0.12, -0.40), (0.12, -0.40)].into_iter().enumerate()
    {
        // A trot: legs across from each other move as one.
        let turn = if matches!(index, 0 | 3) { phase } else { phase + std::f32::consts::PI };
        let swing = if walked == 0.0 { 0.0 } else { 0.38 * sinf(turn) };
        let bend = if walked == 0.0 { 0.06 } else { 0.10 + 0.55 * cosf(turn).max(0.0) };
        let hip = at(x, 0.76, z);
        let knee = add(hip, at(0.0, -0.36 * cosf(swing), 0.36 * sinf(swing)));
        let foot = add(knee, at(0.0, -0.35 * cosf(swing - bend), 0.35 * sinf(swing - bend)));
        rod(hip, knee, 0.072);
        rod(knee, foot, 0.050);
    }
    bodies
}
