//! Forest, meadow and desert.

use super::super::paint::colour::{Ink, glow, hex, mix, scale, solid, veil};
use super::super::paint::noise::{fbm, lerp, smoothstep};
use super::super::paint::shape::Shape;
use super::super::words::Season;
use super::land::{Range, ground};
use super::plant::{Foliage, broadleaf, conifer, flower, grass, rows_of_trees};
use super::site::Site;

/// Among trunks: mist, light between them, ferns in front.
pub(crate) fn forest(site: &mut Site<'_>) {
    site.light.horizon = 0.10;
    site.light.sun[1] = site.light.sun[1].max(-0.30);
    site.light.sun[0] *= 0.5;
    site.light.rays = (site.light.rays * 1.8).clamp(0.4, 0.95);
    site.light.cover *= 0.5;
    let haze = site.light.haze;
    site.light.haze = haze.max(1.0) * 2.1;
    let (tall, step) = (0.30, 0.05);
    let mut far = site.sheet(9.0, -0.30, 0.2);
    rows_of_trees(site, &mut far, |_| 0.155, (tall, step), 9.0);
    site.card(far, 9.0);
    for (distance, foot, tall) in [(5.0, 0.15, 0.75), (3.2, 0.19, 1.0), (2.0, 0.26, 1.3)] {
        trunks(site, distance, foot, tall);
    }
    let soil = match site.light.leaf.season {
        Season::Autumn => hex(0x8a_5a2c),
        Season::Winter => hex(0xff_ffff),
        _ => hex(0x4a_5c34),
    };
    let sheet = ground(site, 1.4, 0.27, soil, mix(soil, site.light.leaf.crowns[1], 0.4 * (1.0 - site.light.leaf.white)));
    site.card(sheet, 1.4);
    trunks(site, 1.05, 0.40, 1.7);
    ferns(site);
}

/// Trunks that leave the frame at the top, with light on one side.
fn trunks(site: &mut Site<'_>, distance: f32, foot: f32, tall: f32) {
    let mut sheet = site.sheet(distance, -0.62, foot + 0.06);
    let bark = site.ink(hex(0x5a_4636), distance);
    let dark = site.silhouette(distance);
    let lit = mix(bark, site.light.far(site.light.key, distance), 0.35);
    let side = site.side();
    let pale = 0.6 + 0.4 * site.light.leaf.white;
    let soil = scale(site.light.leaf.grass, pale);
    let soil = mix(site.ink(soil, distance), dark, 0.3 - 0.25 * site.light.leaf.white);
    let seed = site.dice.bits();
    sheet.below(
        |x| foot + 0.03 * (fbm(x * 3.0, distance, 3, seed) - 0.7),
        |x, y, _| solid(scale(soil, 0.8 + 0.4 * fbm(x * 40.0, y * 60.0, 3, seed))),
    );
    let (mut x, right) = (sheet.origin[0], sheet.right());
    while x < right {
        x += tall * site.dice.range(0.12, 0.42);
        // The middle stays open: it is where the light comes from.
        let aisle = 0.10 * tall;
        if x.abs() < aisle && distance < 4.0 {
            x = aisle;
        }
        let thick = tall * site.dice.range(0.016, 0.036);
        let lean = site.dice.around(0.05);
        let base = foot + 0.02 * site.dice.unit();
        let mut trunk = Shape::new().limb([x, base], [x + lean, -0.8], thick, thick * 0.62);
        trunk = trunk.limb([x, base - thick * 2.0], [x - thick, base + 0.01], thick, thick * 0.9);
        trunk = trunk.limb([x, base - thick * 2.0], [x + thick, base + 0.01], thick, thick * 0.9);
        for _ in 0..3 {
            let from = [x + lean * 0.4, base - site.dice.range(0.25, 0.6) * tall.min(1.0)];
            let way = if site.dice.chance(0.5) { 1.0 } else { -1.0 };
            let to = [from[0] + way * thick * 5.0, from[1] - thick * site.dice.range(1.0, 4.0)];
            trunk = trunk.limb(from, to, thick * 0.25, thick * 0.08);
        }
        let seed = site.dice.bits();
        sheet.fill(&trunk, |px, py| {
            let middle = x + lean * ((base - py) / (base + 0.8));
            let across = ((px - middle) / thick * side * 0.5 + 0.5).clamp(0.0, 1.0);
            let furrow = fbm(px * 130.0 / tall, py * 16.0, 3, seed);
            let ink = mix(dark, bark, smoothstep(0.0, 0.6, across));
            let ink = mix(ink, lit, smoothstep(0.62, 1.0, across) * 0.8);
            solid(scale(ink, 0.75 + 0.5 * furrow))
        });
    }
    if site.light.leaf.season != Season::Winter {
        canopy(site, &mut sheet, distance, tall);
    }
    site.card(sheet, distance);
}

/// Leaves hanging into the frame from above.
fn canopy(
    site: &mut Site<'_>,
    sheet: &mut super::super::paint::sheet::Sheet,
    distance: f32,
    tall: f32,
) {
    let right = sheet.right();
    let mut x = sheet.origin[0];
    while x < right {
        x += 0.045 * tall;
        let f = Foliage::of(site, distance);
        let drop = 0.05 + 0.17 * fbm(x * 3.0, distance * 3.0, 3, 5);
        for _ in 0..8 {
            let at = [x + site.dice.around(0.08), -0.5 + site.dice.range(-0.12, 1.0) * drop];
            let size = tall * site.dice.range(0.010, 0.024);
            let ink = mix(scale(f.crown, 0.6), f.lit, site.dice.unit() * 0.7);
            let leaf = Shape::new().blob(at, size * 1.4, size, &mut site.dice);
            sheet.flat(&leaf, ink);
        }
    }
}

fn ferns(site: &mut Site<'_>) {
    let mut sheet = site.sheet(0.6, 0.24, 0.7);
    let base = mix(site.ink(site.light.leaf.grass, 0.6), site.light.shade, 0.5);
    let (mut x, right) = (sheet.origin[0], sheet.right());
    while x < right {
        x += site.dice.range(0.02, 0.09);
        let edge = smoothstep(0.1, 1.0, x.abs() / site.half());
        let tall = lerp(0.03, 0.13, edge) * site.dice.range(0.6, 1.3);
        let ink = scale(base, site.dice.range(0.6, 1.1));
        grass(&mut sheet, [x, 0.53], tall + 0.04, tall * 0.5, ink, &mut site.dice);
    }
    site.swaying(sheet, 0.6, 0.004);
}

/// Rolling fields with flowers near and trees far.
pub(crate) fn meadow(site: &mut Site<'_>) {
    site.light.horizon = 0.06;
    let leaf = site.light.leaf;
    for (top, distance, part) in [(0.01, 14.0, 0.55), (0.04, 8.0, 0.3)] {
        let hills = Range {
            top,
            tall: 0.10,
            pitch: 1.0,
            sharp: 0.0,
            distance,
            own: mix(leaf.grass, hex(0x6a_8a80), part),
            snow: 0.0,
            relief: 0.25,
            seed: site.dice.bits(),
        };
        let sheet = hills.paint(site, 0.3);
        site.card(sheet, distance);
    }
    super::hills::wooded(site, 0.09, 5.0, 0.05);
    field(site, 2.6, 0.13, 0.05);
    lone_tree(site);
    field(site, 1.25, 0.27, 0.04);
    blossoms(site, 0.85, 0.44, 0.05, 70);
    blossoms(site, 0.55, 0.53, 0.10, 34);
}

/// A swell of grass with mown streaks.
fn field(site: &mut Site<'_>, distance: f32, top: f32, swell: f32) {
    let mut sheet = site.sheet(distance, top - swell, 0.66);
    let seed = site.dice.bits();
    let leaf = site.light.leaf;
    let lit = site.ink(mix(leaf.grass, [0.95, 0.9, 0.5], 0.18), distance);
    let dark = site.ink(scale(leaf.grass, 0.62), distance);
    let line = move |x: f32| top + swell * (fbm(x * 1.2 + 3.0, distance, 2, seed) - 0.5) * 1.6;
    sheet.below(line, |x, y, depth| {
        let size = 0.10 / (depth + 0.07);
        let blades = fbm(x * 90.0 * size, y * 26.0 * size, 3, seed ^ 1);
        let patch = fbm(x * 2.4, depth * 9.0, 3, seed ^ 2);
        let crown = smoothstep(0.10, 0.0, depth);
        let part = (0.18 + 0.55 * patch + 0.35 * (blades - 0.5) + 0.3 * crown).clamp(0.0, 1.0);
        solid(mix(dark, lit, part))
    });
    let (mut x, right) = (sheet.origin[0], sheet.right());
    while x < right {
        x += site.dice.range(0.004, 0.02);
        let y = line(x) + site.dice.range(0.0, 0.02);
        let ink = mix(dark, lit, site.dice.unit());
        grass(&mut sheet, [x, y + 0.004], 0.026 / distance, 0.02, ink, &mut site.dice);
    }
    site.card(sheet, distance);
}

fn lone_tree(site: &mut Site<'_>) {
    let side = -site.side();
    let x = side * site.half() * site.dice.range(0.45, 0.7);
    let tall = 0.42 * site.fit();
    let mut sheet = site.sheet(1.9, -0.4, 0.3);
    let f = Foliage::of(site, 1.9);
    if site.light.leaf.season == Season::Winter {
        conifer(&mut sheet, [x, 0.2], tall, &f, &mut site.dice);
    } else {
        broadleaf(&mut sheet, [x, 0.2], tall, &f, &mut site.dice);
    }
    site.card(sheet, 1.9);
}

fn blossoms(site: &mut Site<'_>, distance: f32, foot: f32, tall: f32, count: usize) {
    const PETALS: [Ink; 6] = [
        hex(0xe8_5a6c),
        hex(0xf4_c04c),
        hex(0xf2_f0e6),
        hex(0xb0_7ad8),
        hex(0xf0_8ab0),
        hex(0x6c_8ce8),
    ];
    let mut sheet = site.sheet(distance, foot - tall * 2.2, 0.7);
    let stem = mix(site.ink(scale(site.light.leaf.grass, 0.7), distance), site.light.shade, 0.25);
    let chosen = [site.dice.below(6), site.dice.below(6), 2];
    let winter = site.light.leaf.season == Season::Winter;
    let right = sheet.right();
    let left = sheet.origin[0];
    for index in 0..count * 2 {
        let x = left + (right - left) * site.dice.unit();
        let depth = index as f32 / (count * 2) as f32;
        let at = [x, foot + tall * (0.1 + 0.9 * depth)];
        let ink = scale(stem, site.dice.range(0.75, 1.25));
        grass(&mut sheet, at, tall * 0.9, tall * 0.35, ink, &mut site.dice);
        if index % 2 == 0 && !winter {
            let own = PETALS[chosen[site.dice.below(3)]];
            let petal = scale(site.ink(own, distance), site.dice.range(0.85, 1.1));
            let tall = tall * site.dice.range(0.7, 1.25);
            flower(&mut sheet, at, tall, petal, stem, &mut site.dice);
        }
    }
    site.swaying(sheet, distance, 0.006);
}

/// Dunes with a lit and a shaded face each.
pub(crate) fn desert(site: &mut Site<'_>) {
    site.light.horizon = 0.05;
    site.light.cover *= 0.35;
    let own = mix(hex(0xe4_b070), site.light.key, 0.15);
    let layers = [
        (0.05, 0.05, 14.0),
        (0.08, 0.09, 7.0),
        (0.15, 0.13, 3.6),
        (0.25, 0.17, 2.0),
        (0.42, 0.2, 1.0),
    ];
    for (top, tall, distance) in layers {
        dune(site, top, tall, distance, own);
    }
}

fn dune(site: &mut Site<'_>, top: f32, tall: f32, distance: f32, own: Ink) {
    let mut sheet = site.sheet(distance, top - tall, 0.70);
    let seed = site.dice.bits();
    let pitch = 0.75 + 0.07 * distance;
    let side = site.side();
    let crest = move |x: f32| top - tall * (fbm(x * pitch + 20.0, distance, 2, seed) - 0.5) * 1.7;
    let lit = site.ink(own, distance);
    let dark =
        mix(site.ink(scale(own, 0.52), distance), site.light.far(site.light.shade, distance), 0.3);
    // The knife edge: a line wandering down from each crest divides sun from shade.
    let edge = move |x: f32, depth: f32| {
        let bent = x + side * depth * (0.9 + 0.8 * fbm(x * 3.0, depth * 4.0, 2, seed ^ 2));
        let slope = crest(bent + 0.03) - crest(bent - 0.03);
        slope * side
    };
    sheet.below(crest, |x, y, depth| {
        let face = smoothstep(-0.006, 0.004, edge(x, depth) * 0.5 + 0.002);
        let wind = fbm(x * 9.0, y * 60.0 + 3.0 * fbm(x * 6.0, y * 6.0, 2, seed), 2, seed ^ 4);
        let ripple = 0.90 + 0.20 * wind * smoothstep(6.0, 1.0, distance);
        let roll = smoothstep(0.0, tall * 2.0, depth);
        let ink = mix(dark, lit, (0.15 + 0.85 * face) * (1.0 - 0.3 * roll));
        let rim = smoothstep(0.010, 0.0, depth) * 0.25;
        solid(scale(mix(ink, site.light.key, rim), ripple))
    });
    site.card(sheet, distance);
}

/// A low bank of mist across the frame, drifting.
pub(crate) fn mist(site: &mut Site<'_>, y: f32, thick: f32, distance: f32, part: f32) {
    let mut sheet = site.sheet(distance, y - thick, y + thick);
    let seed = site.dice.bits();
    let air = site.light.air();
    sheet.wash(|x, py| {
        let off = ((py - y) / thick).abs().min(1.0);
        let body = fbm(x * 2.6, py * 9.0, 4, seed);
        let cover = (1.0 - off) * (1.0 - off) * smoothstep(0.2, 0.75, body) * part;
        veil(air, cover.clamp(0.0, 1.0))
    });
    let card = super::stage::Card::new(sheet, distance).drifting(0.008);
    site.elements.push(super::stage::Element::Card(card));
}

/// A warm light that hides nothing.
pub(crate) fn lamp(site: &mut Site<'_>, at: [f32; 2], radius: f32, ink: Ink, distance: f32) {
    let mut sheet = site.sheet(distance, at[1] - radius, at[1] + radius);
    sheet.shine(at, radius, ink, 1.0);
    let core = Shape::new().ellipse(at, radius * 0.06, radius * 0.06);
    sheet.fill(&core, |_, _| glow(ink, 1.0));
    site.card(sheet, distance);
}
