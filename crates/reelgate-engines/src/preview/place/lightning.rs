//! Lightning: forked bolts far off, and the clouds that they light up.

use libm::sinf;

use super::super::paint::colour::{Ink, glow, hex};
use super::super::paint::cutout::Fleck;
use super::super::paint::noise::{Dice, smoothstep};
use super::super::paint::shape::Point;
use super::site::Site;
use super::stage::{Dab, Element, Moment};

/// How far off it strikes.
const DISTANCE: f32 = 18.0;
/// Seconds between strikes, about, and how long one is seen.
const EVERY_S: f32 = 1.7;
const SEEN_S: f32 = 0.5;
/// Dots that make up a bolt, and strikes until they come round again.
const DOTS: usize = 90;
const STRIKES: usize = 6;
const INK: Ink = hex(0xd8_dcff);

struct Strike {
    start: f32,
    top: Point,
    dots: Vec<Point>,
}

/// Strikes all over the sky, each at its own moment.
pub(crate) fn lightning(site: &mut Site<'_>) {
    let (half, horizon) = (site.half(), site.light.horizon);
    let strikes: Vec<Strike> = (0..STRIKES)
        .map(|index| {
            let top = [site.dice.range(-0.8, 0.8) * half, site.dice.range(-0.44, -0.34)];
            let start = 0.35 + index as f32 * EVERY_S + site.dice.range(0.0, 0.6);
            Strike { start, top, dots: bolt(top, horizon, &mut site.dice) }
        })
        .collect();
    let round_s = STRIKES as f32 * EVERY_S + 1.0;
    let act = Box::new(move |m: &Moment| {
        let mut dabs = Vec::new();
        for strike in &strikes {
            let age = (m.seconds - strike.start).rem_euclid(round_s);
            if age > SEEN_S {
                continue;
            }
            // It flickers twice and dies away.
            let light = smoothstep(SEEN_S, 0.05, age) * (0.65 + 0.35 * sinf(age * 40.0));
            dabs.push(Dab::Fleck(Fleck::dot(strike.top, 0.55, glow(INK, 0.5 * light))));
            for (index, at) in strike.dots.iter().enumerate() {
                let thin = 1.0 - 0.5 * (index % DOTS) as f32 / DOTS as f32;
                dabs.push(Dab::Fleck(Fleck::dot(*at, 0.0042 * thin, glow(INK, 1.4 * light))));
                if index % 6 == 0 {
                    dabs.push(Dab::Fleck(Fleck::dot(*at, 0.03, glow(INK, 0.16 * light))));
                }
            }
        }
        dabs
    });
    site.place(Element::Actor { distance: DISTANCE, act }, DISTANCE);
}

/// A crooked way down to the horizon, with a branch that ends in the air.
fn bolt(top: Point, horizon: f32, dice: &mut Dice) -> Vec<Point> {
    let lean = dice.range(-0.3, 0.3);
    let mut dots = crooked(top, horizon, DOTS, lean, dice);
    let fork = dots[DOTS / 3];
    let side = if dice.chance(0.5) { 0.9 } else { -0.9 };
    let ends = fork[1] + (horizon - fork[1]) * 0.45;
    dots.extend(crooked(fork, ends, DOTS / 3, side, dice));
    dots
}

/// Dots from a point down to a height, leaning to a side and changing their mind.
fn crooked(from: Point, to_y: f32, count: usize, lean: f32, dice: &mut Dice) -> Vec<Point> {
    let (mut x, mut slope) = (from[0], lean);
    let step = (to_y - from[1]) / count as f32;
    (0..count)
        .map(|dot| {
            if dot % 7 == 0 {
                slope = lean + dice.range(-1.1, 1.1);
            }
            x += slope * step;
            [x, from[1] + step * dot as f32]
        })
        .collect()
}
