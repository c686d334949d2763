//! What is laid over a film on its way into the file.

use super::Film;
use super::glimpse::Looks;
use super::mark::Mark;
use super::pictures::Album;
use reelgate_codec::{Frame, Picture, Sound};
use std::sync::{Arc, Mutex, PoisonError};

/// A film as it is delivered.
pub(super) struct Finished<'a> {
    film: &'a Film,
    mark: Option<Mark>,
    looks: Option<&'a Looks>,
    album: Option<Album>,
    /// The last frame, if it was drawn ahead of its turn.
    last: Mutex<Option<Arc<Frame>>>,
    /// Whether it makes its own sound.
    sounds: bool,
}

impl<'a> Finished<'a> {
    /// A film, with a mark on frames of this size if asked for.
    pub(super) fn new(film: &'a Film, size: (usize, usize), marked: bool) -> Self {
        let mark = marked.then(|| Mark::new(size));
        Self { film, mark, looks: None, album: None, last: Mutex::new(None), sounds: false }
    }

    /// The same, for somebody who looks at it while it is made.
    pub(super) fn seen_by(self, looks: &'a Looks) -> Self {
        Self { looks: Some(looks), ..self }
    }

    /// The same, with pictures taken of it as it is drawn.
    pub(super) fn taken_for(self, album: Album) -> Self {
        Self { album: Some(album), ..self }
    }

    /// The same, with the film's own sound if it `sounds`.
    pub(super) fn sounding(self, sounds: bool) -> Self {
        Self { sounds, ..self }
    }
}

impl Finished<'_> {
    fn drawn(&self, index: u32, out: &mut Frame) {
        self.film.draw(index, out);
        if let Some(mark) = &self.mark {
            mark.paint(out);
        }
    }
}

impl Picture for Finished<'_> {
    fn draw(&self, index: u32, out: &mut Frame) {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_last = self.album.as_ref().is_some_and(|album| album.last_at == index);
        // Nobody draws while the lock is held: the other threads would wait.
        let ready = last().take_if(|_| is_last);
        match ready {
            Some(frame) => out.clone_from(&frame),
            None => self.drawn(index, out),
        }
        if let Some(looks) = self.looks {
            looks.show(index, out);
        }
        if let Some(album) = &self.album {
            album.take(index, out);
            if album.ahead_at == Some(index) {
                // Its file takes longest: made now, nobody waits for it at the end.
                let mut frame = Frame::black(out.width, out.height);
                self.drawn(album.last_at, &mut frame);
                let frame = Arc::new(frame);
                album.take_last(Arc::clone(&frame));
                *last() = Some(frame);
            }
        }
    }

    fn sound(&self) -> Option<Sound> {
        self.sounds.then(|| self.film.soundtrack())
    }
}
