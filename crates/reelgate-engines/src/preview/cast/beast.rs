//! Animals.

use libm::{cosf, sinf};

use super::super::paint::colour::{Ink, hex, scale};
use super::super::paint::noise::Dice;
use super::super::paint::shape::{Point, Shape, swing};
use super::super::words::{Action, Subject};
use super::Part;

/// Measures of a four-legged animal one unit high at the withers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Beast {
    kind: Subject,
    own: Ink,
    long: f32,
    chest: f32,
    belly: f32,
    leg: f32,
    /// Length and angle of the neck.
    neck: (f32, f32),
    head: f32,
    snout: f32,
    tail: (f32, f32, f32),
}

impl Beast {
    pub(crate) fn new(kind: Subject, dice: &mut Dice) -> Self {
        let base = Self {
            kind,
            own: [0.0; 3],
            long: 0.92,
            chest: 0.245,
            belly: 0.20,
            leg: 0.068,
            neck: (0.30, 2.35),
            head: 0.165,
            snout: 0.16,
            tail: (0.55, 2.6, 0.045),
        };
        match kind {
            Subject::Cat => Self {
                own: dice.pick(&[hex(0xd8_8c48), hex(0x48_4448), hex(0xb0_a498), hex(0xe4_dccc)]),
                long: 0.95,
                chest: 0.235,
                belly: 0.235,
                neck: (0.16, 2.3),
                head: 0.235,
                snout: 0.07,
                tail: (1.0, 2.9, 0.045),
                ..base
            },
            Subject::Horse => Self {
                own: dice.pick(&[hex(0x7c_4c30), hex(0x3c_2c28), hex(0xb0_a090), hex(0x94_5c34)]),
                long: 0.86,
                chest: 0.235,
                belly: 0.215,
                leg: 0.052,
                neck: (0.46, 2.42),
                head: 0.125,
                snout: 0.23,
                tail: (0.62, 0.5, 0.06),
                ..base
            },
            _ => Self {
                own: dice.pick(&[hex(0xc8_9858), hex(0x5c_4434), hex(0xe0_d4c0), hex(0x38_3434)]),
                ..base
            },
        }
    }

    pub(crate) fn parts(&self, action: Option<Action>, t: f32) -> Vec<Part> {
        let resting = matches!(action, Some(Action::Sit | Action::Stand));
        let running = action == Some(Action::Run);
        let rate = if running { 11.0 } else { 5.4 };
        let reach = if resting {
            0.0
        } else if running {
            0.75
        } else {
            0.36
        };
        let phase = t * rate;
        let bob = 0.025 * reach * sinf(phase * 2.0);
        let hip = [-self.long * 0.5, -0.80 + bob];
        let shoulder = [self.long * 0.5, -0.80 - bob];
        let run = if running { 0.6 } else { 0.0 };
        let far = self.leg_at(hip, true, phase + 3.14, reach).join(self.leg_at(
            shoulder,
            false,
            phase + run,
            reach,
        ));
        let near = self.leg_at(hip, true, phase + run, reach).join(self.leg_at(
            shoulder,
            false,
            phase + 3.14 + run,
            reach,
        ));
        let body = self.body(hip, shoulder, t, phase).join(near).join(self.head_at(shoulder, t));
        let mut parts = vec![Part::of(far, scale(self.own, 0.62)), Part::of(body, self.own)];
        if self.kind == Subject::Horse {
            parts.push(Part::of(self.mane(shoulder, t), scale(self.own, 0.45)));
        }
        parts
    }

    fn leg_at(&self, at: Point, hind: bool, phase: f32, reach: f32) -> Shape {
        let a = reach * sinf(phase);
        let lift = reach * 1.5 * sinf(phase + 1.9).max(0.0);
        let top = [at[0] + if hind { 0.06 } else { -0.05 }, at[1] + 0.08];
        let thigh = a + if hind { 0.18 } else { -0.05 };
        let knee = swing(top, thigh, 0.36);
        let shin = if hind { a - 0.26 - lift * 0.6 } else { a + 0.05 - lift };
        let foot = swing(knee, shin, 0.36);
        let thick = self.leg;
        let haunch = thick * if hind { 2.5 } else { 1.9 };
        Shape::new()
            .limb(top, knee, haunch, thick)
            .limb(knee, foot, thick * 0.95, thick * 0.72)
            .limb(foot, [foot[0] + 0.05, foot[1] + 0.01], thick * 0.8, thick * 0.62)
    }

    fn body(&self, hip: Point, shoulder: Point, t: f32, phase: f32) -> Shape {
        let (long, angle, thick) = self.tail;
        let mut shape = Shape::new().limb(hip, shoulder, self.belly, self.chest).limb(
            [hip[0] * 0.5, hip[1] + 0.02],
            [shoulder[0] * 0.6, shoulder[1] + 0.06],
            self.belly * 1.05,
            self.chest,
        );
        let mut from = [hip[0] - self.belly * 0.7, hip[1] - 0.06];
        let wag =
            if self.kind == Subject::Dog { 0.5 * sinf(t * 9.0) } else { 0.25 * sinf(t * 1.6) };
        for step in 0..8 {
            let k = step as f32 / 8.0;
            let curl = match self.kind {
                Subject::Cat => 0.9 * k * sinf(t * 1.1 + 0.8) - 0.4 * (1.0 - k),
                Subject::Horse => -0.5 * (1.0 - k) + 0.1 * sinf(phase),
                _ => 0.9 * k,
            };
            let to = swing(from, -(angle + curl * 0.8 + wag * k), long / 8.0);
            let size =
                thick * if self.kind == Subject::Horse { 0.7 + 0.6 * k } else { 1.0 - 0.5 * k };
            shape = shape.limb(from, to, size, size);
            from = to;
        }
        shape
    }

    fn head_centre(&self, shoulder: Point, t: f32) -> Point {
        let (long, angle) = self.neck;
        let from = [shoulder[0] + 0.02, shoulder[1] - 0.05];
        swing(from, angle + 0.05 * sinf(t * 1.3), long + self.chest * 0.5)
    }

    fn head_at(&self, shoulder: Point, t: f32) -> Shape {
        let head = self.head_centre(shoulder, t);
        let base = [shoulder[0] - 0.02, shoulder[1] - 0.02];
        let r = self.head;
        let drop = if self.kind == Subject::Horse { 0.16 } else { 0.05 };
        let nose = [head[0] + r * 0.5 + self.snout, head[1] + drop];
        let mut shape = Shape::new()
            .limb(base, head, self.chest * 0.85, r * 0.72)
            .ellipse(head, r * 1.02, r * 0.92)
            .limb([head[0] + r * 0.35, head[1] + r * 0.2], nose, r * 0.56, r * 0.38);
        let flick = 0.03 * sinf(t * 2.3).max(0.6);
        match self.kind {
            Subject::Cat => {
                for x in [-0.62, 0.34] {
                    shape = shape.polygon(&[
                        [head[0] + r * (x - 0.32), head[1] - r * 0.5],
                        [head[0] + r * (x + 0.42), head[1] - r * 0.62],
                        [head[0] + r * x, head[1] - r * 1.55 - flick],
                    ]);
                }
                shape
            }
            Subject::Horse => {
                let ear = [head[0] - r * 0.3, head[1] - r * 0.6];
                shape.limb(ear, [ear[0] + 0.03, ear[1] - 0.14 - flick], 0.045, 0.01)
            }
            _ => {
                let ear = [head[0] - r * 0.45, head[1] - r * 0.55];
                let tip = [ear[0] - r * 0.55, ear[1] + r * 1.15 + flick];
                shape.limb(ear, tip, r * 0.34, r * 0.30)
            }
        }
    }

    fn mane(&self, shoulder: Point, t: f32) -> Shape {
        let head = self.head_centre(shoulder, t);
        let mut shape = Shape::new();
        for lock in 0..9 {
            let k = lock as f32 / 8.0;
            let at = [
                head[0] - 0.09 + (shoulder[0] - 0.16 - head[0] + 0.09) * k,
                head[1] - 0.10 + (shoulder[1] - 0.12 - head[1] + 0.10) * k,
            ];
            let flow = 0.10 + 0.05 * sinf(t * 5.0 + lock as f32);
            shape = shape.limb(at, [at[0] - flow, at[1] + 0.13], 0.045, 0.012);
        }
        shape
    }
}

/// A flying bird, one unit from wing tip to wing tip.
pub(crate) fn bird(t: f32, phase: f32) -> Shape {
    let glide = (sinf(t * 0.7 + phase * 3.0) * 1.6).clamp(0.15, 1.0);
    let beat = sinf(t * 8.0 + phase * 9.0) * glide;
    let tip = -0.20 * beat;
    let mid = -0.13 - 0.06 * beat;
    Shape::new()
        .curve(&[
            [-0.5, tip],
            [-0.26, mid - 0.015],
            [-0.04, -0.012],
            [0.0, -0.02],
            [0.04, -0.012],
            [0.26, mid - 0.015],
            [0.5, tip],
            [0.25, mid + 0.045],
            [0.05, 0.05],
            [-0.05, 0.05],
            [-0.25, mid + 0.045],
        ])
        .limb([-0.01, 0.05], [0.05, -0.015], 0.016, 0.030)
}

/// A fish, one unit long.
pub(crate) fn fish(t: f32, phase: f32, own: Ink) -> Vec<Part> {
    let wave = |x: f32| 0.045 * sinf(t * 7.0 + phase + x * 5.0) * (0.5 - x).max(0.0);
    let back = |x: f32, y: f32| [x, y + wave(x)];
    let body = Shape::new().curve(&[
        back(0.5, 0.0),
        back(0.30, -0.14),
        back(0.0, -0.19),
        back(-0.26, -0.07),
        back(-0.34, 0.0),
        back(-0.26, 0.07),
        back(0.0, 0.17),
        back(0.30, 0.12),
    ]);
    let tail = Shape::new().polygon(&[
        back(-0.28, 0.0),
        back(-0.52, -0.17),
        back(-0.45, 0.0),
        back(-0.52, 0.17),
    ]);
    let fins = Shape::new()
        .polygon(&[back(0.14, -0.15), back(-0.14, -0.30), back(-0.20, -0.12)])
        .polygon(&[back(0.05, 0.13), back(-0.12, 0.25), back(-0.12, 0.11)]);
    let stripe = Shape::new().curve(&[
        back(0.22, -0.15),
        back(0.15, -0.165),
        back(0.12, 0.0),
        back(0.15, 0.14),
        back(0.22, 0.125),
        back(0.19, 0.0),
    ]);
    let eye = Shape::new().ellipse(back(0.37, -0.035), 0.022, 0.022);
    vec![
        Part::of(tail.join(fins), scale(own, 0.78)),
        Part::of(body, own),
        Part::of(stripe, [0.95, 0.93, 0.88]).covering(0.7),
        Part::of(eye, [0.05, 0.05, 0.08]),
    ]
}

/// A whale, one unit long.
pub(crate) fn whale(t: f32) -> Vec<Part> {
    let wave = |x: f32| 0.05 * sinf(t * 1.3 + x * 3.0) * (0.45 - x).max(0.0);
    let at = |x: f32, y: f32| [x, y + wave(x)];
    let body = Shape::new().curve(&[
        at(0.5, 0.02),
        at(0.40, -0.075),
        at(0.15, -0.115),
        at(-0.15, -0.07),
        at(-0.40, -0.018),
        at(-0.42, 0.012),
        at(-0.15, 0.055),
        at(0.12, 0.105),
        at(0.38, 0.09),
    ]);
    let fluke = Shape::new().limb(at(-0.40, 0.0), at(-0.54, -0.06), 0.022, 0.008).limb(
        at(-0.40, 0.0),
        at(-0.53, 0.045),
        0.022,
        0.008,
    );
    let fin = Shape::new().limb(at(0.16, 0.06), [0.02, 0.21 + 0.02 * cosf(t * 1.1)], 0.035, 0.012);
    let belly = Shape::new().curve(&[
        at(0.48, 0.035),
        at(0.30, 0.045),
        at(0.05, 0.055),
        at(0.10, 0.10),
        at(0.37, 0.088),
    ]);
    vec![
        Part::of(fluke.join(body), hex(0x4c_6478)),
        Part::of(belly, hex(0xb8_c8cc)).covering(0.8),
        Part::of(fin, hex(0x3c_5064)),
    ]
}

/// A sea turtle, one unit long.
pub(crate) fn turtle(t: f32) -> Vec<Part> {
    let beat = sinf(t * 1.9);
    let flipper = Shape::new().limb([0.16, 0.04], [0.02, 0.20 + 0.20 * beat], 0.07, 0.03).limb(
        [0.02, 0.20 + 0.20 * beat],
        [-0.14, 0.26 + 0.30 * beat],
        0.04,
        0.01,
    );
    let hind = Shape::new().limb([-0.34, 0.05], [-0.50, 0.10 - 0.05 * beat], 0.05, 0.02);
    let shell = Shape::new().curve(&[
        [0.30, 0.03],
        [0.18, -0.12],
        [-0.08, -0.17],
        [-0.32, -0.06],
        [-0.42, 0.05],
        [-0.08, 0.10],
    ]);
    let head = Shape::new().limb([0.26, 0.01], [0.42, -0.03], 0.055, 0.062);
    let mut plates = Shape::new();
    for (x, y) in [(0.10, -0.06), (-0.06, -0.09), (-0.21, -0.045), (0.0, 0.02), (-0.16, 0.03)] {
        plates = plates.ellipse([x, y], 0.055, 0.035);
    }
    vec![
        Part::of(hind.join(head), hex(0x7c_9468)),
        Part::of(shell, hex(0x5c_6840)),
        Part::of(plates, hex(0x84_8c54)).covering(0.8),
        Part::of(flipper, hex(0x6c_8460)),
    ]
}

/// A butterfly, one unit wide.
pub(crate) fn butterfly(t: f32, phase: f32, own: Ink) -> Vec<Part> {
    let open = 0.25 + 0.75 * sinf(t * 9.0 + phase * 5.0).abs();
    let mut wings = Shape::new();
    let mut inner = Shape::new();
    for side in [-1.0, 1.0] {
        let x = side * open;
        wings = wings
            .curve(&[[0.0, -0.02], [x * 0.22, -0.34], [x * 0.5, -0.36], [x * 0.42, -0.06]])
            .curve(&[[0.0, 0.0], [x * 0.38, 0.02], [x * 0.32, 0.28], [x * 0.10, 0.22]]);
        inner = inner.ellipse([x * 0.30, -0.20], 0.10 * open, 0.09);
    }
    let body = Shape::new().limb([0.0, -0.14], [0.0, 0.18], 0.028, 0.018);
    vec![
        Part::of(wings, own),
        Part::of(inner, [1.0, 0.95, 0.8]).covering(0.55),
        Part::of(body, hex(0x20_1c20)),
    ]
}
