//! Planets and their moons.

use super::super::paint::colour::{Ink, Quad, glow, hex, mix, scale, solid, veil};
use super::super::paint::noise::{fbm, ridged, smoothstep};
use super::super::paint::shape::{Point, Shape};
use super::super::paint::sheet::Sheet;
use super::super::words::Globe;
use super::site::Site;

/// How far the rings lean: their height of their width, and how much of it each step aside takes.
const LEAN: f32 = 0.26;
const TILT: f32 = 0.28;
/// How deep they reach for each step that they lean: its square and that of the lean make one.
const DEEP: f32 = 0.966;
/// Where the rings begin and end, in radii of the globe.
const RINGS: [f32; 2] = [1.28, 2.25];

/// A globe's ground, what lies over it, and what is spread on it.
pub(crate) const fn inks(globe: Globe) -> [Ink; 3] {
    match globe {
        Globe::Earth => [hex(0x3c_6ca8), hex(0xe4_ecf0), hex(0x6c_8c5c)],
        Globe::Mars => [hex(0xc0_6844), hex(0xe8_c0a0), hex(0x7c_3c2c)],
        Globe::Jupiter => [hex(0xd0_a880), hex(0xf0_e0c8), hex(0x9c_5c40)],
        Globe::Saturn => [hex(0xd8_bc88), hex(0xf4_e8c8), hex(0xa8_8458)],
    }
}

/// Where a globe hangs, and how the sun falls on it.
#[derive(Clone, Copy)]
struct Ball {
    at: Point,
    radius: f32,
    sun: [f32; 3],
}

impl Ball {
    fn new(site: &Site<'_>, at: Point, radius: f32) -> Self {
        let to_sun = [site.light.sun[0] - at[0], site.light.sun[1] - at[1]];
        let long = (to_sun[0] * to_sun[0] + to_sun[1] * to_sun[1]).sqrt().max(0.01);
        Self { at, radius, sun: [to_sun[0] / long * 0.86, to_sun[1] / long * 0.86, 0.42] }
    }

    /// A sheet that reaches so many radii to each side.
    fn sheet(&self, site: &Site<'_>, reach: f32) -> Sheet {
        let (at, pad) = (self.at, self.radius * reach);
        Sheet::new([at[0] - pad, at[1] - pad, at[0] + pad, at[1] + pad], site.density)
    }

    /// In radii from the middle.
    fn own(&self, x: f32, y: f32) -> [f32; 2] {
        [(x - self.at[0]) / self.radius, (y - self.at[1]) / self.radius]
    }

    /// The air around it, on the side of the sun.
    fn halo(&self, sheet: &mut Sheet, air: Ink) {
        sheet.wash(|x, y| {
            let [u, v] = self.own(x, y);
            let r = (u * u + v * v).sqrt();
            if r <= 1.0 {
                return [0.0; 4];
            }
            let facing = ((u * self.sun[0] + v * self.sun[1]) / r + 0.35).clamp(0.0, 1.0);
            let fall = (1.0 - (r - 1.0) / 0.34).clamp(0.0, 1.0);
            glow(air, fall * fall * fall * 0.6 * facing)
        });
    }

    /// The globe itself: `ink` by the place on it and how squarely one looks at it; `air` shines
    /// at its rim.
    fn fill(&self, sheet: &mut Sheet, air: Option<Ink>, ink: impl Fn([f32; 2], f32) -> Ink + Sync) {
        let disc = Shape::new().oval(self.at, [self.radius; 2], 96);
        sheet.fill(&disc, |x, y| {
            let [u, v] = self.own(x, y);
            let z = (1.0 - u * u - v * v).max(0.0).sqrt();
            let facing = u * self.sun[0] + v * self.sun[1] + z * self.sun[2];
            let lit = smoothstep(-0.12, 0.75, facing);
            let limb = (1.0 - z) * (1.0 - z);
            let day = scale(ink([u, v], z), 0.015 + 1.05 * lit);
            let rim = limb * 0.85 * smoothstep(-0.1, 0.5, facing);
            solid(air.map_or(day, |air| mix(day, air, rim)))
        });
    }
}

/// Land and clouds; a small one has craters, and no air.
pub(crate) fn rocky(
    site: &mut Site<'_>,
    at: Point,
    radius: f32,
    [own, pale, dark]: [Ink; 3],
    distance: f32,
) {
    let ball = Ball::new(site, at, radius);
    let big = radius > 0.12;
    let air = big.then(|| mix(own, hex(0x9c_d0ff), 0.6));
    let mut sheet = ball.sheet(site, 1.35);
    if let Some(air) = air {
        ball.halo(&mut sheet, air);
    }
    let seed = site.dice.bits();
    ball.fill(&mut sheet, air, |[u, v], z| {
        let bend = 1.0 / (0.45 + 0.55 * z);
        let (p, q) = (u * bend * 1.6 + 7.0, v * bend * 1.6);
        let warp = fbm(p * 1.5, q * 1.5, 3, seed);
        let land = fbm(p * 1.7 + warp, q * 2.6 - warp, 5, seed ^ 1);
        let ink = mix(own, dark, smoothstep(0.50, 0.60, land));
        if !big {
            return mix(ink, pale, ridged(p * 3.0, q * 3.0, 3, seed) * 0.5);
        }
        let cloud = fbm(p * 2.2 + warp * 2.2, q * 5.0 + warp, 5, seed ^ 2);
        mix(ink, pale, smoothstep(0.52, 0.74, cloud) * 0.9)
    });
    site.card(sheet, distance);
}

/// Belts of cloud with eddies at their edges, and one great storm.
pub(crate) fn banded(site: &mut Site<'_>, at: Point, radius: f32, inks: [Ink; 3], distance: f32) {
    let ball = Ball::new(site, at, radius);
    let mut sheet = ball.sheet(site, 1.35);
    let air = mix(inks[0], inks[1], 0.5);
    ball.halo(&mut sheet, scale(air, 0.5));
    let seed = site.dice.bits();
    ball.fill(&mut sheet, Some(air), |place, z| {
        let ink = belts(inks, place, z, seed);
        let (x, y) = ((place[0] + 0.22) / 0.24, (place[1] - 0.34) / 0.12);
        let storm = smoothstep(1.15, 0.75, (x * x + y * y).sqrt());
        mix(ink, mix(inks[2], hex(0xc0_4830), 0.5), storm * 0.85)
    });
    site.card(sheet, distance);
}

/// A pale globe in broad rings, half of which lie behind it.
pub(crate) fn ringed(site: &mut Site<'_>, at: Point, radius: f32, inks: [Ink; 3], distance: f32) {
    let ball = Ball::new(site, at, radius);
    let mut sheet = ball.sheet(site, RINGS[1] * 1.08);
    let seed = site.dice.bits();
    sheet.wash(|x, y| ring(&ball, inks, [x, y], seed, false));
    let air = mix(inks[0], inks[1], 0.5);
    ball.fill(&mut sheet, Some(air), |place, z| {
        let soft = belts(inks, [place[0] - TILT * place[1], place[1] + TILT * place[0]], z, seed);
        // The rings' shadow lies on the side away from the sun.
        let across = (place[1] + TILT * place[0]) / LEAN - ball.sun[1].signum() * 0.55;
        scale(mix(soft, inks[0], 0.4), 1.0 - 0.45 * smoothstep(0.30, 0.12, across.abs()))
    });
    sheet.wash(|x, y| ring(&ball, inks, [x, y], seed, true));
    site.card(sheet, distance);
}

/// A point of the rings, in front of the globe or behind it.
fn ring(ball: &Ball, [own, pale, dark]: [Ink; 3], [x, y]: Point, seed: u32, front: bool) -> Quad {
    let [u, v] = ball.own(x, y);
    let (along, across) = (u - TILT * v, (v + TILT * u) / LEAN);
    let r = (along * along + across * across).sqrt();
    if (across > 0.0) != front || !(RINGS[0]..=RINGS[1]).contains(&r) {
        return [0.0; 4];
    }
    let soft = 0.02;
    let edge = smoothstep(RINGS[0], RINGS[0] + soft, r) * smoothstep(RINGS[1], RINGS[1] - soft, r);
    let gap = 1.0 - smoothstep(0.045, 0.02, (r - 1.93).abs()) * 0.92;
    let grain = fbm(r * 26.0, 3.0, 3, seed ^ 5);
    // The globe's shadow: what the sun's rays reach only through it.
    let place = [along, across * LEAN, across * DEEP];
    let [sx, sy, sz] = ball.sun;
    let sun = [sx - TILT * sy, sy + TILT * sx, sz];
    let toward = (0..3).map(|axis| place[axis] * sun[axis]).sum::<f32>();
    let beside = (r * r - toward * toward).max(0.0).sqrt();
    let shadow = smoothstep(0.0, 0.2, -toward) * smoothstep(1.04, 0.94, beside);
    let ink = mix(mix(dark, own, grain), pale, smoothstep(0.45, 0.8, grain) * 0.7);
    let cover = edge * gap * (0.45 + 0.5 * smoothstep(0.25, 0.6, grain));
    veil(scale(ink, 1.05 * (1.0 - 0.92 * shadow)), cover)
}

/// Clouds in belts along a globe's turning.
fn belts([own, pale, dark]: [Ink; 3], [u, v]: [f32; 2], z: f32, seed: u32) -> Ink {
    let bend = 1.0 / (0.45 + 0.55 * z);
    let (p, q) = (u * bend, v * (0.8 + 0.2 * bend));
    let eddy = fbm(p * 3.0 + 5.0, q * 16.0, 4, seed) - 0.5;
    let belt = fbm(0.5, q * 6.0 + eddy * 0.55, 3, seed ^ 9);
    let thread = fbm(p * 2.0, q * 34.0 + eddy * 2.0, 3, seed ^ 4);
    let ink = mix(own, dark, smoothstep(0.50, 0.62, belt) * 0.8);
    mix(ink, pale, smoothstep(0.50, 0.36, belt) * 0.7 + 0.25 * smoothstep(0.5, 0.7, thread))
}
