//! Bridges and lights: candles, fires, fireworks, lanterns.

use libm::{cosf, sinf};

use super::super::cast::craft;
use super::super::cast::thing;
use super::super::paint::colour::{Ink, glow, hex, mix, scale, solid, veil};
use super::super::paint::cutout::{Coat, Fleck};
use super::super::paint::noise::{fbm, smoothstep};
use super::super::paint::shape::{Point, Shape};
use super::super::words::{Action, Framing, Setting, Subject};
use super::actors::{Dresser, put};
use super::inside::smoke;
use super::site::Site;
use super::stage::{Card, Dab, Element, Moment};

const DECK: f32 = 0.10;
const DECK_AWAY: f32 = 2.3;

/// A viaduct across the frame.
pub(crate) fn bridge(site: &mut Site<'_>) {
    let mut sheet = site.sheet(DECK_AWAY, DECK - 0.05, 0.62);
    let stone = site.ink(hex(0x8c_8478), DECK_AWAY);
    let dark = mix(scale(stone, 0.55), site.silhouette(DECK_AWAY), 0.4);
    let white = site.light.leaf.white;
    let side = site.side();
    let block = |x: f32, y: f32| {
        let row = (y * 90.0).floor();
        let joint =
            ((y * 90.0).fract().abs() < 0.12) || ((x * 45.0 + row * 0.5).fract().abs() < 0.06);
        let tone = 0.85 + 0.25 * fbm(x * 60.0, y * 60.0, 3, 3);
        tone * if joint { 0.82 } else { 1.0 }
    };
    let (left, right) = (sheet.origin[0], sheet.right());
    let span = 0.21;
    let mut x = (left / span).floor() * span;
    while x < right {
        let (a, b) = (x + 0.028, x + span - 0.028);
        let pier = Shape::new().polygon(&[
            [x - 0.024, DECK + 0.02],
            [x + 0.024, DECK + 0.02],
            [x + 0.034, 0.64],
            [x - 0.034, 0.64],
        ]);
        sheet.fill(&pier, |px, py| {
            let lit = ((px - x) * side * 16.0 + 0.5).clamp(0.0, 1.0);
            solid(scale(mix(dark, stone, lit), block(px, py)))
        });
        // The arch: a wall above a half circle, drawn as columns.
        let (mid, r) = ((a + b) * 0.5, (b - a) * 0.5);
        let mut wall: Vec<Point> = vec![[x, DECK], [x + span, DECK], [x + span, DECK + 0.13]];
        for step in 0..=16 {
            let turn = step as f32 / 16.0 * std::f32::consts::PI;
            wall.push([mid + r * cosf(turn), DECK + 0.13 - r * sinf(turn)]);
        }
        wall.push([x, DECK + 0.13]);
        sheet.fill(&Shape::new().polygon(&wall), |px, py| {
            solid(scale(mix(dark, stone, 0.7), block(px, py)))
        });
        x += span;
    }
    let parapet = Shape::new().rect(left, DECK - 0.014, right, DECK + 0.012);
    sheet.fill(&parapet, |px, py| solid(scale(stone, 1.05 * block(px, py))));
    let cap = site.ink(mix([0.75, 0.73, 0.7], [0.96, 0.97, 1.0], white), DECK_AWAY);
    sheet.flat(&Shape::new().rect(left, DECK - 0.020, right, DECK - 0.012), cap);
    site.place(Element::Card(Card::new(sheet, DECK_AWAY)), DECK_AWAY);
}

/// A train on a viaduct, or on a low bank.
pub(crate) fn railway(site: &mut Site<'_>) {
    let glass = site.facts.framed(Framing::Glass);
    let lit = site.light.night > 0.3 || glass || site.light.sun[1] > -0.12;
    let own = site.dice.pick(&[hex(0xb0_3c34), hex(0x2c_5c84), hex(0x3c_6c50)]);
    let on_bridge = site.facts.has(Subject::Bridge)
        || matches!(site.facts.settings.first(), Some(Setting::Mountains | Setting::River));
    let (deck, distance, tall) = if on_bridge {
        bridge(site);
        (DECK - 0.010, DECK_AWAY + 0.01, 0.078)
    } else {
        bank(site);
        (0.235, 1.72, 0.135)
    };
    let way = if site.dice.chance(0.5) { 1.0 } else { -1.0 };
    let cars = 3;
    let long = tall * 3.19 * (cars + 1) as f32;
    let run = (0.10 * site.seconds).clamp(0.25, 0.9);
    let from = long * 0.5 - run * 0.5;
    let dresser = Dresser::new(site, distance);
    let steam = hex(0xff_f4e0);
    let act = Box::new(move |m: &Moment| {
        let x = way * (from + run * m.part);
        let shake = 0.0006 * sinf(m.seconds * 23.0);
        let parts = craft::train(cars, own, glass, lit);
        let mut dabs = dresser.dabs(parts, ([x, deck + shake], tall, way));
        let lamp = [x + way * tall * 0.1, deck - tall * 0.4];
        dabs.push(Dab::Fleck(Fleck::dot(lamp, tall * 0.9, glow(steam, 0.45))));
        dabs
    });
    site.place(Element::Actor { distance, act }, distance);
}

fn bank(site: &mut Site<'_>) {
    let mut sheet = site.sheet(1.75, 0.22, 0.66);
    let gravel = site.ink(hex(0x80_786c), 1.75);
    let grass = site.ink(site.light.leaf.grass, 1.75);
    sheet.below(
        |_| 0.235,
        |x, y, depth| {
            let tone = 0.8 + 0.4 * fbm(x * 90.0, y * 120.0, 3, 3);
            solid(scale(mix(gravel, grass, smoothstep(0.02, 0.05, depth)), tone))
        },
    );
    site.place(Element::Card(Card::new(sheet, 1.75)), 1.75);
}

/// A cake with candles; when someone blows, the flames go out one by one.
pub(crate) fn candles(site: &mut Site<'_>) {
    let cake = [0.10, 0.335];
    let size = 0.20;
    put(site, 0.99, (cake, size, 1.0), |_| thing::cake());
    let blown = site.facts.does(Action::Blow);
    let act = Box::new(move |m: &Moment| {
        let t = m.seconds;
        let mut dabs = Vec::new();
        let feet = thing::candle_feet();
        let mut light = 0.0;
        for (index, foot) in feet.into_iter().enumerate() {
            let foot = [cake[0] + foot[0] * size, cake[1] + foot[1] * size];
            let top = [foot[0], foot[1] - 0.058];
            let hue = [hex(0xf0_8090), hex(0x80_b0e0), hex(0xf4_d080)][index % 3];
            let stick = Shape::new().limb(foot, top, 0.0048, 0.0044);
            dabs.push(Dab::Fill(stick, Coat::graded(solid(hue), solid(scale(hue, 0.6)))));
            let out_at = 0.52 + 0.045 * index as f32;
            let breath = if blown { smoothstep(0.42, 0.50, m.part) } else { 0.0 };
            let alive = if blown { smoothstep(out_at, out_at - 0.05, m.part) } else { 1.0 };
            light += alive;
            if alive > 0.02 {
                let tall = 0.036 * (0.4 + 0.6 * alive);
                let lean = 0.9 * breath;
                let flame = |k: f32, ink: Ink, part: f32| {
                    let shape = thing::flame(t, index as f32 * 1.7, lean).stood(top, tall * k, 1.0);
                    Dab::Fill(shape, Coat::graded(veil(ink, part), veil(ink, part)))
                };
                let halo = glow(hex(0xff_b050), 0.30 * alive);
                dabs.push(Dab::Fleck(Fleck::dot([top[0], top[1] - 0.015], 0.075, halo)));
                dabs.push(flame(1.0, hex(0xff_9c34), 0.9));
                dabs.push(flame(0.62, hex(0xff_f4c8), 1.0));
            } else {
                let since = (m.part - out_at).max(0.0) * 6.0;
                for puff in 0..7 {
                    let k = (t * 0.35 + puff as f32 / 7.0).fract();
                    let x = top[0] + 0.05 * k + 0.012 * sinf(k * 9.0 + index as f32);
                    let part = 0.10 * (1.0 - k) * since.min(1.0);
                    let dot = [x, top[1] - 0.15 * k];
                    dabs.push(Dab::Fleck(Fleck::dot(dot, 0.006 + 0.016 * k, smoke(part).bottom)));
                }
            }
        }
        let beat = 1.0 + 0.05 * sinf(t * 9.0) + 0.03 * sinf(t * 15.0);
        let warm = glow(hex(0xff_a850), 0.30 * beat * light / feet.len() as f32);
        dabs.push(Dab::Fleck(Fleck::dot([cake[0], cake[1] - 0.26], 0.62, warm)));
        dabs
    });
    site.place(Element::Actor { distance: 0.985, act }, 0.985);
}

/// A cup with steam, near.
pub(crate) fn cup(site: &mut Site<'_>) {
    let (at, size) = ([-0.08, 0.40], 0.20);
    let wood = site.ink(hex(0x6c_4830), 0.8);
    let mut sheet = site.sheet(0.8, 0.36, 0.72);
    sheet.below(
        |_| 0.37,
        |x, y, depth| {
            let grain = fbm(x * 4.0, y * 70.0, 3, 9);
            solid(scale(wood, 0.55 + 0.5 * grain + 0.5 * smoothstep(0.3, 0.0, depth)))
        },
    );
    site.place(Element::Card(Card::new(sheet, 0.8)), 0.8);
    put(site, 0.79, (at, size, 1.0), |_| thing::cup(hex(0xe4_dcd0)));
    let act = Box::new(move |m: &Moment| {
        (0..16)
            .map(|puff| {
                let life = (m.seconds * 0.19 + puff as f32 / 16.0).fract();
                let curl = 0.025 * sinf(life * 7.0 + m.seconds * 0.6 + puff as f32 * 2.0);
                let x = at[0] + curl * (0.3 + life);
                let part = 0.10 * (1.0 - life) * smoothstep(0.0, 0.15, life);
                let dot = [x, at[1] - size * 0.98 - 0.26 * life];
                Dab::Fleck(Fleck::dot(dot, 0.012 + 0.03 * life, veil([0.95, 0.94, 0.92], part)))
            })
            .collect()
    });
    site.place(Element::Actor { distance: 0.785, act }, 0.785);
}

/// A fire on the ground, with its light.
pub(crate) fn fire(site: &mut Site<'_>) {
    let at = [0.0, site.stand.foot + 0.03];
    let size = 0.16 * site.fit().max(0.75);
    let act = Box::new(move |m: &Moment| {
        let t = m.seconds;
        let beat = 1.0 + 0.10 * sinf(t * 9.3) + 0.06 * sinf(t * 15.1);
        let warm = glow(hex(0xff_8c3c), 0.42 * beat);
        let mut dabs = vec![Dab::Fleck(Fleck::dot([at[0], at[1] - 0.08], 0.58, warm))];
        for (angle, ink) in [(-0.10, hex(0x3c_2418)), (0.08, hex(0x4c_2c1c)), (0.0, hex(0x30_1c14))]
        {
            let dx = size * 0.62;
            let log = Shape::new().limb(
                [at[0] - dx, at[1] + angle * size],
                [at[0] + dx, at[1] - angle * size],
                size * 0.09,
                size * 0.07,
            );
            dabs.push(Dab::Fill(log, Coat::plain(ink)));
        }
        for (index, x) in [-0.38_f32, 0.36, -0.16, 0.18, 0.0].into_iter().enumerate() {
            let tall = size * (1.25 - x.abs() * 1.2);
            let foot = [at[0] + x * size, at[1] - size * 0.04];
            for (k, ink) in [(1.0, hex(0xf8_6c1c)), (0.72, hex(0xff_b038)), (0.42, hex(0xff_f0b8))]
            {
                let shape = thing::flame(t * 1.1, index as f32 * 2.1, 0.0);
                let shape = shape.placed(|[x, y]| [x * 1.25, y]).stood(foot, tall * k, 1.0);
                dabs.push(Dab::Fill(shape, Coat::graded(veil(ink, 0.25), veil(ink, 0.9))));
            }
        }
        dabs
    });
    let distance = site.stand.distance * 0.97;
    site.place(Element::Actor { distance, act }, distance);
}

/// Bursts over the horizon, each with its own colour and moment.
pub(crate) fn fireworks(site: &mut Site<'_>) {
    const HUES: [Ink; 5] =
        [hex(0xff_5c5c), hex(0xff_d060), hex(0x60_c8ff), hex(0xc0_7cff), hex(0x7c_ff9c)];
    let half = site.half();
    let bursts: Vec<(Point, Ink, f32, f32)> = (0..14)
        .map(|index| {
            let at = [site.dice.range(-0.75, 0.75) * half, site.dice.range(-0.38, -0.10)];
            let start = index as f32 * 0.62 - 1.0 + site.dice.range(0.0, 0.3);
            (at, site.dice.pick(&HUES), start, site.dice.range(0.14, 0.24))
        })
        .collect();
    let act = Box::new(move |m: &Moment| {
        let mut dabs = Vec::new();
        for &(at, ink, start, reach) in &bursts {
            // They come round again in long clips.
            let age = (m.seconds - start).rem_euclid(9.0);
            if age > 2.4 {
                continue;
            }
            let open = 1.0 - 1.0 / (1.0 + 5.0 * age);
            let fade = smoothstep(2.4, 0.5, age);
            for spark in 0..72 {
                let turn = spark as f32 * 2.399_963;
                let k = ((spark as f32 + 0.5) / 72.0).sqrt();
                let r = reach * open * k;
                let (dx, dy) = (cosf(turn) * r, sinf(turn) * r);
                let p = [at[0] + dx, at[1] + dy + 0.035 * age * age];
                let run = [dx * 0.05 * fade, dy * 0.05 * fade + 0.004 * age];
                let beat = 0.7 + 0.3 * sinf(age * 25.0 + spark as f32);
                let ink = mix(ink, [1.0; 3], smoothstep(0.25, 0.0, age));
                let dot = Fleck::dot(p, 0.0032, glow(ink, 1.1 * fade * beat));
                dabs.push(Dab::Fleck(Fleck { run, ..dot }));
            }
            let flash = glow(ink, 0.35 * smoothstep(0.5, 0.0, age));
            dabs.push(Dab::Fleck(Fleck::dot(at, reach * 1.2, flash)));
        }
        dabs
    });
    site.place(Element::Actor { distance: 20.0, act }, 20.0);
}

/// Paper lanterns rising.
pub(crate) fn lanterns(site: &mut Site<'_>) {
    let half = site.half();
    for (distance, count, size) in [(7.0, 26, 0.022), (3.0, 12, 0.045), (1.4, 5, 0.10)] {
        let all: Vec<(Point, f32)> = (0..count)
            .map(|_| {
                let at = [site.dice.range(-1.1, 1.1) * half, site.dice.range(-0.6, 0.6)];
                (at, site.dice.range(0.0, 50.0))
            })
            .collect();
        let dresser = Dresser::new(site, distance);
        let act = Box::new(move |m: &Moment| {
            let t = m.seconds;
            let mut dabs = Vec::new();
            for &(at, phase) in &all {
                let rise = t * 0.045 / distance.sqrt();
                let y = (at[1] - rise + 0.65).rem_euclid(1.3) - 0.65;
                let x = at[0] + 0.02 * sinf(t * 0.4 + phase);
                let beat = 0.85 + 0.15 * sinf(t * 5.0 + phase);
                let ink = scale(hex(0xff_a848), beat);
                let halo = glow(hex(0xff_8c30), 0.30 * beat);
                dabs.push(Dab::Fleck(Fleck::dot([x, y - size * 0.5], size * 1.8, halo)));
                dabs.extend(dresser.dabs(thing::lantern(ink), ([x, y], size, 1.0)));
            }
            dabs
        });
        site.place(Element::Actor { distance, act }, distance);
    }
}

/// A few large flowers close to the lens.
pub(crate) fn flowers(site: &mut Site<'_>) {
    const HUES: [Ink; 4] = [hex(0xe0_4c5c), hex(0xf4_b840), hex(0xe8_8cb8), hex(0xf4_ecdc)];
    let mut sheet = site.sheet(0.72, -0.12, 0.72);
    let stem = mix(site.ink(hex(0x4c_7c3c), 0.7), site.light.shade, 0.2);
    let own = site.dice.pick(&HUES);
    let close = site.facts.framed(Framing::Close);
    for index in 0..if close { 3 } else { 7 } {
        let side = if index % 2 == 0 { 1.0 } else { -1.0 };
        let x = side * site.half() * site.dice.range(0.25, 0.95);
        let tall = if close { 0.56 } else { 0.34 } * site.dice.range(0.75, 1.15);
        let petal = scale(site.ink(own, 0.7), site.dice.range(0.88, 1.08));
        super::plant::flower(&mut sheet, [x, 0.60], tall, petal, stem, &mut site.dice);
        for leaf in 0..3 {
            let y = 0.56 - tall * (0.2 + 0.2 * leaf as f32);
            let way = if leaf % 2 == 0 { 1.0 } else { -1.0 };
            let shape = Shape::new().curve(&[
                [x, y],
                [x + way * tall * 0.14, y - tall * 0.13],
                [x + way * tall * 0.26, y - tall * 0.10],
                [x + way * tall * 0.14, y + tall * 0.01],
            ]);
            sheet.flat(&shape, scale(stem, 1.1));
        }
    }
    let card = Card::new(sheet, 0.72).swaying(0.010);
    site.place(Element::Card(card), 0.72);
}
