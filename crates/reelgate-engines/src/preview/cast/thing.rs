//! Things that stand, burn or float.

use libm::{cosf, sinf};

use super::super::paint::colour::{Ink, hex, scale};
use super::super::paint::shape::{Point, Shape};
use super::Part;

/// A cottage one unit high.
pub(crate) fn cottage(lit: bool) -> Vec<Part> {
    let wall = Shape::new().rect(-0.62, -0.56, 0.62, 0.02);
    let side = Shape::new().rect(0.18, -0.56, 0.62, 0.02);
    let roof =
        Shape::new().polygon(&[[-0.74, -0.54], [-0.48, -0.98], [0.46, -0.98], [0.74, -0.54]]);
    let gable = Shape::new().polygon(&[[0.10, -0.54], [0.40, -0.92], [0.70, -0.54]]);
    let chimney = Shape::new().rect(-0.36, -1.12, -0.22, -0.88);
    let door = Shape::new().rect(0.32, -0.30, 0.48, 0.02);
    let panes = Shape::new()
        .rect(-0.50, -0.40, -0.30, -0.18)
        .rect(-0.14, -0.40, 0.06, -0.18)
        .rect(0.33, -0.66, 0.47, -0.50);
    let bars = Shape::new()
        .rect(-0.41, -0.40, -0.39, -0.18)
        .rect(-0.05, -0.40, -0.03, -0.18)
        .rect(-0.50, -0.30, -0.30, -0.28)
        .rect(-0.14, -0.30, 0.06, -0.28);
    let pane = hex(0xff_d488);
    vec![
        Part::of(chimney, hex(0x8c_5c4c)),
        Part::of(wall, hex(0xd8_c8ac)),
        Part::of(side, hex(0xc0_ac90)),
        Part::of(roof, hex(0x8c_4438)),
        Part::of(gable, hex(0xc8_b498)),
        Part::of(door, hex(0x5c_3c2c)),
        if lit { Part::light(panes, pane) } else { Part::of(panes, hex(0x40_5468)) },
        Part::of(bars, hex(0xe8_e0d0)),
    ]
}

/// A lighthouse one unit high.
pub(crate) fn lighthouse() -> Vec<Part> {
    let wide = |y: f32| 0.075 + 0.045 * (y + 0.86) / 0.86;
    let band = |a: f32, b: f32| {
        Shape::new().polygon(&[[-wide(a), a], [wide(a), a], [wide(b), b], [-wide(b), b]])
    };
    let red = band(-0.72, -0.56).join(band(-0.40, -0.24)).join(band(-0.08, 0.02));
    let gallery = Shape::new().rect(-0.11, -0.86, 0.11, -0.835);
    let lamp = Shape::new().rect(-0.055, -0.94, 0.055, -0.86);
    let roof = Shape::new().polygon(&[[-0.075, -0.935], [0.0, -1.02], [0.075, -0.935]]);
    vec![
        Part::of(band(-0.84, 0.02), hex(0xec_e6dc)),
        Part::of(red, hex(0xb8_4038)),
        Part::of(gallery, hex(0x3c_3c44)),
        Part::light(lamp, hex(0xff_f0c0)),
        Part::of(roof, hex(0x8c_342c)),
    ]
}

/// A windmill one unit high; the sails turn.
pub(crate) fn windmill(t: f32) -> Vec<Part> {
    let tower = Shape::new().polygon(&[[-0.10, -0.64], [0.10, -0.64], [0.17, 0.02], [-0.17, 0.02]]);
    let cap = Shape::new().ellipse([0.0, -0.65], 0.115, 0.08);
    let hub = [0.03, -0.66];
    let mut sails = Shape::new();
    let mut spars = Shape::new();
    for arm in 0..4 {
        let turn = t * 0.7 + arm as f32 * std::f32::consts::FRAC_PI_2;
        let (c, s) = (cosf(turn), sinf(turn));
        let at = |along: f32, across: f32| {
            [hub[0] + c * along - s * across, hub[1] + s * along + c * across]
        };
        spars = spars.limb(hub, at(0.42, 0.0), 0.010, 0.007);
        sails.push(vec![at(0.09, 0.0), at(0.42, 0.0), at(0.42, 0.085), at(0.09, 0.06)]);
    }
    let door = Shape::new().rect(-0.045, -0.12, 0.045, 0.02).ellipse([0.0, -0.35], 0.025, 0.03);
    vec![
        Part::of(tower, hex(0xd4_c8b4)),
        Part::of(door, hex(0x50_3c30)),
        Part::of(cap, hex(0x6c_4838)),
        Part::of(sails, hex(0xec_e4d4)).covering(0.85),
        Part::of(spars, hex(0x4c_3828)),
    ]
}

/// A birthday cake one unit high without its candles, foot at the origin.
pub(crate) fn cake() -> Vec<Part> {
    let tier = |half: f32, top: f32, bottom: f32| {
        Shape::new().rect(-half, top, half, bottom).ellipse([0.0, bottom], half, 0.10).ellipse(
            [0.0, top],
            half,
            0.10,
        )
    };
    let drip = |half: f32, top: f32| {
        let mut shape = Shape::new().ellipse([0.0, top], half, 0.10);
        for step in 0..11 {
            let k = step as f32 / 10.0 * 2.0 - 1.0;
            let x = k * half * 0.96;
            let y = top + 0.10 * (1.0 - k * k).sqrt();
            let long = 0.05 + 0.07 * (0.5 + 0.5 * sinf(step as f32 * 2.4));
            shape = shape.limb([x, y - 0.06], [x, y + long], 0.055, 0.040);
        }
        shape
    };
    let plate = Shape::new().ellipse([0.0, 0.03], 1.18, 0.15);
    vec![
        Part::of(plate, hex(0xe4_dcd0)),
        Part::of(tier(0.92, -0.50, 0.0), hex(0xc8_8c68)),
        Part::of(drip(0.92, -0.50), hex(0xf8_ecdc)),
        Part::of(tier(0.60, -0.92, -0.50), hex(0xd8_8c84)),
        Part::of(drip(0.60, -0.92), hex(0xfc_f2e8)),
    ]
}

/// Where the cake's candles stand.
pub(crate) fn candle_feet() -> [Point; 7] {
    [-0.44, -0.29, -0.14, 0.0, 0.15, 0.30, 0.44].map(|x: f32| [x, -0.95 + 0.10 * (x * x)])
}

/// A flame one unit high, foot at the origin, leaning by `lean`.
pub(crate) fn flame(t: f32, phase: f32, lean: f32) -> Shape {
    let sway = 0.10 * sinf(t * 5.3 + phase) + 0.05 * sinf(t * 11.7 + phase * 3.0);
    let tall = 1.0 + 0.10 * sinf(t * 7.9 + phase * 2.0);
    let x = |y: f32| (sway + lean) * y * y;
    Shape::new().curve(&[
        [x(1.0), -tall],
        [0.16 + x(0.55), -0.55],
        [0.22 + x(0.25), -0.24],
        [0.0, 0.0],
        [-0.22 + x(0.25), -0.24],
        [-0.15 + x(0.55), -0.55],
    ])
}

/// A cup one unit high.
pub(crate) fn cup(own: Ink) -> Vec<Part> {
    let body = Shape::new().curve(&[
        [-0.52, -0.95],
        [0.0, -0.99],
        [0.52, -0.95],
        [0.46, -0.42],
        [0.26, -0.08],
        [-0.26, -0.08],
        [-0.46, -0.42],
    ]);
    let mut handle = Shape::new();
    for step in 0..9 {
        let at = |k: usize| {
            let turn = -1.2 + k as f32 / 9.0 * 2.5;
            [0.50 + 0.20 * cosf(turn), -0.58 + 0.22 * sinf(turn)]
        };
        handle = handle.limb(at(step), at(step + 1), 0.045, 0.045);
    }
    let saucer = Shape::new().ellipse([0.0, -0.03], 0.78, 0.085);
    let coffee = Shape::new().ellipse([0.0, -0.93], 0.44, 0.055);
    vec![
        Part::of(saucer, scale(own, 0.85)),
        Part::of(handle, scale(own, 0.8)),
        Part::of(body, own),
        Part::of(coffee, hex(0x4c_2c1c)),
    ]
}

/// A paper lantern one unit high.
pub(crate) fn lantern(own: Ink) -> Vec<Part> {
    let body = Shape::new().curve(&[
        [-0.24, -0.92],
        [0.24, -0.92],
        [0.40, -0.55],
        [0.26, -0.12],
        [-0.26, -0.12],
        [-0.40, -0.55],
    ]);
    let rims = Shape::new().rect(-0.24, -0.97, 0.24, -0.91).rect(-0.25, -0.14, 0.25, -0.08);
    vec![Part::light(body, own), Part::of(rims, hex(0x50_2c20))]
}
