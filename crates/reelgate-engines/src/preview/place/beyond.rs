//! Away from the ground: space, the deep sea, above the clouds.

use super::super::paint::colour::{Ink, hex, mix, scale, solid, veil};
use super::super::paint::noise::{fbm, lerp, ridged, smoothstep};
use super::super::paint::shape::{Shape, swing};
use super::super::words::Globe;
use super::backdrop::Backdrop;
use super::deep::Deep;
use super::globes;
use super::site::Site;
use super::void::Void;

/// Nebula, a lit planet, its moon.
pub(crate) fn space(site: &mut Site<'_>) -> Backdrop {
    let hues = site.dice.pick(&[
        [hex(0x28_2c74), hex(0x8c_2c6c), hex(0xff_b088)],
        [hex(0x10_4464), hex(0x3c_3080), hex(0x9c_e8f0)],
        [hex(0x5c_2058), hex(0x1c_3470), hex(0xff_9cb8)],
    ]);
    site.light.sun = [site.side() * site.half() * 0.72, -0.30];
    site.light.key = hex(0xff_f4e4);
    site.light.shade = hex(0x04_060e);
    site.light.night = 0.15;
    site.light.against = 0.4;
    site.light.haze = 0.0;
    site.light.rays = 0.0;
    site.light.horizon = 0.0;
    let fit = site.fit();
    let globe = site.facts.globes.first().copied();
    // Picked also where it is told: the same seed has the same stones and stars.
    let own = site.dice.pick(&[
        [hex(0x3c_6ca8), hex(0xd8_e4ec), hex(0x6c_8c5c)],
        [hex(0xc0_8458), hex(0xe8_c8a0), hex(0x84_4c38)],
        [hex(0x58_84a0), hex(0xa8_d0d0), hex(0x38_5c84)],
    ]);
    let own = globe.map_or(own, globes::inks);
    let side = -site.side();
    let (at, radius) = ([side * site.half() * 0.42, 0.16], 0.34 * fit);
    match globe {
        Some(Globe::Saturn) => globes::ringed(site, at, radius * 0.74, own, 14.0),
        Some(Globe::Jupiter) => globes::banded(site, at, radius, own, 14.0),
        Some(Globe::Earth | Globe::Mars) | None => globes::rocky(site, at, radius, own, 14.0),
    }
    let grey = [hex(0x8c_8880), hex(0xb8_b4a8), hex(0x68_645c)];
    globes::rocky(site, [-side * site.half() * 0.38, -0.14], 0.055 * fit, grey, 9.0);
    rocks(site);
    Backdrop::Void(Void::new(hues, site.aspect, &mut site.dice))
}

/// A few near stones, for depth.
fn rocks(site: &mut Site<'_>) {
    for (distance, count, size) in [(3.0, 7, 0.016), (1.3, 4, 0.035)] {
        let mut sheet = site.sheet(distance, -0.7, 0.7);
        for _ in 0..count {
            let x = site.dice.range(-1.1, 1.1) * site.half();
            let y = site.dice.range(0.18, 0.48) * if site.dice.chance(0.5) { 1.0 } else { -1.0 };
            let r = size * site.dice.range(0.4, 1.2);
            let stone = Shape::new().blob([x, y], r, r * 0.75, &mut site.dice);
            let side = site.side();
            let seed = site.dice.bits();
            sheet.fill(&stone, |px, py| {
                let lit = (0.42 + 0.6 * ((px - x) * side - (py - y)) / r).clamp(0.0, 1.0);
                let grain = 0.7 + 0.6 * fbm(px * 60.0 / r * 0.03, py * 60.0 / r * 0.03, 3, seed);
                solid(scale(mix(hex(0x10_1018), hex(0x8c_8278), lit * lit), grain))
            });
        }
        let card = super::stage::Card::new(sheet, distance).drifting(0.004 / distance);
        site.elements.push(super::stage::Element::Card(card));
    }
}

/// A reef: rocks, corals and weed under shafts of light.
pub(crate) fn reef(site: &mut Site<'_>) -> Backdrop {
    let night = site.light.night;
    let dim = 1.0 - 0.55 * night;
    let surface = scale(hex(0x8c_e4ec), dim);
    let middle = scale(hex(0x14_7ca8), dim);
    let floor = scale(hex(0x06_2c50), dim);
    site.light.high = surface;
    site.light.mid = middle;
    site.light.low = mix(middle, floor, 0.35);
    site.light.key = scale(hex(0xb8_f0f0), dim);
    site.light.shade = scale(hex(0x06_2440), dim);
    site.light.haze = 3.4;
    site.light.night = 0.0;
    site.light.rays = 0.42;
    site.light.glow = surface;
    site.light.horizon = 0.10;
    site.light.leaf.white = 0.0;
    let sun_x = site.side() * site.half() * 0.3;
    site.light.sun = [sun_x, -0.72];
    for (distance, top, tall) in [(9.0, 0.14, 0.16), (5.0, 0.22, 0.20), (2.8, 0.30, 0.22)] {
        seabed(site, distance, top, tall);
    }
    weed(site, 2.0, 0.44, 0.42);
    corals(site, 1.4, 0.44, 22);
    weed(site, 0.9, 0.60, 0.62);
    corals(site, 0.7, 0.56, 12);
    Backdrop::Deep(Deep { surface, middle, floor, sun_x, shafts: 0.75 * dim })
}

fn seabed(site: &mut Site<'_>, distance: f32, top: f32, tall: f32) {
    let mut sheet = site.sheet(distance, top - tall * 1.3, 0.70);
    let seed = site.dice.bits();
    let rock = site.ink(hex(0x4c_6c70), distance);
    let dark = mix(scale(rock, 0.45), site.light.far(site.light.shade, distance), 0.4);
    let half = site.half();
    let line = move |x: f32| {
        let side = smoothstep(0.15, 1.0, x.abs() / half);
        top - tall * side * ridged(x * 1.8 + distance, distance, 4, seed) * 1.1 - 0.02
    };
    sheet.below(line, |x, y, depth| {
        let face = ridged(x * 6.0, y * 6.0, 4, seed ^ 3);
        let up = smoothstep(0.10, 0.0, depth);
        let net = ridged(x * 11.0 + y * 3.0, y * 22.0, 2, seed ^ 7);
        let caustic = smoothstep(0.80, 0.98, net) * 0.25 * smoothstep(7.0, 2.0, distance);
        let ink = mix(dark, rock, (0.2 + 0.6 * face * (0.4 + 0.6 * up)).min(1.0));
        solid(mix(ink, site.light.key, caustic + 0.12 * up))
    });
    site.card(sheet, distance);
}

fn weed(site: &mut Site<'_>, distance: f32, foot: f32, tall: f32) {
    let mut sheet = site.sheet(distance, foot - tall * 1.2, 0.74);
    let half = site.half();
    for clump in 0..9 {
        let side = if clump % 2 == 0 { 1.0 } else { -1.0 };
        let x = side * half * site.dice.range(0.42, 1.12);
        let own = site.dice.pick(&[hex(0x3c_7c58), hex(0x5c_8440), hex(0x2c_6864)]);
        let ink = mix(site.ink(own, distance), site.light.shade, 0.35);
        for _ in 0..5 {
            let long = tall * site.dice.range(0.45, 1.1);
            let mut from = [x + site.dice.around(0.06), foot + 0.08];
            let phase = site.dice.range(0.0, 6.0);
            let mut blade = Shape::new();
            for step in 0..14 {
                let t = step as f32 / 14.0;
                let angle = std::f32::consts::PI + 0.35 * libm::sinf(phase + t * 5.0);
                let to = swing(from, angle, long / 14.0);
                let thick = 0.009 * (1.0 - t * 0.8) / distance.max(0.7);
                blade = blade.limb(from, to, thick, thick * 0.94);
                let leaf = swing(to, angle + 1.1 * if step % 2 == 0 { 1.0 } else { -1.0 }, 0.03);
                blade = blade.limb(to, leaf, thick * 0.6, thick * 0.2);
                from = to;
            }
            sheet.flat(&blade, scale(ink, site.dice.range(0.75, 1.2)));
        }
    }
    site.swaying(sheet, distance, 0.022);
}

fn corals(site: &mut Site<'_>, distance: f32, foot: f32, count: usize) {
    const HUES: [Ink; 6] = [
        hex(0xe8_6c74),
        hex(0xf0_9c58),
        hex(0xc0_70b8),
        hex(0xf0_c870),
        hex(0x70_b0a8),
        hex(0xd8_88a0),
    ];
    seabed(site, distance, foot, 0.10);
    let mut sheet = site.sheet(distance, foot - 0.30, 0.74);
    let half = site.half();
    for _ in 0..count {
        let x = site.dice.range(-1.15, 1.15) * half;
        let edge = smoothstep(0.1, 0.9, x.abs() / half);
        let at = [x, foot + 0.02 + 0.05 * site.dice.unit()];
        let size = lerp(0.04, 0.13, edge) * site.dice.range(0.6, 1.2) / distance.max(0.8);
        let ink = mix(site.ink(site.dice.clone().pick(&HUES), distance), site.light.mid, 0.15);
        site.dice.bits();
        if site.dice.chance(0.5) {
            let mut fan = Shape::new();
            for arm in 0..9 {
                let turn = std::f32::consts::PI + (arm as f32 - 4.0) * 0.26;
                let tip = swing(at, turn, size * site.dice.range(0.8, 1.2));
                fan = fan.limb(at, tip, size * 0.07, size * 0.05);
                let twig = swing(tip, turn + site.dice.around(0.8), size * 0.25);
                fan = fan.limb(tip, twig, size * 0.045, size * 0.05);
            }
            sheet.fill(&fan, |_, y| solid(scale(ink, 0.55 + 0.6 * (at[1] - y) / size)));
        } else {
            for lump in 0..4 {
                let c = [at[0] + (lump as f32 - 1.5) * size * 0.34, at[1] - size * 0.25];
                let r = size * site.dice.range(0.28, 0.42);
                let ball = Shape::new().blob(c, r, r * 0.9, &mut site.dice);
                sheet.fill(&ball, |px, py| {
                    let lit = (0.5 - (py - c[1]) / r * 0.45).clamp(0.0, 1.0);
                    let pores = 0.85 + 0.3 * ridged(px * 9.0 / size, py * 9.0 / size, 2, 4);
                    solid(scale(ink, (0.4 + 0.65 * lit) * pores))
                });
            }
        }
    }
    site.card(sheet, distance);
}

/// A sea of cloud under open sky.
pub(crate) fn cloud_sea(site: &mut Site<'_>) {
    site.light.horizon = 0.12;
    site.light.cover *= 0.5;
    let layers = [
        (18.0, 0.10, 0.022),
        (10.0, 0.13, 0.045),
        (6.0, 0.18, 0.075),
        (3.4, 0.26, 0.11),
        (2.0, 0.37, 0.15),
        (1.1, 0.52, 0.20),
    ];
    for (distance, top, tall) in layers {
        cloud_bank(site, distance, top, tall);
    }
}

/// One bank of cumulus: heaps of puffs, lit from the sun's side.
fn cloud_bank(site: &mut Site<'_>, distance: f32, top: f32, tall: f32) {
    let light = site.light;
    let mut sheet = site.sheet(distance, top - tall * 2.1, top + tall * 2.0 + 0.1);
    let lit = light.far(mix(light.cloud_lit, light.glow, 0.25), distance * 0.7);
    let dark = light.far(mix(light.cloud_dark, light.mid, 0.35), distance * 0.7);
    let base = mix(dark, lit, 0.45);
    let foot = top + tall * 0.6;
    sheet.below(
        |x| foot + tall * 0.15 * fbm(x * 3.0, distance, 2, 4),
        |_, _, depth| {
            let part = smoothstep(0.0, tall * 1.4, depth);
            solid(mix(base, mix(dark, light.air(), 0.3), part))
        },
    );
    let (left, right) = (sheet.origin[0], sheet.right());
    let mut x = left;
    let side = site.side();
    let seed = site.dice.bits();
    while x < right {
        x += tall * site.dice.range(0.4, 1.1);
        let swell = smoothstep(0.35, 0.72, fbm(x * 1.5, distance, 2, seed));
        let heap = tall * (0.25 + 1.9 * swell * site.dice.range(0.6, 1.1));
        for puff in 0..12 {
            let up = puff as f32 / 12.0;
            let spread = heap * (1.0 - up * 0.7);
            let c = [x + site.dice.around(0.9) * spread, foot - heap * up + tall * 0.15];
            let r = heap * site.dice.range(0.22, 0.42) * (1.15 - 0.5 * up) + tall * 0.06;
            let ball = Shape::new().blob(c, r * 1.15, r, &mut site.dice);
            sheet.fill(&ball, |px, py| {
                let (u, v) = ((px - c[0]) / r, (py - c[1]) / r);
                let shade = (0.50 + 0.16 * (u * side - v) + 0.42 * (up - 0.35)).clamp(0.0, 1.0);
                let soft = 0.85 * smoothstep(1.15, 0.35, (u * u * 0.8 + v * v).sqrt());
                veil(mix(dark, lit, shade), soft)
            });
        }
    }
    let card = super::stage::Card::new(sheet.blurred(0.004), distance).drifting(0.012 / distance);
    site.elements.push(super::stage::Element::Card(card));
}
