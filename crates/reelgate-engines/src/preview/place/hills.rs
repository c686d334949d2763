//! Mountains, lakes and rivers.

use super::super::paint::colour::{hex, mix, scale};
use super::super::paint::noise::fbm;
use super::super::paint::sheet::Sheet;
use super::super::words::{Setting, Weather};
use super::land::{Range, ground};
use super::plant::{grass, rows_of_trees};
use super::site::Site;
use super::stage::Element;
use super::water::Water;

/// Alps: two snowy ranges, wooded foothills, a meadow in front.
pub(crate) fn mountains(site: &mut Site<'_>) {
    site.light.horizon = 0.12;
    alps(site, 0.02);
    wooded(site, 0.17, 4.0, 0.055);
    wooded(site, 0.24, 2.4, 0.10);
    foreground(site);
}

/// Still water under mountains.
pub(crate) fn lake(site: &mut Site<'_>) {
    site.light.horizon = 0.10;
    if site.facts.settings.contains(&Setting::Forest) {
        low_hills(site);
    } else {
        alps(site, 0.0);
    }
    wooded(site, 0.095, 5.0, 0.05);
    let deep = scale(mix(hex(0x1c_4a58), site.light.mid, 0.3), 1.0 - 0.7 * site.light.night);
    let ripple = if site.facts.sky(Weather::Storm) { 0.7 } else { 0.22 };
    let water = Water { flow: 0.0, mirror: 1.0, ..Water::of(&site.light, deep, ripple) };
    site.elements.push(Element::Water(Water { glitter: water.glitter * 0.7, ..water }));
    shore_bushes(site);
}

/// A river winding between wooded banks.
pub(crate) fn river(site: &mut Site<'_>) {
    site.light.horizon = 0.02;
    if site.facts.settings.contains(&Setting::Mountains) {
        alps(site, -0.05);
    } else {
        low_hills(site);
    }
    wooded(site, 0.025, 7.0, 0.05);
    let deep = scale(mix(hex(0x2c_5a5c), site.light.mid, 0.25), 1.0 - 0.7 * site.light.night);
    site.elements.push(Element::Water(Water {
        flow: 0.12,
        mirror: 0.95,
        glitter: 0.5,
        ..Water::of(&site.light, deep, 0.42)
    }));
    let side = if site.dice.chance(0.5) { 1.0 } else { -1.0 };
    for (index, distance) in [4.2_f32, 2.9, 2.0, 1.35, 0.95].into_iter().enumerate() {
        let way = if index % 2 == 0 { side } else { -side };
        bank(site, distance, way, 0.26);
        bank(site, distance * 0.93, -way, 0.62);
    }
}

fn alps(site: &mut Site<'_>, lift: f32) {
    let winter = site.light.leaf.white;
    let fit = site.fit();
    let (near, far) = (site.dice.bits(), site.dice.bits());
    let back = Range {
        top: -0.06 + lift,
        tall: 0.26 * fit,
        pitch: 1.3 / fit,
        sharp: 1.0,
        distance: 16.0,
        own: hex(0x6c_7a94),
        snow: 0.62 + 0.3 * winter,
        relief: 1.0,
        seed: far,
    };
    let sheet = back.paint(site, 0.3);
    site.card(sheet, 16.0);
    let front = Range {
        top: 0.05 + lift,
        tall: 0.24 * fit,
        pitch: 1.5 / fit,
        distance: 9.0,
        own: hex(0x5a_6470),
        snow: 0.28 + 0.5 * winter,
        seed: near,
        ..back
    };
    let sheet = front.paint(site, 0.35);
    site.card(sheet, 9.0);
}

fn low_hills(site: &mut Site<'_>) {
    let crowns = site.light.leaf.crowns;
    for (index, (top, distance)) in [(-0.06, 18.0), (-0.02, 11.0)].into_iter().enumerate() {
        let hills = Range {
            top,
            tall: 0.13,
            pitch: 1.1,
            sharp: 0.25,
            distance,
            own: mix(crowns[index], hex(0x50_6a60), 0.4),
            snow: 0.0,
            relief: 0.5,
            seed: site.dice.bits(),
        };
        let sheet = hills.paint(site, 0.3);
        site.card(sheet, distance);
    }
}

/// A wooded rise across the frame.
pub(crate) fn wooded(site: &mut Site<'_>, top: f32, distance: f32, tall: f32) {
    let seed = site.dice.bits();
    let line = move |x: f32| top + 0.07 * (fbm(x * 1.1 + 9.0, distance, 3, seed) - 0.5);
    let mut sheet = site.sheet(distance, top - 0.06 - tall * 1.6, top + 0.2);
    rows_of_trees(site, &mut sheet, |x| line(x) - tall * 0.15, (tall * 0.9, tall * 0.3), distance);
    let green = 0.4 + 0.5 * site.light.leaf.white;
    let soil = mix(site.light.leaf.crowns[2], site.light.leaf.grass, green);
    let (soil, deep) = (site.ink(scale(soil, 0.8), distance), site.silhouette(distance));
    sheet.below(line, |x, y, depth| {
        let tone = 0.8 + 0.4 * fbm(x * 30.0, y * 60.0, 3, seed);
        let ink = scale(mix(soil, deep, (depth * 3.0).min(0.5)), tone);
        [ink[0], ink[1], ink[2], 1.0]
    });
    rows_of_trees(site, &mut sheet, |x| line(x) + tall * 0.2, (tall, tall * 0.36), distance);
    site.card(sheet, distance);
}

/// A wooded tongue of land from one side; `gap` is where it ends.
fn bank(site: &mut Site<'_>, distance: f32, side: f32, gap: f32) {
    let foot = site.light.horizon + 0.20 / distance;
    let half = site.half();
    let tip = side * half * gap * (0.35 + 0.65 / distance.max(0.9));
    let tall = (0.34 / distance).min(0.30);
    let mut sheet = site.sheet(distance, foot - tall * 1.6 - 0.05, foot + 0.16 / distance);
    let seed = site.dice.bits();
    let soil = site.ink(mix(site.light.leaf.grass, hex(0x5c_4a38), 0.35), distance);
    let wet = site.ink(hex(0x38_302a), distance);
    let reach = site.reach(distance);
    let slope = move |x: f32| {
        let inland = (x * side - tip * side).max(-0.02) / reach;
        foot - 0.10 * inland.sqrt_or_zero() / distance
            + 0.012 * (fbm(x * 14.0, distance, 3, seed) - 0.5)
    };
    let edge = move |x: f32| {
        let inland = x * side - tip * side;
        foot + (inland * 0.30).clamp(-0.02, 0.10) / distance + 0.006 * fbm(x * 20.0, 1.0, 2, seed)
    };
    paint_tongue(&mut sheet, slope, edge, |x, y, t| {
        let tone = 0.82 + 0.36 * fbm(x * 40.0, y * 90.0, 3, seed);
        scale(mix(soil, wet, t * t), tone)
    });
    let mut x = tip;
    while x.abs() < reach && x * side < reach {
        x += side * tall * site.dice.range(0.16, 0.42);
        let tall = tall * site.dice.range(0.6, 1.15) * (1.0 - 0.25 * (tip / x).abs().min(1.0));
        super::plant::tree(site, &mut sheet, [x, slope(x) + 0.02 / distance], tall, distance);
        let tuft = [x, slope(x) + 0.035 / distance];
        let ink = site.ink(site.light.leaf.grass, distance);
        grass(&mut sheet, tuft, tall * 0.12, tall * 0.4, ink, &mut site.dice);
    }
    site.card(sheet, distance);
}

/// Fills between two lines wherever the upper is above the lower.
fn paint_tongue(
    sheet: &mut Sheet,
    upper: impl Fn(f32) -> f32 + Sync,
    lower: impl Fn(f32) -> f32 + Sync,
    ink: impl Fn(f32, f32, f32) -> [f32; 3] + Sync,
) {
    sheet.below(&upper, |x, y, depth| {
        let thick = lower(x) - upper(x);
        let part = ((lower(x) - y) * 400.0).clamp(0.0, 1.0);
        if thick <= 0.0 || part <= 0.0 {
            return [0.0; 4];
        }
        let ink = ink(x, y, (depth / thick).min(1.0));
        [ink[0] * part, ink[1] * part, ink[2] * part, part]
    });
}

/// A square root that treats what is below zero as zero.
trait SqrtOrZero {
    fn sqrt_or_zero(self) -> f32;
}

impl SqrtOrZero for f32 {
    fn sqrt_or_zero(self) -> f32 {
        self.max(0.0).sqrt()
    }
}

fn foreground(site: &mut Site<'_>) {
    let grass_ink = scale(site.light.leaf.grass, 1.0 + 0.15 * site.light.leaf.white);
    let sheet = ground(
        site,
        1.3,
        0.30,
        grass_ink,
        mix(grass_ink, site.light.leaf.crowns[1], 0.4 * (1.0 - site.light.leaf.white)),
    );
    site.card(sheet, 1.3);
    tufts(site, 0.40, 0.42, 0.05);
}

/// Bushes and reeds framing the near shore.
fn shore_bushes(site: &mut Site<'_>) {
    tufts(site, 0.5, 0.50, 0.11);
}

/// Near grass along the bottom, swaying.
pub(crate) fn tufts(site: &mut Site<'_>, distance: f32, foot: f32, tall: f32) {
    let distance = distance.max(0.45);
    let mut sheet = site.sheet(distance, foot - tall * 1.6, 0.66);
    let ink = mix(site.ink(site.light.leaf.grass, 0.6), site.light.shade, 0.45);
    let (mut x, right) = (sheet.origin[0], sheet.right());
    while x < right {
        x += tall * site.dice.range(0.1, 0.4);
        let rise = fbm(x * 2.0, 3.0, 3, 77);
        let foot = [x, foot + tall * 0.5 + 0.08 * (1.0 - rise)];
        grass(&mut sheet, foot, tall * (0.5 + rise), tall * 0.4, ink, &mut site.dice);
    }
    let seed = 78;
    sheet.below(
        |x| foot + tall * 0.3 + 0.08 * (1.0 - fbm(x * 2.0, 3.0, 3, 77)),
        |x, y, _| {
            let tone = 0.6 + 0.5 * fbm(x * 50.0, y * 50.0, 3, seed);
            let ink = scale(ink, tone);
            [ink[0], ink[1], ink[2], 1.0]
        },
    );
    site.swaying(sheet, distance, 0.006);
}
