//! People, as posters show them: clothes and posture, no faces.

use libm::sinf;

use super::super::paint::colour::{Ink, hex, scale};
use super::super::paint::noise::Dice;
use super::super::paint::shape::{Point, Shape, swing};
use super::super::words::{Action, Subject};
use super::Part;

/// What one person looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    pub(crate) kind: Subject,
    coat: Ink,
    legs: Ink,
    skin: Ink,
    hair: Ink,
    umbrella: bool,
}

impl Look {
    pub(crate) fn new(kind: Subject, umbrella: bool, dice: &mut Dice) -> Self {
        const COATS: [Ink; 7] = [
            hex(0xc8_4c3c),
            hex(0xd8_a048),
            hex(0x3c_6c94),
            hex(0x5c_7c58),
            hex(0xd8_d0c0),
            hex(0x8c_4c70),
            hex(0x48_4c5c),
        ];
        const LEGS: [Ink; 3] = [hex(0x2c_3444), hex(0x40_3830), hex(0x34_3c38)];
        const SKIN: [Ink; 4] = [hex(0xe0_b090), hex(0xb8_8060), hex(0x8c_5c40), hex(0xcc_9c78)];
        const HAIR: [Ink; 4] = [hex(0x24_1c1a), hex(0x4c_3024), hex(0x8c_6038), hex(0x30_2c30)];
        Self {
            kind,
            coat: dice.pick(&COATS),
            legs: dice.pick(&LEGS),
            skin: dice.pick(&SKIN),
            hair: dice.pick(&HAIR),
            umbrella,
        }
    }

    /// Height against a grown man's.
    pub(crate) fn height(&self) -> f32 {
        match self.kind {
            Subject::Child => 0.66,
            Subject::Woman => 0.95,
            _ => 1.0,
        }
    }
}

/// Joint angles of one moment.
struct Pose {
    hip: Point,
    lean: f32,
    /// Thigh and shin of each leg, from straight down.
    legs: [(f32, f32); 2],
    /// Upper arm and forearm.
    arms: [(f32, f32); 2],
    sway: f32,
}

fn pose(action: Option<Action>, t: f32) -> Pose {
    match action {
        Some(Action::Walk) => stride(t * 5.6, 0.42, 0.05, 0.35),
        Some(Action::Run) => stride(t * 10.5, 0.85, 0.22, 1.25),
        Some(Action::Dance) => {
            let beat = t * 4.2;
            let lift = sinf(beat * 0.5).max(0.0);
            Pose {
                hip: [0.03 * sinf(beat), -0.52 + 0.015 * sinf(beat * 2.0)],
                lean: 0.14 * sinf(beat * 0.5 + 0.6),
                legs: [(0.14 + 0.9 * lift, -0.5 * lift), (-0.14, 0.05)],
                arms: [
                    (2.2 + 0.5 * sinf(beat), 2.7 + 0.5 * sinf(beat + 0.7)),
                    (-1.5 - 0.6 * sinf(beat + 1.0), -2.1 - 0.5 * sinf(beat)),
                ],
                sway: 0.5 * sinf(beat),
            }
        }
        Some(Action::Sit) => Pose {
            hip: [0.0, -0.27],
            lean: 0.04 + 0.01 * sinf(t),
            legs: [(1.45, 0.05), (1.36, -0.08)],
            arms: [(0.55, 1.1), (0.4, 0.95)],
            sway: 0.05 * sinf(t * 0.8),
        },
        Some(Action::Ride) => Pose {
            hip: [0.0, 0.0],
            lean: 0.05 + 0.02 * sinf(t * 5.4),
            // The other leg is behind the animal.
            legs: [(0.62, -0.22), (0.62, -0.22)],
            arms: [(0.62, 1.35), (0.70, 1.42)],
            sway: 0.25 * sinf(t * 5.4),
        },
        Some(Action::Blow) => Pose {
            hip: [0.0, -0.52],
            lean: 0.26 + 0.03 * sinf(t * 0.9),
            legs: [(0.07, 0.03), (-0.08, -0.05)],
            arms: [(0.35, 1.15), (0.25, 1.0)],
            sway: 0.1 * sinf(t * 0.9),
        },
        _ => Pose {
            hip: [0.0, -0.52 + 0.002 * sinf(t * 1.7)],
            lean: 0.012 * sinf(t * 0.9),
            legs: [(0.07, 0.03), (-0.08, -0.05)],
            arms: [(0.10 + 0.02 * sinf(t * 1.7), 0.25), (-0.13, -0.05)],
            sway: 0.18 * sinf(t * 1.1),
        },
    }
}

fn stride(phase: f32, reach: f32, lean: f32, bend: f32) -> Pose {
    let leg = |p: f32| {
        let thigh = reach * sinf(p) + lean * 0.5;
        let knee = 0.12 + bend * sinf(p + 1.9).max(0.0);
        (thigh, thigh - knee)
    };
    let arm = |p: f32| {
        let upper = -reach * 0.85 * sinf(p);
        (upper, upper + 0.3 + bend * 0.6)
    };
    let bob = 0.012 * (1.0 + bend) * sinf(phase * 2.0 + 0.6);
    Pose {
        hip: [0.0, -0.515 + bob],
        lean,
        legs: [leg(phase), leg(phase + std::f32::consts::PI)],
        arms: [arm(phase), arm(phase + std::f32::consts::PI)],
        sway: 0.35 * sinf(phase),
    }
}

/// The person at a moment.
pub(crate) fn person(look: &Look, action: Option<Action>, t: f32) -> Vec<Part> {
    let p = pose(action, t);
    let child = look.kind == Subject::Child;
    let seated = matches!(action, Some(Action::Sit | Action::Ride));
    let dress = look.kind == Subject::Woman && !seated;
    let (thigh, shin) = (0.255, 0.255);
    let neck = swing(p.hip, std::f32::consts::PI - p.lean, 0.315);
    let head_r = if child { 0.082 } else { 0.060 };
    let head = swing(neck, std::f32::consts::PI - p.lean * 1.2, head_r * 1.25);
    let shoulder = [neck[0], neck[1] + 0.028];
    let mut parts = Vec::new();
    let leg = |(a, b): (f32, f32)| {
        let knee = swing(p.hip, a, thigh);
        let foot = swing(knee, b, shin);
        Shape::new().limb(p.hip, knee, 0.048, 0.036).limb(knee, foot, 0.036, 0.023).limb(
            foot,
            [foot[0] + 0.055, foot[1] + 0.006],
            0.022,
            0.014,
        )
    };
    let arm = |(a, b): (f32, f32)| {
        let elbow = swing(shoulder, a, 0.155);
        let hand = swing(elbow, b, 0.15);
        (Shape::new().limb(shoulder, elbow, 0.031, 0.024).limb(elbow, hand, 0.024, 0.015), hand)
    };
    let (far_arm, _) = arm(p.arms[1]);
    if action == Some(Action::Sit) {
        parts.push(Part::of(bench(), hex(0x5c_402c)));
    }
    parts.push(Part::of(far_arm, scale(look.coat, 0.7)));
    let bare = dress;
    let legs_ink = if bare { look.skin } else { look.legs };
    parts.push(Part::of(leg(p.legs[1]), scale(legs_ink, 0.75)));
    parts.push(Part::of(leg(p.legs[0]), legs_ink));
    let torso = Shape::new().limb(shoulder, p.hip, 0.070, 0.058);
    parts.push(Part::of(torso, look.coat));
    if dress {
        let hem = p.hip[1] + 0.24;
        let flow = p.sway * 0.05;
        let skirt = Shape::new().curve(&[
            [p.hip[0] - 0.050, p.hip[1] - 0.06],
            [p.hip[0] + 0.055, p.hip[1] - 0.06],
            [p.hip[0] + 0.090, p.hip[1] + 0.08],
            [p.hip[0] + 0.125 + flow, hem],
            [p.hip[0] + 0.01 + flow, hem + 0.012],
            [p.hip[0] - 0.125 + flow, hem],
            [p.hip[0] - 0.082, p.hip[1] + 0.08],
        ]);
        parts.push(Part::of(skirt, scale(look.coat, 0.94)));
    }
    parts.push(Part::of(Shape::new().limb(neck, head, 0.024, 0.022), look.skin));
    parts.push(Part::of(Shape::new().ellipse(head, head_r * 0.86, head_r), look.skin));
    parts.push(Part::of(hair(look, head, head_r, p.sway), look.hair));
    let (near_arm, hand) = arm(if look.umbrella { (0.5, 2.6) } else { p.arms[0] });
    parts.push(Part::of(near_arm, scale(look.coat, 1.06)));
    if look.umbrella {
        parts.extend(umbrella(hand, look.coat));
    }
    parts
}

/// Somebody on the back of an animal, which is at the origin.
pub(crate) fn rider(look: &Look, action: Option<Action>, t: f32) -> Vec<Part> {
    let hurry = if action == Some(Action::Run) { 2.0 } else { 1.0 };
    person(look, Some(Action::Ride), t * hurry)
}

/// Something to sit on.
fn bench() -> Shape {
    Shape::new()
        .rect(-0.24, -0.225, 0.20, -0.185)
        .rect(-0.20, -0.19, -0.165, 0.01)
        .rect(0.13, -0.19, 0.165, 0.01)
}

fn hair(look: &Look, head: Point, r: f32, sway: f32) -> Shape {
    let cap = Shape::new().curve(&[
        [head[0] + r * 0.62, head[1] - r * 0.62],
        [head[0] + r * 0.1, head[1] - r * 1.14],
        [head[0] - r * 0.8, head[1] - r * 0.72],
        [head[0] - r * 0.98, head[1] + r * 0.1],
        [head[0] - r * 0.62, head[1] + r * 0.58],
        [head[0] - r * 0.22, head[1] - r * 0.1],
    ]);
    if look.kind != Subject::Woman {
        return cap;
    }
    let mid = [head[0] - r * (0.82 + 0.25 * sway), head[1] + r * 0.9];
    let end = [head[0] - r * (0.92 + 0.6 * sway), head[1] + r * 2.2];
    cap.limb([head[0] - r * 0.55, head[1]], mid, r * 0.46, r * 0.40).limb(
        mid,
        end,
        r * 0.40,
        r * 0.10,
    )
}

fn umbrella(hand: Point, coat: Ink) -> Vec<Part> {
    let top = [hand[0] - 0.02, hand[1] - 0.40];
    let stick = Shape::new().limb(hand, top, 0.006, 0.006);
    let mut dome = vec![];
    for step in 0..=14 {
        let turn = std::f32::consts::PI * (1.0 + step as f32 / 14.0);
        dome.push([top[0] + 0.29 * libm::cosf(turn), top[1] + 0.14 + 0.17 * sinf(turn)]);
    }
    for step in (0..4).rev() {
        let x = top[0] - 0.29 + 0.145 * (step as f32 + 0.5);
        dome.push([x, top[1] + 0.115]);
        dome.push([x - 0.0725, top[1] + 0.14]);
    }
    let ink = [coat[2] * 0.5 + 0.35, coat[1] * 0.4 + 0.1, coat[0] * 0.5 + 0.1];
    vec![Part::of(stick, hex(0x30_2c2c)), Part::of(Shape::new().polygon(&dome), ink)]
}

/// A machine that walks like a person.
pub(crate) fn robot(action: Option<Action>, t: f32, accent: Ink) -> Vec<Part> {
    let p = pose(action.or(Some(Action::Walk)), t * 0.8);
    let steel = hex(0x9c_a8b4);
    let mut parts = Vec::new();
    let neck = swing(p.hip, std::f32::consts::PI - p.lean, 0.30);
    let shoulder = [neck[0], neck[1] + 0.045];
    let leg = |(a, b): (f32, f32)| {
        let knee = swing(p.hip, a, 0.25);
        let foot = swing(knee, b, 0.25);
        Shape::new()
            .limb(p.hip, knee, 0.038, 0.034)
            .ellipse(knee, 0.045, 0.045)
            .limb(knee, foot, 0.042, 0.050)
            .rect(foot[0] - 0.05, foot[1], foot[0] + 0.085, foot[1] + 0.035)
    };
    let arm = |(a, b): (f32, f32)| {
        let elbow = swing(shoulder, a, 0.15);
        let hand = swing(elbow, b, 0.15);
        Shape::new()
            .ellipse(shoulder, 0.05, 0.05)
            .limb(shoulder, elbow, 0.03, 0.026)
            .limb(elbow, hand, 0.034, 0.03)
            .ellipse(hand, 0.034, 0.034)
    };
    parts.push(Part::of(arm(p.arms[1]), scale(steel, 0.6)));
    parts.push(Part::of(leg(p.legs[1]), scale(steel, 0.62)));
    parts.push(Part::of(leg(p.legs[0]), scale(steel, 0.9)));
    let body = Shape::new().polygon(&[
        [neck[0] - 0.10, neck[1] + 0.01],
        [neck[0] + 0.10, neck[1] + 0.01],
        [p.hip[0] + 0.065, p.hip[1] + 0.02],
        [p.hip[0] - 0.065, p.hip[1] + 0.02],
    ]);
    parts.push(Part::of(body, steel));
    let chest = [neck[0] + 0.035, neck[1] + 0.10];
    parts.push(Part::light(Shape::new().ellipse(chest, 0.024, 0.024), accent));
    let head = [neck[0] + 0.012, neck[1] - 0.075];
    let skull = Shape::new()
        .limb(neck, head, 0.03, 0.03)
        .limb([head[0] - 0.035, head[1]], [head[0] + 0.035, head[1]], 0.062, 0.056)
        .limb([head[0] - 0.02, head[1] - 0.05], [head[0] - 0.03, head[1] - 0.13], 0.006, 0.004);
    parts.push(Part::of(skull, scale(steel, 1.05)));
    let visor = Shape::new().limb(
        [head[0] + 0.005, head[1] - 0.008],
        [head[0] + 0.075, head[1] - 0.004],
        0.017,
        0.015,
    );
    parts.push(Part::light(visor, accent));
    parts.push(Part::of(arm(p.arms[0]), scale(steel, 0.98)));
    parts
}
