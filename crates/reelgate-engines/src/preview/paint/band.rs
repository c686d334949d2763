//! A few rows of a frame while they are being painted: small enough to stay in the cache.

use std::ops::Range;

use pulp::Arch;

use super::lay::{Lay, Path, Spare};
use super::noise::floor;
use super::sheet::Sheet;
use super::soft::Soft;
use super::veil::Clip;
use super::view::{Lens, View};

/// Rows a full frame's band has; even, so that chroma rows never straddle two bands.
pub(crate) const BAND_ROWS: usize = 16;

/// Some rows of a [`View`], painted back to front.
pub(crate) struct Band<'a> {
    pub(crate) view: View,
    /// First row.
    pub(crate) top: usize,
    /// Numbers a pixel has: red, green, blue, and cover where that is kept.
    pub(crate) planes: usize,
    /// Row after row its reds, its greens, its blues, in parts of
    /// [`WHITE`](super::colour::WHITE).
    pub(crate) px: &'a mut [u16],
    pub(crate) spare: &'a mut Spare,
}

impl Band<'_> {
    pub(crate) fn rows(&self) -> usize {
        self.px.len() / (self.planes * self.view.width)
    }

    /// Row numbers of this band.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        self.top..self.top + self.rows()
    }

    /// One row, plane after plane, and working memory.
    pub(crate) fn row_and_spare(&mut self, y: usize) -> (&mut [u16], &mut Spare) {
        let length = self.planes * self.view.width;
        let start = (y - self.top) * length;
        (&mut self.px[start..start + length], self.spare)
    }

    /// Fills the band with a small picture made large.
    pub(crate) fn fill(&mut self, soft: &Soft) {
        let (view, top) = (self.view, self.top);
        for (line, row) in self.px.chunks_exact_mut(self.planes * view.width).enumerate() {
            soft.stretch_row(view, top + line, &mut self.spare.line, row);
        }
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
        let Self { view, top, px, spare, .. } = self;
        let (view, top) = (*view, *top);
        let clip = |line| seen.of(line, view.width);
        Arch::new().dispatch(Lay { view, top, px, spare, sheet, lens, clip, bend });
    }

    /// Lays a sheet that does not lean over the band's lines from `first` on, within a clip each.
    pub(crate) fn lay_clipped(&mut self, sheet: &Sheet, lens: Lens, first: usize, clips: &[Clip]) {
        let Self { view, top, px, spare, .. } = self;
        let (view, top) = (*view, *top);
        let clip = |line: usize| {
            let own = line.checked_sub(first).and_then(|line| clips.get(line));
            own.map_or((0, 0), |[from, to]| (usize::from(*from), usize::from(*to)))
        };
        Arch::new().dispatch(Lay { view, top, px, spare, sheet, lens, clip, bend: |_| 0.0 });
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

    #[inline(always)]
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
            let Range { start: from, end: to } =
                Path::new(sheet, view, lens, bend(uy)).hidden(sheet, upper, lower);
            if from >= to {
                continue;
            }
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
#[inline(always)]
pub(super) fn rows_at(sheet: &Sheet, v: f32) -> (usize, usize, f32) {
    let base = floor(v);
    let (row, last) = (base as i32, sheet.height as i32 - 1);
    let (upper, lower) = (row.clamp(0, last), row.saturating_add(1).clamp(0, last));
    (upper as usize, lower as usize, v - base)
}
