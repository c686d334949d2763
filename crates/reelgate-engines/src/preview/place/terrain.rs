//! Land seen from the air: a perspective plane painted row by row, with standing trees.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::super::paint::band::Band;
use super::super::paint::colour::{Ink, hex, mix, scale};
use super::super::paint::join::join_over;
use super::super::paint::lay::Spare;
use super::super::paint::noise::{Dice, LANES, Tile, hash, unit};
use super::super::paint::sheet::Sheet;
use super::super::paint::veil::{HIDDEN, Veil};
use super::super::paint::view::{Lens, View};
use super::super::words::Season;
use super::light::Light;
use super::plant::{Foliage, broadleaf, conifer};
use super::site::Site;
use super::stage::Moment;
use super::strip::{Strip, bank, beach};

/// What covers the land.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    Woods,
    Fields,
    Coast,
}

/// A plane under a flying camera.
pub(crate) struct Terrain {
    pub(super) light: Light,
    pub(super) cover: Cover,
    pub(super) river: bool,
    /// Tree pictures, each at full and ever lower density.
    sprites: Vec<[Sheet; 3]>,
    pub(super) seed: u32,
    /// Camera heights flown a second.
    speed: f32,
    pub(super) soil: [Ink; 3],
    pub(super) water: Ink,
    still: bool,
}

/// One tree of this frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planted {
    sprite: usize,
    level: usize,
    lens: Lens,
    /// Screen rows it may touch, frame units.
    rows: (f32, f32),
}

const HORIZON: f32 = -0.34;
/// Distance between trees, camera heights.
const CELL: f32 = 0.125;
const TREE_TALL: f32 = 0.26;
const NEAREST: f32 = 0.95;
const FURTHEST: f32 = 4.2;
/// From here on trees thin out.
const FAR: f32 = 2.3;

impl Terrain {
    pub(crate) fn new(site: &mut Site<'_>, cover: Cover, river: bool, still: bool) -> Self {
        let light = site.light;
        let leaf = light.leaf;
        let day = 1.0 - 0.7 * light.night;
        let water = scale(mix(hex(0x2c_6c78), light.mid, 0.35), day);
        let (soil, water) = match cover {
            Cover::Woods => {
                ([mix(leaf.crowns[0], leaf.crowns[2], 0.4), leaf.crowns[1], leaf.crowns[2]], water)
            }
            Cover::Fields => ([leaf.grass, hex(0xb8_a858), scale(leaf.grass, 0.7)], water),
            Cover::Coast => {
                let sea = scale(mix(hex(0x10_6c88), light.mid, 0.2), day);
                ([hex(0xe4_cc9c), hex(0x6c_8c50), hex(0xf4_f0e4)], sea)
            }
        };
        Self {
            light,
            cover,
            river,
            sprites: sprites(site),
            seed: site.dice.bits(),
            speed: if still { 0.0 } else { 0.20 },
            soil: soil.map(|ink| light.on(ink)),
            water,
            still,
        }
    }

    /// How far the camera has flown.
    fn flown(&self, moment: &Moment) -> f32 {
        let shift = if self.still { 0.0 } else { moment.eye.forward };
        moment.seconds * self.speed + shift
    }

    /// The river's middle at a distance along the flight.
    #[inline(always)]
    pub(super) fn course(&self, tile: Tile, z: f32) -> f32 {
        let turn = self.seed as f32 / 4.3e9 * 30.0;
        (tile.at(z * 0.42 + turn, 3.0) - 0.5) * 2.0 + (tile.at(z * 1.1 + turn, 7.0) - 0.5) * 0.45
    }

    /// Distance to the nearest water, less its half breadth; below zero is wet.
    #[inline(always)]
    fn shore(&self, tile: Tile, x: f32, z: f32, course: f32) -> f32 {
        match self.cover {
            Cover::Coast => x - beach(tile, z),
            _ if self.river => bank(x, course, tile.at(x * 5.0, z * 5.0)),
            _ => 1.0,
        }
    }

    /// The trees to draw, far to near.
    pub(crate) fn planted(&self, view: View, moment: &Moment) -> Vec<Planted> {
        let flown = self.flown(moment);
        let sky = moment.eye.sky();
        let tile = Tile::shared();
        let mut list = Vec::new();
        let first = ((flown + NEAREST) / CELL).ceil() as i32;
        let last = ((flown + FURTHEST) / CELL).floor() as i32;
        let density = match self.cover {
            Cover::Woods => 0.94,
            Cover::Fields => 0.07,
            Cover::Coast => 0.45,
        };
        for row in (first..=last).rev() {
            let half = (row as f32 * CELL - flown + 0.3) * view.aspect() * 0.62 + 0.3;
            let columns = (half / CELL) as i32;
            for column in -columns..=columns {
                let bits = hash(column as u32, row as u32, self.seed);
                // Far crowns run together: fewer, broader ones look the same.
                let far = row as f32 * CELL - flown > FAR;
                if unit(bits) > if far { density * 0.55 } else { density } {
                    continue;
                }
                let z = row as f32 * CELL + (unit(hash(bits, 1, 7)) - 0.5) * CELL;
                let x = column as f32 * CELL + (unit(hash(bits, 2, 7)) - 0.5) * CELL * 0.9;
                let dry = if self.cover == Cover::Coast { 0.16 } else { 0.03 };
                let away = z - flown;
                if away > NEAREST * 0.9 && self.shore(tile, x, z, self.course(tile, z)) > dry {
                    list.push(self.tree([x, away], bits, sky, view, moment));
                }
            }
        }
        list
    }

    fn tree(&self, [x, z]: [f32; 2], bits: u32, sky: Lens, view: View, moment: &Moment) -> Planted {
        let x = x - moment.eye.at[0];
        let foot = sky.see([x / z * 0.84, HORIZON + 0.84 / z]);
        let broad = if z > FAR { 1.22 } else { 1.0 };
        let tall = broad * TREE_TALL * (0.75 + 0.5 * unit(hash(bits, 3, 7))) * sky.scale * 0.84 / z;
        // Sprites are painted one unit high with their foot at zero.
        let lens = Lens { scale: tall, shift: foot };
        let sprite = hash(bits, 4, 7) as usize % self.sprites.len();
        let pixels = tall * view.height as f32 * 1.4;
        let fit = self.sprites[sprite].iter().position(|s| s.density <= pixels);
        let level = fit.unwrap_or(2);
        Planted { sprite, level, lens, rows: (foot[1] - tall * 1.15, foot[1] + tall * 0.12) }
    }

    pub(crate) fn paint(&self, band: &mut Band<'_>, planted: &[Planted], moment: &Moment) {
        let (view, rows, top) = (band.view, band.rows(), band.top);
        let (mut veil, mut clips) =
            (std::mem::take(&mut band.spare.veil), std::mem::take(&mut band.spare.clips));
        // From the front first: most of a tree is hidden by those before it, and of the ground
        // under them next to nothing is seen.
        veil.lift(view.width, rows);
        clips.clear();
        let mut standing = Vec::new();
        for tree in planted.iter().rev() {
            let lines = tree.lines(view, top, rows);
            if !lines.is_empty() {
                let (first, from) = (lines.start, clips.len());
                veil.pass(self.sheet(tree), tree.lens, (view, top), lines, &mut clips);
                if clips[from..].iter().any(|clip| clip[0] < clip[1]) {
                    standing.push((tree, first, from..clips.len()));
                } else {
                    clips.truncate(from);
                }
            }
        }
        self.paint_ground(band, &veil, moment);
        for (tree, first, own) in standing.into_iter().rev() {
            band.lay_clipped(self.sheet(tree), tree.lens, first, &clips[own]);
        }
        (band.spare.veil, band.spare.clips) = (veil, clips);
    }

    fn sheet(&self, tree: &Planted) -> &Sheet {
        &self.sprites[tree.sprite][tree.level]
    }

    fn paint_ground(&self, band: &mut Band<'_>, veil: &Veil, moment: &Moment) {
        let (view, lens) = (band.view, moment.eye.sky());
        let horizon = lens.see([0.0, HORIZON])[1];
        for y in band.range() {
            let depth = (view.y(y as f32) - horizon) / lens.scale;
            if depth > 0.004 {
                let (z, hidden) = (0.84 / depth, veil.row(y - band.top));
                let (row, Spare { points, .. }) = band.row_and_spare(y);
                let row = Row { terrain: self, view, lens, z, moment, row, points, hidden };
                Arch::new().dispatch(row);
            }
        }
    }
}

impl Planted {
    /// The lines of so many rows from `top` on that it may touch.
    fn lines(&self, view: View, top: usize, rows: usize) -> Range<usize> {
        let line = |y: f32| ((y + 0.5) * view.height as f32 - top as f32) as i32;
        let clamp = |line: i32| line.clamp(0, rows as i32) as usize;
        clamp(line(self.rows.0) - 1)..clamp(line(self.rows.1) + 2)
    }
}

/// One row of land.
struct Row<'a> {
    terrain: &'a Terrain,
    view: View,
    lens: Lens,
    z: f32,
    moment: &'a Moment,
    /// Plane after plane.
    row: &'a mut [u16],
    points: &'a mut [Vec<f32>; 8],
    /// What trees hide of it.
    hidden: &'a [u16],
}

impl NullaryFnOnce for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        // Worked out here and there and joined by lines; under trees little of it is seen.
        match self.terrain.cover {
            Cover::Woods => self.lay::<4>(),
            Cover::Fields | Cover::Coast => self.lay::<2>(),
        }
    }
}

impl Row<'_> {
    /// Paints the row from places every `STRIDE` columns; what is hidden is left as it is.
    #[inline(always)]
    fn lay<const STRIDE: usize>(self) {
        let (ground, view, hidden) = (self.terrain, self.view, self.hidden);
        // Sixteen places are a chunk of as many blocks as there are columns between two places.
        let shows = |chunk: usize| {
            let own = hidden.iter().skip(chunk * STRIDE).take(STRIDE);
            own.into_iter().any(|block| *block != HIDDEN)
        };
        let chunks = view.width.div_ceil(STRIDE * LANES);
        if !(0..chunks).any(shows) {
            return;
        }
        let z = self.z + ground.flown(self.moment);
        let count = (chunks + 1) * LANES;
        self.points.iter_mut().for_each(|line| line.resize(count, 0.0));
        let [red, green, blue, ..] = self.points.each_mut().map(|line| &mut line[..count]);
        let across = self.z / (0.84 * self.lens.scale);
        let (left, side) = (self.lens.shift[0], self.moment.eye.at[0]);
        let strip = Strip::new(ground, Tile::shared(), [self.z, z], self.moment.seconds);
        let air = ground.light.air();
        let haze = 1.0 - 1.0 / (1.0 + (self.z - 1.0).max(0.0) * 0.075 * ground.light.haze);
        let parts = red.as_chunks_mut().0.iter_mut().zip(green.as_chunks_mut().0);
        for (chunk, ((r, g), b)) in parts.zip(blue.as_chunks_mut().0).enumerate() {
            // The last line of a chunk leads to the first place of the next.
            let leads = chunk.checked_sub(1).is_some_and(shows);
            if !(shows(chunk) || leads) {
                continue;
            }
            let mut places = [0.0; LANES];
            for (k, x) in places.iter_mut().enumerate() {
                let column = (STRIDE * (chunk * LANES + k)) as i32 as f32;
                *x = (view.x(column) - left) * across + side;
            }
            [*r, *g, *b] = strip.inks(&places);
            for (points, air) in [r, g, b].into_iter().zip(air) {
                points.iter_mut().for_each(|own| *own += (air - *own) * haze);
            }
        }
        for (plane, points) in self.row.chunks_exact_mut(view.width).zip([red, green, blue]) {
            let (blocks, rest) = plane.as_chunks_mut();
            for ((index, block), hidden) in blocks.iter_mut().enumerate().zip(hidden) {
                if *hidden != HIDDEN {
                    join_over::<STRIDE>(&points[index * LANES / STRIDE..], block);
                }
            }
            if !rest.is_empty() {
                let mut block = [0; LANES];
                join_over::<STRIDE>(&points[blocks.len() * LANES / STRIDE..], &mut block);
                rest.copy_from_slice(&block[..rest.len()]);
            }
        }
    }
}

fn sprites(site: &mut Site<'_>) -> Vec<[Sheet; 3]> {
    let density = (site.density * TREE_TALL * 1.3).max(24.0);
    let bare_winter = site.light.leaf.season == Season::Winter;
    (0..9)
        .map(|index| {
            let mut sheet = Sheet::new([-0.55, -1.2, 0.55, 0.12], density);
            let mut dice = Dice::new(site.dice.bits());
            shadow(&mut sheet, site.side());
            if bare_winter || index % 4 == 3 {
                let f = Foliage::evergreen(site, 1.6);
                conifer(&mut sheet, [0.0, 0.0], 1.05, &f, &mut dice);
            } else {
                let f = Foliage::of(site, 1.6);
                broadleaf(&mut sheet, [0.0, 0.0], 1.0, &f, &mut dice);
            }
            let sheet = sheet.dried();
            let half = sheet.halved();
            let quarter = half.halved();
            [sheet, half, quarter]
        })
        .collect()
}

fn shadow(sheet: &mut Sheet, side: f32) {
    let at = [-side * 0.14, 0.0];
    let shape = super::super::paint::shape::Shape::new().ellipse(at, 0.32, 0.08);
    sheet.fill(&shape, |_, _| [0.0, 0.0, 0.02, 0.35]);
}

/// The small sky needs to know where the land begins.
pub(crate) fn horizon() -> f32 {
    HORIZON
}
