//! A video's frames, at the rate and size they will be shown at.

use reelgate_codec::{
    FRAME_RATE, Frame, TimedFrame, VideoLimits, VideoReader, cover_frame, decode_video,
};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt as _;

/// Which frames to make of a video.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct FootageSpec {
    /// Columns, even.
    pub width: usize,
    /// Rows, even.
    pub height: usize,
    /// Most frames, [`FRAME_RATE`] a second.
    pub frames_max: u32,
    /// Most pixels of the video's own frames.
    pub pixels_max: usize,
}

impl FootageSpec {
    /// Bytes of one frame.
    pub(crate) fn frame_bytes(self) -> usize {
        self.width * self.height * 3 / 2
    }

    fn is_sound(self) -> bool {
        let even = |side: usize| side > 0 && side.is_multiple_of(2) && side <= 8192;
        even(self.width) && even(self.height) && self.frames_max > 0
    }
}

/// Frames of a video in a file, to be read in any order and from any thread.
#[derive(Debug)]
pub struct Footage {
    file: File,
    spec: FootageSpec,
    frames: u32,
}

impl Footage {
    pub(crate) fn new(file: File, spec: FootageSpec, frames: u32) -> Self {
        Self { file, spec, frames }
    }

    /// How many frames there are, at least one.
    #[must_use]
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// Columns and rows of every frame.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.spec.width, self.spec.height)
    }

    /// Reads a frame; behind the end, the last one.
    ///
    /// # Errors
    /// When the file cannot be read.
    ///
    /// # Panics
    /// When `out` has another size.
    pub fn read(&self, index: u32, out: &mut Frame) -> std::io::Result<()> {
        assert_eq!((out.width, out.height), self.size(), "a frame of the footage's size");
        let mut at = u64::from(index.min(self.frames - 1)) * self.spec.frame_bytes() as u64;
        for plane in [&mut out.y, &mut out.u, &mut out.v] {
            self.file.read_exact_at(plane, at)?;
            at += plane.len() as u64;
        }
        Ok(())
    }
}

/// The child's side: frames as they are decoded.
pub(crate) struct Frames<'a> {
    reader: VideoReader<'a>,
    first: TimedFrame,
    spec: FootageSpec,
}

impl<'a> Frames<'a> {
    pub(crate) fn open(file: &'a [u8], spec: FootageSpec) -> Result<Self, String> {
        if !spec.is_sound() {
            return Err("no frames of this size are made".to_owned());
        }
        // A source of 60 frames a second has more of them than are shown.
        let own = VideoLimits::default();
        let pixels_max = spec.pixels_max.min(own.pixels_max);
        let mut reader = decode_video(file, VideoLimits { pixels_max, ..own })
            .map_err(|error| error.to_string())?;
        match reader.next() {
            Some(Ok(first)) => Ok(Self { reader, first, spec }),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("the video has no frames".to_owned()),
        }
    }

    /// Writes each moment's frame; a video that breaks off later ends there.
    pub(crate) fn write(self, to: &mut impl Write) -> std::io::Result<()> {
        let Self { reader, first, spec } = self;
        let mut coming = reader.map_while(Result::ok).peekable();
        let mut shown = cover_frame(&first.frame, spec.width, spec.height);
        let mut usual_ms = 1000 / u64::from(FRAME_RATE);
        let mut shown_ms = 0;
        for index in 0..spec.frames_max {
            let now_ms = u64::from(index) * 1000 / u64::from(FRAME_RATE);
            let mut newest = None;
            while let Some(next) = coming.next_if(|next| next.time_ms <= now_ms) {
                usual_ms = next.time_ms.saturating_sub(shown_ms).max(1);
                shown_ms = next.time_ms;
                newest = Some(next.frame);
            }
            if coming.peek().is_none() && now_ms >= shown_ms + usual_ms {
                break;
            }
            if let Some(frame) = newest {
                shown = cover_frame(&frame, spec.width, spec.height);
            }
            for plane in [&shown.y, &shown.u, &shown.v] {
                to.write_all(plane)?;
            }
        }
        Ok(())
    }
}
