//! A picture ready to be moved: exact pixels, finer pixels to sample, and a guess at depth.

use reelgate_codec::{Frame, Rgb};

use super::cover::{Channel, Window};
use super::depth::{Depth, Near};
use super::plane::Plane;

/// Frames with more pixels than this are sampled at their own size: memory is bounded.
const FINE_PIXELS_MAX: usize = 2_400_000;

/// Detail that is kept, where there are finer pixels, against what a frame can show: as much as the
/// closest camera sees. More would flicker while it moves, and fill the file.
const DETAIL: f64 = 1.2;

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
        let window = Window::new(picture, width, height);
        let (channel, [u, v]) = both(
            || window.luma(),
            || window.colours(width).map(|colour| colour.fill(width / 2, height / 2)),
        );
        let exact = |y| {
            let exact = Frame { width, height, y, u, v };
            let depth = Depth::guess(&exact);
            (exact, depth)
        };
        let times = if width * height <= FINE_PIXELS_MAX { 2 } else { 1 };
        let fine = (width * times, height * times);
        let mut luma = Plane::room(fine.0, fine.1);
        let (exact, depth) = if times > 1 {
            let fine = (fine, width as f64 * DETAIL);
            // Most of the finer pixels are as much work as the rest and those of the frame.
            let cut = height * times / 8;
            halves(&channel, fine, cut, &mut luma, || exact(channel.fill(width, height)))
        } else {
            halves(&channel, (fine, width as f64), height / 2, &mut luma, || ());
            exact(luma[..width * height].to_vec())
        };
        let (half_w, half_h) = (width / 2, height / 2);
        let chroma = |plane: &[u8]| Plane::new(half_w, half_h, plane.to_vec());
        let (blue, red) = (chroma(&exact.u), chroma(&exact.v));
        Self {
            exact,
            luma: Plane::new(fine.0, fine.1, luma),
            blue,
            red,
            luma_near: depth.along(width, height, LUMA_RUN),
            chroma_near: depth.along(width / 2, height / 2, CHROMA_RUN),
        }
    }
}

/// Fills a plane of a size with two threads, one of which does the rows above `cut` and then
/// something else.
fn halves<T>(
    channel: &Channel,
    ((width, height), detail): ((usize, usize), f64),
    cut: usize,
    plane: &mut [u8],
    then: impl FnOnce() -> T,
) -> T {
    let (upper, lower) = plane[..width * height].split_at_mut(cut * width);
    let fill = |rows, out: &mut [u8]| channel.fill_rows((width, height), rows, detail, out);
    let above = || {
        fill(0..cut, upper);
        then()
    };
    both(|| fill(cut..height, lower), above).1
}

/// Does two things at once.
fn both<A: Send, B>(other: impl FnOnce() -> A + Send, own: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let own = own();
        (other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), own)
    })
}
