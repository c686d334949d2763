//! Small pictures over a shot: further references that a shot names, framed like prints.

use super::cover::fit;
use reelgate_codec::{Frame, Rgb};

use super::super::paint::noise::smoothstep;

/// Most insets of one shot.
pub(crate) const INSETS_MAX: usize = 3;
/// Sides of an inset, as parts of the frame's shorter side.
const SIDE: f32 = 0.30;
/// Between insets and around them, as parts of the frame's shorter side.
const GAP: f32 = 0.045;
/// Seconds that one takes to arrive, and to follow the one before it.
const ARRIVAL_S: f32 = 0.5;
const AFTER_S: f32 = 0.25;

/// A print that lies on the frame.
pub(crate) struct Inset {
    print: Frame,
    /// Upper left corner, both even.
    at: (usize, usize),
    order: usize,
}

/// Prints of some pictures, from the lower right corner to the left.
pub(crate) fn insets(pictures: &[&Rgb], (width, height): (usize, usize)) -> Vec<Inset> {
    let short = width.min(height) as f32;
    let even = |value: f32| (value as usize / 2 * 2).max(2);
    let (tall, gap) = (even(short * SIDE), even(short * GAP));
    let mut right = width.saturating_sub(gap);
    let mut placed = Vec::new();
    for (order, picture) in pictures.iter().take(INSETS_MAX).enumerate() {
        let aspect = (picture.width as f32 / picture.height.max(1) as f32).clamp(0.6, 1.6);
        let wide = even(tall as f32 * aspect);
        if right < wide + gap || height < tall + gap {
            break;
        }
        right -= wide;
        let print = bordered(fit(picture, wide, tall));
        placed.push(Inset { print, at: (right / 2 * 2, (height - tall - gap) / 2 * 2), order });
        right = right.saturating_sub(gap);
    }
    placed
}

/// The same with a light edge.
fn bordered(mut print: Frame) -> Frame {
    let (w, h) = (print.width, print.height);
    let edge = (w.min(h) / 40).max(1);
    for (at, luma) in print.y.iter_mut().enumerate() {
        let (x, y) = (at % w, at / w);
        if x < edge || y < edge || x + edge >= w || y + edge >= h {
            *luma = 226;
        }
    }
    let (half_w, half_h, edge) = (w / 2, h / 2, edge.div_ceil(2));
    for plane in [&mut print.u, &mut print.v] {
        for (at, chroma) in plane.iter_mut().enumerate() {
            let (x, y) = (at % half_w, at / half_w);
            if x < edge || y < edge || x + edge >= half_w || y + edge >= half_h {
                *chroma = 128;
            }
        }
    }
    print
}

impl Inset {
    /// Lays the print over a frame, `seconds` into the shot: it rises a little and settles.
    pub(crate) fn paint(&self, seconds: f32, out: &mut Frame) {
        let begun = 0.15 + self.order as f32 * AFTER_S;
        let arrived = smoothstep(begun, begun + ARRIVAL_S, seconds);
        if arrived <= 0.0 {
            return;
        }
        let (w, h) = (self.print.width, self.print.height);
        let rise = ((1.0 - arrived) * h as f32 * 0.12) as usize / 2 * 2;
        let (x, y) = (self.at.0, (self.at.1 + rise).min(out.height.saturating_sub(h)));
        let weight = (arrived * 256.0) as i32;
        shade(out, (x, y), (w, h), arrived);
        let wide = out.width;
        lay(&self.print.y, w, &mut out.y, wide, (x, y), weight);
        lay(&self.print.u, w / 2, &mut out.u, wide / 2, (x / 2, y / 2), weight);
        lay(&self.print.v, w / 2, &mut out.v, wide / 2, (x / 2, y / 2), weight);
    }
}

/// The soft shadow of a print, a little below it.
fn shade(out: &mut Frame, (x, y): (usize, usize), (w, h): (usize, usize), arrived: f32) {
    let soft = (w.min(h) as f32 * 0.10).max(2.0);
    let (left, top) = (x as f32, y as f32 + soft * 0.4);
    let (right, bottom) = (left + w as f32, top + h as f32);
    let reach = soft as usize + 1;
    let width = out.width;
    for row in y.saturating_sub(reach)..(y + h + 2 * reach).min(out.height) {
        for column in x.saturating_sub(reach)..(x + w + reach).min(width) {
            let (px, py) = (column as f32, row as f32);
            let dx = (left - px).max(px - right).max(0.0);
            let dy = (top - py).max(py - bottom).max(0.0);
            let far = (dx * dx + dy * dy).sqrt() / soft;
            let dark = 0.5 * arrived * (1.0 - far).max(0.0) * (1.0 - far).max(0.0);
            let luma = &mut out.y[row * width + column];
            *luma = (16.5 + (f32::from(*luma) - 16.0) * (1.0 - dark)) as i32 as u8;
        }
    }
}

fn lay(
    from: &[u8],
    from_width: usize,
    to: &mut [u8],
    to_width: usize,
    (x, y): (usize, usize),
    weight: i32,
) {
    for (line, row) in from.chunks_exact(from_width).enumerate() {
        let start = (y + line) * to_width + x;
        let Some(over) = to.get_mut(start..start + from_width) else { return };
        for (out, print) in over.iter_mut().zip(row) {
            let was = i32::from(*out);
            *out = (was + (((i32::from(*print) - was) * weight + 128) >> 8)) as u8;
        }
    }
}
