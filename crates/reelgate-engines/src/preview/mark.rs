//! A visible mark in a corner, for those who must show that a clip was generated.

use reelgate_codec::Frame;

/// The words, in letters of five by seven dots.
const WORDS: [[u8; 7]; 10] = [
    // A I - P R E V I E W
    [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
    [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0; 7],
    [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000],
    [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001],
    [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
    [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b00100],
    [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
    [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001],
];
const COLUMNS: usize = WORDS.len() * 6 - 1;
const ROWS: usize = 7;

/// A plate with words on it, in the lower left corner.
pub(super) struct Mark {
    /// Pixels of one dot.
    dot: usize,
    left: usize,
    top: usize,
}

impl Mark {
    /// The mark for frames of this size: about a fifth of the shorter side wide.
    pub(super) fn new((width, height): (usize, usize)) -> Self {
        let dot = (width.min(height) / 240).max(1);
        let gap = 4 * dot;
        Self { dot, left: gap * 2, top: height.saturating_sub(ROWS * dot + gap * 2) }
    }

    /// Lays it over a frame.
    pub(super) fn paint(&self, out: &mut Frame) {
        let (dot, pad) = (self.dot, 3 * self.dot);
        let (wide, tall) = (COLUMNS * dot + 2 * pad, ROWS * dot + 2 * pad);
        let (left, top) = (self.left.saturating_sub(pad), self.top.saturating_sub(pad));
        let (width, height) = (out.width, out.height);
        for y in top..(top + tall).min(height) {
            for x in left..(left + wide).min(width) {
                let luma = &mut out.y[y * width + x];
                let lit =
                    x >= self.left && y >= self.top && is_lit(x - self.left, y - self.top, dot);
                // Whatever lies below, light words on a darkened plate can be read.
                *luma = if lit { 220 } else { 16 + (*luma).saturating_sub(16) / 3 };
                if x.is_multiple_of(2) && y.is_multiple_of(2) {
                    let at = y / 2 * (width / 2) + x / 2;
                    for plane in [&mut out.u, &mut out.v] {
                        plane[at] = ((u32::from(plane[at]) + 3 * 128) / 4) as u8;
                    }
                }
            }
        }
    }
}

fn is_lit(x: usize, y: usize, dot: usize) -> bool {
    let (column, row) = (x / dot, y / dot);
    let letter = WORDS.get(column / 6).map_or(0, |letter| letter.get(row).copied().unwrap_or(0));
    let bit = column % 6;
    bit < 5 && letter >> (4 - bit) & 1 == 1
}
