//! Shapes that change every frame: actors, flames, anything with joints.

use std::ops::Range;

use super::band::Band;
use super::colour::{Ink, Quad, over, part_of};
use super::raster::{Mask, cover};
use super::shape::{Point, Shape};
use super::view::{Lens, View};

/// How a moving shape is coloured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Coat {
    /// Colour and cover at the shape's top and bottom; a cover below the colour makes it glow.
    pub(crate) top: Quad,
    pub(crate) bottom: Quad,
    /// Light along the edges that face `rim_from`.
    pub(crate) rim: Ink,
    /// Direction to the light, about unit length; zero for no rim.
    pub(crate) rim_from: Point,
    /// Breadth of the rim in frame units.
    pub(crate) rim_width: f32,
}

impl Coat {
    pub(crate) fn plain(ink: Ink) -> Self {
        Self::graded([ink[0], ink[1], ink[2], 1.0], [ink[0], ink[1], ink[2], 1.0])
    }

    pub(crate) fn graded(top: Quad, bottom: Quad) -> Self {
        Self { top, bottom, rim: [0.0; 3], rim_from: [0.0; 2], rim_width: 0.0 }
    }

    pub(crate) fn rimmed(self, rim: Ink, from: Point, width: f32) -> Self {
        Self { rim, rim_from: from, rim_width: width, ..self }
    }
}

/// A shape turned into pixels for one frame.
#[derive(Clone, Debug)]
pub(crate) struct Cutout {
    mask: Mask,
    coat: Coat,
    /// Rim offset in pixels.
    rim: [f32; 2],
}

impl Cutout {
    pub(crate) fn new(shape: &Shape, coat: Coat, lens: Lens, view: View) -> Option<Self> {
        let to = view.to_pixels(lens);
        let mask = cover(shape, to, view.width, view.height)?;
        let reach = coat.rim_width * to.scale;
        Some(Self { mask, coat, rim: [coat.rim_from[0] * reach, coat.rim_from[1] * reach] })
    }

    pub(crate) fn paint(&self, band: &mut Band<'_>) {
        let (m, rows) = (&self.mask, band.range());
        let lit = self.rim[0] != 0.0 || self.rim[1] != 0.0;
        for y in m.top.max(rows.start)..(m.top + m.height).min(rows.end) {
            let line = y - m.top;
            let t = line as f32 / m.height as f32;
            let mut coat = [0.0; 4];
            for (k, c) in coat.iter_mut().enumerate() {
                *c = self.coat.top[k] + (self.coat.bottom[k] - self.coat.top[k]) * t;
            }
            let row = &mut band.row(y)[m.left..m.left + m.width];
            let covers = &m.cover[line * m.width..(line + 1) * m.width];
            for (x, (pixel, &part)) in row.iter_mut().zip(covers).enumerate() {
                if part <= 0.002 {
                    continue;
                }
                let mut above = part_of(coat, part);
                if lit {
                    let edge = (part - self.behind(x, line)).max(0.0);
                    for (a, r) in above.iter_mut().zip(self.coat.rim) {
                        *a += r * edge;
                    }
                }
                over(pixel, above);
            }
        }
    }

    /// Cover a step towards the light; outside the window there is none.
    fn behind(&self, x: usize, y: usize) -> f32 {
        let m = &self.mask;
        let (sx, sy) = (x as f32 + self.rim[0], y as f32 + self.rim[1]);
        if sx < 0.0 || sy < 0.0 {
            return 0.0;
        }
        let (sx, sy) = (sx as usize, sy as usize);
        if sx >= m.width || sy >= m.height { 0.0 } else { m.cover[sy * m.width + sx] }
    }
}

/// A soft round dot or streak: rain, snow, sparks, bokeh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fleck {
    /// Centre, frame units as seen.
    pub(crate) at: Point,
    /// Radius, frame units.
    pub(crate) radius: f32,
    /// Half the streak's run, frame units; zero for a dot.
    pub(crate) run: Point,
    /// Colour at the centre, premultiplied; cover 0 adds light.
    pub(crate) ink: Quad,
    /// 0 for a soft ball, 1 for a hard disc.
    pub(crate) crisp: f32,
}

impl Fleck {
    pub(crate) fn dot(at: Point, radius: f32, ink: Quad) -> Self {
        Self { at, radius, run: [0.0; 2], ink, crisp: 0.0 }
    }

    /// Columns it may touch in some rows of a view, `None` when there are none.
    pub(crate) fn columns(&self, view: View, rows: Range<usize>) -> Option<Range<usize>> {
        let h = view.height as f32;
        let centre = [self.at[0] * h + view.width as f32 * 0.5, (self.at[1] + 0.5) * h];
        let reach = [0, 1].map(|k| (self.radius * h).max(0.7) + (self.run[k] * h).abs() + 2.0);
        if centre[1] + reach[1] < rows.start as f32 || centre[1] - reach[1] > rows.end as f32 {
            return None;
        }
        let column = |x: f32| x.clamp(0.0, view.width as f32) as i32 as usize;
        let columns = column(centre[0] - reach[0])..column(centre[0] + reach[0] + 1.0);
        (!columns.is_empty()).then_some(columns)
    }

    pub(crate) fn paint(&self, band: &mut Band<'_>) {
        let view = band.view;
        let h = view.height as f32;
        let centre = [self.at[0] * h + view.width as f32 * 0.5 - 0.5, (self.at[1] + 0.5) * h - 0.5];
        let radius = (self.radius * h).max(0.7);
        // A dot thinner than a pixel is drawn a pixel wide and fainter instead.
        let faint = (self.radius * h / radius).clamp(0.15, 1.0);
        let run = [self.run[0] * h, self.run[1] * h];
        let rows = band.range();
        let reach = [radius + run[0].abs(), radius + run[1].abs()];
        if centre[0] + reach[0] < 0.0 || centre[0] - reach[0] > view.width as f32 {
            return;
        }
        let low = (centre[1] - reach[1]).ceil().max(rows.start as f32) as usize;
        let high = (centre[1] + reach[1] + 1.0).clamp(0.0, rows.end as f32) as usize;
        let left = (centre[0] - reach[0]).ceil().max(0.0) as usize;
        let right = ((centre[0] + reach[0]).floor().max(-1.0) + 1.0) as usize;
        let right = right.min(view.width);
        let length2 = run[0] * run[0] + run[1] * run[1];
        for y in low..high {
            let dy = y as f32 - centre[1];
            let row = band.row(y);
            for (x, pixel) in row.iter_mut().enumerate().take(right).skip(left) {
                let dx = x as f32 - centre[0];
                let along = if length2 > 0.0 {
                    ((dx * run[0] + dy * run[1]) / length2).clamp(-1.0, 1.0)
                } else {
                    0.0
                };
                let (ex, ey) = (dx - along * run[0], dy - along * run[1]);
                let near = 1.0 - (ex * ex + ey * ey) / (radius * radius);
                if near > 0.0 {
                    let soft = near * near;
                    let hard = (near * radius * 0.7).min(1.0);
                    let part = (soft + (hard - soft) * self.crisp) * faint;
                    over(pixel, part_of(self.ink, part));
                }
            }
        }
    }
}
