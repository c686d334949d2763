//! What a child can be asked, and what it may answer.

use crate::confine::Layers;
use crate::footage::FootageSpec;
use serde::{Deserialize, Serialize};

/// One question about one file.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum Task {
    /// What is it, and can it be decoded?
    Look(Bounds),
    /// A picture's pixels, or those of one of a video's frames.
    Picture {
        /// Which frame of a video, from 0.
        frame: u32,
        /// Most pixels.
        pixels_max: usize,
    },
    /// The samples of a sound, or of a video's sound track.
    Sound {
        /// Seconds after which reading ends.
        seconds_max: u32,
    },
    /// The frames of a video, at a size and rate.
    Footage(FootageSpec),
}

/// How far a first look goes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// Most pixels of a picture or of a video's frames.
    pub pixels_max: usize,
    /// Most bytes of a picture's file.
    pub bytes_max: usize,
    /// Whether to decode the beginning of a video or a sound; a picture is always decoded.
    pub decode: bool,
}

/// What is known about a file once its beginning was decoded.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Seen {
    /// Columns as shown; zero without pictures.
    pub width: usize,
    /// Rows as shown; zero without pictures.
    pub height: usize,
    /// Length; zero for a still picture.
    pub duration_ms: u64,
    /// Frames of a video, else zero.
    pub frames: u32,
    /// Mean rate of a video, else zero.
    pub frames_per_second: f64,
    /// Whether there is sound.
    pub has_audio: bool,
    /// Whether a video plays while it is still being loaded.
    pub faststart: bool,
}

/// The head of an answer; what it describes follows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) enum Reply {
    Seen(Seen),
    /// `width * height * 3` bytes follow.
    Picture {
        width: usize,
        height: usize,
    },
    /// So many pairs of 32-bit floats follow.
    Sound {
        samples: usize,
    },
    /// Frames of the size asked for follow, until the end.
    Footage,
    /// The file cannot be used; the decoder's words.
    Refused(String),
}

/// A reply and how its author was confined.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Head {
    pub(crate) layers: Layers,
    pub(crate) reply: Reply,
}
