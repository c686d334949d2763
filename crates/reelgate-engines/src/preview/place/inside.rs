//! Rooms: a window and its light, or a table by candlelight.

use super::super::paint::colour::{Ink, glow, hex, mix, scale, solid, veil};
use super::super::paint::cutout::{Coat, Fleck};
use super::super::paint::noise::{Dice, fbm, lerp, smoothstep};
use super::super::paint::shape::{Point, Shape};
use super::super::paint::sheet::Sheet;
use super::super::words::{Framing, Mood, Subject};
use super::plant::{Foliage, broadleaf, rows_of_trees};
use super::site::Site;
use super::stage::{Dab, Element};

/// A room; dark and warm when there are candles.
pub(crate) fn room(site: &mut Site<'_>) {
    let candles = site.facts.has(Subject::Candles);
    let dim = candles || site.light.night > 0.5;
    if candles {
        party(site);
    } else {
        day_room(site, dim);
    }
}

fn day_room(site: &mut Site<'_>, dim: bool) {
    site.light.horizon = 0.05;
    let mut outside = site.sheet(6.0, -0.2, 0.2);
    rows_of_trees(site, &mut outside, |_| 0.13, (0.22, 0.07), 6.0);
    site.card(outside, 6.0);
    let side = site.side();
    let x = side * site.half() * 0.34;
    let window = [x - 0.22, -0.36, x + 0.22, 0.10];
    wall(site, window, dim);
    floor(site, window, dim);
    furniture(site, -side, dim);
    if !dim {
        shaft(site, window);
    }
}

fn wall_ink(site: &mut Site<'_>, dim: bool) -> Ink {
    let own = site.dice.pick(&[hex(0xc8_b49c), hex(0x9c_b0a8), hex(0xb8_a0a0), hex(0xa8_b4c0)]);
    let warm = if site.facts.feels(Mood::Warm) { mix(own, hex(0xe0_b080), 0.4) } else { own };
    scale(tinted(warm, site), if dim { 0.34 } else { 0.72 })
}

fn tinted(own: Ink, site: &Site<'_>) -> Ink {
    mix(own, super::super::paint::colour::tint(own, site.light.key), 0.7)
}

/// The back wall with a hole where the window is.
fn wall(site: &mut Site<'_>, w: [f32; 4], dim: bool) {
    let ink = wall_ink(site, dim);
    let reach = site.reach(2.4);
    let mut sheet = Sheet::new([-reach, -0.72, reach, 0.36], site.density);
    let parts = [
        [-reach, -0.72, w[0], 0.36],
        [w[2], -0.72, reach, 0.36],
        [w[0], -0.72, w[2], w[1]],
        [w[0], w[3], w[2], 0.36],
    ];
    let middle = [(w[0] + w[2]) * 0.5, (w[1] + w[3]) * 0.5];
    for [l, t, r, b] in parts {
        sheet.fill(&Shape::new().rect(l, t, r, b), |x, y| {
            let d = ((x - middle[0]) * (x - middle[0]) + (y - middle[1]) * (y - middle[1])).sqrt();
            let fall = lerp(1.12, 0.60, smoothstep(0.2, 1.0, d));
            let plaster = 0.97 + 0.06 * fbm(x * 40.0, y * 40.0, 2, 3);
            solid(scale(ink, fall * plaster))
        });
    }
    let panel = scale(ink, 0.78);
    sheet.fill(&Shape::new().rect(-reach, 0.20, reach, 0.36), |x, y| {
        let board = ((x * 9.0).fract().abs() - 0.5).abs();
        solid(scale(panel, if board > 0.48 || y < 0.208 { 0.8 } else { 1.0 }))
    });
    frame(&mut sheet, w, mix(scale(ink, 1.25), [0.9, 0.88, 0.85], 0.4));
    curtains(&mut sheet, site, w);
    pictures(&mut sheet, site, w, ink);
    site.card(sheet, 2.4);
}

fn frame(sheet: &mut Sheet, [l, t, r, b]: [f32; 4], ink: Ink) {
    let (mx, my) = ((l + r) * 0.5, lerp(t, b, 0.42));
    let bar = 0.008;
    let bars = Shape::new()
        .rect(l - 0.02, t - 0.02, r + 0.02, t)
        .rect(l - 0.02, t, l, b)
        .rect(r, t, r + 0.02, b)
        .rect(mx - bar, t, mx + bar, b)
        .rect(l, my - bar * 0.8, r, my + bar * 0.8);
    sheet.flat(&bars, ink);
    sheet.flat(&Shape::new().rect(l - 0.04, b, r + 0.04, b + 0.022), scale(ink, 1.08));
    sheet.fill(&Shape::new().rect(l - 0.03, b + 0.022, r + 0.03, b + 0.04), |_, y| {
        veil([0.0; 3], 0.35 * (1.0 - (y - b - 0.022) / 0.018))
    });
}

fn curtains(sheet: &mut Sheet, site: &mut Site<'_>, [l, t, r, b]: [f32; 4]) {
    let cloth = site.dice.pick(&[hex(0xd8_c8b0), hex(0x9c_5c4c), hex(0x5c_7484), hex(0xc0_9c58)]);
    let cloth = scale(tinted(cloth, site), 0.85 - 0.4 * site.light.night);
    for (inner, outer) in [(l + 0.05, l - 0.12), (r - 0.05, r + 0.12)] {
        let mut points: Vec<Point> = Vec::new();
        points.push([outer, t - 0.06]);
        points.push([inner, t - 0.06]);
        points.push([lerp(inner, outer, 0.25), lerp(t, b, 0.5)]);
        points.push([lerp(inner, outer, 0.45), b + 0.10]);
        points.push([outer, b + 0.12]);
        sheet.fill(&Shape::new().polygon(&points), |x, y| {
            let fold = libm::sinf((x - outer) * (150.0 - 40.0 * (y - t)) + y * 3.0);
            solid(scale(cloth, 0.82 + 0.2 * fold))
        });
    }
    let rail = Shape::new().limb([l - 0.16, t - 0.06], [r + 0.16, t - 0.06], 0.006, 0.006);
    sheet.flat(&rail, hex(0x50_3c2c));
}

fn pictures(sheet: &mut Sheet, site: &mut Site<'_>, w: [f32; 4], ink: Ink) {
    let side = if w[0] + w[2] > 0.0 { -1.0 } else { 1.0 };
    for (x, y, wide, tall) in [(0.36, -0.20, 0.10, 0.13), (0.62, -0.24, 0.08, 0.08)] {
        let at = [side * x * site.aspect.min(1.6) * 0.8, y];
        let outer = Shape::new().rect(at[0] - wide, at[1] - tall, at[0] + wide, at[1] + tall);
        sheet.flat(&outer, scale(ink, 0.45));
        let (wide, tall) = (wide * 0.86, tall * 0.88);
        let inner = Shape::new().rect(at[0] - wide, at[1] - tall, at[0] + wide, at[1] + tall);
        let (a, b) = (site.dice.range(0.0, 50.0), scale(ink, 1.3));
        let c = tinted(site.dice.pick(&[hex(0x6c_8ca0), hex(0xb0_7c58), hex(0x7c_8c5c)]), site);
        let horizon = at[1] + tall * 0.2;
        sheet.fill(&inner, |x, y| {
            let ridge = horizon - 0.10 * fbm(x * 12.0 + a, 1.0, 3, 4);
            solid(if y > ridge { scale(c, 0.7) } else { b })
        });
    }
}

fn floor(site: &mut Site<'_>, w: [f32; 4], dim: bool) {
    let mut sheet = site.sheet(1.5, 0.29, 0.72);
    let wood = scale(tinted(hex(0x8c_6040), site), if dim { 0.36 } else { 0.8 });
    let lit = mix(wood, site.light.key, 0.55);
    let middle = (w[0] + w[2]) * 0.5;
    sheet.below(
        |_| 0.30,
        |x, y, depth| {
            let away = 1.0 / (depth + 0.18);
            let (u, v) = (x * away, away * 2.0);
            let board = (u * 2.4).floor();
            let seam = ((u * 2.4).fract().abs() - 0.5).abs() > 0.485;
            let grain = fbm(u * 9.0, v * 2.0 + board * 7.0, 3, 8);
            let tone = 0.74 + 0.4 * grain + 0.06 * (board * 0.37).fract();
            // Daylight lies on the boards, slanted away from the window.
            let slant = x - middle + (depth - 0.02) * middle.signum() * 0.9;
            let pane = smoothstep(0.21, 0.18, slant.abs()) * smoothstep(0.02, 0.05, depth);
            let bar = smoothstep(0.006, 0.016, slant.abs());
            let pool = if dim { 0.0 } else { pane * bar * smoothstep(0.36, 0.25, depth) * 0.7 };
            let ink = mix(scale(wood, tone * if seam { 0.7 } else { 1.0 }), lit, pool);
            let corner = smoothstep(0.0, 0.05, depth);
            let _ = y;
            solid(scale(ink, 0.55 + 0.45 * corner))
        },
    );
    site.card(sheet, 1.5);
}

fn furniture(site: &mut Site<'_>, side: f32, dim: bool) {
    let at = [side * site.half() * 0.55, 0.40];
    let mut sheet = site.sheet(1.2, -0.30, 0.60);
    let wood = scale(tinted(hex(0x5c_4030), site), if dim { 0.45 } else { 0.85 });
    let table = Shape::new()
        .rect(at[0] - 0.24, at[1] - 0.20, at[0] + 0.24, at[1] - 0.178)
        .limb([at[0] - 0.20, at[1] - 0.18], [at[0] - 0.22, at[1] + 0.06], 0.010, 0.008)
        .limb([at[0] + 0.20, at[1] - 0.18], [at[0] + 0.22, at[1] + 0.06], 0.010, 0.008);
    sheet.flat(&table, wood);
    let top = at[1] - 0.20;
    let lamp = [at[0] - 0.12, top];
    let warm = hex(0xff_c98a);
    sheet.shine([lamp[0], top - 0.20], 0.45, warm, if dim { 0.55 } else { 0.22 });
    let stem = Shape::new()
        .limb([lamp[0], top - 0.01], [lamp[0], top - 0.15], 0.006, 0.006)
        .ellipse([lamp[0], top - 0.008], 0.035, 0.01);
    sheet.flat(&stem, scale(wood, 0.8));
    let shade = Shape::new().polygon(&[
        [lamp[0] - 0.035, top - 0.24],
        [lamp[0] + 0.035, top - 0.24],
        [lamp[0] + 0.07, top - 0.135],
        [lamp[0] - 0.07, top - 0.135],
    ]);
    sheet.fill(&shade, |_, y| {
        let part = smoothstep(top - 0.26, top - 0.14, y);
        solid(mix(scale(warm, 0.75), mix(warm, [1.0; 3], 0.4), part))
    });
    let books = [hex(0x8c_4038), hex(0x3c_5c70), hex(0xb0_8c40), hex(0x48_5c40)];
    for (index, own) in books.into_iter().enumerate() {
        let x = at[0] + 0.05 + index as f32 * 0.022;
        let tall = 0.07 + 0.012 * (index % 3) as f32;
        let ink = scale(tinted(own, site), if dim { 0.5 } else { 0.85 });
        sheet.flat(&Shape::new().rect(x, top - tall, x + 0.019, top), ink);
    }
    let pot = [at[0] + 0.19, top];
    sheet.flat(
        &Shape::new().limb(pot, [pot[0], top - 0.035], 0.022, 0.030),
        tinted(hex(0xa0_5c40), site),
    );
    let mut f = Foliage::of(site, 1.0);
    f.crown = scale(tinted(hex(0x3c_6c3c), site), if dim { 0.5 } else { 0.9 });
    f.lit = mix(f.crown, warm, 0.25);
    broadleaf(&mut sheet, [pot[0], top - 0.02], 0.16, &f, &mut site.dice);
    site.card(sheet, 1.2);
}

/// The window's light, standing in the air.
fn shaft(site: &mut Site<'_>, w: [f32; 4]) {
    let mut sheet = site.sheet(1.9, -0.5, 0.55);
    let side = ((w[0] + w[2]) * 0.5).signum();
    let key = site.light.key;
    for pane in 0..2 {
        let l = lerp(w[0], w[2], pane as f32 * 0.5 + 0.02);
        let r = lerp(w[0], w[2], pane as f32 * 0.5 + 0.48);
        let out = -side * 0.42;
        let beam = [[l, w[1]], [r, w[1]], [r + out, 0.52], [l + out, 0.52]];
        sheet
            .fill(&Shape::new().polygon(&beam), |_, y| glow(key, 0.17 * smoothstep(0.55, -0.3, y)));
    }
    site.card(sheet.blurred(0.012), 1.9);
}

/// A table in the dark: lights out of focus behind, warm light in front.
fn party(site: &mut Site<'_>) {
    site.light.horizon = 0.10;
    site.light.night = 0.32;
    site.light.key = hex(0xff_b878);
    site.light.shade = hex(0x24_1210);
    site.light.haze = 0.0;
    site.light.against = 0.5;
    site.light.sun = [0.12, 0.0];
    site.light.rays = 0.0;
    let reach = site.reach(4.0);
    let mut wall = Sheet::new([-reach, -0.72, reach, 0.60], site.density);
    wall.wash(|x, y| {
        let d = (x * x + (y - 0.1) * (y - 0.1) * 1.4).sqrt();
        let warm = mix(hex(0x8c_4a24), hex(0x1a_0c10), smoothstep(0.0, 0.95, d));
        solid(scale(warm, 0.85 + 0.3 * fbm(x * 2.0, y * 2.0, 3, 6)))
    });
    for _ in 0..6 {
        let (x, y) = (site.dice.range(-1.0, 1.0) * site.half(), site.dice.range(-0.1, 0.2));
        let tall = site.dice.range(0.12, 0.3);
        let own = scale(site.dice.pick(&[hex(0x6c_3420), hex(0x3c_2028), hex(0x50_3018)]), 0.8);
        wall.flat(&Shape::new().limb([x, y + tall], [x, y - tall], 0.10, 0.07), own);
    }
    site.card(wall.blurred(0.05), 4.0);
    site.elements.push(Element::Actor { distance: 3.0, act: bokeh(site.half(), &mut site.dice) });
    let shallow = site.facts.framed(Framing::Shallow);
    garland(site, if shallow { 0.010 } else { 0.004 });
    table(site);
}

/// Lamps far behind the focus: large soft discs that breathe.
fn bokeh(half: f32, dice: &mut Dice) -> super::stage::Act {
    const INKS: [Ink; 5] =
        [hex(0xff_c070), hex(0xff_9a50), hex(0xff_e0a8), hex(0xf0_7858), hex(0xff_d48c)];
    let lights: Vec<(Point, f32, Ink, f32)> = (0..34)
        .map(|_| {
            let at = [dice.range(-1.2, 1.2) * half, dice.range(-0.46, 0.16)];
            let size = dice.range(0.018, 0.055);
            (at, size, dice.pick(&INKS), dice.range(0.0, 60.0))
        })
        .collect();
    Box::new(move |moment| {
        let t = moment.seconds;
        lights
            .iter()
            .map(|&(at, radius, ink, phase)| {
                let beat = 0.75 + 0.25 * libm::sinf(t * 0.9 + phase);
                let drift = 0.01 * libm::sinf(t * 0.31 + phase * 2.0);
                let ink = glow(ink, (0.10 + 0.012 / radius * 0.35) * beat);
                let at = [at[0] + drift, at[1]];
                Dab::Fleck(Fleck { at, radius, run: [0.0; 2], ink, crisp: 0.85 })
            })
            .collect()
    })
}

/// Paper flags on a line.
fn garland(site: &mut Site<'_>, blur: f32) {
    const FLAGS: [Ink; 5] =
        [hex(0xd8_5c50), hex(0xe8_a848), hex(0x6c_a08c), hex(0x58_80a8), hex(0xd8_8ca0)];
    let mut sheet = site.sheet(2.4, -0.62, -0.1);
    let half = site.reach(2.4);
    let sag = |x: f32| -0.40 + 0.09 * libm::cosf(x * 3.4).abs();
    let mut x = -half;
    while x < half {
        let next = x + 0.075;
        sheet
            .flat(&Shape::new().limb([x, sag(x)], [next, sag(next)], 0.002, 0.002), hex(0x70_4830));
        let own = FLAGS[((x + half) / 0.075) as usize % 5];
        let ink = scale(mix(own, hex(0xff_b060), 0.25), 0.62);
        let flag = [[x + 0.01, sag(x)], [x + 0.06, sag(x + 0.06)], [x + 0.035, sag(x) + 0.075]];
        sheet.flat(&Shape::new().polygon(&flag), ink);
        x = next;
    }
    site.swaying(sheet.blurred(blur), 2.4, 0.0);
}

fn table(site: &mut Site<'_>) {
    let mut sheet = site.sheet(1.0, 0.24, 0.72);
    let cloth = hex(0x7c_3c2c);
    sheet.below(
        |_| 0.27,
        |x, y, depth| {
            let d = (x * x * 1.1 + (y - 0.30) * (y - 0.30) * 5.0).sqrt();
            let pool = smoothstep(0.75, 0.05, d);
            let weave = 0.94 + 0.12 * fbm(x * 120.0, depth * 300.0, 2, 6);
            let ink = mix(scale(cloth, 0.28), mix(cloth, hex(0xff_c080), 0.45), pool);
            solid(scale(ink, weave))
        },
    );
    for (x, own) in [(-0.42, hex(0xb0_5048)), (0.46, hex(0x4c_7088))] {
        let x = x * site.fit();
        let gift = Shape::new().rect(x - 0.07, 0.21, x + 0.07, 0.325);
        sheet.fill(&gift, |px, _| {
            let lit = smoothstep(0.14, 0.0, (px - x * 0.8).abs());
            solid(scale(mix(own, hex(0xff_b060), 0.3), 0.35 + 0.45 * lit))
        });
        let band = Shape::new().rect(x - 0.012, 0.21, x + 0.012, 0.325);
        let bow = Shape::new().limb([x, 0.21], [x - 0.035, 0.185], 0.006, 0.014).limb(
            [x, 0.21],
            [x + 0.035, 0.185],
            0.006,
            0.014,
        );
        sheet.flat(&band.join(bow), hex(0xc8_9858));
    }
    site.card(sheet, 1.0);
}

/// A soft coat for smoke.
pub(crate) fn smoke(part: f32) -> Coat {
    Coat::graded(veil([0.7, 0.68, 0.7], part * 0.2), veil([0.8, 0.78, 0.78], part))
}
