//! Exact-area coverage of a shape on a pixel grid.

use super::shape::{Point, Shape};

/// How much of each pixel of a small window a shape covers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// `width * height` values in `0.0..=1.0`.
    pub(crate) cover: Vec<f32>,
}

/// Maps shape units to pixels: `pixel = unit * scale + shift`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ToPixels {
    pub(crate) scale: f32,
    pub(crate) shift: Point,
}

impl ToPixels {
    pub(crate) fn point(&self, p: Point) -> Point {
        [p[0] * self.scale + self.shift[0], p[1] * self.scale + self.shift[1]]
    }
}

/// Coverage of `shape` inside a grid of `columns` by `rows`; `None` when nothing of it is inside.
pub(crate) fn cover(shape: &Shape, to: ToPixels, columns: usize, rows: usize) -> Option<Mask> {
    let [l, t, r, b] = shape.bounds()?;
    let ([l, t], [r, b]) = (to.point([l, t]), to.point([r, b]));
    let left = l.floor().clamp(0.0, columns as f32) as usize;
    let top = t.floor().clamp(0.0, rows as f32) as usize;
    let right = (r.ceil() + 1.0).clamp(0.0, columns as f32) as usize;
    let bottom = (b.ceil() + 1.0).clamp(0.0, rows as f32) as usize;
    if left >= right || top >= bottom {
        return None;
    }
    let (width, height) = (right - left, bottom - top);
    let stride = width + 2;
    let mut edges = vec![0.0_f32; stride * height];
    let origin = [left as f32, top as f32];
    for outline in &shape.outlines {
        let mut from = inside(to.point(*outline.last()?), origin);
        for point in outline {
            let next = inside(to.point(*point), origin);
            edge(&mut edges, stride, height, from, next);
            from = next;
        }
    }
    let mut covered = Vec::with_capacity(width * height);
    for row in edges.chunks_exact(stride) {
        let mut sum = 0.0;
        covered.extend(row[..width].iter().map(|step| {
            sum += step;
            sum.abs().min(1.0)
        }));
    }
    Some(Mask { left, top, width, height, cover: covered })
}

fn inside(p: Point, origin: Point) -> Point {
    [p[0] - origin[0], p[1] - origin[1]]
}

/// Adds one edge's change of coverage, pixel column by pixel column.
fn edge(edges: &mut [f32], stride: usize, height: usize, a: Point, b: Point) {
    if a[1] == b[1] {
        return;
    }
    let (sign, a, b) = if a[1] < b[1] { (1.0, a, b) } else { (-1.0, b, a) };
    let slope = (b[0] - a[0]) / (b[1] - a[1]);
    let first = a[1].max(0.0);
    let last = b[1].min(height as f32);
    let x_max = (stride - 2) as f32;
    let mut y = first;
    while y < last {
        let row = y as usize;
        let next = (row as f32 + 1.0).min(last);
        let x0 = (a[0] + (y - a[1]) * slope).clamp(0.0, x_max);
        let x1 = (a[0] + (next - a[1]) * slope).clamp(0.0, x_max);
        let line = &mut edges[row * stride..(row + 1) * stride];
        spread(line, x0.min(x1), x0.max(x1), sign * (next - y));
        if next <= y {
            break;
        }
        y = next;
    }
}

/// Shares `amount` of a row's coverage change over the columns an edge crosses.
fn spread(line: &mut [f32], x0: f32, x1: f32, amount: f32) {
    let width = x1 - x0;
    let mut x = x0;
    let mut column = x0 as usize;
    loop {
        let end = x1.min(column as f32 + 1.0);
        let share = if width > 1e-6 { amount * (end - x) / width } else { amount };
        let lean = 0.5 * (x + end) - column as f32;
        line[column] += share * (1.0 - lean);
        line[column + 1] += share * lean;
        if end >= x1 {
            return;
        }
        x = end;
        column += 1;
    }
}
