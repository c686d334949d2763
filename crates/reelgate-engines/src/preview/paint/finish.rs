//! From painted light to the encoder's planes: grading, tone curve, vignette, grain, BT.709.

use std::sync::OnceLock;

use pulp::{Arch, NullaryFnOnce};
use reelgate_codec::Frame;

use super::colour::{Ink, WHITE};
use super::noise::{Dice, hash, nearest};
use super::view::View;

/// How a shot is graded after painting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grade {
    /// Rows give the new red, green, blue from the old ones.
    pub(crate) matrix: [Ink; 3],
    /// Added after the matrix: lifted blacks.
    pub(crate) lift: Ink,
    /// Strength of the S-curve.
    pub(crate) contrast: f32,
    /// How much the corners darken.
    pub(crate) vignette: f32,
    /// Grain in 8-bit steps; more than 2 costs the encoder dearly.
    pub(crate) grain: f32,
    /// Everything is multiplied by this: fades.
    pub(crate) exposure: f32,
}

impl Grade {
    pub(crate) fn plain() -> Self {
        Self {
            matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            lift: [0.0; 3],
            contrast: 0.25,
            vignette: 0.32,
            grain: 1.5,
            exposure: 1.0,
        }
    }

    /// Saturation by a factor, then a multiplied colour cast.
    pub(crate) fn cast(mut self, saturation: f32, cast: Ink) -> Self {
        let grey = [0.2126, 0.7152, 0.0722];
        let old = self.matrix;
        for (row, line) in self.matrix.iter_mut().enumerate() {
            for (column, cell) in line.iter_mut().enumerate() {
                let mean: f32 = (0..3).map(|k| grey[k] * old[k][column]).sum();
                *cell = cast[row] * (mean + (old[row][column] - mean) * saturation);
            }
        }
        self
    }
}

pub(crate) const GRAIN_LENGTH: usize = 1 << 15;

/// Bell-shaped noise, standard deviation 1.
pub(crate) fn grain() -> &'static [f32] {
    static GRAIN: OnceLock<Vec<f32>> = OnceLock::new();
    GRAIN.get_or_init(|| {
        let mut dice = Dice::new(0x6EA1);
        (0..GRAIN_LENGTH).map(|_| (0..4).map(|_| dice.unit() - 0.5).sum::<f32>() * 1.732).collect()
    })
}

/// Planar rows being graded.
#[derive(Default)]
pub(crate) struct Planar {
    pub(crate) red: Vec<f32>,
    pub(crate) green: Vec<f32>,
    pub(crate) blue: Vec<f32>,
    pub(crate) shade: Vec<f32>,
}

/// Writes two painted rows, `top` even, into the frame.
pub(crate) fn finish_rows(
    frame: &mut Frame,
    top: usize,
    rows: [&[u16]; 2],
    light: &[u16],
    grade: &Grade,
    index: u32,
    planar: &mut [Planar; 2],
) {
    let (width, height) = (frame.width, frame.height);
    let view = View { width, height };
    for (line, planes) in planar.iter_mut().enumerate() {
        let y = top + line;
        let noise = grain_row(index, y, width);
        let luma = &mut frame.y[y * width..(y + 1) * width];
        let uy = view.y(y as f32);
        let row = rows[line];
        Arch::new().dispatch(Row { planes, row, light, view, uy, grade, luma, noise });
    }
    let [a, b] = &*planar;
    colour_rows(frame, top, [a, b], index);
}

/// Writes two rows, `top` even, as they are painted: no light, no grading; `strength` of grain.
pub(crate) fn plain_rows(
    frame: &mut Frame,
    top: usize,
    planar: [&Planar; 2],
    (index, strength): (u32, f32),
) {
    let width = frame.width;
    for (line, planes) in planar.into_iter().enumerate() {
        let y = top + line;
        let noise = grain_row(index, y, width);
        let luma = &mut frame.y[y * width..(y + 1) * width];
        Arch::new().dispatch(Plain { luma, planes, noise, strength });
    }
    colour_rows(frame, top, planar, index);
}

/// Grain for one row of a frame.
fn grain_row(index: u32, y: usize, width: usize) -> &'static [f32] {
    &grain()[hash(index, y as u32, 0x6A17) as usize % (GRAIN_LENGTH - width.min(8192))..]
}

fn colour_rows(frame: &mut Frame, top: usize, [a, b]: [&Planar; 2], index: u32) {
    let half = frame.width / 2;
    let start = top / 2 * half;
    let noise = &grain()[hash(index, top as u32, 0xC0) as usize % (GRAIN_LENGTH / 2)..];
    let (u, v) = (&mut frame.u[start..start + half], &mut frame.v[start..start + half]);
    Arch::new().dispatch(Chroma { u, v, a, b, noise });
}

struct Plain<'a> {
    luma: &'a mut [u8],
    planes: &'a Planar,
    noise: &'a [f32],
    strength: f32,
}

impl NullaryFnOnce for Plain<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        write_luma(self.luma, self.planes, self.noise, self.strength);
    }
}

/// Everything one row needs to be graded.
struct Row<'a> {
    planes: &'a mut Planar,
    row: &'a [u16],
    light: &'a [u16],
    view: View,
    uy: f32,
    grade: &'a Grade,
    luma: &'a mut [u8],
    noise: &'a [f32],
}

impl NullaryFnOnce for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        split(self.planes, self.row, self.light);
        shade(self.planes, self.view, self.uy, self.grade);
        grade_row(self.planes, self.grade);
        write_luma(self.luma, self.planes, self.noise, self.grade.grain);
    }
}

struct Chroma<'a> {
    u: &'a mut [u8],
    v: &'a mut [u8],
    a: &'a Planar,
    b: &'a Planar,
    noise: &'a [f32],
}

impl NullaryFnOnce for Chroma<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        write_chroma(self.u, self.v, self.a, self.b, self.noise);
    }
}

#[inline(always)]
fn split(planes: &mut Planar, row: &[u16], light: &[u16]) {
    let width = row.len() / 3;
    let Planar { red, green, blue, shade } = planes;
    shade.resize(width, 0.0);
    let parts = row.chunks_exact(width).zip(light.chunks_exact(width));
    for ((row, light), plane) in parts.zip([red, green, blue]) {
        plane.resize(width, 0.0);
        for ((out, own), light) in plane.iter_mut().zip(row).zip(light) {
            *out = (u32::from(*own) + u32::from(*light)) as i32 as f32 * (1.0 / WHITE);
        }
    }
}

#[inline(always)]
fn shade(planes: &mut Planar, view: View, uy: f32, grade: &Grade) {
    let aspect = view.aspect();
    let corner = 4.0 / (1.0 + aspect * aspect);
    for (x, s) in planes.shade.iter_mut().enumerate() {
        let ux = view.x(x as i32 as f32);
        let d = (ux * ux + uy * uy) * corner;
        *s = grade.exposure * (1.0 - grade.vignette * d * (0.35 + 0.65 * d));
    }
}

#[inline(always)]
fn grade_row(planes: &mut Planar, grade: &Grade) {
    let (m, lift, contrast) = (grade.matrix, grade.lift, grade.contrast);
    let curve = |x: f32| {
        let x = x.max(0.0);
        // A shoulder from 0.75 on, so that bright light rolls off instead of clipping.
        let over = (x - 0.75).max(0.0) * 4.0;
        let x = x.min(0.75) + 0.25 * over / (1.0 + over);
        x + contrast * x * (1.0 - x) * (2.0 * x - 1.0)
    };
    let (r, g, b) = (&mut planes.red[..], &mut planes.green[..], &mut planes.blue[..]);
    for (((r, g), b), s) in r.iter_mut().zip(g).zip(b).zip(&planes.shade) {
        let (x, y, z) = (*r * s, *g * s, *b * s);
        *r = curve(m[0][0] * x + m[0][1] * y + m[0][2] * z + lift[0]);
        *g = curve(m[1][0] * x + m[1][1] * y + m[1][2] * z + lift[1]);
        *b = curve(m[2][0] * x + m[2][1] * y + m[2][2] * z + lift[2]);
    }
}

#[inline(always)]
fn write_luma(luma: &mut [u8], planes: &Planar, noise: &[f32], strength: f32) {
    let (r, g, b) = (&planes.red[..], &planes.green[..], &planes.blue[..]);
    for ((((y, r), g), b), n) in luma.iter_mut().zip(r).zip(g).zip(b).zip(noise) {
        let light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        *y = nearest((16.0 + 219.0 * light + strength * n).clamp(16.0, 235.0)) as u8;
    }
}

#[inline(always)]
fn write_chroma(u: &mut [u8], v: &mut [u8], a: &Planar, b: &Planar, noise: &[f32]) {
    let mean = |p: &[f32; 2], q: &[f32; 2]| 0.25 * (p[0] + p[1] + q[0] + q[1]);
    let red = pairs(&a.red, &b.red);
    let (green, blue) = (pairs(&a.green, &b.green), pairs(&a.blue, &b.blue));
    let inks = red.zip(green).zip(blue);
    for (((u, v), noise), ((r, g), b)) in u.iter_mut().zip(v).zip(noise).zip(inks) {
        let (r, g, b) = (mean(r.0, r.1), mean(g.0, g.1), mean(b.0, b.1));
        let light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let dither = 0.35 * noise;
        let (blue, red) = (224.0 / 1.8556 * (b - light), 224.0 / 1.5748 * (r - light));
        *u = nearest((128.0 + blue + dither).clamp(16.0, 240.0)) as u8;
        *v = nearest((128.0 + red - dither).clamp(16.0, 240.0)) as u8;
    }
}

/// Two pixels of each of two rows at a time.
#[inline(always)]
fn pairs<'a>(a: &'a [f32], b: &'a [f32]) -> impl Iterator<Item = (&'a [f32; 2], &'a [f32; 2])> {
    a.as_chunks().0.iter().zip(b.as_chunks().0)
}
