//! How close two pictures are.

use crate::Frame;

/// Peak signal-to-noise ratio of the luma planes in decibels; infinite when they are equal.
///
/// # Panics
/// When the frames differ in size.
#[must_use]
pub fn psnr_luma(a: &Frame, b: &Frame) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height), "only equal sizes can be compared");
    let squared = |(x, y): (&u8, &u8)| u64::from(x.abs_diff(*y)).pow(2);
    let sum: u64 = a.y.iter().zip(&b.y).map(squared).sum();
    let mean = sum as f64 / a.y.len() as f64;
    10.0 * libm::log10(255.0 * 255.0 / mean)
}
