//! Level water (or a wet road): mirrors what stands behind it, ripples, and glitters.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::super::paint::band::{Band, Seen};
use super::super::paint::bloom::Small;
use super::super::paint::colour::Ink;
use super::super::paint::join::join;
use super::super::paint::lay::Spare;
use super::super::paint::noise::{LANES, Lanes, Line as NoiseLine, Tile, lerp, smoothstep};
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
            let (row, Spare { points, .. }) = band.row_and_spare(y);
            Arch::new().dispatch(Paint { line, columns: first..clip.1, row, points });
        }
    }
}

/// One row of water.
struct Line<'a> {
    water: &'a Water,
    view: View,
    mirror: &'a Small,
    tile: Tile,
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
    points: &'a mut [Vec<f32>; 8],
}

impl NullaryFnOnce for Paint<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.line.paint(self.columns, self.row, self.points);
    }
}

/// Ripples are worked out at every fourth pixel, their light at every second.
const STRIDE: usize = 4;
const HALF: usize = STRIDE / 2;

/// What is the same along a row.
#[derive(Clone, Copy)]
struct Along {
    /// How far off, and the same with the viewer's way.
    away: f32,
    along: f32,
    tall: f32,
    fresnel: f32,
    dark: f32,
    calm: f32,
}

impl Line<'_> {
    fn along(&self) -> Along {
        let w = self.water;
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
        Along { away, along, tall, fresnel, dark, calm }
    }

    /// Loops over one thing at a time, so that each works on many columns at once.
    #[inline(always)]
    fn paint(&self, columns: Range<usize>, row: &mut [u16], points: &mut [Vec<f32>; 8]) {
        let k = self.along();
        let blocks = columns.len().div_ceil(STRIDE);
        let coarse = (blocks + 1).next_multiple_of(LANES);
        // A point between each two of them, and a whole number of lanes.
        let count = 2 * coarse;
        points.iter_mut().for_each(|line| line.resize(count, 0.0));
        let points = points.each_mut().map(|line| &mut line[..count]);
        let [waves, fines, lean, crest, glitter, red, green, blue] = points;
        let first = columns.start;
        // In the places of others that come later.
        let ripples = Ripples::new(self, k);
        let both = red.as_chunks_mut().0.iter_mut().zip(green.as_chunks_mut().0);
        for (block, (wave, fine)) in both.enumerate().take(coarse / LANES) {
            (*wave, *fine) = ripples.at(self, first + STRIDE * block * LANES, k);
        }
        double(&red[..coarse], waves);
        double(&green[..coarse], fines);
        let lanes = lean.as_chunks_mut::<LANES>().0.iter_mut().zip(crest.as_chunks_mut().0);
        let lanes = lanes.zip(glitter.as_chunks_mut().0);
        let from = waves.as_chunks::<LANES>().0.iter().zip(fines.as_chunks::<LANES>().0);
        let shine = Shine::new(self, k);
        for (block, (((lean, crest), glitter), (wave, fine))) in lanes.zip(from).enumerate() {
            let column = first + HALF * block * LANES;
            (*crest, *glitter) = shine.at(self.view, column, fine);
            for (lean, wave) in lean.iter_mut().zip(wave) {
                *lean = (wave - 0.5) * k.tall;
            }
        }
        for at in 0..=2 * blocks {
            let ux = self.view.x((first + HALF * at) as i32 as f32);
            let up = 2.0 * self.horizon - self.uy - k.tall.abs() * 0.8 + lean[at] * 3.4;
            let seen = self.mirror.at(ux + lean[at] * 1.2, up.min(self.horizon - 0.004));
            (red[at], green[at], blue[at]) = (seen[0], seen[1], seen[2]);
        }
        let w = self.water;
        let planes = row.chunks_exact_mut(self.view.width);
        for (c, (plane, seen)) in planes.zip([red, green, blue]).enumerate() {
            let (own, part) = (w.deep[c] * k.dark, 0.82 + 0.18 * k.dark);
            for ((lit, crest), glitter) in seen.iter_mut().zip(&*crest).zip(&*glitter) {
                let base = own + (*lit * part - own) * k.fresnel;
                *lit = base + (w.crest[c] - base) * crest + w.key[c] * glitter;
            }
            join::<HALF>(seen, self.edge, &mut plane[columns.clone()]);
        }
    }
}

/// The heights of ripples along a row.
struct Ripples {
    fine: NoiseLine,
    broad: NoiseLine,
    tiny: NoiseLine,
}

impl Ripples {
    #[inline(always)]
    fn new(line: &Line<'_>, k: Along) -> Self {
        let (t, along, flow) = (line.moment.seconds, k.along, line.water.flow);
        Self {
            fine: line.tile.line(along * 7.0 + t * (0.9 + flow * 14.0)),
            broad: line.tile.line(along * 2.6 + t * (0.5 + flow * 7.0)),
            tiny: line.tile.line(along * 19.0 - t * 1.1),
        }
    }

    /// All ripples together, and the fine ones alone, at every fourth column from one on.
    #[inline(always)]
    fn at(&self, line: &Line<'_>, first: usize, k: Along) -> (Lanes, Lanes) {
        let (t, side) = (line.moment.seconds, line.moment.eye.at[0]);
        let mut places = [0.0; LANES];
        for (index, place) in places.iter_mut().enumerate() {
            *place = (line.view.x((first + STRIDE * index) as i32 as f32) + side) * k.away;
        }
        let fine = self.fine.along(&places, 5.2, t * 0.35);
        let broad = self.broad.along(&places, 2.1, -t * 0.22);
        let tiny = self.tiny.along(&places, 13.0, t * 0.5);
        let (mut all, mut small) = ([0.0; LANES], [0.0; LANES]);
        for i in 0..LANES {
            all[i] = 0.45 * fine[i] + 0.30 * broad[i] + 0.25 * tiny[i];
            small[i] = 0.6 * fine[i] + 0.4 * tiny[i];
        }
        (all, small)
    }
}

/// What catches light along a row.
#[derive(Clone, Copy)]
struct Shine {
    crest: f32,
    glitter: f32,
    sun_x: f32,
    /// One over the breadth of the light's path.
    narrow: f32,
    near: f32,
}

impl Shine {
    #[inline(always)]
    fn new(line: &Line<'_>, k: Along) -> Self {
        let w = line.water;
        Self {
            crest: k.calm * (0.16 + 0.12 * w.ripple) * w.ripple,
            glitter: w.glitter * (0.3 + 0.7 * k.fresnel),
            sun_x: line.sun_x,
            narrow: 1.0 / (0.035 + 0.42 * line.depth),
            near: (line.depth * 14.0).min(1.0),
        }
    }

    /// How much of a crest there is, and how much glitter, at every second column from one on.
    #[inline(always)]
    fn at(&self, view: View, first: usize, fine: &Lanes) -> (Lanes, Lanes) {
        let (mut crest, mut glitter) = ([0.0; LANES], [0.0; LANES]);
        for k in 0..LANES {
            let ux = view.x((first + HALF * k) as i32 as f32);
            let side = (ux - self.sun_x) * self.narrow;
            let path = 1.0 / (1.0 + side * side * 2.2);
            let spark = lerp(0.22, smoothstep(0.56, 0.70, fine[k]) * 1.25, self.near);
            crest[k] = smoothstep(0.55, 0.80, fine[k]) * self.crest;
            glitter[k] = self.glitter * path * spark;
        }
        (crest, glitter)
    }
}

/// Points and what is halfway between each two of them.
#[inline(always)]
fn double(points: &[f32], out: &mut [f32]) {
    for (out, two) in out.as_chunks_mut::<2>().0.iter_mut().zip(points.windows(2)) {
        *out = [two[0], 0.5 * (two[0] + two[1])];
    }
    if let (Some(last), [.., before, end]) = (points.last(), out) {
        (*before, *end) = (*last, *last);
    }
}
