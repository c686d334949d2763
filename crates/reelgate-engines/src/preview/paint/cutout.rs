//! Shapes that change every frame: actors, flames, anything with joints.

use std::ops::Range;

use pulp::{Arch, NullaryFnOnce};

use super::band::{BAND_ROWS, Band};
use super::colour::{Ink, Quad, WHITE};
use super::lay::Spare;
use super::noise::nearest;
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
            let mut ink = [0.0; 4];
            for (k, c) in ink.iter_mut().enumerate() {
                *c = self.coat.top[k] + (self.coat.bottom[k] - self.coat.top[k]) * t;
            }
            let cover = &m.cover[line * m.width..(line + 1) * m.width];
            let width = band.view.width;
            let (row, Spare { cover: edges, .. }) = band.row_and_spare(y);
            Arch::new().dispatch(Coating { row, width, left: m.left, ink, cover });
            if lit {
                edges.clear();
                let edge = |(x, part): (usize, &f32)| (part - self.behind(x, line)).max(0.0);
                edges.extend(cover.iter().enumerate().map(edge));
                let [r, g, b] = self.coat.rim;
                let ink = [r, g, b, 0.0];
                Arch::new().dispatch(Coating { row, width, left: m.left, ink, cover: edges });
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

/// One ink over some pixels of a row, as much of it as covers each.
struct Coating<'a> {
    /// Plane after plane.
    row: &'a mut [u16],
    width: usize,
    left: usize,
    ink: Quad,
    cover: &'a [f32],
}

impl NullaryFnOnce for Coating<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        coat(self.row, self.width, self.left, self.ink, self.cover);
    }
}

#[inline(always)]
fn coat(row: &mut [u16], width: usize, left: usize, ink: Quad, cover: &[f32]) {
    for (plane, ink_of) in row.chunks_exact_mut(width).zip(ink) {
        let own = ink_of * WHITE;
        for (pixel, part) in plane[left..left + cover.len()].iter_mut().zip(cover) {
            let light = f32::from(*pixel) * (1.0 - ink[3] * part) + own * part;
            *pixel = nearest(light.clamp(0.0, 65_535.0)) as u16;
        }
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
        Arch::new().dispatch(Dot { fleck: self, band });
    }

    /// Rows it may touch in a view, at least one more on each side.
    pub(crate) fn rows(&self, view: View) -> Range<usize> {
        let h = view.height as f32;
        let centre = (self.at[1] + 0.5) * h;
        let reach = (self.radius * h).max(0.7) + (self.run[1] * h).abs() + 2.0;
        let row = |y: f32| y.clamp(0.0, h) as i32 as usize;
        row(centre - reach)..row(centre + reach + 1.0)
    }
}

struct Dot<'a, 'b> {
    fleck: &'a Fleck,
    band: &'a mut Band<'b>,
}

impl NullaryFnOnce for Dot<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { fleck, band } = self;
        let view = band.view;
        let h = view.height as f32;
        let half = view.width as f32 * 0.5;
        let centre = [fleck.at[0] * h + half - 0.5, (fleck.at[1] + 0.5) * h - 0.5];
        let radius = (fleck.radius * h).max(0.7);
        // A dot thinner than a pixel is drawn a pixel wide and fainter instead.
        let faint = (fleck.radius * h / radius).clamp(0.15, 1.0);
        let run = [fleck.run[0] * h, fleck.run[1] * h];
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
        if left >= right {
            return;
        }
        let length2 = run[0] * run[0] + run[1] * run[1];
        let along = if length2 > 0.0 { 1.0 / length2 } else { 0.0 };
        let close = 1.0 / (radius * radius);
        for y in low..high {
            let dy = y as f32 - centre[1];
            let (row, Spare { cover, .. }) = band.row_and_spare(y);
            cover.resize(right - left, 0.0);
            for (x, part) in cover.iter_mut().enumerate() {
                let dx = (left + x) as i32 as f32 - centre[0];
                let t = ((dx * run[0] + dy * run[1]) * along).clamp(-1.0, 1.0);
                let (ex, ey) = (dx - t * run[0], dy - t * run[1]);
                let near = (1.0 - (ex * ex + ey * ey) * close).max(0.0);
                let soft = near * near;
                let hard = (near * radius * 0.7).min(1.0);
                *part = (soft + (hard - soft) * fleck.crisp) * faint;
            }
            coat(row, view.width, left, fleck.ink, cover);
        }
    }
}

/// Flecks by the bands of a view that they touch.
pub(crate) struct Scatter {
    bands: Vec<Vec<Fleck>>,
}

impl Scatter {
    pub(crate) fn new(flecks: impl Iterator<Item = Fleck>, view: View) -> Self {
        let mut bands = vec![Vec::new(); view.height.div_ceil(BAND_ROWS)];
        for fleck in flecks {
            let rows = fleck.rows(view);
            let touched = rows.start / BAND_ROWS..rows.end.div_ceil(BAND_ROWS).min(bands.len());
            bands[touched].iter_mut().for_each(|band| band.push(fleck));
        }
        Self { bands }
    }

    /// Paints those that touch a whole band.
    pub(crate) fn paint(&self, band: &mut Band<'_>) {
        let flecks = self.bands.get(band.top / BAND_ROWS);
        flecks.into_iter().flatten().for_each(|fleck| fleck.paint(band));
    }
}
