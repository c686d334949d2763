//! Fits a picture to the clip: the largest centred window of the clip's shape, resampled well.
//!
//! Colours are turned into the clip's own first and resampled after: one channel of bytes for
//! brightness and two small ones, instead of three large ones.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{Filter, FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use libm::sin;
use pulp::{Arch, NullaryFnOnce};
use reelgate_codec::colour::{chroma_of, luma_of};
use reelgate_codec::{Frame, Rgb};
use std::f64::consts::PI;
use std::ops::Range;

/// Pixels that are turned at once.
const BLOCK: usize = 16;

/// The window of a picture that has a clip's shape.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a> {
    picture: &'a Rgb,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// One channel of a window, BT.709 limited range, with all whole columns around it.
pub(crate) struct Channel {
    width: usize,
    data: Vec<u8>,
    /// The window in it: left, top, width, height.
    window: [f64; 4],
    /// Least and most that it holds.
    bounds: [u8; 2],
}

impl<'a> Window<'a> {
    /// The part of a picture that is seen in a clip of this size.
    pub(crate) fn new(picture: &'a Rgb, width: usize, height: usize) -> Self {
        let (w, h) = (picture.width as f64, picture.height as f64);
        let aspect = width as f64 / height as f64;
        let (crop_w, crop_h) = if w / h > aspect { (h * aspect, h) } else { (w, w / aspect) };
        let (crop_w, crop_h) = (crop_w.min(w), crop_h.min(h));
        let (left, top) = (((w - crop_w) / 2.0).max(0.0), ((h - crop_h) / 2.0).max(0.0));
        Self { picture, left, top, width: crop_w, height: crop_h }
    }

    /// Rows of the picture that it touches, from an even one on.
    fn rows(&self) -> (usize, usize) {
        let last = (self.top + self.height).ceil() as usize;
        (self.top as usize / 2 * 2, last.min(self.picture.height))
    }

    /// The window where `times` by `times` pixels are one.
    fn in_channel(&self, times: f64) -> [f64; 4] {
        let top = self.top - self.rows().0 as f64;
        [self.left, top, self.width, self.height].map(|length| length / times)
    }

    fn row(&self, y: usize) -> &'a [u8] {
        let bytes = self.picture.width * 3;
        &self.picture.data[y * bytes..(y + 1) * bytes]
    }

    /// Its brightness.
    pub(crate) fn luma(&self) -> Channel {
        let (first, last) = self.rows();
        let width = self.picture.width;
        let mut data = vec![0; width * (last - first)];
        for (y, out) in (first..last).zip(data.chunks_exact_mut(width)) {
            Arch::new().dispatch(Luma { rgb: self.row(y), out });
        }
        Channel { width, data, window: self.in_channel(1.0), bounds: [16, 235] }
    }

    /// Its two colours, for a clip so wide: means of two by two pixels where that has no more.
    pub(crate) fn colours(&self, wide: usize) -> [Channel; 2] {
        let times = if self.width >= wide as f64 { 2 } else { 1 };
        let (first, last) = self.rows();
        let (width, height) = (self.picture.width.div_ceil(times), (last - first).div_ceil(times));
        let mut planes = [vec![128; width * height], vec![128; width * height]];
        let [blue, red] = &mut planes;
        let lines = blue.chunks_exact_mut(width).zip(red.chunks_exact_mut(width));
        for (index, (blue, red)) in lines.enumerate() {
            let upper = first + index * times;
            let rows = [self.row(upper), self.row((upper + times - 1).min(last - 1))];
            match times {
                2 => Arch::new().dispatch(Chroma::<2> { rows, blue, red }),
                _ => Arch::new().dispatch(Chroma::<1> { rows, blue, red }),
            }
        }
        let window = self.in_channel(times as f64);
        planes.map(|data| Channel { width, data, window, bounds: [16, 240] })
    }
}

impl Channel {
    /// The window at a size.
    pub(crate) fn fill(&self, width: usize, height: usize) -> Vec<u8> {
        let mut out = vec![0; width * height];
        self.fill_rows((width, height), 0..height, width as f64, &mut out);
        out
    }

    /// Some rows of the window at a size, with nothing in them that a row of `detail` pixels could
    /// not show.
    pub(crate) fn fill_rows(
        &self,
        size: (usize, usize),
        rows: Range<usize>,
        detail: f64,
        out: &mut [u8],
    ) {
        let ([left, top, wide, tall], (width, height)) = (self.window, size);
        // Behind the last row exactly the window's own end, which may be the picture's.
        let at = |row: usize| if row == height { tall } else { tall / height as f64 * row as f64 };
        let above = at(rows.start);
        // The filter is as broad as a pixel of either side by itself.
        let broader = (wide / detail).max(1.0) / (wide / width as f64).max(1.0);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(lobes(broader))).crop(
            left,
            top + above,
            wide,
            at(rows.end) - above,
        );
        let side = |length: usize| length as u32;
        let tall = self.data.len() / self.width.max(1);
        let from = ImageRef::new(side(self.width), side(tall), &self.data, PixelType::U8);
        let to = Image::from_slice_u8(side(width), side(rows.len()), out, PixelType::U8);
        let done = from.is_ok_and(|from| {
            to.is_ok_and(|mut to| Resizer::new().resize(&from, &mut to, &options).is_ok())
        });
        if !done {
            // A picture without pixels cannot be shown; mid grey is honest and never panics.
            out.fill(128);
        }
        // A sharp filter overshoots.
        let [least, most] = self.bounds;
        out.iter_mut().for_each(|value| *value = (*value).clamp(least, most));
    }
}

/// Lanczos' filter with three lobes, so many times as broad, up to 1.7.
fn lobes(broader: f64) -> FilterType {
    type Lobes = fn(f64) -> f64;
    const ALL: [(f64, Lobes); 8] = [
        (1.0, lobes_at::<100>),
        (1.1, lobes_at::<110>),
        (1.2, lobes_at::<120>),
        (1.3, lobes_at::<130>),
        (1.4, lobes_at::<140>),
        (1.5, lobes_at::<150>),
        (1.6, lobes_at::<160>),
        (1.7, lobes_at::<170>),
    ];
    let (times, at) = ALL.into_iter().rfind(|(times, _)| *times < broader + 0.05).unwrap_or(ALL[0]);
    Filter::new("lobes", at, 3.0 * times).map_or(FilterType::Lanczos3, FilterType::Custom)
}

fn lobes_at<const PERCENT: u32>(x: f64) -> f64 {
    let x = x * 100.0 / f64::from(PERCENT) * PI;
    match x.abs() {
        middle if middle < 1e-9 => 1.0,
        near if near < 3.0 * PI => sin(x) / x * sin(x / 3.0) / (x / 3.0),
        _ => 0.0,
    }
}

/// The picture, cropped to fill `width` by `height`.
pub(crate) fn fit(picture: &Rgb, width: usize, height: usize) -> Frame {
    let window = Window::new(picture, width, height);
    let [u, v] = window.colours(width).map(|colour| colour.fill(width / 2, height / 2));
    Frame { width, height, y: window.luma().fill(width, height), u, v }
}

struct Luma<'a> {
    rgb: &'a [u8],
    out: &'a mut [u8],
}

impl NullaryFnOnce for Luma<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (blocks, rest) = self.out.as_chunks_mut::<BLOCK>();
        let whole = blocks.len() * BLOCK * 3;
        let pixels = self.rgb[..whole].as_chunks::<{ BLOCK * 3 }>().0;
        for (out, rgb) in blocks.iter_mut().zip(pixels) {
            for k in 0..BLOCK {
                out[k] = luma_of([rgb[3 * k], rgb[3 * k + 1], rgb[3 * k + 2]]);
            }
        }
        for (out, rgb) in rest.iter_mut().zip(self.rgb[whole..].as_chunks().0) {
            *out = luma_of(*rgb);
        }
    }
}

/// Colours of squares of `TIMES` by `TIMES` pixels of two rows, or of one row twice.
struct Chroma<'a, const TIMES: usize> {
    rows: [&'a [u8]; 2],
    blue: &'a mut [u8],
    red: &'a mut [u8],
}

impl<const TIMES: usize> NullaryFnOnce for Chroma<'_, TIMES> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let [upper, lower] = self.rows.map(|row| row.as_chunks::<3>().0);
        let last = upper.len() - 1;
        for (x, (blue, red)) in self.blue.iter_mut().zip(self.red).enumerate() {
            let (left, right) = (x * TIMES, (x * TIMES + TIMES - 1).min(last));
            [*blue, *red] = chroma_of([upper[left], upper[right], lower[left], lower[right]]);
        }
    }
}
