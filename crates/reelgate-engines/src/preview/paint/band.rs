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

    /// Lays a sheet over the band, within each row's visible columns. `bend` shifts each row
    /// sideways, in frame units, by its height on screen: for swaying grass and kelp.
    pub(crate) fn lay(
        &mut self,
        sheet: &Sheet,
        lens: Lens,
        seen: &Seen,
        bend: impl Fn(f32) -> f32,
    ) {
        let view = self.view;
        for (line, y) in self.range().enumerate() {
            let uy = view.y(y as f32);
            let v = ((uy - lens.shift[1]) / lens.scale - sheet.origin[1]) * sheet.density - 0.5;
            let clip = seen.of(line, view.width);
            if v <= -1.0 || clip.0 >= clip.1 {
                continue;
            }
            let (upper, lower, weight) = rows_at(sheet, v);
            let path = Path::new(sheet, view, lens, bend(uy));
            let Some(shot) = Crossing::new(sheet, path, (upper, lower), clip) else { continue };
            let texel_row = |row: usize| &sheet.texels[row * sheet.width..(row + 1) * sheet.width];
            let width = view.width;
            let start = line * width;
            let row = &mut self.px[start..start + width];
            let spare = &mut *self.spare;
            let (upper, lower) = (texel_row(upper), texel_row(lower));
            Arch::new().dispatch(Lay { row, spare, upper, lower, weight, shot });
        }
    }
}

/// The columns of each row of a band that nothing in front hides.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// None where all is seen.
    columns: Option<[(usize, usize); BAND_ROWS]>,
}

impl Seen {
    pub(crate) const ALL: Self = Self { columns: None };

    pub(crate) fn whole(width: usize) -> Self {
        Self { columns: Some([(0, width); BAND_ROWS]) }
    }

    pub(crate) fn of(&self, line: usize, width: usize) -> (usize, usize) {
        self.columns.map_or((0, width), |columns| columns[line])
    }

    /// Nothing behind is seen at all.
    pub(crate) fn is_nothing(&self, rows: usize) -> bool {
        self.columns.is_some_and(|columns| columns[..rows].iter().all(|c| c.0 >= c.1))
    }

    /// What is still seen behind a sheet.
    pub(crate) fn behind(
        mut self,
        sheet: &Sheet,
        lens: Lens,
        (view, top): (View, usize),
        bend: impl Fn(f32) -> f32,
    ) -> Self {
        let Some(columns) = &mut self.columns else { return self };
        for (line, clip) in columns.iter_mut().enumerate() {
            let uy = view.y((top + line) as f32);
            let v = ((uy - lens.shift[1]) / lens.scale - sheet.origin[1]) * sheet.density - 0.5;
            if v < 0.0 || clip.0 >= clip.1 {
                continue;
            }
            let (upper, lower, _) = rows_at(sheet, v);
            let (a, b) = (sheet.solid[upper], sheet.solid[lower]);
            let (first, last) = (a.0.max(b.0) as usize, a.1.min(b.1) as usize);
            if first + 3 > last {
                continue;
            }
            let path = Path::new(sheet, view, lens, bend(uy));
            // A texel less on each side: edges are soft.
            let from = if first == 0 { 0 } else { path.column(first as f32 + 1.0).ceil() as usize };
            let to = if last == sheet.width {
                view.width
            } else {
                path.column(last as f32 - 2.0) as usize
            };
            if from <= clip.0 {
                clip.0 = clip.0.max(to);
            }
            if to >= clip.1 {
                clip.1 = clip.1.min(from);
            }
        }
        self
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

/// Where along a texture row each screen column falls.
#[derive(Clone, Copy)]
struct Path {
    /// Texel coordinate of column zero, and its growth a column.
    start: f32,
    step: f32,
    columns: usize,
}

impl Path {
    fn new(sheet: &Sheet, view: View, lens: Lens, bend: f32) -> Self {
        let step = sheet.density / (lens.scale * view.height as f32);
        let rest = (view.x(0.0) - bend - lens.shift[0]) / lens.scale - sheet.origin[0];
        Self { start: rest * sheet.density - 0.5, step, columns: view.width }
    }

    fn column(&self, texel: f32) -> f32 {
        ((texel - self.start) / self.step).clamp(0.0, self.columns as f32)
    }
}

/// Which texels one screen row crosses, and where.
#[derive(Clone, Copy)]
struct Crossing {
    /// First and one past the last texel needed.
    texels: (usize, usize),
    /// First and one past the last screen column touched.
    columns: (usize, usize),
    path: Path,
}

impl Crossing {
    fn new(sheet: &Sheet, path: Path, rows: (usize, usize), clip: (usize, usize)) -> Option<Self> {
        let (a, b) = (sheet.spans[rows.0], sheet.spans[rows.1]);
        let (first, last) = (a.0.min(b.0) as usize, a.1.max(b.1) as usize);
        if first >= last {
            return None;
        }
        let from = if first == 0 { 0 } else { path.column(first as f32 - 1.0) as usize };
        let to = if last == sheet.width {
            path.columns
        } else {
            path.column(last as f32 + 1.0).ceil() as usize
        };
        let (from, to) = (from.max(clip.0), to.min(clip.1));
        let low = (path.start + path.step * from as f32).floor().max(0.0) as usize;
        let high = (path.start + path.step * to as f32).ceil().max(0.0) as usize + 2;
        let texels = (low.min(sheet.width - 1), high.clamp(1, sheet.width));
        (from < to && texels.0 < texels.1).then_some(Self { texels, columns: (from, to), path })
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
    // One more, so that every texel has a neighbour.
    out.resize(a.len() + 1, [0.0; 4]);
    for ((o, p), q) in out.iter_mut().zip(a).zip(b) {
        for k in 0..4 {
            o[k] = f32::from(p[k]) * high + f32::from(q[k]) * low;
        }
    }
    out[a.len()] = out[a.len() - 1];
}

/// Pixels whose places in the texture are worked out at once.
const BLOCK: usize = 8;

#[inline(always)]
fn lay_row(row: &mut [Quad], line: &[Quad], crossing: Crossing) {
    let (from, to) = crossing.columns;
    let most = ((line.len() - 2) << 16) as i32;
    let first = crossing.path.start - crossing.texels.0 as f32 + crossing.path.step * from as f32;
    // In 1/65536 texels: whole numbers need no care about infinities.
    let (first, step) = ((first * 65_536.0) as i32, (crossing.path.step * 65_536.0) as i32);
    for (block, pixels) in row[from..to].chunks_mut(BLOCK).enumerate() {
        let start = first + step * (block * BLOCK) as i32;
        let (mut texels, mut parts) = ([0_i32; BLOCK], [0.0_f32; BLOCK]);
        for (k, (texel, part)) in texels.iter_mut().zip(&mut parts).enumerate() {
            let place = (start + step * k as i32).clamp(0, most);
            *texel = place >> 16;
            *part = (place & 65_535) as f32 * (1.0 / 65_536.0);
        }
        for ((pixel, texel), part) in pixels.iter_mut().zip(texels).zip(parts) {
            let pair = &line[texel as usize..texel as usize + 2];
            let mut above = [0.0; 4];
            for k in 0..4 {
                above[k] = pair[0][k] + (pair[1][k] - pair[0][k]) * part;
            }
            over(pixel, above);
        }
    }
}
