//! Between sRGB pixels and BT.709 limited-range 4:2:0, in 16.16 fixed point.
//!
//! Integer only, so results are equal on every machine.

use crate::{Frame, Rgb};

/// Rounds away the 16 fraction bits.
const HALF: i32 = 1 << 15;

/// A pixel's brightness.
#[inline(always)]
#[must_use]
pub fn luma_of([r, g, b]: [u8; 3]) -> u8 {
    let [r, g, b] = [i32::from(r), i32::from(g), i32::from(b)];
    (16 + ((11_966 * r + 40_254 * g + 4_064 * b + HALF) >> 16)) as u8
}

/// Blue and red difference of four pixels, the mean of which counts.
#[inline(always)]
#[must_use]
pub fn chroma_of(four: [[u8; 3]; 4]) -> [u8; 2] {
    // Four times the mean of each channel: two more fraction bits to round away.
    let sum = |c: usize| four.iter().map(|pixel| i32::from(pixel[c])).sum::<i32>();
    let (r, g, b) = (sum(0), sum(1), sum(2));
    [
        (128 + ((-6_596 * r - 22_189 * g + 28_785 * b + 4 * HALF) >> 18)) as u8,
        (128 + ((28_785 * r - 26_145 * g - 2_640 * b + 4 * HALF) >> 18)) as u8,
    ]
}

/// Red, green and blue of a brightness and its two differences.
#[inline(always)]
#[must_use]
pub fn rgb_of(luma: u8, [u, v]: [u8; 2]) -> [u8; 3] {
    let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
    let y = (i32::from(luma) - 16) * 76_309 + HALF;
    [117_489 * v, -13_975 * u - 34_925 * v, 138_438 * u]
        .map(|difference| ((y + difference) >> 16).clamp(0, 255) as u8)
}

/// Converts a picture; of odd sides the last column or row is dropped.
///
/// # Panics
/// When the picture is narrower or lower than two pixels, or its data does not fit its size.
#[must_use]
pub fn to_frame(rgb: &Rgb) -> Frame {
    let mut frame = Frame::black(rgb.width & !1, rgb.height & !1);
    write_frame(rgb, &mut frame);
    frame
}

/// As [`to_frame`], into a frame that already has the picture's size.
///
/// # Panics
/// When the sizes differ by more than an odd last column or row.
pub fn write_frame(rgb: &Rgb, frame: &mut Frame) {
    assert_eq!(rgb.data.len(), rgb.width * rgb.height * 3, "data fits the size");
    assert_eq!((rgb.width & !1, rgb.height & !1), (frame.width, frame.height), "sizes agree");
    let (row_bytes, width) = (rgb.width * 3, frame.width);
    let rows = rgb.data.chunks_exact(row_bytes * 2);
    let chroma = frame.u.chunks_exact_mut(width / 2).zip(frame.v.chunks_exact_mut(width / 2));
    for ((pair, luma), (u, v)) in rows.zip(frame.y.chunks_exact_mut(width * 2)).zip(chroma) {
        let (top, bottom) = pair.split_at(row_bytes);
        let (luma_top, luma_bottom) = luma.split_at_mut(width);
        luma_row(&top[..width * 3], luma_top);
        luma_row(&bottom[..width * 3], luma_bottom);
        chroma_row(&top[..width * 3], &bottom[..width * 3], u, v);
    }
}

/// Converts a frame; each chroma sample colours its square of four pixels.
#[must_use]
pub fn to_rgb(frame: &Frame) -> Rgb {
    let (width, height) = (frame.width, frame.height);
    let mut data = vec![0; width * height * 3];
    let chroma = frame.u.chunks_exact(width / 2).zip(frame.v.chunks_exact(width / 2));
    let rows = data.chunks_exact_mut(width * 6).zip(frame.y.chunks_exact(width * 2));
    for ((out, luma), (u, v)) in rows.zip(chroma) {
        for (out, luma) in out.chunks_exact_mut(width * 3).zip(luma.chunks_exact(width)) {
            rgb_row(luma, u, v, out);
        }
    }
    Rgb { width, height, data }
}

fn luma_row(rgb: &[u8], luma: &mut [u8]) {
    for (pixel, y) in rgb.as_chunks().0.iter().zip(luma) {
        *y = luma_of(*pixel);
    }
}

fn chroma_row(top: &[u8], bottom: &[u8], u: &mut [u8], v: &mut [u8]) {
    let [top, bottom] = [top, bottom].map(|row| row.as_chunks::<3>().0.as_chunks::<2>().0);
    for (([a, b], [c, d]), (u, v)) in top.iter().zip(bottom).zip(u.iter_mut().zip(v)) {
        [*u, *v] = chroma_of([*a, *b, *c, *d]);
    }
}

fn rgb_row(luma: &[u8], u: &[u8], v: &[u8], out: &mut [u8]) {
    let pairs = luma.chunks_exact(2).zip(u.iter().zip(v));
    for ((luma, (u, v)), out) in pairs.zip(out.chunks_exact_mut(6)) {
        for (luma, out) in luma.iter().zip(out.as_chunks_mut().0) {
            *out = rgb_of(*luma, [*u, *v]);
        }
    }
}
