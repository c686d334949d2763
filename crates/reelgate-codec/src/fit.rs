//! Frames at another size, without a detour through RGB.

use fast_image_resize as fir;

use crate::Frame;

/// The middle of a frame, as large as it goes in the new proportions, at the new size.
///
/// # Panics
/// When a side is odd or zero, or a plane does not fit its frame's size.
#[must_use]
pub fn cover_frame(frame: &Frame, width: usize, height: usize) -> Frame {
    let mut to = Frame::black(width, height);
    let (from_w, from_h) = (frame.width, frame.height);
    let plane = |from: &[u8], to: &mut [u8], half: usize| {
        cover(from, (from_w / half, from_h / half), to, (width / half, height / half));
    };
    plane(&frame.y, &mut to.y, 1);
    plane(&frame.u, &mut to.u, 2);
    plane(&frame.v, &mut to.v, 2);
    to
}

fn cover(from: &[u8], from_size: (usize, usize), to: &mut [u8], to_size: (usize, usize)) {
    let side = |n: usize| u32::try_from(n).expect("sides fit 32 bits");
    let kind = fir::PixelType::U8;
    let source = fir::images::ImageRef::new(side(from_size.0), side(from_size.1), from, kind);
    let source = source.expect("a plane fits its size");
    let target = fir::images::Image::from_slice_u8(side(to_size.0), side(to_size.1), to, kind);
    let mut target = target.expect("a plane fits its size");
    let filter = fir::ResizeAlg::Convolution(fir::FilterType::CatmullRom);
    let options = fir::ResizeOptions::new().resize_alg(filter).fit_into_destination(None);
    fir::Resizer::new().resize(&source, &mut target, &options).expect("equal pixel types resize");
}
