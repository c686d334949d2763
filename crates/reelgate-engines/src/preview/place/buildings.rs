//! Houses and landmarks where the ground is.

use libm::{cosf, sinf};

use super::super::cast::{landmark, thing};
use super::super::paint::colour::{glow, hex, scale, solid, veil};
use super::super::paint::cutout::{Coat, Fleck};
use super::super::paint::noise::{fbm, smoothstep};
use super::super::paint::shape::{Point, Shape};
use super::super::words::Subject;
use super::actors::put;
use super::site::Site;
use super::stage::{Card, Dab, Element, Moment};

/// A house, a group of them, or a landmark.
pub(crate) fn building(site: &mut Site<'_>, kind: Subject) {
    let side = -site.side();
    let x = side * site.half() * 0.42;
    let lit = site.light.night > 0.3 || site.light.sun[1] > -0.10;
    let fit = site.fit();
    let foot = site.light.horizon + 0.10;
    match kind {
        Subject::House => {
            put(site, 2.2, ([x, foot + 0.04], 0.22 * fit, 1.0), move |_| thing::cottage(lit));
            chimney(site, [x - 0.065 * fit, foot + 0.04 - 0.245 * fit]);
        }
        Subject::Village => village(site, x, lit),
        Subject::Windmill => {
            put(site, 2.4, ([x, foot + 0.02], 0.34 * fit, 1.0), |m| thing::windmill(m.seconds));
        }
        Subject::Castle => {
            let at = [x * 0.55, site.light.horizon + 0.035];
            hill(site, at, 0.62 * fit);
            put(site, 3.2, (at, 0.46 * fit, side), move |m| landmark::castle(lit, m.seconds));
        }
        Subject::Temple => {
            let at = [x * 0.7, foot + 0.03];
            put(site, 2.3, (at, 0.44 * fit, 1.0), move |_| landmark::pagoda(lit));
        }
        _ => {
            let at = [x, site.light.horizon + 0.03];
            rock(site, at);
            put(site, 2.9, (at, 0.34 * fit, 1.0), |_| thing::lighthouse());
            beacon(site, [at[0], at[1] - 0.305 * fit]);
        }
    }
}

/// Cottages, the farther the smaller.
fn village(site: &mut Site<'_>, x: f32, lit: bool) {
    let fit = site.fit();
    let horizon = site.light.horizon;
    for (aside, away, facing) in [
        (-0.62, 3.3, 1.0),
        (0.28, 3.1, -1.0),
        (-0.30, 2.8, -1.0),
        (0.56, 2.5, 1.0),
        (-0.02, 2.3, 1.0),
    ] {
        let size = 0.44 / away * site.dice.range(0.94, 1.06) * fit;
        let at = [x * 0.4 + aside * site.half().min(0.9), horizon + 0.30 / away];
        put(site, away, (at, size, facing), move |_| thing::cottage(lit));
        if away < 2.7 {
            chimney(site, [at[0] - 0.29 * size * facing, at[1] - 1.11 * size]);
        }
    }
}

/// The hill a castle stands on.
fn hill(site: &mut Site<'_>, at: Point, wide: f32) {
    let ink = site.ink(site.light.leaf.grass, 3.25);
    let mut sheet = site.sheet(3.25, at[1] - 0.06, at[1] + 0.12);
    let mound = Shape::new().curve(&[
        [at[0] - wide, at[1] + 0.10],
        [at[0] - wide * 0.62, at[1] + 0.02],
        [at[0] - wide * 0.30, at[1] - 0.012],
        [at[0] + wide * 0.32, at[1] - 0.012],
        [at[0] + wide * 0.64, at[1] + 0.02],
        [at[0] + wide, at[1] + 0.10],
    ]);
    sheet.fill(&mound, |x, y| {
        let tone = 0.75 + 0.5 * fbm(x * 24.0, y * 60.0, 4, 9) - (y - at[1]) * 2.0;
        solid(scale(ink, tone.max(0.3)))
    });
    site.place(Element::Card(Card::new(sheet, 3.25)), 3.25);
}

fn chimney(site: &mut Site<'_>, at: Point) {
    let act = Box::new(move |m: &Moment| {
        (0..14)
            .map(|puff| {
                let life = (m.seconds * 0.16 + puff as f32 / 14.0).fract();
                let x = at[0] + 0.10 * life * life + 0.012 * sinf(life * 9.0 + puff as f32);
                let part = 0.16 * (1.0 - life) * smoothstep(0.0, 0.1, life);
                let dot = [x, at[1] - 0.20 * life];
                Dab::Fleck(Fleck::dot(dot, 0.012 + 0.035 * life, veil([0.85, 0.85, 0.88], part)))
            })
            .collect()
    });
    site.place(Element::Actor { distance: 2.19, act }, 2.19);
}

fn rock(site: &mut Site<'_>, at: Point) {
    let ink = site.ink(hex(0x50_4c48), 2.95);
    let mut sheet = site.sheet(2.95, at[1] - 0.08, at[1] + 0.10);
    let stone = Shape::new().curve(&[
        [at[0] - 0.26, at[1] + 0.045],
        [at[0] - 0.15, at[1] + 0.005],
        [at[0], at[1] - 0.012],
        [at[0] + 0.14, at[1] + 0.004],
        [at[0] + 0.28, at[1] + 0.045],
    ]);
    sheet.fill(&stone, |x, y| {
        let tone = 0.55 + 0.8 * fbm(x * 30.0, y * 40.0, 4, 5) - (y - at[1]) * 4.0;
        solid(scale(ink, tone.max(0.3)))
    });
    site.place(Element::Card(Card::new(sheet, 2.95)), 2.95);
}

/// Cones that a beam of light is laid from.
const BEAM_PARTS: usize = 14;

/// The turning beam of a lighthouse.
fn beacon(site: &mut Site<'_>, lamp: Point) {
    let strength = 0.10 + 0.20 * site.light.night;
    let act = Box::new(move |m: &Moment| {
        let turn = m.seconds * 0.9;
        let (reach, near) = (cosf(turn), sinf(turn));
        let far = 0.9 * reach;
        let spread = 0.02 + 0.10 * reach.abs() + 0.05 * near.max(0.0);
        let warm = hex(0xff_f2cc);
        let flash = strength * smoothstep(0.15, 0.8, reach.abs());
        let ahead = near.max(0.0) * near.max(0.0);
        let flare = 0.35 + 0.65 * ahead * ahead;
        // One cone over the other, each a little shorter: light that thins out with the way.
        let cone = |part: f32| {
            let (far, spread) = (far * part, spread * part);
            let (up, down) = (lamp[1] - spread, lamp[1] + spread * 0.8);
            Shape::new().polygon(&[lamp, [lamp[0] + far, up], [lamp[0] + far, down]])
        };
        let thin = glow(warm, flash / BEAM_PARTS as f32);
        let parts = (1..=BEAM_PARTS).map(|part| part as f32 / BEAM_PARTS as f32);
        let mut dabs: Vec<Dab> =
            parts.map(|part| Dab::Fill(cone(part), Coat::graded(thin, thin))).collect();
        dabs.push(Dab::Fleck(Fleck::dot(lamp, 0.05 + 0.08 * flare, glow(warm, 0.8 * flare))));
        dabs
    });
    site.place(Element::Actor { distance: 2.88, act }, 2.88);
}
