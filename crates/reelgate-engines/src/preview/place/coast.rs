//! The sea, from open water to the beach.

use super::super::paint::colour::{hex, mix, scale};
use super::super::words::Weather;
use super::land::Range;
use super::site::Site;
use super::stage::Element;
use super::water::Water;

/// Open water to the horizon, a headland far off.
pub(crate) fn open_sea(site: &mut Site<'_>) {
    site.light.horizon = 0.03;
    headland(site, 12.0, 0.02);
    let light = site.light;
    let deep = scale(mix(hex(0x0c_4460), light.mid, 0.18), 1.0 - 0.75 * light.night);
    let rough = if site.facts.sky(Weather::Storm) { 1.5 } else { 0.9 };
    site.elements.push(Element::Water(Water::of(&light, deep, rough)));
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
