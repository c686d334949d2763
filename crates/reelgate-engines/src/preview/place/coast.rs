//! The sea, from open water to the beach.

use libm::sinf;

use super::super::paint::colour::{Ink, glow, hex, mix, scale, solid, veil};
use super::super::paint::cutout::{Coat, Fleck};
use super::super::paint::noise::{Tile, fbm, lerp, smoothstep};
use super::super::paint::shape::{Point, Shape};
use super::super::words::Weather;
use super::land::Range;
use super::plant::{Foliage, palm};
use super::site::Site;
use super::stage::{Act, Dab, Element, Moment};
use super::water::Water;

/// Open water to the horizon, a headland far off.
pub(crate) fn open_sea(site: &mut Site<'_>) {
    site.light.horizon = 0.03;
    headland(site, 12.0, 0.02);
    let light = site.light;
    let deep = scale(mix(hex(0x0c_4460), light.mid, 0.18), 1.0 - 0.75 * light.night);
    let rough = if site.facts.sky(Weather::Storm) { 1.5 } else { 0.9 };
    site.elements.push(Element::Water(Water::of(&light, deep, rough)));
    if light.night > 0.5 {
        shore_lights(site);
    }
}

/// Windows and lamps of a coast at night, and their paths over the water.
fn shore_lights(site: &mut Site<'_>) {
    const HUES: [Ink; 4] = [hex(0xff_c878), hex(0xff_e0a8), hex(0xff_b060), hex(0xc8_e4ff)];
    let (half, horizon) = (site.half(), site.light.horizon);
    let lamps: Vec<(Point, Ink, f32)> = (0..34)
        .map(|_| {
            let up = site.dice.range(0.0, 1.0);
            let at = [site.dice.range(-1.05, 1.05) * half, horizon - 0.004 - 0.03 * up * up];
            (at, site.dice.pick(&HUES), site.dice.range(0.0, 40.0))
        })
        .collect();
    let act = Box::new(move |m: &Moment| {
        let mut dabs = Vec::new();
        for &(at, ink, phase) in &lamps {
            let beat = 0.85 + 0.15 * sinf(m.seconds * 3.0 + phase);
            dabs.push(Dab::Fleck(Fleck::dot(at, 0.0032, glow(ink, 1.2 * beat))));
            dabs.push(Dab::Fleck(Fleck::dot(at, 0.022, glow(ink, 0.16 * beat))));
            for ring in 1..7 {
                let deep = ring as f32 * 0.017;
                let sway = 0.004 * sinf(m.seconds * 2.1 + phase + ring as f32 * 1.9);
                let on = [at[0] + sway, horizon + deep];
                let part = 0.5 * beat * (1.0 - deep / 0.12);
                dabs.push(Dab::Fleck(Fleck::dot(on, 0.0055, glow(ink, part))));
            }
        }
        dabs
    });
    site.place(Element::Actor { distance: 11.0, act }, 11.0);
}

/// A range of hills that runs into the sea on one side.
pub(crate) fn headland(site: &mut Site<'_>, distance: f32, top: f32) {
    let side = if site.dice.chance(0.5) { 1.0 } else { -1.0 };
    let range = Range {
        top: top - 0.01,
        tall: 0.11,
        pitch: 1.4,
        sharp: 0.5,
        distance,
        own: hex(0x50_6258),
        snow: 0.0,
        relief: 0.7,
        seed: site.dice.bits(),
    };
    let horizon = site.light.horizon;
    let mut sheet = range.paint(site, horizon + 0.006);
    let (half, width) = (site.half(), sheet.width);
    let origin = sheet.origin[0];
    for (index, texel) in sheet.texels.iter_mut().enumerate() {
        let x = origin + ((index % width) as f32 + 0.5) / site.density;
        let inland = x * side / half;
        let row = (index / width) as f32 / site.density + sheet.origin[1];
        let line = horizon - 0.16 * (inland - 0.05).max(0.0) * (0.6 + 0.6 * inland.max(0.0));
        if row < line {
            *texel = [0; 4];
        }
    }
    site.card(sheet, distance);
}

/// Sand, shallow water and waves that come and go.
pub(crate) fn beach(site: &mut Site<'_>) {
    site.light.horizon = -0.04;
    headland(site, 14.0, -0.045);
    let light = site.light;
    let day = 1.0 - 0.75 * light.night;
    let deep = scale(mix(hex(0x12_6a86), light.mid, 0.25), day);
    let shallow = scale(mix(hex(0x5c_c8bc), light.mid, 0.2), day);
    let water = Water::of(&light, deep, 0.65);
    site.elements.push(Element::Water(Water { glitter: water.glitter * 0.8, ..water }));
    sand(site);
    let foam = mix(site.ink([1.0, 1.0, 0.98], 1.0), light.low, 0.12);
    let half = site.half() + 0.3;
    let wet = scale(site.ink(SAND, 0.9), 0.58);
    site.elements.push(Element::Actor {
        distance: 1.2,
        act: surf(half, [shallow, foam, mix(wet, light.mid, 0.25)], light.horizon),
    });
    palms(site);
}

const SAND: Ink = hex(0xe6_cfa4);
const SURF: f32 = 0.20;

fn sand(site: &mut Site<'_>) {
    let mut sheet = site.sheet(1.2, SURF - 0.03, 0.70);
    let near = site.ink(SAND, 0.8);
    let far = mix(near, site.light.low, 0.25);
    sheet.below(
        |x| SURF + shoreline(x),
        |x, y, depth| {
            let part = smoothstep(0.0, 0.35, depth);
            let dune = fbm(x * 3.0, y * 11.0, 3, 21);
            let grain = fbm(x * 260.0, y * 300.0, 2, 22);
            let tone = 0.86 + 0.16 * dune + 0.10 * (grain - 0.5);
            solid(scale(mix(far, near, part), tone))
        },
    );
    let shell = mix(near, [1.0, 0.95, 0.9], 0.5);
    for _ in 0..26 {
        let at = [site.dice.range(-1.0, 1.0) * site.half(), site.dice.range(0.36, 0.52)];
        let size = site.dice.range(0.002, 0.005);
        let dark =
            Shape::new().ellipse([at[0] + size * 0.5, at[1] + size * 0.5], size * 1.3, size * 0.6);
        sheet.fill(&dark, |_, _| veil([0.1, 0.08, 0.1], 0.3));
        sheet.flat(
            &Shape::new().ellipse(at, size, size * 0.6),
            scale(shell, site.dice.range(0.7, 1.0)),
        );
    }
    site.card(sheet, 1.2);
}

/// The beach is a bay, not a ruler.
fn shoreline(x: f32) -> f32 {
    0.05 * (fbm(x * 0.7 + 5.0, 2.0, 2, 31) - 0.5) + 0.06 * x * 0.3
}

/// Swells rolling in, the sheet of water running up the sand, and its lace of foam.
fn surf(half: f32, [shallow, foam, wet]: [Ink; 3], horizon: f32) -> Act {
    Box::new(move |moment| {
        let t = moment.seconds;
        let mut dabs = Vec::new();
        let tile = Tile::shared();
        let run = |shift: f32| 0.5 - 0.5 * libm::cosf((t + shift) * 0.9);
        let edge = |x: f32, rise: f32, seed: f32| {
            let lobes = tile.at(x * 2.3 + seed, seed * 3.1 + t * 0.05) - 0.5;
            let fine = tile.at(x * 11.0 + seed, 4.0 + t * 0.1) - 0.5;
            SURF + shoreline(x) + 0.035 + 0.085 * rise + 0.045 * lobes + 0.007 * fine
        };
        let high = |x: f32| edge(x, 1.02, 3.0) + 0.006;
        let top = |x: f32| SURF + shoreline(x) - 0.035;
        let clear = [wet[0] * 0.62, wet[1] * 0.62, wet[2] * 0.62, 0.62];
        dabs.push(Dab::Fill(strip(half, top, high), Coat::graded(clear, veil(wet, 0.5))));
        for step in 0..5 {
            // Each swell is born far out, grows, and breaks at the sand.
            let life = ((t * 0.075 + step as f32 / 5.0) % 1.0).powi_two();
            let base = lerp(horizon + 0.03, SURF - 0.005, life);
            let seed = step as f32 * 5.3;
            let tall = lerp(0.002, 0.026, life);
            let crest = |x: f32| {
                base + shoreline(x) * life
                    - tall * smoothstep(0.25, 0.8, tile.at(x * 1.6 + seed, 2.0))
            };
            let foot = |x: f32| base + shoreline(x) * life + tall * 0.25;
            let dark = mix(shallow, [0.02, 0.16, 0.22], 0.35);
            let face = Coat::graded(veil(shallow, 0.25 + 0.5 * life), veil(dark, 0.2 * life));
            dabs.push(Dab::Fill(strip(half, crest, foot), face));
            let cap = smoothstep(0.35, 0.8, life);
            let lip = |x: f32| crest(x) + tall * cap * 1.2 * tile.at(x * 7.0 + seed, t * 0.5);
            let white = veil(foam, 0.25 + 0.65 * cap);
            dabs.push(Dab::Fill(strip(half, crest, lip), Coat::graded(white, white)));
        }
        for (shift, seed, part) in [(0.0, 3.0, 1.0), (2.6, 9.0, 0.7)] {
            let rise = run(shift);
            let fade = part * (0.45 + 0.55 * rise);
            let water = Coat::graded(veil(shallow, 0.72 * fade), veil(shallow, 0.30 * fade));
            dabs.push(Dab::Fill(strip(half, top, |x| edge(x, rise, seed)), water));
            let lace = |x: f32| {
                let thick = 0.004 + 0.016 * smoothstep(0.3, 0.8, tile.at(x * 6.0 + seed, t * 0.2));
                edge(x, rise, seed) - thick
            };
            let white = Coat::graded(veil(foam, 0.55 * fade), veil(foam, 0.95 * fade));
            dabs.push(Dab::Fill(strip(half, lace, |x| edge(x, rise, seed) + 0.001), white));
        }
        dabs
    })
}

trait Square {
    fn powi_two(self) -> f32;
}

impl Square for f32 {
    fn powi_two(self) -> f32 {
        self * self
    }
}

/// The area between two lines across the frame.
fn strip(half: f32, upper: impl Fn(f32) -> f32, lower: impl Fn(f32) -> f32) -> Shape {
    const POINTS: usize = 90;
    let at = |index: usize| (index as f32 / POINTS as f32 * 2.0 - 1.0) * half;
    let mut ring: Vec<Point> = (0..=POINTS).map(|i| [at(i), upper(at(i))]).collect();
    ring.extend((0..=POINTS).rev().map(|i| [at(i), lower(at(i)).max(upper(at(i)))]));
    Shape::new().polygon(&ring)
}

fn palms(site: &mut Site<'_>) {
    let side = -site.side();
    let mut sheet = site.sheet(0.9, -0.62, 0.68);
    let mut f = Foliage::of(site, 0.9);
    f.crown = mix(site.ink(hex(0x3c_7a3c), 0.9), site.light.shade, 0.3);
    f.lit = mix(f.crown, site.light.key, 0.3);
    let fit = site.fit();
    for (x, tall) in [(0.92, 0.80), (1.06, 0.62)] {
        let foot = [side * site.half() * x, 0.46 + 0.05 * x];
        palm(&mut sheet, foot, tall * fit, &f, &mut site.dice);
    }
    site.swaying(sheet, 0.9, 0.008);
}
