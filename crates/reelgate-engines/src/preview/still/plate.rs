//! A picture ready to be moved: exact pixels, finer pixels to sample, and a guess at depth.

use reelgate_codec::{Frame, Rgb};

use super::cover::{chroma_of, fill, luma_of, to_frame};
use super::depth::{Depth, Near};
use super::plane::Plane;

/// Frames with more pixels than this are sampled at their own size: memory is bounded.
const FINE_PIXELS_MAX: usize = 2_400_000;

/// Pixels between which a path through a plane counts as straight: nearness is smooth.
pub(crate) const LUMA_RUN: usize = 32;
pub(crate) const CHROMA_RUN: usize = 16;
/// Columns that such a path crosses: planes are at most twice as fine as the frame.
pub(crate) const LUMA_COLUMNS: usize = 80;
pub(crate) const CHROMA_COLUMNS: usize = 48;

/// One fitted picture.
pub(crate) struct Plate {
    /// The picture exactly as it stands still.
    pub(crate) exact: Frame,
    pub(crate) luma: Plane,
    pub(crate) blue: Plane,
    pub(crate) red: Plane,
    /// Nearness where paths through the planes begin and end.
    pub(crate) luma_near: Near,
    pub(crate) chroma_near: Near,
}

impl Plate {
    pub(crate) fn new(picture: &Rgb, width: usize, height: usize) -> Self {
        let rgb = fill(picture, width, height);
        let exact = to_frame(&rgb, width, height);
        let depth = Depth::guess(&rgb, width, height);
        let times = if width * height <= FINE_PIXELS_MAX { 2 } else { 1 };
        let (fine_w, fine_h) = (width * times, height * times);
        let fine = if times == 1 { rgb.clone() } else { fill(picture, fine_w, fine_h) };
        let luma = fine.chunks_exact(3).map(luma_of).collect();
        let colour: Vec<(u8, u8)> = rgb
            .chunks_exact(3)
            .map(|c| chroma_of([f32::from(c[0]), f32::from(c[1]), f32::from(c[2])]))
            .collect();
        Self {
            exact,
            luma: Plane::new(fine_w, fine_h, luma),
            blue: Plane::new(width, height, colour.iter().map(|c| c.0).collect()),
            red: Plane::new(width, height, colour.iter().map(|c| c.1).collect()),
            luma_near: depth.along(width, height, LUMA_RUN),
            chroma_near: depth.along(width / 2, height / 2, CHROMA_RUN),
        }
    }
}
