//! What cut-outs in front leave to be seen, found from the front before anything is painted from
//! the back: where many stand before each other, most of each is behind others.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::band::rows_at;
use super::lay::{BLOCK, Path};
use super::sheet::Sheet;
use super::view::{Lens, View};

/// First and one past the last column of a row that are worth painting.
pub(crate) type Clip = [u16; 2];

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
                clips.push([0, 0]);
                continue;
            };
            let from = path.touched(*first, sheet).0.min(view.width - 1) / BLOCK;
            let to = path.touched(*last, sheet).1.div_ceil(BLOCK);
            let seen = veil.seen(line, from..to.max(from));
            clips.push([seen.start * BLOCK, seen.end * BLOCK].map(|column| column as u16));
            if !seen.is_empty() && v >= 0.0 {
                let columns = path.hidden(sheet, upper, lower);
                if !columns.is_empty() {
                    veil.hide(line, columns);
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
}
