//! Light worked out at every so many columns and joined by lines: for grounds and waters, which
//! are no finer than that.

use super::colour::WHITE;
use super::noise::{LANES, nearest};

/// Draws lines between points every `STRIDE` columns, the first at the first column; a point more
/// than blocks. `edge` is how much of what is there they cover.
#[inline(always)]
pub(crate) fn join<const STRIDE: usize>(points: &[f32], edge: f32, out: &mut [u16]) {
    let covered = |under: f32, light: f32| under + (light - under) * edge;
    let (blocks, rest) = out.as_chunks_mut::<STRIDE>();
    let whole = blocks.len();
    for (block, (a, b)) in blocks.iter_mut().zip(points.iter().zip(&points[1..])) {
        line([*a, *b], block, covered);
    }
    if !rest.is_empty() {
        let mut block = [0; STRIDE];
        block[..rest.len()].copy_from_slice(rest);
        line([points[whole], points[whole + 1]], &mut block, covered);
        rest.copy_from_slice(&block[..rest.len()]);
    }
}

/// Draws lines between points every `STRIDE` columns as [`join`] does, over whatever is there;
/// sixteen columns at once, and as many points, and one, as they need.
#[inline(always)]
pub(crate) fn join_over<const STRIDE: usize>(points: &[f32], out: &mut [u16; LANES]) {
    let blocks = out.as_chunks_mut::<STRIDE>().0;
    for (block, (from, to)) in blocks.iter_mut().zip(points.iter().zip(&points[1..])) {
        line([*from, *to], block, |_, light| light);
    }
}

/// A line from one point to the next, mixed with what is under it.
#[inline(always)]
fn line<const STRIDE: usize>(
    [from, to]: [f32; 2],
    out: &mut [u16; STRIDE],
    mix: impl Fn(f32, f32) -> f32,
) {
    let (from, step) = (from * WHITE, (to - from) * (WHITE / STRIDE as i32 as f32));
    for (k, pixel) in out.iter_mut().enumerate() {
        let light = mix(f32::from(*pixel), from + step * k as i32 as f32);
        *pixel = nearest(light.clamp(0.0, 65_535.0)) as u16;
    }
}
