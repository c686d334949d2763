//! Ridges, hills and dunes: what the horizon is made of.

use super::super::paint::colour::{Ink, mix, scale, solid};
use super::super::paint::noise::{fbm, lerp, ridged, smoothstep};
use super::super::paint::sheet::Sheet;
use super::site::Site;

/// One range of hills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// Mean height of the crest, frame units at rest.
    pub(crate) top: f32,
    /// Highest peak above the lowest saddle.
    pub(crate) tall: f32,
    /// Peaks a frame unit.
    pub(crate) pitch: f32,
    /// 0 for soft hills, 1 for alps.
    pub(crate) sharp: f32,
    pub(crate) distance: f32,
    pub(crate) own: Ink,
    /// Part of the height under snow.
    pub(crate) snow: f32,
    /// How much rock faces differ in light.
    pub(crate) relief: f32,
    pub(crate) seed: u32,
}

impl Range {
    /// The crest's height at `x`.
    pub(crate) fn crest(&self, x: f32) -> f32 {
        let (u, row) = (x * self.pitch, (self.seed % 97) as f32 * 3.7);
        let soft = fbm(u + 40.0, row, 3, self.seed);
        let hard = ridged(u + 40.0, row, 6, self.seed);
        let body = lerp(soft, hard * 0.8 + soft * 0.35, self.sharp);
        self.top - self.tall * (body - 0.5) * 1.7
    }

    pub(crate) fn paint(&self, site: &Site<'_>, bottom: f32) -> Sheet {
        let top = self.top - self.tall * 1.1;
        let mut sheet = site.sheet(self.distance, top, bottom);
        let light = &site.light;
        let lit = site.ink(scale(self.own, 1.08), self.distance);
        let dark = light.far(mix(scale(light.on(self.own), 0.5), light.shade, 0.45), self.distance);
        let snow_lit = light.far(light.on([0.97, 0.98, 1.0]), self.distance);
        let snow_dark =
            light.far(light.on(mix([0.44, 0.54, 0.74], light.high, 0.25)), self.distance * 1.05);
        let air = light.far(light.air(), self.distance);
        let side = site.side() * -0.035;
        let k = self.pitch.max(1.0) * 2.6;
        let rock = |x: f32, y: f32| ridged(x * k + y * 1.3 * k, y * k * 0.8, 4, self.seed ^ 9);
        sheet.below(
            |x| self.crest(x),
            |x, y, depth| {
                if self.relief <= 0.0 && self.snow <= 0.0 {
                    let fade = smoothstep(0.0, self.tall * 1.3 + 0.03, depth);
                    return solid(mix(mix(lit, dark, 0.45), air, 0.25 * fade));
                }
                let face = (rock(x, y) - rock(x + side / self.pitch, y)) * 7.0 * self.relief;
                let face = (0.5 + face).clamp(0.0, 1.0);
                let mut ink = mix(dark, lit, face);
                if self.snow > 0.0 {
                    let line = self.snow * self.tall * (0.5 + 0.9 * rock(x * 1.7, y * 0.6));
                    let part = smoothstep(line, line * 0.72 - 0.004, depth);
                    ink = mix(ink, mix(snow_dark, snow_lit, face), part);
                }
                let foot = smoothstep(0.0, self.tall * 1.5, depth);
                solid(mix(ink, air, 0.42 * foot * (self.distance / 12.0).min(1.0)))
            },
        );
        sheet
    }
}

/// Flat ground from `top` down, rougher towards the viewer.
pub(crate) fn ground(site: &Site<'_>, distance: f32, top: f32, near: Ink, far: Ink) -> Sheet {
    let mut sheet = site.sheet(distance, top - 0.03, 0.72);
    let (near, far) = (site.ink(near, 0.8), site.ink(far, distance * 1.6));
    let seed = 0x6_0D05;
    sheet.below(
        |x| top + 0.02 * (fbm(x * 1.7, distance, 3, seed) - 0.5),
        |x, y, depth| {
            let near_part = smoothstep(0.0, 0.5, depth);
            let size = 0.05 / (depth + 0.05);
            let grain = fbm(x * 26.0 * size, y * 110.0 * size, 4, seed ^ 3);
            let patch = fbm(x * 5.0 * size, depth * 30.0 * size, 3, seed ^ 5);
            let tone = 0.86 + 0.20 * (grain - 0.5) * 2.0 * (0.3 + near_part) + 0.3 * (patch - 0.5);
            solid(scale(mix(far, near, near_part), tone))
        },
    );
    sheet
}
