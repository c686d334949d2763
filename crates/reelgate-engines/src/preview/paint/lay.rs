//! One row of a sheet onto one row of a band, in whole numbers: the loop that most frames spend
//! most of their time in.

use std::ops::Range;

use pulp::NullaryFnOnce;

use super::band::rows_at;
use super::noise::{above, below};
use super::sheet::{Run, Sheet};
use super::veil::{Clip, Veil};
use super::view::{Lens, View};

/// Texels a row may have: their places fit 16 bits, and looking one up needs no check.
const TEXELS: usize = 1 << 16;
/// Columns painted at once, and texels mixed at once.
pub(crate) const BLOCK: usize = 16;
pub(crate) const CHUNK: usize = 8;
/// Red and blue, or green and cover, of a texel.
const HALF: u32 = 0x00FF_00FF;

/// Working memory of a band, kept between rows.
#[derive(Default)]
pub(crate) struct Spare {
    mixed: Vec<[u8; 4]>,
    /// Every texel of a mixed row and its right neighbour; [`TEXELS`] of them once there are any.
    pairs: Vec<u64>,
    /// Which pair each column shows, and how much of its right texel, of 256.
    places: Vec<u16>,
    parts: Vec<u16>,
    /// A row of something small, before it is stretched.
    pub(crate) line: Vec<u16>,
    /// How much of each pixel of a row something covers.
    pub(crate) cover: Vec<f32>,
    /// What a surface works out along a row.
    pub(crate) points: [Vec<f32>; 8],
    /// What is hidden of the band, and what is seen of each row of what stands in it.
    pub(crate) veil: Veil,
    pub(crate) clips: Vec<Clip>,
}

impl Spare {
    /// Works out what the columns of a row show, those that a sheet may touch.
    #[inline(always)]
    fn aim(&mut self, path: Path, sheet: &Sheet) {
        let whole = Run { from: 0, to: sheet.width as u32, solid: false };
        let columns = path.touched(whole, sheet);
        let (from, to) = (columns.0 / BLOCK * BLOCK, columns.1.next_multiple_of(BLOCK));
        self.pairs.resize(TEXELS + CHUNK, 0);
        self.mixed.resize(TEXELS + 2 * CHUNK, [0; 4]);
        self.places.resize(path.columns.next_multiple_of(BLOCK), 0);
        self.parts.resize(path.columns.next_multiple_of(BLOCK), 0);
        let most = ((sheet.width.min(TEXELS) - 1) << 16) as i32;
        // In 1/65536 texels: whole numbers need no care about infinities.
        let (first, step) = ((path.start * 65_536.0) as i32, (path.step * 65_536.0) as i32);
        let first = first.wrapping_add(step.wrapping_mul(from as i32));
        let places = self.places[from..to].as_chunks_mut::<BLOCK>().0;
        let parts = self.parts[from..to].as_chunks_mut::<BLOCK>().0;
        for (block, (places, parts)) in places.iter_mut().zip(parts).enumerate() {
            let start = first.wrapping_add(step.wrapping_mul((block * BLOCK) as i32));
            for k in 0..BLOCK {
                let at = start.wrapping_add(step.wrapping_mul(k as i32)).clamp(0, most);
                places[k] = (at >> 16) as u16;
                parts[k] = ((at >> 8) & 255) as u16;
            }
        }
    }
}

/// Where along a texture row each screen column falls.
#[derive(Clone, Copy)]
pub(crate) struct Path {
    /// Texel coordinate of column zero, and its growth a column.
    start: f32,
    step: f32,
    /// One over the growth.
    inverse: f32,
    columns: usize,
}

impl Path {
    #[inline(always)]
    pub(crate) fn new(sheet: &Sheet, view: View, lens: Lens, bend: f32) -> Self {
        let step = sheet.density / (lens.scale * view.height as f32);
        let rest = (view.x(0.0) - bend - lens.shift[0]) / lens.scale - sheet.origin[0];
        let start = rest * sheet.density - 0.5;
        Self { start, step, inverse: 1.0 / step, columns: view.width }
    }

    #[inline(always)]
    fn column(&self, texel: f32) -> f32 {
        ((texel - self.start) * self.inverse).clamp(0.0, self.columns as i32 as f32)
    }

    #[inline(always)]
    fn column_below(&self, texel: f32) -> usize {
        below(self.column(texel)) as usize
    }

    #[inline(always)]
    fn column_above(&self, texel: f32) -> usize {
        above(self.column(texel)) as usize
    }

    /// The columns that a run of texels may show in; the edge of a sheet goes on for ever.
    #[inline(always)]
    pub(crate) fn touched(&self, run: Run, sheet: &Sheet) -> (usize, usize) {
        let [left, right] = self.ends(run, sheet);
        let first = if left { 0 } else { self.column_below(run.from as f32 - 1.5) };
        let last = self.column_above(run.to as f32 + 0.5);
        (first, if right { self.columns } else { last })
    }

    /// The columns that show nothing but this run.
    #[inline(always)]
    fn filled(&self, run: Run, sheet: &Sheet) -> (usize, usize) {
        let [left, right] = self.ends(run, sheet);
        let first = if left { 0 } else { self.column_above(run.from as f32 + 0.5) };
        let last = self.column_below(run.to as f32 - 1.5);
        (first, if right { self.columns } else { last })
    }

    /// The columns behind which nothing is seen, where two rows of a sheet are mixed.
    #[inline(always)]
    pub(crate) fn hidden(&self, sheet: &Sheet, upper: usize, lower: usize) -> Range<usize> {
        let (a, b) = (sheet.solid[upper], sheet.solid[lower]);
        let (first, last) = (a.0.max(b.0) as usize, a.1.min(b.1) as usize);
        if first + 3 > last {
            return 0..0;
        }
        // A texel less on each side: edges are soft.
        let from = if first == 0 { 0 } else { self.column_above(first as i32 as f32 + 1.0) };
        let whole = last == sheet.width;
        from..if whole { self.columns } else { self.column_below(last as i32 as f32 - 2.0) }
    }

    #[inline(always)]
    fn ends(&self, run: Run, sheet: &Sheet) -> [bool; 2] {
        [run.from == 0 && sheet.open[0], run.to as usize == sheet.width && sheet.open[1]]
    }
}

/// A sheet for all rows of a band.
pub(crate) struct Lay<'a, C, F> {
    pub(crate) view: View,
    /// First row of the band, and its rows: reds, then greens, then blues.
    pub(crate) top: usize,
    pub(crate) px: &'a mut [u16],
    pub(crate) spare: &'a mut Spare,
    pub(crate) sheet: &'a Sheet,
    pub(crate) lens: Lens,
    /// Which columns of a line are worth painting.
    pub(crate) clip: C,
    /// How far each row leans sideways, by its height on screen.
    pub(crate) bend: F,
}

impl<C, F> NullaryFnOnce for Lay<'_, C, F>
where
    C: Fn(usize) -> (usize, usize),
    F: Fn(f32) -> f32,
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { view, top, px, spare, sheet, lens, clip, bend } = self;
        let mut aimed = None;
        for (line, row) in px.chunks_exact_mut(3 * view.width).enumerate() {
            let uy = view.y((top + line) as i32 as f32);
            let v = ((uy - lens.shift[1]) / lens.scale - sheet.origin[1]) * sheet.density - 0.5;
            let clip = clip(line);
            if v <= -1.0 || clip.0 >= clip.1 {
                continue;
            }
            let (upper, lower, weight) = rows_at(sheet, v);
            let runs = sheet.runs(upper);
            if runs.is_empty() {
                continue;
            }
            let lean = bend(uy);
            let path = Path::new(sheet, view, lens, lean);
            if aimed != Some(lean) {
                spare.aim(path, sheet);
                aimed = Some(lean);
            }
            let texels = [upper, lower].map(|y| &sheet.texels[y * sheet.width..]);
            let weight = ((weight * 256.0 + 0.5) as i32).clamp(0, 256) as u16;
            Row { row, spare, sheet, texels, weight, path }.lay(runs, clip);
        }
    }
}

/// One row of a sheet for one row of the band.
struct Row<'a> {
    row: &'a mut [u16],
    spare: &'a mut Spare,
    sheet: &'a Sheet,
    /// The two rows of it to mix, and all that follows.
    texels: [&'a [[u8; 4]]; 2],
    /// The lower row's part, of 256.
    weight: u16,
    path: Path,
}

impl Row<'_> {
    #[inline(always)]
    fn lay(&mut self, runs: &[Run], clip: (usize, usize)) {
        let (sheet, columns) = (self.sheet, self.path.columns);
        // Columns before this one are done. Whole blocks: what is painted outside a run is
        // nothing, what is painted outside the clip is hidden.
        let mut done = clip.0 / BLOCK * BLOCK;
        let end = clip.1.next_multiple_of(BLOCK).min(columns);
        for &run in runs {
            let (first, last) = self.path.touched(run, sheet);
            let from = (first / BLOCK * BLOCK).max(done);
            let to = last.next_multiple_of(BLOCK).min(end);
            if from >= to {
                continue;
            }
            done = to;
            let filled = if run.solid { self.path.filled(run, sheet) } else { (to, to) };
            let solid_from = filled.0.next_multiple_of(BLOCK).clamp(from, to);
            let whole = if filled.1 == columns { columns } else { filled.1 / BLOCK * BLOCK };
            let solid_to = whole.clamp(solid_from, to);
            self.mix(from, to);
            self.stretch::<false>(from, solid_from);
            self.stretch::<true>(solid_from, solid_to);
            self.stretch::<false>(solid_to, to);
        }
    }

    /// Makes the texels that some columns show from the two rows, in whole chunks: what is behind
    /// a row's end is never looked at.
    #[inline(always)]
    fn mix(&mut self, from: usize, to: usize) {
        let Spare { mixed, pairs, places, .. } = &mut *self.spare;
        let (low, last) = (places[from] as usize, places[to - 1] as usize);
        let chunks = (last + 2 - low).div_ceil(CHUNK);
        let weight = self.weight;
        let [a, b] = self.texels.map(|texels| texels[low..].as_chunks::<CHUNK>().0);
        let out = mixed.as_chunks_mut::<CHUNK>().0.iter_mut();
        for (out, (a, b)) in out.zip(a[..chunks].iter().zip(&b[..chunks])) {
            let (a, b) = (a.as_flattened(), b.as_flattened());
            for (o, (a, b)) in out.as_flattened_mut().iter_mut().zip(a.iter().zip(b)) {
                *o = ((u16::from(*a) * (256 - weight) + u16::from(*b) * weight + 128) >> 8) as u8;
            }
        }
        let out = pairs[low..].as_chunks_mut::<CHUNK>().0.iter_mut();
        let left = mixed.as_chunks::<CHUNK>().0.iter();
        let right = mixed[1..].as_chunks::<CHUNK>().0.iter();
        for (out, (left, right)) in out.zip(left.zip(right)).take(chunks) {
            for k in 0..CHUNK {
                let [left, right] = [left[k], right[k]].map(u32::from_le_bytes);
                out[k] = u64::from(left) | u64::from(right) << 32;
            }
        }
    }

    #[inline(always)]
    fn stretch<const SOLID: bool>(&mut self, from: usize, to: usize) {
        if from >= to {
            return;
        }
        let spare = &*self.spare;
        let pairs: &[u64; TEXELS] = spare.pairs[..TEXELS].try_into().expect("aimed before");
        let columns = self.path.columns;
        let (red, rest) = self.row.split_at_mut(columns);
        let (green, blue) = rest.split_at_mut(columns);
        let (red, green, blue) = (&mut red[from..to], &mut green[from..to], &mut blue[from..to]);
        let places = spare.places[from..].as_chunks::<BLOCK>().0;
        let parts = spare.parts[from..].as_chunks::<BLOCK>().0;
        let (red, red_end) = red.as_chunks_mut::<BLOCK>();
        let (green, green_end) = green.as_chunks_mut::<BLOCK>();
        let (blue, blue_end) = blue.as_chunks_mut::<BLOCK>();
        let blocks = red.len();
        for ((((r, g), b), place), part) in
            red.iter_mut().zip(green).zip(blue).zip(places).zip(parts)
        {
            block::<SOLID>(r, g, b, pairs, place, part);
        }
        if !red_end.is_empty() {
            // The last columns of a frame that is no whole number of blocks.
            let mut ends = [[0_u16; BLOCK]; 3];
            let count = red_end.len();
            for (end, plane) in ends.iter_mut().zip([&*red_end, green_end, blue_end]) {
                end[..count].copy_from_slice(plane);
            }
            let [r, g, b] = &mut ends;
            block::<SOLID>(r, g, b, pairs, &places[blocks], &parts[blocks]);
            for (end, plane) in ends.iter().zip([red_end, green_end, blue_end]) {
                plane.copy_from_slice(&end[..count]);
            }
        }
    }
}

/// Sixteen columns: between two texels each, over what is there or, where `SOLID`, instead of it.
#[inline(always)]
fn block<const SOLID: bool>(
    red: &mut [u16; BLOCK],
    green: &mut [u16; BLOCK],
    blue: &mut [u16; BLOCK],
    pairs: &[u64; TEXELS],
    places: &[u16; BLOCK],
    parts: &[u16; BLOCK],
) {
    let mut both = [0_u64; BLOCK];
    for (pair, place) in both.iter_mut().zip(places) {
        *pair = pairs[usize::from(*place)];
    }
    let (mut red_blue, mut green_cover) = ([0_u32; BLOCK], [0_u32; BLOCK]);
    for k in 0..BLOCK {
        let (left, right) = (both[k] as u32, (both[k] >> 32) as u32);
        let part = u32::from(parts[k]);
        let mix = |a: u32, b: u32| {
            (((a & HALF) * (256 - part) + (b & HALF) * part + 0x0080_0080) >> 8) & HALF
        };
        red_blue[k] = mix(left, right);
        green_cover[k] = mix(left >> 8, right >> 8);
    }
    let mut cover = [0_u16; BLOCK];
    let mut inks = [[0_u16; BLOCK]; 3];
    for k in 0..BLOCK {
        inks[0][k] = (red_blue[k] & 255) as u16;
        inks[1][k] = (green_cover[k] & 255) as u16;
        inks[2][k] = (red_blue[k] >> 16) as u16;
        cover[k] = (green_cover[k] >> 16) as u16;
    }
    for (plane, ink) in [red, green, blue].into_iter().zip(inks) {
        for k in 0..BLOCK {
            let ink = ink[k] << 5;
            plane[k] = if SOLID {
                ink
            } else {
                // Sixteen bits all along; what nothing covers stays as it is, and nothing is left
                // of what is covered: there may be anything.
                let hidden = (u32::from(plane[k]) * u32::from(cover[k] * 257)) >> 16;
                let left = if cover[k] == 255 { 0 } else { plane[k] - hidden as u16 };
                left.saturating_add(ink)
            };
        }
    }
}
