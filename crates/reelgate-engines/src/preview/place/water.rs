//! Level water (or a wet road): mirrors what stands behind it, ripples, and glitters.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::super::paint::band::{Band, Seen};
use super::super::paint::bloom::Small;
use super::super::paint::colour::{Ink, WHITE};
use super::super::paint::noise::{Tile, lerp, smoothstep};
use super::super::paint::view::View;
use super::light::Light;
use super::stage::Moment;

/// A water surface from the horizon towards the viewer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Water {
    pub(crate) horizon: f32,
    /// Where it starts at rest, at or below the horizon.
    pub(crate) top: f32,
    /// Its own colour, seen where it does not mirror.
    pub(crate) deep: Ink,
    /// Height of the ripples: 0.15 a pond, 1 the sea.
    pub(crate) ripple: f32,
    /// Frame units a second it flows towards the viewer.
    pub(crate) flow: f32,
    /// Mirrors this part at the horizon, less when near.
    pub(crate) mirror: f32,
    pub(crate) glitter: f32,
    /// Colour and place of the light that glitters.
    pub(crate) key: Ink,
    pub(crate) sun_x: f32,
    /// Crests catch this.
    pub(crate) crest: Ink,
}

impl Water {
    pub(crate) fn of(light: &Light, deep: Ink, ripple: f32) -> Self {
        Self {
            horizon: light.horizon,
            top: light.horizon,
            deep,
            ripple,
            flow: 0.02,
            mirror: 0.9,
            glitter: if light.disc > 0.0 { 0.8 } else { 0.15 },
            key: light.glow,
            sun_x: light.sun[0],
            crest: light.low,
        }
    }

    pub(crate) fn paint(&self, band: &mut Band<'_>, mirror: &Small, seen: &Seen, moment: &Moment) {
        let lens = moment.eye.sky();
        let view = band.view;
        let horizon = lens.see([0.0, self.horizon])[1];
        let top = lens.see([0.0, self.top])[1];
        let sun_x = lens.see([self.sun_x, 0.0])[0];
        for (number, y) in band.range().enumerate() {
            let clip = seen.of(number, view.width);
            let uy = view.y(y as f32);
            let edge = ((uy - top) * view.height as f32 + 0.5).clamp(0.0, 1.0);
            if edge <= 0.0 || clip.0 >= clip.1 {
                continue;
            }
            let line = Line {
                water: self,
                view,
                mirror,
                tile: Tile::shared(),
                uy,
                depth: ((uy - horizon) / lens.scale).max(0.0),
                horizon,
                sun_x,
                edge,
                moment,
            };
            // Blocks of ripples start at whole strides.
            let first = clip.0 / STRIDE * STRIDE;
            let row = band.row(y);
            Arch::new().dispatch(Paint { line, columns: first..clip.1, row });
        }
    }
}

/// One row of water.
struct Line<'a> {
    water: &'a Water,
    view: View,
    mirror: &'a Small,
    tile: &'a Tile,
    uy: f32,
    /// Below the horizon, frame units at rest.
    depth: f32,
    horizon: f32,
    sun_x: f32,
    edge: f32,
    moment: &'a Moment,
}

struct Paint<'a> {
    line: Line<'a>,
    /// Columns to paint.
    columns: Range<usize>,
    /// The row, plane after plane.
    row: &'a mut [u16],
}

impl NullaryFnOnce for Paint<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.line.paint(self.columns, self.row);
    }
}

/// Ripples are worked out at every fourth pixel and joined by lines.
const STRIDE: usize = 4;

impl Line<'_> {
    #[inline(always)]
    fn paint(&self, columns: Range<usize>, row: &mut [u16]) {
        let (w, first) = (self.water, columns.start);
        let away = 0.11 / (self.depth + 0.006);
        let t = self.moment.seconds;
        let along = away * 2.4 + self.moment.eye.forward * 3.0;
        let swell = 0.5
            * (self.tile.at(along * 0.9 + t * 0.5, t * 0.11)
                + self.tile.at(along * 2.1 - t * 0.35, 7.0 + t * 0.13));
        let calm = 1.0 / (1.0 + away * 0.22);
        let tall = w.ripple * calm * (0.035 + 0.22 * self.depth);
        let fresnel = (w.mirror - 1.15 * self.depth * (0.4 + w.ripple)).clamp(0.22, 1.0);
        let dark = lerp(1.0, 0.72 + 0.56 * swell, (w.ripple * calm).min(1.0));
        let k = [tall, fresnel, dark, calm];
        let (mut here, mut next) =
            (self.ripple(first, away, along), self.ripple(first + STRIDE, away, along));
        let mut left = self.shade(self.view.x(first as i32 as f32), here.0, here.1, k);
        let width = self.view.width;
        let (red, rest) = row.split_at_mut(width);
        let (green, blue) = rest.split_at_mut(width);
        let planes = [red, green, blue].map(|plane| &mut plane[columns.clone()]);
        let [red, green, blue] = planes.map(|plane| plane.chunks_mut(STRIDE));
        for (block, planes) in red.zip(green).zip(blue).enumerate() {
            let ((red, green), blue) = planes;
            let x = first + block * STRIDE;
            // Worked out at every second pixel: ripples are no finer than that.
            let middle = self.shade(
                self.view.x((x + 2) as i32 as f32),
                0.5 * (here.0 + next.0),
                0.5 * (here.1 + next.1),
                k,
            );
            let right = self.shade(self.view.x((x + 4) as i32 as f32), next.0, next.1, k);
            for (c, plane) in [red, green, blue].into_iter().enumerate() {
                let (a, m, b) = (left[c], middle[c], right[c]);
                for (pixel, lit) in plane.iter_mut().zip([a, 0.5 * (a + m), m, 0.5 * (m + b)]) {
                    let under = f32::from(*pixel);
                    let light = under + (lit * WHITE - under) * self.edge + 0.5;
                    *pixel = light.clamp(0.0, 65_535.0) as i32 as u16;
                }
            }
            here = next;
            next = self.ripple(x + 2 * STRIDE, away, along);
            left = right;
        }
    }

    /// Both ripples together, and the fine one alone.
    #[inline(always)]
    fn ripple(&self, x: usize, away: f32, along: f32) -> (f32, f32) {
        let t = self.moment.seconds;
        let flow = self.water.flow;
        let wx = (self.view.x(x as i32 as f32) + self.moment.eye.at[0]) * away;
        let fine = self.tile.at(wx * 5.2 + t * 0.35, along * 7.0 + t * (0.9 + flow * 14.0));
        let broad = self.tile.at(wx * 2.1 - t * 0.22, along * 2.6 + t * (0.5 + flow * 7.0));
        let tiny = self.tile.at(wx * 13.0 + t * 0.5, along * 19.0 - t * 1.1);
        (0.45 * fine + 0.30 * broad + 0.25 * tiny, 0.6 * fine + 0.4 * tiny)
    }

    #[inline(always)]
    fn shade(&self, ux: f32, wave: f32, fine: f32, k: [f32; 4]) -> Ink {
        let [tall, fresnel, dark, calm] = k;
        let w = self.water;
        let lean = wave - 0.5;
        let up = 2.0 * self.horizon - self.uy - tall.abs() * 0.8 + lean * tall * 3.4;
        let seen = self.mirror.at(ux + lean * tall * 1.2, up.min(self.horizon - 0.004));
        let crest = smoothstep(0.55, 0.80, fine) * calm * (0.16 + 0.12 * w.ripple) * w.ripple;
        let reach = 0.035 + 0.42 * self.depth;
        let side = (ux - self.sun_x) / reach;
        let path = 1.0 / (1.0 + side * side * 2.2);
        let near = (self.depth * 14.0).min(1.0);
        let spark = lerp(0.22, smoothstep(0.56, 0.70, fine) * 1.25, near);
        let glitter = w.glitter * path * spark * (0.3 + 0.7 * fresnel);
        let mut lit = [0.0; 3];
        for c in 0..3 {
            let own = w.deep[c] * dark;
            let base = own + (seen[c] * (0.82 + 0.18 * dark) - own) * fresnel;
            lit[c] = base + (w.crest[c] - base) * crest + w.key[c] * glitter;
        }
        lit
    }
}
