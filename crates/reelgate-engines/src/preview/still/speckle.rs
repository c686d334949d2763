//! Light grain over a picture, in whole numbers: a sampled picture is otherwise cleaner than film.

use std::sync::OnceLock;

use pulp::{Arch, NullaryFnOnce};
use reelgate_codec::Frame;

use super::super::paint::finish::{GRAIN_LENGTH, grain};
use super::super::paint::noise::hash;

/// Standard deviation at full strength, in 8-bit steps.
const DEVIATION: f32 = 1.1;
/// A standard deviation in the table, and full strength.
const TABLE_UNIT: f32 = 32.0;
const STRENGTH_UNIT: f32 = 128.0;

/// Light grain on luma, `touched` from 0 to 1.
pub(crate) fn speckle(out: &mut Frame, index: u32, touched: f32) {
    let (table, width) = (table(), out.width);
    let strength = (DEVIATION * touched * STRENGTH_UNIT) as i16;
    for (y, row) in out.y.chunks_exact_mut(width).enumerate() {
        let start = hash(index, y as u32, 0x6A17) as usize % (table.len() - width.min(8192));
        let noise = &table[start..start + width];
        Arch::new().dispatch(Speckle { row, noise, strength });
    }
}

fn table() -> &'static [i8] {
    static TABLE: OnceLock<Vec<i8>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let table: Vec<i8> = grain().iter().map(|n| (n * TABLE_UNIT) as i8).collect();
        assert_eq!(table.len(), GRAIN_LENGTH);
        table
    })
}

struct Speckle<'a> {
    row: &'a mut [u8],
    noise: &'a [i8],
    strength: i16,
}

impl NullaryFnOnce for Speckle<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (pixel, n) in self.row.iter_mut().zip(self.noise) {
            // At most 111 * 140: it fits.
            let change = (i16::from(*n) * self.strength + 2048) >> 12;
            *pixel = (i16::from(*pixel) + change).clamp(16, 235) as u8;
        }
    }
}
