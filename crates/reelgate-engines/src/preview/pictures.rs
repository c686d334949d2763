//! The pictures that go with a clip: taken by the threads that draw it, of the frames as they are
//! drawn, and made into files by a thread of their own, so that every drawing thread has as much to
//! do as the others and all end together.

use reelgate_codec::{
    FRAME_RATE, Frame, GifWriter, ImageError, colour, cover_frame, encode_jpeg, encode_png,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

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

/// A frame that becomes a picture.
enum Taken {
    /// One of the thumbnail's, already small.
    Small(u32, Frame),
    Poster(Frame),
    Last(Arc<Frame>),
}

/// Takes the frames that become pictures, while a film is drawn.
pub(super) struct Album {
    /// Every so many frames one is kept, small.
    step: u32,
    small: (usize, usize),
    /// The frames that become pictures of their own.
    poster_at: u32,
    pub(super) last_at: u32,
    /// When the last frame is to be drawn and taken ahead of its turn; short clips do not.
    pub(super) ahead_at: Option<u32>,
    taken: SyncSender<Taken>,
}

impl Album {
    /// Looks at a frame that was drawn.
    pub(super) fn take(&self, index: u32, frame: &Frame) {
        if index.is_multiple_of(self.step) {
            self.keep(Taken::Small(index, cover_frame(frame, self.small.0, self.small.1)));
        }
        if index == self.poster_at {
            self.keep(Taken::Poster(frame.clone()));
        }
        if index == self.last_at && self.ahead_at.is_none() {
            self.take_last(Arc::new(frame.clone()));
        }
    }

    /// Takes the last frame.
    pub(super) fn take_last(&self, frame: Arc<Frame>) {
        self.keep(Taken::Last(frame));
    }

    fn keep(&self, taken: Taken) {
        // There is room for all of them; nobody listens any more only where making them broke off.
        drop(self.taken.send(taken));
    }
}

/// Runs `draw`, which is to draw so many frames of this size for the album, and makes the pictures
/// meanwhile; none where a frame that they need was not drawn.
pub(super) fn beside<T>(
    size: (usize, usize),
    frames: u32,
    draw: impl FnOnce(Album) -> T,
) -> (T, Option<Result<Pictures, ImageError>>) {
    let even = |side: usize| (side / 2 * 2).max(2);
    let longer = size.0.max(size.1).max(1);
    let small = |side: usize| even(side * THUMBNAIL_SIDE / longer);
    let step = frames.div_ceil(THUMBNAIL_FRAMES).max(1);
    let (taken, all) = sync_channel(THUMBNAIL_FRAMES as usize + 2);
    let album = Album {
        step,
        small: (small(size.0), small(size.1)),
        // The poster shows the clip a third of the way in, when the opening has settled.
        poster_at: frames / 3,
        last_at: frames.saturating_sub(1),
        ahead_at: frames.checked_sub(1 + FRAME_RATE),
        taken,
    };
    thread::scope(|scope| {
        let made = scope.spawn(move || make(&all, step));
        let drawn = draw(album);
        let made = made.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (drawn, made)
    })
}

fn make(taken: &Receiver<Taken>, step: u32) -> Option<Result<Pictures, ImageError>> {
    let (mut poster, mut last_frame) = (None, None);
    let gif = GifWriter::new(step * 1000 / FRAME_RATE);
    let mut strip = Strip { next: 0, step, waiting: BTreeMap::new(), gif };
    for taken in taken {
        match taken {
            Taken::Small(index, frame) => strip.add(index, frame),
            Taken::Poster(frame) => {
                let picture = colour::to_rgb(&frame);
                drop(frame);
                poster = Some(encode_jpeg(&picture, POSTER_QUALITY));
            }
            Taken::Last(frame) => {
                let picture = colour::to_rgb(&frame);
                drop(frame);
                last_frame = Some(encode_png(&picture));
            }
        }
    }
    let (poster, last_frame) = (poster?, last_frame?);
    let all = || {
        let thumbnail = strip.gif?.finish()?;
        Ok(Pictures { poster: poster?, last_frame: last_frame?, thumbnail })
    };
    Some(all())
}

/// A small moving picture; frames that come too early wait for those before them.
struct Strip {
    next: u32,
    step: u32,
    waiting: BTreeMap<u32, Frame>,
    gif: Result<GifWriter, ImageError>,
}

impl Strip {
    fn add(&mut self, index: u32, frame: Frame) {
        self.waiting.insert(index, frame);
        while let Some(frame) = self.waiting.remove(&self.next) {
            self.next += self.step;
            if let Ok(gif) = &mut self.gif
                && let Err(error) = gif.push(&colour::to_rgb(&frame))
            {
                self.gif = Err(error);
            }
        }
    }
}
