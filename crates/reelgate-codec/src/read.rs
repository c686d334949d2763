//! Reading media that users hand in: pictures of a video, samples of a sound.
//!
//! The bytes are untrusted. Sizes are checked before anything is decoded, every list is bounded,
//! and a panic inside a decoder becomes an error.

mod audio;
mod resample;
mod tint;
mod video;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use self::audio::sound_facts;
pub use self::audio::{AudioLimits, decode_audio};
pub use self::video::{TimedFrame, VideoLimits, VideoReader, decode_video, read_frame};
use crate::demux::DemuxError;

/// Why a video or a sound could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The file has no track of the kind asked for, or none that could be understood.
    #[error("the file has no readable {0} track")]
    NoTrack(&'static str),
    /// The track is of a kind that is not decoded here.
    #[error("{0} is not supported: use H.264 video in MP4 or MOV, and AAC, MP3 or WAV sound")]
    Unsupported(String),
    /// The pictures are larger than allowed.
    #[error("pictures of {width}x{height} are outside the limits")]
    Size {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The frame asked for does not exist.
    #[error("the video has no frame {0}")]
    NoFrame(u32),
    /// The track contradicts itself or is cut off; what was wrong.
    #[error("the track cannot be decoded: {0}")]
    Malformed(String),
    /// The index could not be read.
    #[error(transparent)]
    Index(#[from] DemuxError),
}

/// Runs a third-party decoder and turns its panic into an error.
///
/// The decoder must not be used again after a failure: its state may be half changed.
fn guarded<T>(decode: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ReadError::Malformed("the decoder gave up".to_owned())))
}
