//! A small picture in whole numbers, stretched over a large one.

use pulp::{Arch, NullaryFnOnce};

use super::bloom::Small;
use super::colour::{WHITE, whole};
use super::view::View;

/// A small picture, laid out as a band is: row after row its reds, its greens, its blues.
#[derive(Clone, Debug)]
pub(crate) struct Soft {
    pub(crate) view: View,
    pub(crate) px: Vec<u16>,
}

impl From<&Small> for Soft {
    fn from(small: &Small) -> Self {
        Arch::new().dispatch(Soften { small })
    }
}

impl Soft {
    /// The same to look up colours in.
    pub(crate) fn to_small(&self) -> Small {
        Arch::new().dispatch(Gather { soft: self })
    }

    /// One row at a larger view's columns, as smooth as [`Small::at`].
    pub(crate) fn stretch_row(&self, view: View, row: usize, line: &mut Vec<u16>, out: &mut [u16]) {
        Arch::new().dispatch(Stretch { soft: self, view, row, line, out });
    }
}

struct Soften<'a> {
    small: &'a Small,
}

impl NullaryFnOnce for Soften<'_> {
    type Output = Soft;

    #[inline(always)]
    fn call(self) -> Soft {
        let (view, width) = (self.small.view, self.small.view.width);
        let mut px = vec![0; self.small.px.len() * 3];
        for (row, quads) in px.chunks_exact_mut(3 * width).zip(self.small.px.chunks_exact(width)) {
            for (k, plane) in row.chunks_exact_mut(width).enumerate() {
                for (out, quad) in plane.iter_mut().zip(quads) {
                    *out = whole(quad[k]);
                }
            }
        }
        Soft { view, px }
    }
}

struct Gather<'a> {
    soft: &'a Soft,
}

impl NullaryFnOnce for Gather<'_> {
    type Output = Small;

    #[inline(always)]
    fn call(self) -> Small {
        let Soft { view, px } = self.soft;
        let mut small = Small::new(*view);
        let rows = px.chunks_exact(3 * view.width);
        for (quads, row) in small.px.chunks_exact_mut(view.width).zip(rows) {
            for (k, plane) in row.chunks_exact(view.width).enumerate() {
                for (quad, light) in quads.iter_mut().zip(plane) {
                    quad[k] = f32::from(*light) * (1.0 / WHITE);
                }
            }
        }
        small
    }
}

struct Stretch<'a> {
    soft: &'a Soft,
    view: View,
    row: usize,
    line: &'a mut Vec<u16>,
    out: &'a mut [u16],
}

impl NullaryFnOnce for Stretch<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let View { width, height } = self.soft.view;
        let y = self.view.y(self.row as f32) + 0.5;
        let place = (y * height as f32 - 0.5).clamp(0.0, (height - 1) as f32);
        let upper = place as usize;
        let part = ((place - upper as f32) * 65_535.0) as u32;
        let lower = (upper + 1).min(height - 1);
        let row = |y: usize| self.soft.px[y * 3 * width..(y + 1) * 3 * width].chunks_exact(width);
        let large = self.view.width;
        // One more on each side: beyond the edge is the edge.
        self.line.resize(width + 2, 0);
        let line = &mut self.line[..width + 2];
        for ((a, b), out) in row(upper).zip(row(lower)).zip(self.out.chunks_exact_mut(large)) {
            for ((mixed, a), b) in line[1..].iter_mut().zip(a).zip(b) {
                *mixed = between(*a, *b, part);
            }
            (line[0], line[width + 1]) = (line[1], line[width]);
            match (large / width, large % width) {
                (4, 0) if self.view.height == height * 4 => spread::<4>(line, out),
                (8, 0) if self.view.height == height * 8 => spread::<8>(line, out),
                _ => spread_any(&line[1..=width], self.view, height, out),
            }
        }
    }
}

/// A colour on the way from `a` to `b`, of 65536.
#[inline(always)]
fn between(a: u16, b: u16, part: u32) -> u16 {
    ((u32::from(a) * (65_535 - part) + u32::from(b) * part + 32_767) >> 16) as u16
}

/// Stretches a row by a whole number: the weights are the same for every block.
#[inline(always)]
fn spread<const TIMES: usize>(line: &[u16], out: &mut [u16]) {
    let width = line.len() - 2;
    let (before, here, after) = (&line[..width], &line[1..=width], &line[2..]);
    let blocks = out.as_chunks_mut::<TIMES>().0.iter_mut();
    for (block, ((before, here), after)) in blocks.zip(before.iter().zip(here).zip(after)) {
        let [before, here, after] = [*before, *here, *after].map(u32::from);
        for (k, pixel) in block.iter_mut().enumerate() {
            // In halves of a small pixel's part: whole numbers for both factors.
            let place = 2 * k as i32 + 1 - TIMES as i32;
            let beside = if place < 0 { before } else { after };
            let (part, all) = (place.unsigned_abs(), 2 * TIMES as u32);
            *pixel = ((here * (all - part) + beside * part + TIMES as u32) / all) as u16;
        }
    }
}

/// Stretches a row by any factor.
#[inline(always)]
fn spread_any(line: &[u16], view: View, small_height: usize, out: &mut [u16]) {
    let step = small_height as f32 / view.height as f32;
    let start = view.x(0.0) * small_height as f32 + line.len() as f32 * 0.5 - 0.5;
    let last = line.len() - 1;
    for (x, pixel) in out.iter_mut().enumerate() {
        let u = (start + step * x as i32 as f32).max(0.0);
        let at = (u as i32 as usize).min(last);
        let part = ((u - at as i32 as f32).min(1.0) * 65_535.0) as u32;
        *pixel = between(line[at], line[(at + 1).min(last)], part);
    }
}
