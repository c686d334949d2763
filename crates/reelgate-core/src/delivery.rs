//! What came out of an order that somebody else made: they have sizes and lengths of their own.

use crate::order::Order;
use crate::size::{Ratio, Resolution, Size, pixels};

/// Pixels that may be missing of a resolution before a clip counts as a smaller one, in percent:
/// upstreams round sides to their own multiples.
const MISSING_PERCENT_MAX: u64 = 15;

/// What a clip counts as: the resolution and the seconds of its own price. Never more than what was
/// ordered.
#[must_use]
pub fn delivered(
    order: &Order,
    offered: &[Resolution],
    size: Size,
    duration_ms: u64,
) -> (Resolution, u32) {
    let area = |size: Size| u64::from(size.width) * u64::from(size.height);
    let reaches = |resolution: &Resolution| {
        let ratio = if order.ratio == Ratio::Adaptive { Ratio::R16x9 } else { order.ratio };
        let whole = area(pixels(*resolution, ratio));
        area(size) * 100 >= whole * (100 - MISSING_PERCENT_MAX)
    };
    let smaller = offered.iter().copied().filter(|one| *one < order.resolution);
    let resolution = if reaches(&order.resolution) {
        order.resolution
    } else {
        let fitting = smaller.clone().filter(reaches).max();
        fitting.or_else(|| smaller.min()).unwrap_or(order.resolution)
    };
    // A frame more or less than a whole second is a whole second.
    let seconds = u32::try_from((duration_ms + 500) / 1000).unwrap_or(u32::MAX);
    (resolution, seconds.min(order.duration_s))
}
