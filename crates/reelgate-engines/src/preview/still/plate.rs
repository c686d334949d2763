//! A picture ready to be moved: exact pixels, finer pixels to sample, and a guess at depth.

use reelgate_codec::{Frame, Rgb};

use super::cover::Window;
use super::depth::{Depth, Near};
use super::plane::Plane;

/// Frames with more pixels than this are sampled at their own size: memory is bounded.
const FINE_PIXELS_MAX: usize = 2_400_000;

/// Pixels between which a path through a plane counts as straight: nearness is smooth.
pub(crate) const LUMA_RUN: usize = 32;
pub(crate) const CHROMA_RUN: usize = 32;
/// Columns that such a path crosses: luma may be twice as fine as the frame, chroma is as fine.
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
        let times = if width * height <= FINE_PIXELS_MAX { 2 } else { 1 };
        let (fine_w, fine_h) = (width * times, height * times);
        let (half_w, half_h) = (width / 2, height / 2);
        let window = Window::new(picture, width, height);
        let (exact, fine) = std::thread::scope(|scope| {
            // Brightness takes longer than colours: both at once.
            let luma = scope.spawn(|| {
                let luma = window.luma();
                let fine = (times > 1).then(|| luma.fill(fine_w, fine_h));
                (luma.fill(width, height), fine)
            });
            let [u, v] = window.colours(width).map(|colour| colour.fill(half_w, half_h));
            let luma = luma.join();
            let (y, fine) = luma.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (Frame { width, height, y, u, v }, fine)
        });
        let luma = fine.unwrap_or_else(|| exact.y.clone());
        let depth = Depth::guess(&exact);
        let chroma = |plane: &[u8]| Plane::new(half_w, half_h, plane.to_vec());
        let (blue, red) = (chroma(&exact.u), chroma(&exact.v));
        Self {
            exact,
            luma: Plane::new(fine_w, fine_h, luma),
            blue,
            red,
            luma_near: depth.along(width, height, LUMA_RUN),
            chroma_near: depth.along(width / 2, height / 2, CHROMA_RUN),
        }
    }
}
