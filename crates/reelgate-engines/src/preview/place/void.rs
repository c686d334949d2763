//! Space: nebula, stars at several depths, a sun.

use super::super::paint::bloom::Small;
use super::super::paint::colour::{Ink, glow, mix, scale};
use super::super::paint::cutout::Fleck;
use super::super::paint::noise::{Dice, Tile, smoothstep};
use super::super::paint::shape::Point;
use super::super::paint::view::View;
use super::stage::Moment;

/// Empty space, which is not empty.
pub(crate) struct Void {
    stars: Vec<(Point, f32, f32)>,
    clouds: [Ink; 3],
    offset: Point,
    slant: f32,
}

impl Void {
    pub(crate) fn new(clouds: [Ink; 3], aspect: f32, dice: &mut Dice) -> Self {
        let stars = (0..(620.0 * aspect.max(0.6)) as usize)
            .map(|_| {
                let at = [dice.range(-0.72, 0.72) * aspect.max(0.8), dice.range(-0.7, 0.7)];
                let u = dice.unit();
                (at, 0.0006 + 0.0016 * u * u * u * u, dice.range(1.5, 30.0))
            })
            .collect();
        let offset = [dice.range(0.0, 30.0), dice.range(0.0, 30.0)];
        Self { stars, clouds, offset, slant: dice.range(-0.5, 0.5) }
    }

    pub(crate) fn paint_small(&self, view: View, moment: &Moment) -> Small {
        let mut small = Small::new(view);
        let lens = moment.eye.lens(30.0);
        let (tile, t) = (Tile::shared(), moment.seconds * 0.006);
        for (index, pixel) in small.px.iter_mut().enumerate() {
            let (column, row) = (index % view.width, index / view.width);
            let x = (view.x(column as f32) - lens.shift[0]) / lens.scale;
            let y = (view.y(row as f32) - lens.shift[1]) / lens.scale;
            let (u, v) = (x * 1.7 + self.offset[0], y * 1.7 + self.offset[1] + t);
            let warp = tile.fbm(u * 1.3, v * 1.3, 3);
            let thick = tile.fbm(u * 1.6 + warp * 1.7, v * 1.6 - warp * 1.3 + t, 5);
            let belt = y - self.slant * x;
            let band = 1.0 / (1.0 + 9.0 * belt * belt);
            let gas = smoothstep(0.40, 0.86, thick) * (0.25 + 0.75 * band);
            let dust = smoothstep(0.52, 0.72, tile.fbm(u * 2.6 + 4.0, v * 2.6 + warp, 4));
            let hue = mix(self.clouds[0], self.clouds[1], smoothstep(0.3, 0.7, warp));
            let hot = smoothstep(0.62, 0.85, thick) * band;
            let ink = mix(scale(hue, gas * (1.0 - 0.65 * dust)), self.clouds[2], 0.55 * hot);
            *pixel = [ink[0] + 0.012, ink[1] + 0.014, ink[2] + 0.03, 0.0];
        }
        small
    }

    pub(crate) fn points(&self, moment: &Moment) -> Vec<Fleck> {
        let mut points = Vec::with_capacity(self.stars.len());
        for &(at, size, depth) in &self.stars {
            let lens = moment.eye.lens(depth);
            let warmth = mix([0.72, 0.84, 1.0], [1.0, 0.88, 0.74], (depth * 7.3).fract());
            let strength = 0.35 + 420.0 * size;
            points.push(Fleck::dot(lens.see(at), size * 1.6, glow(warmth, strength.min(1.3))));
            if size > 0.0017 {
                let halo = glow(warmth, 0.22);
                points.push(Fleck::dot(lens.see(at), size * 9.0, halo));
            }
        }
        points
    }
}
