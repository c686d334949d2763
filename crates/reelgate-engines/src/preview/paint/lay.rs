//! One row of a sheet onto one row of a band, in whole numbers: the loop that most frames spend
//! most of their time in.

use pulp::{Arch, NullaryFnOnce};

use super::sheet::{Run, Sheet};
use super::view::{Lens, View};

/// Texels a row may have: their places fit 16 bits, and looking one up needs no check.
const TEXELS: usize = 1 << 16;
/// Columns painted at once.
const BLOCK: usize = 16;
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
}

impl Spare {
    /// Works out what the columns of a row show, those that a sheet may touch.
    pub(crate) fn aim(&mut self, path: Path, sheet: &Sheet) {
        Arch::new().dispatch(Aim { spare: self, path, sheet });
    }
}

struct Aim<'a> {
    spare: &'a mut Spare,
    path: Path,
    sheet: &'a Sheet,
}

impl NullaryFnOnce for Aim<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { spare, path, sheet } = self;
        let whole = Run { from: 0, to: sheet.width as u32, solid: false };
        let columns = path.touched(whole, sheet);
        let (from, to) = (columns.0 / BLOCK * BLOCK, columns.1.next_multiple_of(BLOCK));
        spare.pairs.resize(TEXELS, 0);
        spare.places.resize(path.columns.next_multiple_of(BLOCK), 0);
        spare.parts.resize(path.columns.next_multiple_of(BLOCK), 0);
        let most = ((sheet.width.min(TEXELS) - 1) << 16) as i32;
        // In 1/65536 texels: whole numbers need no care about infinities.
        let (first, step) = ((path.start * 65_536.0) as i32, (path.step * 65_536.0) as i32);
        let first = first.wrapping_add(step.wrapping_mul(from as i32));
        let both = spare.places[from..to].iter_mut().zip(&mut spare.parts[from..to]);
        for (x, (place, part)) in both.enumerate() {
            let at = first.wrapping_add(step.wrapping_mul(x as i32)).clamp(0, most);
            *place = (at >> 16) as u16;
            *part = ((at >> 8) & 255) as u16;
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
    pub(crate) fn new(sheet: &Sheet, view: View, lens: Lens, bend: f32) -> Self {
        let step = sheet.density / (lens.scale * view.height as f32);
        let rest = (view.x(0.0) - bend - lens.shift[0]) / lens.scale - sheet.origin[0];
        let start = rest * sheet.density - 0.5;
        Self { start, step, inverse: 1.0 / step, columns: view.width }
    }

    #[inline(always)]
    pub(crate) fn column(&self, texel: f32) -> f32 {
        ((texel - self.start) * self.inverse).clamp(0.0, self.columns as f32)
    }

    /// The columns that a run of texels may show in; the edge of a sheet goes on for ever.
    #[inline(always)]
    fn touched(&self, run: Run, sheet: &Sheet) -> (usize, usize) {
        let [left, right] = self.ends(run, sheet);
        let first = if left { 0 } else { self.column(run.from as f32 - 1.5) as usize };
        let last = self.column(run.to as f32 + 0.5).ceil() as usize;
        (first, if right { self.columns } else { last })
    }

    /// The columns that show nothing but this run.
    #[inline(always)]
    fn filled(&self, run: Run, sheet: &Sheet) -> (usize, usize) {
        let [left, right] = self.ends(run, sheet);
        let first = if left { 0 } else { self.column(run.from as f32 + 0.5).ceil() as usize };
        let last = self.column(run.to as f32 - 1.5) as usize;
        (first, if right { self.columns } else { last })
    }

    #[inline(always)]
    fn ends(&self, run: Run, sheet: &Sheet) -> [bool; 2] {
        [run.from == 0 && sheet.open[0], run.to as usize == sheet.width && sheet.open[1]]
    }
}

/// One row of a sheet for one row of the band.
pub(crate) struct Lay<'a> {
    /// Reds, then greens, then blues.
    pub(crate) row: &'a mut [u16],
    pub(crate) spare: &'a mut Spare,
    pub(crate) sheet: &'a Sheet,
    /// The two rows of it to mix.
    pub(crate) rows: [usize; 2],
    /// The lower row's part.
    pub(crate) weight: f32,
    pub(crate) path: Path,
    /// First and one past the last column that is seen.
    pub(crate) clip: (usize, usize),
}

impl NullaryFnOnce for Lay<'_> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        let (sheet, columns) = (self.sheet, self.path.columns);
        // Columns before this one are done. Whole blocks: what is painted outside a run is
        // nothing, what is painted outside the clip is hidden.
        let mut done = self.clip.0 / BLOCK * BLOCK;
        let end = self.clip.1.next_multiple_of(BLOCK).min(columns);
        for &run in sheet.runs(self.rows[0]) {
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
}

impl Lay<'_> {
    /// Makes the texels that some columns show from the two rows.
    #[inline(always)]
    fn mix(&mut self, from: usize, to: usize) {
        let spare = &mut *self.spare;
        let (low, last) = (spare.places[from] as usize, spare.places[to - 1] as usize);
        let width = self.sheet.width;
        let high = (last + 2).min(width);
        let [a, b] = self.rows.map(|row| &self.sheet.texels[row * width..][..width][low..high]);
        let weight = ((self.weight * 256.0 + 0.5) as i32).clamp(0, 256) as u16;
        spare.mixed.resize(a.len() + 1, [0; 4]);
        let out = spare.mixed[..a.len()].as_flattened_mut();
        for ((o, a), b) in out.iter_mut().zip(a.as_flattened()).zip(b.as_flattened()) {
            *o = ((u16::from(*a) * (256 - weight) + u16::from(*b) * weight + 128) >> 8) as u8;
        }
        spare.mixed[a.len()] = spare.mixed[a.len() - 1];
        let pairs = &mut spare.pairs[low..=last];
        for (pair, two) in pairs.iter_mut().zip(spare.mixed.windows(2)) {
            let [left, right] = [two[0], two[1]].map(u32::from_le_bytes);
            *pair = u64::from(left) | u64::from(right) << 32;
        }
    }

    #[inline(always)]
    fn stretch<const SOLID: bool>(&mut self, from: usize, to: usize) {
        if from >= to {
            return;
        }
        let spare = &*self.spare;
        let pairs: &[u64; TEXELS] = spare.pairs[..].try_into().expect("aimed before");
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
    for k in 0..BLOCK {
        let inks = [red_blue[k] & 255, green_cover[k] & 255, red_blue[k] >> 16];
        let [r, g, b] = inks.map(|ink| (ink << 5) as u16);
        if SOLID {
            (red[k], green[k], blue[k]) = (r, g, b);
        } else {
            let keep = (255 - (green_cover[k] >> 16)) * 257;
            let over = |below: u16, ink: u16| {
                (((u32::from(below) * keep + 0x8000) >> 16) as u16).saturating_add(ink)
            };
            red[k] = over(red[k], r);
            green[k] = over(green[k], g);
            blue[k] = over(blue[k], b);
        }
    }
}
