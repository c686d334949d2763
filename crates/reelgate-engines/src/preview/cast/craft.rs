//! Things that carry people.

use libm::{cosf, sinf};

use super::super::paint::colour::{Ink, hex, scale};
use super::super::paint::shape::{Point, Shape};
use super::Part;

/// A train one unit high, its nose at the origin's right; `cars` behind the engine.
pub(crate) fn train(cars: usize, own: Ink, glass: bool, lit: bool) -> Vec<Part> {
    let cover = if glass { 0.56 } else { 1.0 };
    let (car, gap) = (3.1, 0.09);
    let own = if glass { hex(0x74_c0dc) } else { own };
    let mut body = Shape::new().curve(&[
        [0.0, -0.30],
        [-0.12, -0.62],
        [-0.62, -0.98],
        [-1.25, -1.02],
        [-2.2, -1.02],
        [-3.1, -1.02],
        [-3.12, -0.6],
        [-3.1, -0.16],
        [-1.5, -0.15],
        [-0.2, -0.15],
    ]);
    let mut windows =
        Shape::new().polygon(&[[-0.36, -0.60], [-0.66, -0.84], [-0.92, -0.84], [-0.92, -0.58]]);
    let mut ribs = Shape::new();
    let mut wheels = Shape::new();
    let mut stripe = Shape::new().rect(-3.1, -0.42, -0.06, -0.36);
    for index in 0..=cars {
        let front = -(index as f32) * (car + gap);
        let back = front - car;
        if index > 0 {
            body = body.rect(back, -1.02, front, -0.15).rect(front, -0.8, front + gap, -0.25);
            stripe = stripe.rect(back, -0.42, front, -0.36);
        }
        let start = if index == 0 { front - 1.15 } else { front - 0.18 };
        let panes = ((start - back) / 0.42) as usize;
        for pane in 0..panes {
            let x = start - pane as f32 * 0.42;
            windows = windows.rect(x - 0.32, -0.84, x, -0.56);
            ribs = ribs.rect(x - 0.375, -1.0, x - 0.355, -0.17);
        }
        for x in [0.45, 0.85, 2.25, 2.65] {
            wheels = wheels.ellipse([front - x, -0.09], 0.10, 0.09);
        }
    }
    let pane = if lit { hex(0xff_dc98) } else { hex(0x28_3c50) };
    let mut parts = vec![
        Part::of(wheels, hex(0x20_2024)),
        Part::of(body, own).covering(cover),
        Part::of(stripe, if glass { hex(0xe8_fcff) } else { [0.92, 0.9, 0.86] }).covering(0.9),
    ];
    parts.push(if lit {
        Part::light(windows, pane).covering(if glass { 0.75 } else { 1.0 })
    } else {
        Part::of(windows, pane).covering(if glass { 0.5 } else { 1.0 })
    });
    if glass {
        parts.push(Part::of(ribs, hex(0xf0_fcff)).covering(0.55));
    }
    let lamp = Shape::new().ellipse([-0.07, -0.40], 0.05, 0.045);
    parts.push(Part::light(lamp, hex(0xff_f4d0)));
    parts
}

/// A car one unit high and about three long.
pub(crate) fn car(t: f32, own: Ink, lit: bool) -> Vec<Part> {
    let body = Shape::new().curve(&[
        [1.58, -0.30],
        [1.50, -0.54],
        [0.78, -0.66],
        [0.30, -0.97],
        [-0.55, -1.0],
        [-1.05, -0.72],
        [-1.55, -0.62],
        [-1.62, -0.30],
        [-1.2, -0.18],
        [1.2, -0.18],
    ]);
    let glass = Shape::new()
        .polygon(&[[0.60, -0.67], [0.24, -0.90], [-0.10, -0.92], [-0.10, -0.67]])
        .polygon(&[[-0.18, -0.67], [-0.18, -0.92], [-0.52, -0.92], [-0.90, -0.69]]);
    let mut tyres = Shape::new();
    let mut hubs = Shape::new();
    for x in [-0.98, 0.98] {
        tyres = tyres.ellipse([x, -0.24], 0.25, 0.25);
        for spoke in 0..3 {
            let turn = t * 9.0 + spoke as f32 * 1.047;
            let (c, s) = (cosf(turn) * 0.15, sinf(turn) * 0.15);
            hubs = hubs.limb([x - c, -0.24 - s], [x + c, -0.24 + s], 0.03, 0.03);
        }
    }
    let pane = if lit { hex(0x34_4860) } else { hex(0x24_3444) };
    let mut parts = vec![
        Part::of(Shape::new().ellipse([0.0, -0.01], 1.7, 0.05), [0.02; 3]).covering(0.4),
        Part::of(body, own),
        Part::of(glass, pane),
        Part::of(tyres, hex(0x18_181c)),
        Part::of(hubs, hex(0xa0_a4ac)),
    ];
    parts.push(Part::light(
        Shape::new().limb([1.49, -0.46], [1.54, -0.42], 0.045, 0.045),
        if lit { hex(0xff_f6d8) } else { hex(0xe8_e8e0) },
    ));
    parts.push(Part::light(
        Shape::new().limb([-1.58, -0.50], [-1.59, -0.42], 0.035, 0.035),
        hex(0xe8_3428),
    ));
    parts
}

/// A sailing boat one unit high, waterline at the origin.
pub(crate) fn sailboat(t: f32, hull: Ink) -> Vec<Part> {
    let fill = 0.03 * sinf(t * 1.1);
    let body = Shape::new().curve(&[
        [-0.40, -0.10],
        [-0.05, -0.085],
        [0.42, -0.125],
        [0.34, -0.02],
        [0.22, 0.02],
        [-0.26, 0.02],
        [-0.38, -0.02],
    ]);
    let mast = Shape::new().limb([0.02, -0.08], [0.02, -1.0], 0.009, 0.006);
    let main = Shape::new().curve(&[
        [0.0, -0.97],
        [-0.10, -0.62],
        [-0.34 - fill, -0.17],
        [-0.18, -0.155],
        [0.0, -0.16],
        [0.005, -0.5],
    ]);
    let jib = Shape::new().curve(&[
        [0.04, -0.86],
        [0.18 + fill, -0.46],
        [0.38, -0.14],
        [0.20, -0.16],
        [0.06, -0.20],
    ]);
    vec![
        Part::of(mast, hex(0x5c_4838)),
        Part::of(main, hex(0xf4_ecdc)),
        Part::of(jib, hex(0xe4_d8c4)),
        Part::of(body, hull),
    ]
}

/// An airliner one unit long.
pub(crate) fn airplane() -> Vec<Part> {
    let body = Shape::new().curve(&[
        [0.50, 0.01],
        [0.44, -0.045],
        [0.30, -0.062],
        [-0.20, -0.060],
        [-0.46, -0.075],
        [-0.50, -0.055],
        [-0.30, 0.030],
        [0.0, 0.048],
        [0.36, 0.046],
    ]);
    let fin =
        Shape::new().polygon(&[[-0.34, -0.05], [-0.47, -0.23], [-0.53, -0.23], [-0.47, -0.05]]);
    let wing = Shape::new().polygon(&[[0.10, 0.015], [-0.16, 0.17], [-0.23, 0.17], [-0.08, 0.02]]);
    let tail =
        Shape::new().polygon(&[[-0.38, -0.02], [-0.50, 0.035], [-0.54, 0.035], [-0.46, -0.03]]);
    let engine = Shape::new().limb([0.03, 0.085], [-0.06, 0.088], 0.026, 0.022);
    let mut panes = Shape::new();
    for pane in 0..17 {
        let x = 0.36 - pane as f32 * 0.042;
        panes = panes.ellipse([x, -0.018], 0.009, 0.010);
    }
    vec![
        Part::of(fin, hex(0xc8_4c44)),
        Part::of(body, hex(0xe8_ecf0)),
        Part::of(panes, hex(0x3c_5068)),
        Part::of(wing.join(tail), hex(0xa8_b4c0)),
        Part::of(engine, hex(0x84_909c)),
    ]
}

/// A hot-air balloon one unit high, the basket's floor at the origin.
pub(crate) fn balloon(hues: [Ink; 2], fire: f32) -> Vec<Part> {
    let crown = [0.0, -0.64];
    let outline = |k: f32| {
        Shape::new().curve(&[
            [0.0, -1.0],
            [0.21 * k, -0.96],
            [0.36 * k, -0.76],
            [0.35 * k, -0.56],
            [0.20 * k, -0.31],
            [0.065 * k, -0.19],
            [-0.065 * k, -0.19],
            [-0.20 * k, -0.31],
            [-0.35 * k, -0.56],
            [-0.36 * k, -0.76],
            [-0.21 * k, -0.96],
        ])
    };
    let mut parts = vec![Part::of(outline(1.0), scale(hues[0], 0.86))];
    for (index, k) in [0.80, 0.56, 0.28].into_iter().enumerate() {
        let own = if index % 2 == 0 { hues[1] } else { hues[0] };
        parts.push(Part::of(outline(k), scale(own, 0.92 + 0.06 * index as f32)));
    }
    let ropes = Shape::new().limb([-0.06, -0.19], [-0.045, -0.085], 0.004, 0.004).limb(
        [0.06, -0.19],
        [0.045, -0.085],
        0.004,
        0.004,
    );
    let basket =
        Shape::new().polygon(&[[-0.05, -0.09], [0.05, -0.09], [0.042, 0.0], [-0.042, 0.0]]);
    parts.push(Part::of(ropes, hex(0x4c_3c30)));
    parts.push(Part::of(basket, hex(0x7c_5434)));
    if fire > 0.05 {
        let flame = Shape::new().curve(&[
            [0.0, -0.15 - 0.07 * fire],
            [0.018, -0.13],
            [0.0, -0.115],
            [-0.018, -0.13],
        ]);
        parts.push(Part::light(flame, hex(0xff_d070)));
    }
    let _ = crown;
    parts
}

/// A rocket one unit high, nozzle at the origin.
pub(crate) fn rocket(t: f32) -> Vec<Part> {
    let body = Shape::new().curve(&[
        [0.0, -1.0],
        [0.075, -0.84],
        [0.10, -0.60],
        [0.095, -0.30],
        [0.070, -0.12],
        [-0.070, -0.12],
        [-0.095, -0.30],
        [-0.10, -0.60],
        [-0.075, -0.84],
    ]);
    let fins = Shape::new()
        .polygon(&[[0.07, -0.36], [0.20, -0.12], [0.19, -0.02], [0.06, -0.14]])
        .polygon(&[[-0.07, -0.36], [-0.20, -0.12], [-0.19, -0.02], [-0.06, -0.14]]);
    let nose = Shape::new().curve(&[[0.0, -1.0], [0.062, -0.86], [0.0, -0.84], [-0.062, -0.86]]);
    let port = Shape::new().ellipse([0.0, -0.64], 0.036, 0.036);
    let flick = 1.0 + 0.12 * sinf(t * 31.0) + 0.08 * sinf(t * 47.0);
    let plume = |k: f32| {
        Shape::new().curve(&[
            [0.055 * k, -0.12],
            [0.065 * k, 0.02],
            [0.0, 0.42 * k * flick],
            [-0.065 * k, 0.02],
            [-0.055 * k, -0.12],
        ])
    };
    vec![
        Part::light(plume(1.0), hex(0xff_8c3c)).covering(0.7),
        Part::light(plume(0.6), hex(0xff_f0c0)).covering(0.95),
        Part::of(fins, hex(0xb8_4038)),
        Part::of(body, hex(0xdc_e2e8)),
        Part::of(nose, hex(0xc8_4c40)),
        Part::light(port, hex(0x8c_d8f0)),
    ]
}

/// A bicycle one unit high, with its rider.
pub(crate) fn bicycle(t: f32, coat: Ink) -> Vec<Part> {
    let (back, front) = ([-0.30, -0.20], [0.30, -0.20]);
    let wheel = |c: Point| {
        let mut shape = Shape::new();
        for step in 0..22 {
            let at = |k: usize| {
                let turn = k as f32 / 22.0 * std::f32::consts::TAU;
                [c[0] + 0.19 * cosf(turn), c[1] + 0.19 * sinf(turn)]
            };
            shape = shape.limb(at(step), at(step + 1), 0.010, 0.010);
        }
        for spoke in 0..4 {
            let turn = t * 6.0 + spoke as f32 * 0.785;
            let (dx, dy) = (cosf(turn) * 0.18, sinf(turn) * 0.18);
            shape = shape.limb([c[0] - dx, c[1] - dy], [c[0] + dx, c[1] + dy], 0.003, 0.003);
        }
        shape
    };
    let (crank, seat, bar) = ([-0.02, -0.20], [-0.13, -0.50], [0.23, -0.52]);
    let frame = Shape::new()
        .limb(back, crank, 0.009, 0.009)
        .limb(crank, seat, 0.010, 0.010)
        .limb(seat, back, 0.008, 0.008)
        .limb(crank, [0.21, -0.44], 0.010, 0.010)
        .limb([-0.11, -0.44], [0.21, -0.45], 0.010, 0.010)
        .limb(bar, front, 0.010, 0.009)
        .limb([-0.19, -0.52], [-0.07, -0.52], 0.014, 0.012);
    let hip = [-0.13, -0.56];
    let leg = |turn: f32| {
        let pedal = [crank[0] + 0.075 * cosf(turn), crank[1] + 0.075 * sinf(turn)];
        let mid = [(hip[0] + pedal[0]) * 0.5 + 0.12, (hip[1] + pedal[1]) * 0.5 - 0.03];
        Shape::new().limb(hip, mid, 0.042, 0.034).limb(mid, pedal, 0.032, 0.020)
    };
    let neck = [0.06, -0.82];
    let torso = Shape::new().limb(neck, hip, 0.055, 0.050);
    let arm = Shape::new().limb([0.05, -0.79], [0.15, -0.66], 0.026, 0.020).limb(
        [0.15, -0.66],
        [0.24, -0.55],
        0.020,
        0.015,
    );
    let head =
        Shape::new().limb(neck, [0.10, -0.92], 0.022, 0.022).ellipse([0.11, -0.94], 0.05, 0.058);
    vec![
        Part::of(leg(t * 6.0 + std::f32::consts::PI), hex(0x24_2c38)),
        Part::of(wheel(back).join(wheel(front)), hex(0x24_2428)),
        Part::of(frame, hex(0xb0_3c34)),
        Part::of(leg(t * 6.0), hex(0x30_3c4c)),
        Part::of(torso.join(arm), coat),
        Part::of(head, hex(0x9c_6c50)),
    ]
}
