//! Cars, boats and what flies: how they cross a shot.

use libm::sinf;

use super::super::cast::craft;
use super::super::paint::colour::{Ink, glow, hex, veil};
use super::super::paint::cutout::{Coat, Fleck};
use super::super::paint::shape::Shape;
use super::super::words::{Action, Setting, Weather};
use super::actors::{Dresser, close_up, facing};
use super::site::Site;
use super::stage::{Dab, Element, Moment};

/// Two lanes of traffic.
pub(crate) fn cars(site: &mut Site<'_>) {
    const HUES: [Ink; 5] =
        [hex(0xc0_3c34), hex(0xe0_b040), hex(0x34_5c8c), hex(0xd8_dce0), hex(0x30_3438)];
    let stand = site.stand;
    let lit = site.light.night > 0.3;
    let fast = site.facts.does(Action::Run) || site.facts.subjects.len() == 1;
    let lanes = [
        (stand.foot - 0.055, stand.distance * 1.18, -1.0),
        (stand.foot + 0.035, stand.distance, 1.0),
    ];
    for (index, (foot, distance, way)) in lanes.into_iter().enumerate() {
        let own = site.dice.pick(&HUES);
        let tall = stand.man * 0.46 * site.fit().max(0.75);
        let shift = if index == 0 { 0.35 } else { 0.0 };
        let at = site.walk(shift * -way, if fast { 0.22 } else { 0.12 }, way);
        let pose = move |m: &Moment| ([at(m), foot], tall, way);
        site.figure(distance, pose, move |m| craft::car(m.seconds, own, lit));
        if lit {
            beam(site, distance, (foot, tall, way), shift);
        }
    }
}

/// Light in front of a car.
fn beam(site: &mut Site<'_>, distance: f32, (foot, tall, way): (f32, f32, f32), shift: f32) {
    let at = site.walk(shift * -way, 0.22, way);
    let act = Box::new(move |m: &Moment| {
        let lamp = [at(m) + way * tall * 1.55, foot - tall * 0.44];
        let cone = Shape::new().polygon(&[
            lamp,
            [lamp[0] + way * tall * 5.0, foot - tall * 0.75],
            [lamp[0] + way * tall * 5.0, foot + tall * 0.30],
        ]);
        let warm = hex(0xff_f0c8);
        let halo = Fleck { crisp: 0.0, ..Fleck::dot(lamp, tall * 0.5, glow(warm, 0.55)) };
        vec![Dab::Fill(cone, Coat::graded(glow(warm, 0.05), glow(warm, 0.12))), Dab::Fleck(halo)]
    });
    site.place(Element::Actor { distance: distance * 0.999, act }, distance * 0.999);
}

/// A boat on whatever water there is.
pub(crate) fn boat(site: &mut Site<'_>) {
    let way = facing(site);
    let line = site.light.horizon;
    let (foot, size, distance) = match site.facts.settings.first() {
        Some(Setting::Beach) => (line + 0.035, 0.13, 6.0),
        Some(Setting::River | Setting::Lake) => (line + 0.11, 0.22, 2.6),
        _ => (line + 0.07, 0.34, 2.2),
    };
    let size = size * close_up(site) * site.fit();
    let hull = site.dice.pick(&[hex(0x7c_3c30), hex(0x2c_4860), hex(0xd8_d4c8)]);
    let rough = if site.facts.sky(Weather::Storm) { 3.0 } else { 1.0 };
    let at = site.walk(-0.12 * way * site.half(), 0.03, way);
    let dresser = Dresser::new(site, distance);
    let act = Box::new(move |m: &Moment| {
        let t = m.seconds;
        let heave = rough * 0.006 * sinf(t * 1.3);
        let roll = rough * 0.03 * sinf(t * 0.9 + 1.0);
        let p = [at(m), foot + heave];
        let parts = craft::sailboat(t, hull)
            .into_iter()
            .map(|mut part| {
                part.shape = part.shape.placed(|[x, y]| [x - y * roll, y + x * roll]);
                part
            })
            .collect();
        let mut dabs = dresser.dabs(parts, (p, size, way));
        let foam = veil([0.95, 0.97, 1.0], 0.35);
        let wake = Shape::new().ellipse([p[0] - way * size * 0.1, p[1] + 0.006], size * 0.5, 0.004);
        dabs.push(Dab::Fill(wake, Coat::graded(foam, foam)));
        dabs
    });
    site.place(Element::Actor { distance, act }, distance);
}

/// An airliner crossing the sky.
pub(crate) fn airplane(site: &mut Site<'_>) {
    let way = facing(site);
    let at = site.walk(0.0, 0.07, way);
    let size = 0.42 * site.fit() * close_up(site);
    let foot = site.light.horizon - 0.24;
    let pose = move |m: &Moment| ([at(m), foot + 0.008 * sinf(m.seconds * 0.8)], size, way);
    site.figure(3.0, pose, |_| craft::airplane());
}

/// Balloons near and far.
pub(crate) fn balloons(site: &mut Site<'_>) {
    const HUES: [[Ink; 2]; 5] = [
        [hex(0xd8_4c40), hex(0xf4_d068)],
        [hex(0x34_6ca8), hex(0xf0_e8d8)],
        [hex(0xe8_8c3c), hex(0x8c_3c58)],
        [hex(0x4c_8c6c), hex(0xf4_e0a0)],
        [hex(0x8c_5ca8), hex(0xf0_b0a0)],
    ];
    let near = (-0.10, 0.16, 0.42, 1.7);
    let places =
        [(0.62, -0.10, 0.13, 7.0), (-0.66, -0.16, 0.17, 5.0), (0.34, -0.22, 0.22, 3.4), near];
    for (index, (x, y, tall, distance)) in places.into_iter().enumerate() {
        let hues = HUES[(site.dice.below(5) + index) % 5];
        let phase = site.dice.range(0.0, 10.0);
        let (x, tall) = (x * site.half(), tall * site.fit());
        let rise = 0.012 * site.seconds;
        let pose = move |m: &Moment| {
            let drift = 0.012 * sinf(m.seconds * 0.5 + phase);
            ([x + drift, y + rise * (0.5 - m.part)], tall, 1.0)
        };
        let fire = move |m: &Moment| (sinf(m.seconds * 1.3 + phase) - 0.3).max(0.0);
        site.figure(distance, pose, move |m| craft::balloon(hues, fire(m)));
    }
}

/// A rocket: taking off, or passing by in space.
pub(crate) fn rocket(site: &mut Site<'_>) {
    let space = site.facts.settings.first() == Some(&Setting::Space);
    let tall = if space { 0.26 } else { 0.34 } * site.fit();
    let run = if space { 0.25 } else { 0.75 };
    let dresser = Dresser::new(site, 2.0);
    let lean: f32 = if space { 1.0 } else { 0.0 };
    let act = Box::new(move |m: &Moment| {
        let up = run * m.part * if space { 1.0 } else { m.part };
        let at = if space { [-0.16 + up, 0.14 - up * 0.6] } else { [0.0, 0.30 - up] };
        let (s, c) = (sinf(lean), libm::cosf(lean));
        let parts = craft::rocket(m.seconds)
            .into_iter()
            .map(|mut part| {
                part.shape = part.shape.placed(|[x, y]| [x * c - y * s, x * s + y * c]);
                part
            })
            .collect();
        let mut dabs = vec![Dab::Fleck(Fleck::dot(
            [at[0] - 0.2 * s * tall, at[1] + 0.2 * c * tall],
            tall * 0.6,
            glow(hex(0xff_a050), 0.5),
        ))];
        dabs.extend(dresser.dabs(parts, (at, tall, 1.0)));
        dabs
    });
    site.place(Element::Actor { distance: 2.0, act }, 2.0);
}
