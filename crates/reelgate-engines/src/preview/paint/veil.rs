//! What cut-outs in front leave to be seen, found from the front before anything is painted from
//! the back: where many stand before each other, most of each is behind others.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::band::rows_at;
use super::lay::{BLOCK, Path};
use super::sheet::Sheet;
use super::view::{Lens, View};

/// The columns of a row that are worth painting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clip {
    /// First and one past the last.
    pub(crate) from: u16,
    pub(crate) to: u16,
    /// Which blocks of them are seen, a bit each from the first on; all that have no bit are.
    pub(crate) blocks: u64,
}

impl Clip {
    /// Nothing is worth painting.
    #[inline(always)]
    pub(crate) fn is_nothing(self) -> bool {
        self.from >= self.to
    }

    /// The next blocks that are seen, from the start of one on and before a column.
    #[inline(always)]
    pub(crate) fn seen(self, mut from: usize, end: usize) -> Option<(usize, usize)> {
        if self.blocks == u64::MAX {
            return (from < end).then_some((from, end));
        }
        let first = usize::from(self.from) / BLOCK;
        let is_seen = |column: usize| {
            let bit = (column / BLOCK).wrapping_sub(first);
            bit >= 64 || self.blocks >> bit & 1 == 1
        };
        while from < end && !is_seen(from) {
            from += BLOCK;
        }
        let mut to = from;
        while to < end && is_seen(to) {
            to += BLOCK;
        }
        (from < end).then_some((from, to.min(end)))
    }
}

/// All columns of a block.
pub(crate) const HIDDEN: u16 = u16::MAX;

/// The columns of some rows that are hidden so far.
#[derive(Default)]
pub(crate) struct Veil {
    /// A word for each block of columns, a bit for each of them, row after row.
    hidden: Vec<u16>,
    blocks: usize,
}

impl Veil {
    /// Begins anew: nothing is hidden of `rows` rows.
    pub(crate) fn lift(&mut self, width: usize, rows: usize) {
        self.blocks = width.div_ceil(BLOCK);
        self.hidden.clear();
        self.hidden.resize(self.blocks * rows, 0);
        // There is nothing to see beyond the frame.
        let beyond = if width.is_multiple_of(BLOCK) { 0 } else { HIDDEN << (width % BLOCK) };
        let lasts = self.hidden.iter_mut().skip(self.blocks - 1).step_by(self.blocks);
        lasts.for_each(|last| *last = beyond);
    }

    /// A row's blocks; a word is [`HIDDEN`] where nothing of a block is seen.
    #[inline(always)]
    pub(crate) fn row(&self, line: usize) -> &[u16] {
        &self.hidden[line * self.blocks..(line + 1) * self.blocks]
    }

    /// Notes what is to be seen of each of some lines of a sheet that does not lean, and hides what
    /// is behind it.
    pub(crate) fn pass(
        &mut self,
        sheet: &Sheet,
        lens: Lens,
        (view, top): (View, usize),
        lines: Range<usize>,
        clips: &mut Vec<Clip>,
    ) {
        Arch::new().dispatch(Pass { veil: self, sheet, lens, view, top, lines, clips });
    }

    /// The blocks from the first to the last of a row that are not hidden.
    #[inline(always)]
    fn seen(&self, line: usize, blocks: Range<usize>) -> Range<usize> {
        let row = &self.row(line)[blocks.clone()];
        let Some(first) = row.iter().position(|block| *block != HIDDEN) else { return 0..0 };
        let behind = row.iter().rev().position(|block| *block != HIDDEN).unwrap_or(0);
        blocks.start + first..blocks.end - behind
    }

    /// Columns of some blocks of a row, and which of them are seen.
    #[inline(always)]
    fn clip(&self, line: usize, blocks: Range<usize>) -> Clip {
        let row = self.row(line)[blocks.clone()].iter().take(64);
        let seen = row
            .enumerate()
            .fold(u64::MAX, |seen, (bit, block)| seen & !(u64::from(*block == HIDDEN) << bit));
        let [from, to] = [blocks.start * BLOCK, blocks.end * BLOCK].map(|column| column as u16);
        Clip { from, to, blocks: seen }
    }

    #[inline(always)]
    fn hide(&mut self, line: usize, columns: Range<usize>) {
        let (first, last) = (columns.start / BLOCK, (columns.end - 1) / BLOCK);
        let row = &mut self.hidden[line * self.blocks..(line + 1) * self.blocks];
        let from = HIDDEN << (columns.start % BLOCK);
        let to = HIDDEN >> (BLOCK - 1 - (columns.end - 1) % BLOCK);
        if first == last {
            row[first] |= from & to;
            return;
        }
        row[first] |= from;
        row[first + 1..last].fill(HIDDEN);
        row[last] |= to;
    }
}

struct Pass<'a> {
    veil: &'a mut Veil,
    sheet: &'a Sheet,
    lens: Lens,
    view: View,
    top: usize,
    lines: Range<usize>,
    clips: &'a mut Vec<Clip>,
}

impl NullaryFnOnce for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { veil, sheet, lens, view, top, lines, clips } = self;
        let path = Path::new(sheet, view, lens, 0.0);
        for line in lines {
            let uy = view.y((top + line) as i32 as f32);
            let v = ((uy - lens.shift[1]) / lens.scale - sheet.origin[1]) * sheet.density - 0.5;
            let (upper, lower, _) = rows_at(sheet, v);
            let runs = sheet.runs(upper);
            let (Some(first), Some(last), true) = (runs.first(), runs.last(), v > -1.0) else {
                clips.push(Clip::default());
                continue;
            };
            let from = path.touched(*first, sheet).0.min(view.width - 1) / BLOCK;
            let to = path.touched(*last, sheet).1.div_ceil(BLOCK);
            let seen = veil.seen(line, from..to.max(from));
            if seen.is_empty() {
                clips.push(Clip::default());
                continue;
            }
            clips.push(veil.clip(line, seen));
            // The first row is also what is above it, the last row what is below.
            if v >= 0.0 && upper < lower {
                for hiding in sheet.hiding(upper) {
                    let columns = path.within(*hiding);
                    if !columns.is_empty() {
                        veil.hide(line, columns);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_not_seen_again() {
        let mut veil = Veil::default();
        veil.lift(72, 2);
        assert_eq!(veil.seen(1, 0..5), 0..5);
        veil.hide(1, 4..34);
        assert_eq!(veil.row(1), [0xfff0, HIDDEN, 0b11, 0, 0xff00]);
        assert_eq!(veil.seen(1, 0..5), 0..5);
        assert_eq!(veil.seen(1, 1..3), 2..3);
        assert_eq!(veil.seen(1, 1..2), 0..0);
        veil.hide(1, 0..8);
        veil.hide(1, 60..72);
        assert_eq!(veil.seen(1, 0..5), 2..4);
        assert_eq!(veil.row(0), [0, 0, 0, 0, 0xff00], "other rows are as they were");
    }

    #[test]
    fn blocks_that_are_hidden_are_left_out_between_those_that_are_seen() {
        let mut veil = Veil::default();
        veil.lift(96, 1);
        veil.hide(0, 16..48);
        let clip = veil.clip(0, veil.seen(0, 0..6));
        assert_eq!(clip.seen(0, 96), Some((0, 16)));
        assert_eq!(clip.seen(16, 90), Some((48, 90)));
        assert_eq!(clip.seen(96, 96), None);
    }
}
