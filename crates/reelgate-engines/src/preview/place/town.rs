//! The city: a street between towers, lit windows, signs, wet asphalt.

use super::super::paint::colour::{Ink, glow, hex, mix, scale, solid, veil};
use super::super::paint::noise::{Dice, Tile, floor, hash, lerp, smoothstep, unit};
use super::super::paint::shape::Shape;
use super::super::paint::sheet::Sheet;
use super::super::words::{Mood, Weather};
use super::site::Site;
use super::stage::Element;
use super::water::Water;

const SIGNS: [Ink; 6] = [
    hex(0xff_3c8c),
    hex(0x2c_e0ff),
    hex(0xa8_5cff),
    hex(0xff_a02c),
    hex(0x4c_ffb0),
    hex(0xff_5454),
];

/// A street towards the vanishing point.
pub(crate) fn street(site: &mut Site<'_>) {
    site.light.horizon = 0.10;
    let neon = site.facts.feels(Mood::Neon);
    if neon {
        site.light.low = mix(site.light.low, hex(0xb0_3c90), 0.5);
        site.light.mid = mix(site.light.mid, hex(0x3c_2468), 0.5);
        site.light.cover = 0.25;
        site.light.disc = 0.0;
    }
    let lit = lit_windows(site);
    for (distance, tall) in [(16.0, 0.30), (11.0, 0.26)] {
        skyline(site, distance, tall, lit);
    }
    far_glow(site, lit);
    for distance in [7.0, 5.0, 3.6, 2.6, 1.9, 1.4] {
        for side in [-1.0, 1.0] {
            block(site, distance, side, lit, neon);
        }
    }
    let wet = site.facts.sky(Weather::Rain) || site.facts.sky(Weather::Storm) || neon;
    road(site, wet, lit);
    for distance in [3.0, 1.7, 1.0] {
        for side in [-1.0, 1.0] {
            street_lamp(site, distance, side, lit);
        }
    }
}

/// How many windows are lit: by the hour and the weather.
fn lit_windows(site: &Site<'_>) -> f32 {
    let gloom = if site.facts.sky(Weather::Rain) { 0.35 } else { 0.0 };
    site.light.night.max(gloom).max(if site.light.sun[1] > -0.1 { 0.2 } else { 0.0 })
}

fn facade(site: &mut Site<'_>) -> Ink {
    let own = site.dice.pick(&[
        hex(0x70_7c8c),
        hex(0x8c_8078),
        hex(0x5c_6878),
        hex(0x94_6c5c),
        hex(0x64_7070),
        hex(0xa0_9488),
    ]);
    scale(own, site.dice.range(0.95, 1.35))
}

fn skyline(site: &mut Site<'_>, distance: f32, tall: f32, lit: f32) {
    let base = site.light.horizon + 0.02;
    let mut sheet = site.sheet(distance, base - tall * 1.9, base + 0.02);
    let (mut x, right) = (sheet.origin[0], sheet.right());
    while x < right {
        let wide = site.dice.range(0.035, 0.10);
        let middle = 1.0 - 0.5 * smoothstep(0.0, 0.9, (x + wide * 0.5).abs());
        let top = base - tall * site.dice.range(0.5, 1.6) * middle;
        let own = facade(site);
        let ink = site.ink(own, distance);
        let tower = Tower { left: x, top, right: x + wide, bottom: base + 0.02, ink, cell: 0.009 };
        tower.paint(&mut sheet, site, lit * 0.8, distance);
        if site.dice.chance(0.3) {
            let mast = x + wide * 0.5;
            sheet.flat(&Shape::new().rect(mast - 0.001, top - 0.05, mast + 0.001, top), ink);
        }
        x += wide + site.dice.range(-0.01, 0.012);
    }
    site.card(sheet, distance);
}

/// Light at the end of the street.
fn far_glow(site: &mut Site<'_>, lit: f32) {
    let at = [0.0, site.light.horizon - 0.01];
    let warm = mix(site.light.glow, hex(0xff_b070), lit * 0.6);
    let mut sheet = site.sheet(8.0, at[1] - 0.3, at[1] + 0.04);
    sheet.shine(at, 0.22, warm, 0.10 + 0.16 * lit);
    site.card(sheet, 8.0);
}

/// A house front: windows in rows, some of them lit.
struct Tower {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    ink: Ink,
    /// Height of a storey.
    cell: f32,
}

impl Tower {
    fn paint(&self, sheet: &mut Sheet, site: &mut Site<'_>, lit: f32, distance: f32) {
        let seed = site.dice.bits();
        let columns = ((self.right - self.left) / (self.cell * 0.85)).max(2.0).floor();
        let pane = site.ink(mix(hex(0x1c_2838), site.light.mid, 0.28), distance);
        let warm = site.dice.pick(&[hex(0xff_d089), hex(0xff_e2b4), hex(0xc4_e0ff)]);
        let shape = Shape::new().rect(self.left, self.top, self.right, self.bottom);
        let shade = site.silhouette(distance);
        let side = site.side();
        let (wide, high) = (self.right - self.left, self.cell);
        let (tile, patch) = (Tile::shared(), unit(seed) * 32.0);
        sheet.fill(&shape, |x, y| {
            let across = (x - self.left) / wide;
            let (u, v) = (across * columns, (y - self.top) / high - 0.4);
            let lean = 0.5 + 0.5 * side * (across - 0.5);
            let wall = mix(shade, self.ink, 0.62 + 0.42 * lean);
            let wall = scale(wall, 0.96 + 0.06 * tile.at(x * 60.0 + patch, y * 60.0));
            let (fu, fv) = (u - floor(u), v - floor(v));
            let inside = v > 0.0 && fu > 0.24 && fu < 0.76 && fv > 0.25 && fv < 0.72;
            if !inside {
                return solid(wall);
            }
            let pick = unit(hash(u as u32, v as u32, seed));
            if pick < lit * 0.36 {
                let bright = 0.35 + 0.55 * unit(hash(u as u32, v as u32, seed ^ 5));
                return solid(mix(scale(warm, bright), wall, 0.12));
            }
            solid(mix(pane, wall, 0.10 + 0.25 * pick))
        });
    }
}

/// One side of the street at one distance: towers, and signs at night.
fn block(site: &mut Site<'_>, distance: f32, side: f32, lit: f32, neon: bool) {
    let near = 1.0 / distance;
    let base = site.light.horizon + 0.30 * near;
    let inner = 0.035 + 0.50 * near * site.fit();
    let outer = site.reach(distance);
    let (left, right) = if side < 0.0 { (-outer, -inner) } else { (inner, outer) };
    let area = [left.min(right) - 0.12 * near, -0.66, right.max(left) + 0.12 * near, base + 0.01];
    let mut sheet = Sheet::new(area, site.density);
    let mut x = inner;
    while x < outer {
        let wide = site.dice.range(0.22, 0.42) * near;
        let tall = site.dice.range(0.55, 1.5) * (0.25 + near);
        let (a, b) = if side < 0.0 { (-x - wide, -x) } else { (x, x + wide) };
        let own = facade(site);
        let ink = site.ink(own, distance);
        let top = base - tall;
        let tower = Tower { left: a, top, right: b, bottom: base, ink, cell: 0.040 * near };
        tower.paint(&mut sheet, site, lit, distance);
        roof(&mut sheet, site, (a, b, top), near, distance);
        shop(&mut sheet, site, (a, b, base), near, lit, neon);
        x += wide;
    }
    if neon || lit > 0.6 {
        for _ in 0..if neon { 5 } else { 2 } {
            let mut dice = site.dice.clone();
            sign(&mut sheet, &mut dice, [side * inner, base], near, side);
            site.dice = dice;
        }
    }
    site.card(sheet, distance);
}

/// Ledges, tanks and aerials.
fn roof(sheet: &mut Sheet, site: &mut Site<'_>, (a, b, top): (f32, f32, f32), near: f32, d: f32) {
    let ink = site.silhouette(d * 1.2);
    let ledge = 0.012 * near;
    let mut shape = Shape::new().rect(a - ledge * 0.5, top - ledge, b + ledge * 0.5, top);
    let x = lerp(a, b, site.dice.range(0.2, 0.8));
    if site.dice.chance(0.6) {
        shape = shape.rect(x, top - 0.06 * near, x + 0.05 * near, top);
    }
    shape = shape.rect(x - 0.002 * near, top - 0.13 * near, x + 0.002 * near, top);
    sheet.flat(&shape, ink);
}

fn shop(
    sheet: &mut Sheet,
    site: &mut Site<'_>,
    (a, b, base): (f32, f32, f32),
    near: f32,
    lit: f32,
    neon: bool,
) {
    let warm = if neon { site.dice.pick(&SIGNS) } else { hex(0xff_d9a0) };
    let top = base - 0.085 * near;
    let dark = site.silhouette(2.0);
    sheet.flat(&Shape::new().rect(a, top - 0.012 * near, b, base), scale(dark, 0.8));
    let panes = 3;
    for pane in 0..panes {
        let step = (b - a) / panes as f32;
        let l = a + step * (pane as f32 + 0.12);
        let shape = Shape::new().rect(l, top, l + step * 0.76, base - 0.012 * near);
        let bright = lit * site.dice.range(0.35, 1.0) + 0.12;
        sheet.fill(&shape, |_, y| {
            solid(mix(dark, warm, bright * smoothstep(base + 0.05 * near, top, y).max(0.4)))
        });
    }
    let awning = Shape::new().polygon(&[
        [a, top - 0.004 * near],
        [b, top - 0.004 * near],
        [b + 0.01 * near, top + 0.016 * near],
        [a - 0.01 * near, top + 0.016 * near],
    ]);
    let cloth = site.dice.pick(&[hex(0x8c_3c3c), hex(0x3c_5c6c), hex(0x6c_6048)]);
    sheet.flat(&awning, site.ink(cloth, 1.5));
}

/// A sign that sticks out over the pavement.
fn sign(sheet: &mut Sheet, dice: &mut Dice, corner: [f32; 2], near: f32, side: f32) {
    let ink = dice.pick(&SIGNS);
    let upright = dice.chance(0.7);
    let (wide, tall) = if upright {
        (0.035 * near, dice.range(0.10, 0.20) * near)
    } else {
        (dice.range(0.08, 0.13) * near, 0.035 * near)
    };
    let away = dice.range(-0.03, 0.12) * near;
    let left = if side < 0.0 { corner[0] - away - wide } else { corner[0] + away };
    let top = corner[1] - dice.range(0.16, 0.62) * near - tall;
    let at = [left + wide * 0.5, top + tall * 0.5];
    sheet.shine(at, wide.max(tall) * 1.6, ink, 0.10 + 0.22 * near.min(1.0));
    sheet.flat(&Shape::new().rect(left, top, left + wide, top + tall), scale(ink, 0.16));
    let rim = 0.0035 * near;
    let frame = [
        [left, top, left + wide, top + rim],
        [left, top + tall - rim, left + wide, top + tall],
        [left, top, left + rim, top + tall],
        [left + wide - rim, top, left + wide, top + tall],
    ];
    for [l, t, r, b] in frame {
        sheet.flat(&Shape::new().rect(l, t, r, b), mix(ink, [1.0; 3], 0.25));
    }
    let glyphs = if upright { (tall / wide).floor() as usize } else { (wide / tall) as usize };
    for glyph in 0..glyphs.max(1) {
        let part = (glyph as f32 + 0.5) / glyphs.max(1) as f32;
        let c = if upright { [at[0], top + tall * part] } else { [left + wide * part, at[1]] };
        scribble(sheet, dice, c, wide.min(tall) * 0.30, mix(ink, [1.0; 3], 0.6));
    }
}

/// A mark that looks like writing and is none.
fn scribble(sheet: &mut Sheet, dice: &mut Dice, at: [f32; 2], size: f32, ink: Ink) {
    let mut strokes = Shape::new();
    for _ in 0..3 {
        let (x, y) = (dice.range(-1.0, 1.0), dice.range(-1.0, 1.0));
        let to = if dice.chance(0.5) { [x, -y] } else { [-x, y] };
        strokes = strokes.limb(
            [at[0] + x * size, at[1] + y * size],
            [at[0] + to[0] * size, at[1] + to[1] * size],
            size * 0.14,
            size * 0.14,
        );
    }
    sheet.flat(&strokes, ink);
}

/// Asphalt, mirroring when wet, with a pavement on each side.
fn road(site: &mut Site<'_>, wet: bool, lit: f32) {
    let light = site.light;
    let asphalt = site.ink(hex(0x3c_4048), 1.2);
    let asphalt = mix(asphalt, light.low, 0.12);
    let top = light.horizon + 0.028;
    let water = Water::of(&light, asphalt, if wet { 0.35 } else { 0.05 });
    site.elements.push(Element::Water(Water {
        top,
        horizon: top - 0.012,
        flow: 0.0,
        mirror: if wet { 0.86 } else { 0.30 },
        glitter: if wet { 0.10 } else { 0.0 },
        crest: mix(asphalt, [1.0; 3], 0.1),
        ..water
    }));
    let mut sheet = site.sheet(1.25, light.horizon + 0.03, 0.70);
    let mark = mix(site.ink([0.85, 0.83, 0.75], 1.2), asphalt, 0.25);
    let paint = if wet { 0.45 } else { 0.75 };
    let kerb = site.ink(hex(0x80_8488), 1.3);
    let mut depth = 0.05_f32;
    while depth < 0.62 {
        let next = depth * 1.28;
        let (y0, y1) = (light.horizon + depth, light.horizon + lerp(depth, next, 0.5));
        let (w0, w1) = (depth * 0.022, lerp(depth, next, 0.5) * 0.022);
        let dash = Shape::new().polygon(&[[-w0, y0], [w0, y0], [w1, y1], [-w1, y1]]);
        sheet.fill(&dash, |_, _| veil(mark, paint));
        depth = next;
    }
    for side in [-1.0, 1.0] {
        let near = 0.60;
        let line = |d: f32, x: f32| [side * (0.02 + x * d), light.horizon + d];
        let strip = [line(0.03, 1.45), line(near, 1.45), line(near, 3.6), line(0.03, 9.0)];
        let tint = mix(kerb, hex(0xff_c890), 0.12 * lit);
        sheet.fill(&Shape::new().polygon(&strip), |x, y| {
            let d = (y - light.horizon).max(0.01);
            let (u, v) = (x / d * 2.5, 1.3 / d);
            let joint = (u - u.floor() < 0.05) || (v - v.floor() < 0.06);
            let slab = unit(hash(u.floor() as i32 as u32, v.floor() as i32 as u32, 9));
            let tone = 0.72 + 0.10 * slab + 0.12 * smoothstep(0.0, 0.4, d);
            solid(scale(tint, if joint { tone * 0.84 } else { tone }))
        });
        let edge = [line(0.03, 1.40), line(near, 1.40), line(near, 1.46), line(0.03, 1.46)];
        sheet.flat(&Shape::new().polygon(&edge), scale(kerb, 0.9));
    }
    site.card(sheet, 1.25);
}

fn street_lamp(site: &mut Site<'_>, distance: f32, side: f32, lit: f32) {
    let near = 1.0 / distance;
    let foot = [side * (0.03 + 0.45 * near * site.fit()), site.light.horizon + 0.31 * near];
    let tall = 0.44 * near;
    let ink = scale(site.silhouette(distance), 0.7);
    let head = [foot[0] - side * 0.075 * near, foot[1] - tall];
    let area = [foot[0] - 0.4 * near, head[1] - 0.3 * near, foot[0] + 0.4 * near, foot[1] + 0.02];
    let mut sheet = Sheet::new(area, site.density);
    let pole = Shape::new()
        .limb(foot, [foot[0], foot[1] - tall * 0.92], 0.0065 * near, 0.004 * near)
        .limb([foot[0], foot[1] - tall * 0.92], head, 0.004 * near, 0.003 * near)
        .limb(foot, [foot[0], foot[1] - 0.03 * near], 0.011 * near, 0.009 * near);
    sheet.flat(&pole, ink);
    let lamp = [head[0] - side * 0.012 * near, head[1] + 0.006 * near];
    sheet.flat(&Shape::new().ellipse(lamp, 0.022 * near, 0.006 * near), ink);
    if lit > 0.25 {
        let warm = hex(0xff_d8a0);
        let bulb = [lamp[0], lamp[1] + 0.007 * near];
        sheet.shine(bulb, 0.26 * near, warm, 0.38 * lit);
        sheet.fill(&Shape::new().ellipse(bulb, 0.016 * near, 0.005 * near), |_, _| {
            let mut ink = glow(warm, 1.0);
            ink[3] = 1.0;
            ink
        });
    }
    site.card(sheet, distance);
}
