//! Fits a picture to the clip: the largest centred window of the clip's shape, resampled well.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use reelgate_codec::{Frame, Rgb};

/// The picture, cropped to fill `width` by `height`, as interleaved RGB.
pub(crate) fn fill(picture: &Rgb, width: usize, height: usize) -> Vec<u8> {
    let (w, h) = (picture.width as f64, picture.height as f64);
    let aspect = width as f64 / height as f64;
    let (crop_w, crop_h) = if w / h > aspect { (h * aspect, h) } else { (w, w / aspect) };
    let (left, top) = ((w - crop_w) / 2.0, (h - crop_h) / 2.0);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .crop(left.max(0.0), top.max(0.0), crop_w.min(w), crop_h.min(h));
    let from =
        ImageRef::new(picture.width as u32, picture.height as u32, &picture.data, PixelType::U8x3);
    let mut to = Image::new(width as u32, height as u32, PixelType::U8x3);
    let done = from.is_ok_and(|from| Resizer::new().resize(&from, &mut to, &options).is_ok());
    // A picture without pixels cannot be shown; mid grey is honest and never panics.
    if done { to.into_vec() } else { vec![128; width * height * 3] }
}

/// BT.709 limited range, chroma averaged over two by two pixels.
pub(crate) fn to_frame(rgb: &[u8], width: usize, height: usize) -> Frame {
    let mut frame = Frame::black(width, height);
    for (y, out) in frame.y.iter_mut().enumerate() {
        *out = luma_of(&rgb[3 * y..3 * y + 3]);
    }
    let half = width / 2;
    for index in 0..half * (height / 2) {
        let (x, y) = (2 * (index % half), 2 * (index / half));
        let mut mean = [0.0_f32; 3];
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let at = 3 * ((y + dy) * width + x + dx);
            for (m, c) in mean.iter_mut().zip(&rgb[at..at + 3]) {
                *m += 0.25 * f32::from(*c);
            }
        }
        let (u, v) = chroma_of(mean);
        frame.u[index] = u;
        frame.v[index] = v;
    }
    frame
}

pub(crate) fn luma_of(rgb: &[u8]) -> u8 {
    let (r, g, b) = (f32::from(rgb[0]), f32::from(rgb[1]), f32::from(rgb[2]));
    (16.5 + 219.0 / 255.0 * (0.2126 * r + 0.7152 * g + 0.0722 * b)) as i32 as u8
}

fn chroma_of([r, g, b]: [f32; 3]) -> (u8, u8) {
    let light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let u = 128.5 + 224.0 / 255.0 / 1.8556 * (b - light);
    let v = 128.5 + 224.0 / 255.0 / 1.5748 * (r - light);
    (u.clamp(16.0, 240.0) as i32 as u8, v.clamp(16.0, 240.0) as i32 as u8)
}
