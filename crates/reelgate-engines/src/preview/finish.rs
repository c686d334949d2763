//! What is laid over a film on its way into the file.

use super::Film;
use super::glimpse::Looks;
use super::mark::Mark;
use super::pictures::Album;
use reelgate_codec::{Frame, Picture, Sound};

/// A film as it is delivered.
pub(super) struct Finished<'a> {
    film: &'a Film,
    mark: Option<Mark>,
    looks: Option<&'a Looks>,
    album: Option<Album>,
    /// Whether it makes its own sound.
    sounds: bool,
}

impl<'a> Finished<'a> {
    /// A film, with a mark on frames of this size if asked for.
    pub(super) fn new(film: &'a Film, size: (usize, usize), marked: bool) -> Self {
        let mark = marked.then(|| Mark::new(size));
        Self { film, mark, looks: None, album: None, sounds: false }
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

impl Picture for Finished<'_> {
    fn draw(&self, index: u32, out: &mut Frame) {
        self.film.draw(index, out);
        if let Some(mark) = &self.mark {
            mark.paint(out);
        }
        if let Some(looks) = self.looks {
            looks.show(index, out);
        }
        if let Some(album) = &self.album {
            album.take(index, out);
        }
    }

    fn sound(&self) -> Option<Sound> {
        self.sounds.then(|| self.film.soundtrack())
    }
}
