//! What is laid over a film on its way into the file, and what is kept of it for the pictures that
//! go with it.

use super::Film;
use super::glimpse::Looks;
use super::mark::Mark;
use reelgate_codec::{FRAME_RATE, Frame, Picture, Rgb, Sound, colour, cover_frame};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Frames of a thumbnail.
const THUMBNAIL_FRAMES: u32 = 12;
/// Its longer side.
const THUMBNAIL_SIDE: usize = 240;

/// A film as it is delivered.
pub(super) struct Finished<'a> {
    film: &'a Film,
    mark: Option<Mark>,
    /// Every so many frames one is kept, small.
    step: u32,
    size: (usize, usize),
    kept: Mutex<BTreeMap<u32, Frame>>,
    looks: Option<&'a Looks>,
    /// The frames that become pictures of their own, and those that were drawn.
    wanted: [u32; 2],
    whole: Mutex<BTreeMap<u32, Frame>>,
    /// Whether it makes its own sound.
    sounds: bool,
}

impl<'a> Finished<'a> {
    /// A film of so many frames, with a mark on it if asked for.
    pub(super) fn new(film: &'a Film, size: (usize, usize), frames: u32, marked: bool) -> Self {
        let even = |side: usize| (side / 2 * 2).max(2);
        let longer = size.0.max(size.1).max(1);
        let small = |side: usize| even(side * THUMBNAIL_SIDE / longer);
        Self {
            film,
            mark: marked.then(|| Mark::new(size)),
            step: frames.div_ceil(THUMBNAIL_FRAMES).max(1),
            size: (small(size.0), small(size.1)),
            kept: Mutex::new(BTreeMap::new()),
            looks: None,
            // The poster shows the clip a third of the way in, when the opening has settled.
            wanted: [frames / 3, frames.saturating_sub(1)],
            whole: Mutex::new(BTreeMap::new()),
            sounds: false,
        }
    }

    /// The same, for somebody who looks at it while it is made.
    pub(super) fn seen_by(self, looks: &'a Looks) -> Self {
        Self { looks: Some(looks), ..self }
    }

    /// The same, with the film's own sound if it `sounds`.
    pub(super) fn sounding(self, sounds: bool) -> Self {
        Self { sounds, ..self }
    }

    /// The poster and the last frame, which must have been drawn.
    pub(super) fn stills(&self) -> Option<[Rgb; 2]> {
        let whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let [poster, last] = self.wanted.map(|index| whole.get(&index).map(colour::to_rgb));
        Some([poster?, last?])
    }

    /// The frames that were kept, in order, and how long each is shown.
    pub(super) fn thumbnail(self) -> (Vec<Rgb>, u32) {
        let kept = self.kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        (kept.values().map(colour::to_rgb).collect(), self.step * 1000 / FRAME_RATE)
    }
}

impl Picture for Finished<'_> {
    fn draw(&self, index: u32, out: &mut Frame) {
        self.film.draw(index, out);
        if let Some(mark) = &self.mark {
            mark.paint(out);
        }
        if let Some(looks) = self.looks {
            looks.show(index, out);
        }
        if index.is_multiple_of(self.step) {
            let small = cover_frame(out, self.size.0, self.size.1);
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(index, small);
        }
        if self.wanted.contains(&index) {
            let whole = &mut self.whole.lock().unwrap_or_else(PoisonError::into_inner);
            whole.insert(index, out.clone());
        }
    }

    fn sound(&self) -> Option<Sound> {
        self.sounds.then(|| self.film.soundtrack())
    }
}
