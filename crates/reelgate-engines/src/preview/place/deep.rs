//! Under water: light from the surface above, shafts that sway, and the dark below.

use libm::sinf;

use super::super::paint::bloom::Small;
use super::super::paint::colour::{Ink, mix, scale};
use super::super::paint::noise::{Tile, smoothstep};
use super::super::paint::view::View;
use super::stage::Moment;

/// Water seen from within.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deep {
    pub(crate) surface: Ink,
    pub(crate) middle: Ink,
    pub(crate) floor: Ink,
    /// Where the brightest light comes from, frame units.
    pub(crate) sun_x: f32,
    pub(crate) shafts: f32,
}

impl Deep {
    pub(crate) fn paint_small(&self, view: View, moment: &Moment) -> Small {
        let mut small = Small::new(view);
        let lens = moment.eye.sky();
        let (tile, t) = (Tile::shared(), moment.seconds);
        for (index, pixel) in small.px.iter_mut().enumerate() {
            let (column, row) = (index % view.width, index / view.width);
            let x = (view.x(column as f32) - lens.shift[0]) / lens.scale;
            let y = (view.y(row as f32) - lens.shift[1]) / lens.scale;
            let down = y + 0.5;
            let water = mix(self.surface, self.middle, smoothstep(-0.1, 0.5, down));
            let mut ink = mix(water, self.floor, smoothstep(0.35, 1.1, down));
            let side = (x - self.sun_x) / (0.35 + 0.5 * down);
            let near = 1.0 / (1.0 + 2.2 * side * side);
            // Shafts fan out from a point above the surface.
            let fan = (x - self.sun_x) / (down + 0.55);
            let sway = 0.05 * sinf(t * 0.31);
            let beam = tile.at(fan * 7.0 + sway * 8.0 + t * 0.10, t * 0.16)
                * tile.at(fan * 3.1 - t * 0.07, 9.0 + t * 0.09);
            let shaft = smoothstep(0.18, 0.62, beam) * (1.0 - smoothstep(0.1, 1.0, down));
            let rim = smoothstep(0.16, -0.05, down);
            let ripple = tile.fbm(x * 5.0 / (0.2 + down) + t * 0.4, 2.0 / (0.12 + down) + t, 2);
            let net = smoothstep(0.5, 0.75, ripple) * rim;
            let lit = 0.5 * near * (1.0 - 0.7 * smoothstep(0.0, 0.8, down));
            let strength = lit * 0.5 + self.shafts * shaft * (0.25 + 0.75 * near) + 0.5 * net;
            ink = mix(ink, scale(self.surface, 1.25), strength.clamp(0.0, 0.95));
            *pixel = [ink[0], ink[1], ink[2], 0.0];
        }
        small
    }
}
