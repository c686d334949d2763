//! A few rows of a frame while they are being painted: small enough to stay in the cache.

use pulp::{Arch, NullaryFnOnce};

use super::colour::{Quad, over};
use super::sheet::Sheet;
use super::view::{Lens, View};

/// Rows a full frame's band has; even, so that chroma rows never straddle two bands.
pub(crate) const BAND_ROWS: usize = 16;

/// Some rows of a [`View`], painted back to front.
pub(crate) struct Band<'a> {
    pub(crate) view: View,
    /// First row.
    pub(crate) top: usize,
    /// `rows * view.width` pixels.
    pub(crate) px: &'a mut [Quad],
    /// One blended texture row, kept between calls.
    pub(crate) spare: &'a mut Vec<Quad>,
}

impl Band<'_> {
    pub(crate) fn rows(&self) -> usize {
        self.px.len() / self.view.width
    }

    /// Row numbers of this band.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        self.top..self.top + self.rows()
    }

    pub(crate) fn row(&mut self, y: usize) -> &mut [Quad] {
        let width = self.view.width;
        let start = (y - self.top) * width;
        &mut self.px[start..start + width]
    }

    /// Lays a sheet over the band. `bend` shifts each row sideways, in frame units, by its height
    /// on screen: for swaying grass and kelp.
    pub(crate) fn lay(&mut self, sheet: &Sheet, lens: Lens, bend: impl Fn(f32) -> f32) {
        let view = self.view;
        for y in self.range() {
            let uy = view.y(y as f32);
            let v = ((uy - lens.shift[1]) / lens.scale - sheet.origin[1]) * sheet.density - 0.5;
            if v <= -1.0 {
                continue;
            }
            let (upper, lower, weight) = rows_at(sheet, v);
            let Some(shot) = Crossing::new(sheet, view, lens, (upper, lower), bend(uy)) else {
                continue;
            };
            let texel_row = |row: usize| &sheet.texels[row * sheet.width..(row + 1) * sheet.width];
            let width = view.width;
            let start = (y - self.top) * width;
            let row = &mut self.px[start..start + width];
            let spare = &mut *self.spare;
            let (upper, lower) = (texel_row(upper), texel_row(lower));
            Arch::new().dispatch(Lay { row, spare, upper, lower, weight, shot });
        }
    }

    /// Whether this row of the sheet would hide everything behind it.
    pub(crate) fn hides(sheet: &Sheet, lens: Lens, view: View, y: usize) -> bool {
        let uy = view.y(y as f32);
        let v = ((uy - lens.shift[1]) / lens.scale - sheet.origin[1]) * sheet.density - 0.5;
        if v < 0.0 {
            return false;
        }
        let (upper, lower, _) = rows_at(sheet, v);
        sheet.solid[upper] && sheet.solid[lower]
    }
}

/// The two texture rows around `v` and the lower one's weight; the last row goes on for ever.
fn rows_at(sheet: &Sheet, v: f32) -> (usize, usize, f32) {
    let base = v.floor();
    let last = sheet.height - 1;
    let upper = (base.max(0.0) as usize).min(last);
    let lower = ((base + 1.0).max(0.0) as usize).min(last);
    (upper, lower, v - base)
}

/// Which texels one screen row crosses, and how fast.
#[derive(Clone, Copy)]
struct Crossing {
    /// First and one past the last texel needed.
    texels: (usize, usize),
    /// First and one past the last screen column touched.
    columns: (usize, usize),
    /// Texel coordinate of column zero, and its growth a column.
    start: f32,
    step: f32,
}

impl Crossing {
    fn new(sheet: &Sheet, view: View, lens: Lens, rows: (usize, usize), bend: f32) -> Option<Self> {
        let (a, b) = (sheet.spans[rows.0], sheet.spans[rows.1]);
        let (first, last) = (a.0.min(b.0) as usize, a.1.max(b.1) as usize);
        if first >= last {
            return None;
        }
        let h = view.height as f32;
        let step = sheet.density / (lens.scale * h);
        let rest = (view.x(0.0) - bend - lens.shift[0]) / lens.scale - sheet.origin[0];
        let start = rest * sheet.density - 0.5;
        let column = |texel: f32| ((texel - start) / step).clamp(0.0, view.width as f32);
        let from = if first == 0 { 0 } else { column(first as f32 - 1.0) as usize };
        let to = if last == sheet.width {
            view.width
        } else {
            column(last as f32 + 1.0).ceil() as usize
        };
        let low = (start + step * from as f32).floor().max(0.0) as usize;
        let high = (start + step * to as f32).ceil().max(0.0) as usize + 2;
        let texels = (low.min(sheet.width - 1), high.clamp(1, sheet.width));
        (from < to && texels.0 < texels.1).then_some(Self {
            texels,
            columns: (from, to),
            start,
            step,
        })
    }
}

/// One row of a sheet onto one row of the band.
struct Lay<'a> {
    row: &'a mut [Quad],
    spare: &'a mut Vec<Quad>,
    upper: &'a [[u8; 4]],
    lower: &'a [[u8; 4]],
    weight: f32,
    shot: Crossing,
}

impl NullaryFnOnce for Lay<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        mix_rows(self.spare, self.upper, self.lower, self.weight, self.shot.texels);
        lay_row(self.row, self.spare, self.shot);
    }
}

#[inline(always)]
fn mix_rows(
    out: &mut Vec<Quad>,
    upper: &[[u8; 4]],
    lower: &[[u8; 4]],
    weight: f32,
    texels: (usize, usize),
) {
    let (low, high) = (weight / 255.0, (1.0 - weight) / 255.0);
    let (a, b) = (&upper[texels.0..texels.1], &lower[texels.0..texels.1]);
    out.resize(a.len(), [0.0; 4]);
    for ((o, p), q) in out.iter_mut().zip(a).zip(b) {
        for k in 0..4 {
            o[k] = f32::from(p[k]) * high + f32::from(q[k]) * low;
        }
    }
}

#[inline(always)]
fn lay_row(row: &mut [Quad], line: &[Quad], crossing: Crossing) {
    let (from, to) = crossing.columns;
    let last = line.len() - 1;
    let offset = crossing.start - crossing.texels.0 as f32;
    for (x, pixel) in row[from..to].iter_mut().enumerate() {
        let u = (offset + crossing.step * (from + x) as f32).max(0.0);
        let at = (u as i32 as usize).min(last);
        let part = (u - at as i32 as f32).min(1.0);
        let (a, b) = (line[at], line[(at + 1).min(last)]);
        let mut above = [0.0; 4];
        for k in 0..4 {
            above[k] = a[k] + (b[k] - a[k]) * part;
        }
        over(pixel, above);
    }
}
