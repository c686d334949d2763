//! The sky behind everything: gradient, sun or moon, stars, drifting cloud.

use pulp::{Arch, NullaryFnOnce};

use super::super::paint::bloom::Small;
use super::super::paint::colour::{Ink, Quad, glow, mix, scale};
use super::super::paint::cutout::Fleck;
use super::super::paint::noise::{Dice, Tile, lerp, smoothstep};
use super::super::paint::shape::Point;
use super::super::paint::view::{Eye, View};
use super::light::Light;

/// A sky, ready to be painted for any moment.
#[derive(Clone, Debug)]
pub(crate) struct Sky {
    light: Light,
    stars: Vec<Star>,
    offset: Point,
    /// Cloud drift, cloud units a second.
    drift: f32,
}

#[derive(Clone, Copy, Debug)]
struct Star {
    at: Point,
    size: f32,
    phase: f32,
}

impl Sky {
    pub(crate) fn new(light: Light, windy: bool, aspect: f32, dice: &mut Dice) -> Self {
        let count = (light.stars * 420.0 * aspect.max(0.6)) as usize;
        let stars = (0..count)
            .map(|_| Star {
                at: [dice.range(-0.75, 0.75) * aspect, dice.range(-0.72, light.horizon)],
                size: 0.0007 + 0.0013 * dice.unit() * dice.unit() * dice.unit(),
                phase: dice.range(0.0, 6.2),
            })
            .collect();
        let offset = [dice.range(0.0, 30.0), dice.range(0.0, 30.0)];
        Self { light, stars, offset, drift: if windy { 0.11 } else { 0.035 } }
    }

    /// Paints the sky small; the fourth channel says how much cloud hides the stars.
    pub(crate) fn paint_small(&self, view: View, eye: &Eye, seconds: f32) -> Small {
        let mut small = Small::new(view);
        for (row, line) in small.px.chunks_exact_mut(view.width).enumerate() {
            Arch::new().dispatch(SkyRow { sky: self, view, eye, seconds, row, line });
        }
        small
    }

    #[inline(always)]
    fn gradient(&self, y: f32) -> Ink {
        let l = &self.light;
        let t = ((l.horizon - y) / (l.horizon + 0.5)).clamp(0.0, 1.2);
        let low = mix(l.low, l.mid, smoothstep(0.0, 0.5, t));
        mix(low, l.high, smoothstep(0.3, 1.15, t))
    }

    #[inline(always)]
    fn lit(&self, base: Ink, p: Point) -> Ink {
        let l = &self.light;
        let (dx, dy) = (p[0] - l.sun[0], p[1] - l.sun[1]);
        let d2 = dx * dx + dy * dy;
        let wide = 1.0 / (1.0 + 7.0 * d2 + 10.0 * dy * dy);
        let tight = 1.0 / (1.0 + 160.0 * d2);
        let strength = if l.night > 0.9 { 0.25 } else { 1.0 };
        let part = strength * (0.42 * wide * wide + 0.4 * tight).min(0.85);
        let mut ink = mix(base, l.glow, part);
        if l.disc > 0.0 && l.night < 0.5 {
            let disc = smoothstep(l.disc * 1.25, l.disc * 0.75, d2.sqrt());
            ink = mix(ink, scale(mix(l.glow, [1.0; 3], 0.6), 1.5), disc);
        }
        ink
    }

    #[inline(always)]
    fn clouded(&self, tile: Tile, sky: Ink, p: Point, up: f32, seconds: f32) -> Quad {
        let l = &self.light;
        let far = 0.85 / (up + 0.12);
        let (u, v) = (p[0] * far + self.offset[0] + seconds * self.drift, far + self.offset[1]);
        let boil = seconds * self.drift * 0.5;
        let thick = tile.fbm(u * 0.9 + boil, v * 1.9, 5);
        let edge = 0.66 - 0.34 * l.cover;
        let cover = smoothstep(edge, edge + 0.12, thick);
        if cover <= 0.0 {
            return [sky[0], sky[1], sky[2], 0.0];
        }
        // Thinner towards the sun means lit on that side.
        let aside = l.sun[0] - p[0];
        let sun = 0.18 * aside / (aside.abs() + 0.2);
        let behind = tile.fbm((u + sun) * 0.9 + boil, (v + 0.10) * 1.9, 3);
        let side = ((thick - behind) * 3.2 + 0.55).clamp(0.0, 1.0);
        let core = smoothstep(edge + 0.05, edge + 0.34, thick);
        let near = 1.0 / (1.0 + 5.0 * ((p[0] - l.sun[0]).abs() + (p[1] - l.sun[1]).abs()));
        let lit = mix(l.cloud_lit, l.glow, near * 0.5);
        let body = mix(mix(lit, l.cloud_dark, 0.85 * core), lit, side * (1.0 - 0.5 * core));
        let haze = smoothstep(0.0, 0.22, up);
        let part = cover * lerp(0.25, 0.93, haze);
        let out = mix(sky, mix(l.low, body, lerp(0.3, 1.0, haze)), part);
        [out[0], out[1], out[2], part]
    }

    /// Stars and moon, dimmed by the cloud in `small`.
    pub(crate) fn points(&self, small: &Small, eye: &Eye, seconds: f32) -> Vec<Fleck> {
        let lens = eye.sky();
        let star = |star: &Star| {
            let at = lens.see(star.at);
            let clear = 1.0 - small.at(at[0], at[1])[3];
            let beat = 0.75 + 0.25 * libm::sinf(seconds * 2.1 + star.phase * 7.0);
            let warmth = mix([0.75, 0.85, 1.0], [1.0, 0.92, 0.8], star.phase / 6.2);
            let strength = clear * beat * (0.5 + 300.0 * star.size).min(1.2);
            Fleck::dot(at, star.size * lens.scale * 1.5, glow(warmth, strength))
        };
        let mut points: Vec<Fleck> = self.stars.iter().map(star).collect();
        if self.light.night > 0.9 && self.light.disc > 0.0 {
            self.moon(&mut points, small, lens.see(self.light.sun), lens.scale);
        }
        points
    }

    fn moon(&self, points: &mut Vec<Fleck>, small: &Small, at: Point, size: f32) {
        let clear = 1.0 - 0.85 * small.at(at[0], at[1])[3];
        let radius = self.light.disc * size;
        let disc = |dx: f32, dy: f32, r: f32, ink: Ink, part: f32| Fleck {
            at: [at[0] + dx * radius, at[1] + dy * radius],
            radius: r * radius,
            run: [0.0; 2],
            ink: [ink[0] * part, ink[1] * part, ink[2] * part, part],
            crisp: 1.0,
        };
        points.push(disc(0.0, 0.0, 1.0, [1.02, 1.0, 0.92], clear));
        for (dx, dy, r) in [(-0.3, -0.2, 0.34), (0.25, 0.3, 0.28), (0.3, -0.35, 0.2)] {
            let grey = disc(dx, dy, r, [0.8, 0.8, 0.78], 0.5 * clear);
            points.push(Fleck { crisp: 0.3, ..grey });
        }
    }
}

/// One row of sky.
struct SkyRow<'a> {
    sky: &'a Sky,
    view: View,
    eye: &'a Eye,
    seconds: f32,
    row: usize,
    line: &'a mut [Quad],
}

impl NullaryFnOnce for SkyRow<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (sky, l) = (self.sky, &self.sky.light);
        let lens = self.eye.sky();
        let y = (self.view.y(self.row as f32) - lens.shift[1]) / lens.scale;
        let base = sky.gradient(y);
        let up = l.horizon - y;
        let tile = Tile::shared();
        for (column, pixel) in self.line.iter_mut().enumerate() {
            let x = (self.view.x(column as i32 as f32) - lens.shift[0]) / lens.scale;
            let ink = sky.lit(base, [x, y]);
            *pixel = if up > 0.005 && l.cover > 0.02 {
                sky.clouded(tile, ink, [x, y], up, self.seconds)
            } else {
                [ink[0], ink[1], ink[2], if up > 0.0 { 0.0 } else { 1.0 }]
            };
        }
    }
}
