//! A painted cut-out: pixels with cover, made once when a shot is composed, moved every frame.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::{iter, thread};

use super::colour::{Ink, Quad, part_of};
use super::lay::CHUNK;
use super::noise::nearest;
use super::raster::{ToPixels, cover};
use super::shape::{Point, Shape};

/// Premultiplied pixels over a rectangle of frame units.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// Left and top edge in frame units.
    pub(crate) origin: Point,
    /// Pixels a frame unit.
    pub(crate) density: f32,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Row after row, and [`BEHIND`] more.
    pub(crate) texels: Vec<[u8; 4]>,
    /// What is not empty in each row and the next one together, row after row.
    runs: Vec<Run>,
    /// Where each row's runs begin, and where the last one's end.
    rows: Vec<u32>,
    /// Whether any run touches the left and the right edge.
    pub(crate) open: [bool; 2],
    /// The longest run of columns in each row that hides everything behind it.
    pub(crate) solid: Vec<(u32, u32)>,
}

/// Some texels of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// First and one past the last.
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Nothing shines through.
    pub(crate) solid: bool,
}

/// Texels behind the last row: whole chunks are read from any row's end.
const BEHIND: usize = 2 * CHUNK;

/// Texels that are judged together.
const BLOCK: usize = 8;
/// Blocks from which on it pays to skip nothing, or to lay what hides everything.
const GAP: usize = 3;
const SOLID: usize = 6;

/// From so many texels on, threads share what is painted, so many rows at a time.
const SHARED_TEXELS: usize = 1 << 16;
const SHARED_ROWS: usize = 8;
const THREADS_MAX: usize = 8;

impl Sheet {
    /// An empty sheet over `[left, top, right, bottom]`.
    pub(crate) fn new(area: [f32; 4], density: f32) -> Self {
        let width = ((area[2] - area[0]) * density).ceil().max(2.0) as usize;
        let height = ((area[3] - area[1]) * density).ceil().max(2.0) as usize;
        Self {
            origin: [area[0], area[1]],
            density,
            width,
            height,
            texels: vec![[0; 4]; width * height + BEHIND],
            runs: Vec::new(),
            rows: Vec::new(),
            open: [false; 2],
            solid: vec![(0, 0); height],
        }
    }

    /// What is not empty in a row and the next one together; none before the sheet is dry.
    #[inline(always)]
    pub(crate) fn runs(&self, row: usize) -> &[Run] {
        match self.rows.get(row..row + 2) {
            Some(&[from, to]) => &self.runs[from as usize..to as usize],
            _ => &[],
        }
    }

    pub(crate) fn right(&self) -> f32 {
        self.origin[0] + self.width as f32 / self.density
    }

    pub(crate) fn bottom(&self) -> f32 {
        self.origin[1] + self.height as f32 / self.density
    }

    fn to_pixels(&self) -> ToPixels {
        let d = self.density;
        ToPixels { scale: d, shift: [-self.origin[0] * d, -self.origin[1] * d] }
    }

    /// Fills a shape; `ink` is asked for the colour at each point, in frame units.
    pub(crate) fn fill(&mut self, shape: &Shape, ink: impl Fn(f32, f32) -> Quad + Sync) {
        let Some(mask) = cover(shape, self.to_pixels(), self.width, self.height) else { return };
        let (origin, density) = (self.origin, self.density);
        self.each_row(mask.top..mask.top + mask.height, mask.width, |y, row| {
            let uy = origin[1] + (y as f32 + 0.5) / density;
            let line = &mask.cover[(y - mask.top) * mask.width..][..mask.width];
            for ((column, &part), texel) in line.iter().enumerate().zip(&mut row[mask.left..]) {
                if part > 0.002 {
                    let ux = origin[0] + ((mask.left + column) as f32 + 0.5) / density;
                    lay(texel, part_of(ink(ux, uy), part));
                }
            }
        });
    }

    pub(crate) fn flat(&mut self, shape: &Shape, ink: Ink) {
        self.fill(shape, |_, _| [ink[0], ink[1], ink[2], 1.0]);
    }

    /// Asks for the colour of every pixel; for grounds and walls.
    pub(crate) fn wash(&mut self, ink: impl Fn(f32, f32) -> Quad + Sync) {
        let (origin, density) = (self.origin, self.density);
        self.each_row(0..self.height, self.width, |y, row| {
            let uy = origin[1] + (y as f32 + 0.5) / density;
            for (x, texel) in row.iter_mut().enumerate() {
                let ux = origin[0] + (x as f32 + 0.5) / density;
                let colour = ink(ux, uy);
                if colour.iter().any(|c| *c > 0.0) {
                    lay(texel, colour);
                }
            }
        });
    }

    /// Fills below a skyline `top(x)`, edges antialiased; `ink(x, y, depth below the line)`.
    pub(crate) fn below(
        &mut self,
        top: impl Fn(f32) -> f32,
        ink: impl Fn(f32, f32, f32) -> Quad + Sync,
    ) {
        let (origin, density) = (self.origin, self.density);
        let across = |x: usize| origin[0] + (x as f32 + 0.5) / density;
        let lines: Vec<f32> = (0..self.width).map(|x| top(across(x))).collect();
        self.each_row(0..self.height, self.width, |y, row| {
            let uy = origin[1] + (y as f32 + 0.5) / density;
            for ((x, line), texel) in lines.iter().enumerate().zip(row) {
                let first = (line - origin[1]) * density;
                let part = (y as f32 + 1.0 - first).clamp(0.0, 1.0);
                if part > 0.0 {
                    let colour = ink(across(x), uy, (uy - line).max(0.0));
                    lay(texel, part_of(colour, part));
                }
            }
        });
    }

    /// Paints some rows, of which so many columns are touched: several at once where it pays.
    fn each_row(
        &mut self,
        rows: Range<usize>,
        columns: usize,
        paint: impl Fn(usize, &mut [[u8; 4]]) + Sync,
    ) {
        let (width, first) = (self.width, rows.start);
        let texels = &mut self.texels[first * width..rows.end * width];
        let lines = texels.chunks_exact_mut(width).enumerate();
        if rows.len() * columns < SHARED_TEXELS {
            return lines.for_each(|(line, row)| paint(first + line, row));
        }
        let lines = Mutex::new(lines);
        let take = || {
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.by_ref().take(SHARED_ROWS).collect::<Vec<_>>()
        };
        let work = || {
            for batch in iter::repeat_with(take).take_while(|batch| !batch.is_empty()) {
                batch.into_iter().for_each(|(line, row)| paint(first + line, row));
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        thread::scope(|scope| {
            (1..threads).for_each(|_| drop(scope.spawn(work)));
            work();
        });
    }

    /// A soft round light that adds to what is there.
    pub(crate) fn shine(&mut self, at: Point, radius: f32, ink: Ink, strength: f32) {
        let d = self.density;
        let centre = [(at[0] - self.origin[0]) * d, (at[1] - self.origin[1]) * d];
        let reach = radius * d;
        let rows = clip_range(centre[1], reach, self.height);
        for y in rows {
            for x in clip_range(centre[0], reach, self.width) {
                let (dx, dy) = (x as f32 + 0.5 - centre[0], y as f32 + 0.5 - centre[1]);
                let fall = 1.0 - (dx * dx + dy * dy) / (reach * reach);
                if fall > 0.0 {
                    let k = fall * fall * fall * strength;
                    lay(
                        &mut self.texels[y * self.width + x],
                        [ink[0] * k, ink[1] * k, ink[2] * k, 0.0],
                    );
                }
            }
        }
    }

    /// Notes what is empty and what is solid. Call once, when the painting is done.
    pub(crate) fn dried(mut self) -> Self {
        let (width, last) = (self.width, self.height - 1);
        (self.runs, self.rows) = (Vec::new(), Vec::with_capacity(self.height + 1));
        let mut kinds = Vec::with_capacity(width.div_ceil(BLOCK));
        for y in 0..self.height {
            let row = |y: usize| &self.texels[y * width..(y + 1) * width];
            self.solid[y] = longest_run(row(y));
            self.rows.push(self.runs.len() as u32);
            kinds.clear();
            let blocks = row(y).chunks(BLOCK).zip(row((y + 1).min(last)).chunks(BLOCK));
            kinds.extend(blocks.map(|(a, b)| Kind::of(a).with(Kind::of(b))));
            runs_of(&kinds, width, &mut self.runs);
        }
        self.rows.push(self.runs.len() as u32);
        let touches = |edge: &dyn Fn(&Run) -> bool| self.runs.iter().any(edge);
        self.open = [touches(&|run| run.from == 0), touches(&|run| run.to as usize == width)];
        self
    }

    /// The sheet at half the density.
    pub(crate) fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2).max(2), self.height.div_ceil(2).max(2));
        let mut texels = Vec::with_capacity(width * height + BEHIND);
        for y in 0..height {
            for x in 0..width {
                let mut sum = [0_u32; 4];
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let sx = (2 * x + dx).min(self.width - 1);
                    let sy = (2 * y + dy).min(self.height - 1);
                    let texel = self.texels[sy * self.width + sx];
                    for (s, t) in sum.iter_mut().zip(texel) {
                        *s += u32::from(t);
                    }
                }
                texels.push(sum.map(|s| ((s + 2) / 4) as u8));
            }
        }
        texels.resize(width * height + BEHIND, [0; 4]);
        let half = Self {
            origin: self.origin,
            density: self.density / 2.0,
            width,
            height,
            texels,
            runs: Vec::new(),
            rows: Vec::new(),
            open: [false; 2],
            solid: vec![(0, 0); height],
        };
        half.dried()
    }

    /// The whole sheet softened, as things out of focus are; `radius` in frame units.
    pub(crate) fn blurred(mut self, radius: f32) -> Self {
        let reach = (radius * self.density) as usize;
        if reach == 0 {
            return self;
        }
        for _ in 0..2 {
            box_blur(&mut self.texels, self.width, self.height, 1, self.width, reach);
            box_blur(&mut self.texels, self.height, self.width, self.width, 1, reach);
        }
        self
    }
}

/// What a few texels are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Empty,
    Mixed,
    Solid,
}

impl Kind {
    fn of(texels: &[[u8; 4]]) -> Self {
        let any = texels.as_flattened().iter().fold(0, |any, byte| any | byte);
        let least = texels.iter().fold(255, |least, texel| texel[3].min(least));
        match (any, least) {
            (0, _) => Self::Empty,
            (_, SOLID_COVER..) => Self::Solid,
            _ => Self::Mixed,
        }
    }

    fn with(self, other: Self) -> Self {
        if self == other { self } else { Self::Mixed }
    }
}

/// From this cover on nothing shines through.
const SOLID_COVER: u8 = 254;

/// Notes one row's runs: short gaps and short solid parts are not worth an interruption.
fn runs_of(kinds: &[Kind], width: usize, runs: &mut Vec<Run>) {
    let before = runs.len();
    let mut start = 0;
    for same in kinds.chunk_by(|a, b| a == b) {
        let end = start + same.len();
        let (from, to) = ((start * BLOCK) as u32, (end * BLOCK).min(width) as u32);
        start = end;
        let solid = same[0] == Kind::Solid && same.len() >= SOLID;
        // A gap at the edge may go on for ever: it is never filled.
        if same[0] == Kind::Empty && (same.len() >= GAP || from == 0 || to as usize == width) {
            continue;
        }
        match runs[before..].last_mut() {
            Some(run) if run.to == from && !run.solid && !solid => run.to = to,
            _ => runs.push(Run { from, to, solid }),
        }
    }
}

/// One box blur along lines of `length` texels `step` apart; `lines` of them, `next` apart.
fn box_blur(
    texels: &mut [[u8; 4]],
    length: usize,
    lines: usize,
    step: usize,
    next: usize,
    reach: usize,
) {
    let mut line = vec![[0_u8; 4]; length];
    let window = (2 * reach + 1) as u32;
    for index in 0..lines {
        let start = index * next;
        for (at, value) in line.iter_mut().enumerate() {
            *value = texels[start + at * step];
        }
        let pick = |at: isize| line[at.clamp(0, length as isize - 1) as usize];
        let mut sum = [0_u32; 4];
        for at in -(reach as isize)..=reach as isize {
            for (s, t) in sum.iter_mut().zip(pick(at)) {
                *s += u32::from(t);
            }
        }
        for at in 0..length as isize {
            texels[start + at as usize * step] = sum.map(|s| ((s + window / 2) / window) as u8);
            let (gone, come) = (pick(at - reach as isize), pick(at + 1 + reach as isize));
            for ((s, g), c) in sum.iter_mut().zip(gone).zip(come) {
                *s = *s + u32::from(c) - u32::from(g);
            }
        }
    }
}

/// The longest run of texels that leave nothing at all of what is behind them.
fn longest_run(row: &[[u8; 4]]) -> (u32, u32) {
    let (mut best, mut start) = ((0, 0), 0);
    for (at, texel) in row.iter().enumerate() {
        if texel[3] < u8::MAX {
            start = at + 1;
        } else if at + 1 - start > best.1 - best.0 {
            best = (start, at + 1);
        }
    }
    (best.0 as u32, best.1 as u32)
}

fn clip_range(centre: f32, reach: f32, bound: usize) -> std::ops::Range<usize> {
    let from = (centre - reach).floor().clamp(0.0, bound as f32) as usize;
    let to = (centre + reach).ceil().clamp(0.0, bound as f32) as usize;
    from..to
}

fn lay(texel: &mut [u8; 4], above: Quad) {
    let keep = 1.0 - above[3];
    for k in 0..4 {
        let mixed = f32::from(texel[k]) * keep + above[k] * 255.0;
        texel[k] = nearest(mixed.clamp(0.0, 255.0)) as u8;
    }
}
