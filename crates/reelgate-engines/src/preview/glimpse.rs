//! Looks at a film while it is made: asked for now and then, and made by whichever thread draws
//! the next frame.

use reelgate_codec::{Frame, colour, cover_frame, encode_jpeg};
use reelgate_core::Glimpse;
use reelgate_core::engine::{GLIMPSE_BYTES_MAX, GLIMPSE_SIDE};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Tried in turn until a picture is small enough.
const QUALITIES: [u8; 3] = [70, 50, 30];

/// What is asked for, and what was made.
#[derive(Default)]
pub(super) struct Looks {
    wanted: AtomicBool,
    made: Mutex<Option<Glimpse>>,
}

impl Looks {
    /// Asks for a picture of the next frame.
    pub(super) fn ask(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }

    /// The picture that was made since the last time.
    pub(super) fn take(&self) -> Option<Glimpse> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Makes a picture of this frame if one is wanted.
    pub(super) fn show(&self, index: u32, frame: &Frame) {
        if self.wanted.swap(false, Ordering::Relaxed) {
            let made = glimpse(index, frame);
            *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
        }
    }
}

/// None where even the poorest picture is too large.
fn glimpse(index: u32, frame: &Frame) -> Option<Glimpse> {
    let longer = frame.width.max(frame.height).max(1);
    let small = |side: usize| (side * GLIMPSE_SIDE / longer / 2 * 2).max(2);
    let small = cover_frame(frame, small(frame.width), small(frame.height));
    let picture = colour::to_rgb(&small);
    let jpegs = QUALITIES.iter().filter_map(|quality| encode_jpeg(&picture, *quality).ok());
    let fitting = jpegs.into_iter().find(|jpeg| jpeg.len() <= GLIMPSE_BYTES_MAX);
    fitting.map(|jpeg| Glimpse { frame: index, jpeg })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_made_once_when_it_is_asked_for_and_is_small() {
        let looks = Looks::default();
        let mut frame = Frame::black(1280, 720);
        // Noise is the worst that a JPEG can be given.
        let mut state = 1_u32;
        for value in &mut frame.y {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *value = (state >> 24) as u8;
        }
        looks.show(1, &frame);
        assert_eq!(looks.take(), None);
        looks.ask();
        looks.show(24, &frame);
        looks.show(25, &frame);
        let glimpse = looks.take().expect("a picture");
        assert_eq!(glimpse.frame, 24);
        assert!(glimpse.jpeg.starts_with(&[0xff, 0xd8]) && glimpse.jpeg.len() <= 20_000);
        assert_eq!(looks.take(), None);
    }
}
