//! What is laid over a film on its way into the file, and the pictures that go with it: made from
//! frames as they are drawn, by the threads that draw them.

use super::Film;
use super::glimpse::Looks;
use super::mark::Mark;
use reelgate_codec::{
    FRAME_RATE, Frame, GifWriter, ImageError, Picture, Sound, colour, cover_frame, encode_jpeg,
    encode_png,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Frames of a thumbnail.
const THUMBNAIL_FRAMES: u32 = 12;
/// Its longer side.
const THUMBNAIL_SIDE: usize = 240;
pub(super) const POSTER_QUALITY: u8 = 88;

/// The files of the pictures that go with a clip.
pub(super) struct Pictures {
    pub(super) poster: Vec<u8>,
    pub(super) last_frame: Vec<u8>,
    pub(super) thumbnail: Vec<u8>,
}

/// A small moving picture; frames that come too early wait for those before them.
struct Strip {
    next: u32,
    waiting: BTreeMap<u32, Frame>,
    gif: Result<GifWriter, ImageError>,
}

impl Strip {
    fn add(&mut self, index: u32, step: u32, frame: Frame) {
        self.waiting.insert(index, frame);
        while let Some(frame) = self.waiting.remove(&self.next) {
            self.next += step;
            if let Ok(gif) = &mut self.gif
                && let Err(error) = gif.push(&colour::to_rgb(&frame))
            {
                self.gif = Err(error);
            }
        }
    }
}

/// A picture's file, once it was made.
type Made = Mutex<Option<Result<Vec<u8>, ImageError>>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A film as it is delivered.
pub(super) struct Finished<'a> {
    film: &'a Film,
    mark: Option<Mark>,
    /// Every so many frames one is kept, small.
    step: u32,
    size: (usize, usize),
    strip: Mutex<Strip>,
    looks: Option<&'a Looks>,
    /// The frames that become pictures of their own.
    poster_at: u32,
    last_at: u32,
    poster: Made,
    last_frame: Made,
    /// Whether it makes its own sound.
    sounds: bool,
}

impl<'a> Finished<'a> {
    /// A film of so many frames, with a mark on it if asked for.
    pub(super) fn new(film: &'a Film, size: (usize, usize), frames: u32, marked: bool) -> Self {
        let even = |side: usize| (side / 2 * 2).max(2);
        let longer = size.0.max(size.1).max(1);
        let small = |side: usize| even(side * THUMBNAIL_SIDE / longer);
        let step = frames.div_ceil(THUMBNAIL_FRAMES).max(1);
        let gif = GifWriter::new(step * 1000 / FRAME_RATE);
        Self {
            film,
            mark: marked.then(|| Mark::new(size)),
            step,
            size: (small(size.0), small(size.1)),
            strip: Mutex::new(Strip { next: 0, waiting: BTreeMap::new(), gif }),
            looks: None,
            // The poster shows the clip a third of the way in, when the opening has settled.
            poster_at: frames / 3,
            last_at: frames.saturating_sub(1),
            poster: Mutex::new(None),
            last_frame: Mutex::new(None),
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

    /// The pictures' files; none where a frame that they need was not drawn.
    pub(super) fn pictures(self) -> Option<Result<Pictures, ImageError>> {
        let take = |made: Made| made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (poster, last_frame) = (take(self.poster)?, take(self.last_frame)?);
        let strip = self.strip.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all = || {
            let thumbnail = strip.gif?.finish()?;
            Ok(Pictures { poster: poster?, last_frame: last_frame?, thumbnail })
        };
        Some(all())
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
            lock(&self.strip).add(index, self.step, small);
        }
        if index == self.poster_at {
            let jpeg = encode_jpeg(&colour::to_rgb(out), POSTER_QUALITY);
            *lock(&self.poster) = Some(jpeg);
        }
        if index == self.last_at {
            let png = encode_png(&colour::to_rgb(out));
            *lock(&self.last_frame) = Some(png);
        }
    }

    fn sound(&self) -> Option<Sound> {
        self.sounds.then(|| self.film.soundtrack())
    }
}
