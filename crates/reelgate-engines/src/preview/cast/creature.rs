//! Animals that fly or swim.

use libm::{cosf, sinf};

use super::super::paint::colour::{Ink, hex, scale};
use super::super::paint::shape::Shape;
use super::Part;

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
