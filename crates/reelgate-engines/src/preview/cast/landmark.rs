//! Buildings that are known from afar, one unit high.

use libm::sinf;

use super::super::paint::colour::{Ink, hex, scale};
use super::super::paint::shape::Shape;
use super::Part;

/// A castle with its towers; flags fly.
pub(crate) fn castle(lit: bool, t: f32) -> Vec<Part> {
    let stone = hex(0xa8_a092);
    let shade = scale(stone, 0.80);
    let slate = hex(0x44_5670);
    let mut parts = Vec::new();
    // What stands behind is drawn first and is darker.
    parts.extend(tower(-0.22, 0.075, 0.70, 0.20, shade, scale(slate, 0.85)));
    parts.extend(tower(0.34, 0.070, 0.62, 0.18, shade, scale(slate, 0.85)));
    let keep = crenels(-0.16, 0.22, -0.62, 0.05);
    parts.push(Part::of(keep, scale(stone, 0.90)));
    parts.extend(tower(0.06, 0.085, 0.80, 0.24, scale(stone, 0.96), slate));
    parts.push(Part::of(crenels(-0.62, 0.66, -0.28, 0.045), stone));
    parts.extend(tower(-0.62, 0.10, 0.44, 0.22, scale(stone, 1.05), slate));
    parts.extend(tower(0.66, 0.11, 0.50, 0.25, scale(stone, 1.05), slate));
    let house = crenels(-0.16, 0.16, -0.36, 0.04);
    parts.push(Part::of(house, scale(stone, 1.08)));
    let gate = Shape::new().rect(-0.065, -0.15, 0.065, 0.01).ellipse([0.0, -0.15], 0.065, 0.065);
    parts.push(Part::of(gate, hex(0x34_2a26)));
    let mut panes = Shape::new();
    for [x, y] in [
        [-0.62, -0.34],
        [0.66, -0.38],
        [0.06, -0.70],
        [-0.22, -0.60],
        [0.34, -0.53],
        [-0.07, -0.48],
        [0.15, -0.48],
        [-0.09, -0.27],
        [0.09, -0.27],
        [0.64, -0.20],
        [-0.62, -0.16],
    ] {
        panes = panes.rect(x - 0.014, y - 0.03, x + 0.014, y + 0.03).ellipse(
            [x, y - 0.03],
            0.014,
            0.014,
        );
    }
    let glass = if lit { hex(0xff_d080) } else { hex(0x38_3a44) };
    parts.push(if lit { Part::light(panes, glass) } else { Part::of(panes, glass) });
    for (x, y) in [(0.06, -1.04), (0.66, -0.75)] {
        let wave = |k: f32| 0.012 * sinf(t * 6.0 - k * 5.0) * k;
        let cloth = Shape::new().polygon(&[
            [x, y - 0.07],
            [x + 0.06, y - 0.062 + wave(0.5)],
            [x + 0.13, y - 0.045 + wave(1.0)],
            [x + 0.06, y - 0.028 + wave(0.5)],
            [x, y - 0.018],
        ]);
        let pole = Shape::new().limb([x, y], [x, y - 0.075], 0.005, 0.004);
        parts.push(Part::of(pole, hex(0x40_3830)));
        parts.push(Part::of(cloth, hex(0xc0_3c34)));
    }
    parts
}

/// A round tower under a pointed roof: its middle, half its width, its height and the roof's.
fn tower(x: f32, half: f32, high: f32, roof: f32, stone: Ink, slate: Ink) -> [Part; 3] {
    let wall = Shape::new().polygon(&[
        [x - half * 0.94, -high],
        [x + half * 0.94, -high],
        [x + half, 0.02],
        [x - half, 0.02],
    ]);
    let side = Shape::new().rect(x + half * 0.30, -high, x + half * 0.94, 0.02);
    let rim = half * 1.16;
    let hat = Shape::new().rect(x - rim, -high - 0.035, x + rim, -high + 0.01).polygon(&[
        [x - rim * 1.08, -high - 0.03],
        [x, -high - roof],
        [x + rim * 1.08, -high - 0.03],
    ]);
    [Part::of(wall, stone), Part::of(side, scale(stone, 0.84)), Part::of(hat, slate)]
}

/// A wall with battlements from `left` to `right`.
fn crenels(left: f32, right: f32, top: f32, size: f32) -> Shape {
    let mut wall = Shape::new().rect(left, top, right, 0.02);
    let count = ((right - left) / (size * 1.8)).round().max(1.0) as usize;
    let step = (right - left - size) / count as f32;
    for index in 0..=count {
        let x = left + step * index as f32;
        wall = wall.rect(x, top - size * 0.75, x + size, top + 0.01);
    }
    wall
}

/// A pagoda of three floors.
pub(crate) fn pagoda(lit: bool) -> Vec<Part> {
    let (wood, tile, wall) = (hex(0x9c_3428), hex(0x3c_4650), hex(0xe8_dcc4));
    let mut parts = Vec::new();
    let stairs = Shape::new().rect(-0.46, -0.05, 0.46, 0.02).rect(-0.40, -0.09, 0.40, -0.04);
    parts.push(Part::of(stairs, hex(0x94_8c80)));
    let mut floor = -0.08;
    for (half, high, eaves) in [(0.30, 0.20, 0.50), (0.235, 0.165, 0.405), (0.17, 0.14, 0.31)] {
        let top = floor - high;
        parts.push(Part::of(Shape::new().rect(-half, top, half, floor), wall));
        let panes = Shape::new()
            .rect(-half * 0.78, top + high * 0.34, -half * 0.40, floor - high * 0.16)
            .rect(half * 0.40, top + high * 0.34, half * 0.78, floor - high * 0.16);
        let glass = if lit { hex(0xff_cc78) } else { hex(0x4c_4038) };
        parts.push(if lit { Part::light(panes, glass) } else { Part::of(panes, glass) });
        let mut posts = Shape::new()
            .rect(-half * 1.06, floor - 0.022, half * 1.06, floor)
            .rect(-half, top, half, top + high * 0.22)
            .rect(-half * 0.16, top, half * 0.16, floor);
        for x in [-1.0, -0.34, 0.34, 1.0] {
            posts = posts.rect(half * x - 0.014, top, half * x + 0.014, floor);
        }
        parts.push(Part::of(posts, wood));
        let roof = Shape::new().curve(&[
            [-eaves, top + 0.005],
            [-eaves * 1.04, top - 0.035],
            [-eaves * 0.72, top - 0.030],
            [-half * 0.80, top - 0.10],
            [half * 0.80, top - 0.10],
            [eaves * 0.72, top - 0.030],
            [eaves * 1.04, top - 0.035],
            [eaves, top + 0.005],
            [0.0, top + 0.020],
        ]);
        parts.push(Part::of(roof, tile));
        let ridge = Shape::new().rect(-half * 0.78, top - 0.108, half * 0.78, top - 0.088);
        parts.push(Part::of(ridge, scale(tile, 1.4)));
        floor = top - 0.085;
    }
    let mut spire = Shape::new().limb([0.0, floor + 0.02], [0.0, -1.0], 0.012, 0.005);
    for ring in 0..4 {
        let y = floor - 0.02 - ring as f32 * 0.026;
        spire = spire.ellipse([0.0, y], 0.026 - 0.003 * ring as f32, 0.008);
    }
    parts.push(Part::of(spire, hex(0xb8_9048)));
    parts
}
