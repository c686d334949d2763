//! Clips: a picture and a sound become an MP4.
//!
//! The clip is cut into closed groups of [`gop_frames`](crate::mp4::gop_frames) frames; each is
//! drawn and encoded by one worker with a fresh encoder, and finished groups are written in order.
//! Which worker did what cannot be seen in the file.

mod workers;

use std::io::{self, Seek, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use crate::aac::{self, AacError};
use crate::h264::{self, EncodeError};
use crate::mp4::{FRAMES_MAX, Head, TAG_BYTES_MAX, Writer};
use crate::{FRAME_RATE, Picture, SAMPLE_RATE_HZ, Sound};

/// The quantiser of [`ClipSpec::new`]: about 40 dB on photographs, 1.2 Mb/s at 720p.
pub const QP_DEFAULT: u8 = 26;

/// Most worker threads of one clip.
pub const THREADS_MAX: usize = 64;

/// What to write.
#[derive(Clone, Debug)]
pub struct ClipSpec {
    /// Columns, even.
    pub width: usize,
    /// Rows, even.
    pub height: usize,
    /// Pictures, 24 a second, 1 to [`FRAMES_MAX`].
    pub frames: u32,
    /// Quantiser, see [`h264::QP_RANGE`]; lower is better and larger.
    pub qp: u8,
    /// Worker threads, capped at [`THREADS_MAX`]; the file is the same for any number.
    pub threads: NonZeroUsize,
    /// Sound, cut or padded with silence to the pictures' length; without one, the picture's own.
    pub sound: Option<Sound>,
    /// Keys and values to store; `title`, `comment` and `encoder` are shown by players.
    pub tags: Vec<(String, String)>,
}

impl ClipSpec {
    /// A silent clip at the default quality that uses every core.
    #[must_use]
    pub fn new(width: usize, height: usize, frames: u32) -> Self {
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { width, height, frames, qp: QP_DEFAULT, threads, sound: None, tags: Vec::new() }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipFacts {
    /// Size of the file.
    pub bytes: u64,
    /// Pictures in it.
    pub frames: u32,
    /// Length of pictures and sound, rounded to the nearest millisecond.
    pub duration_ms: u64,
}

/// Why a clip was not written; the output then holds an unusable beginning.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// The progress callback asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The number of frames is 0 or above [`FRAMES_MAX`].
    #[error("{0} frames: a clip has 1 to {FRAMES_MAX}")]
    Frames(u32),
    /// The tags are larger than [`TAG_BYTES_MAX`].
    #[error("tags have {0} bytes, at most {TAG_BYTES_MAX} are kept")]
    Tags(usize),
    /// The pictures could not be encoded.
    #[error(transparent)]
    Video(#[from] EncodeError),
    /// The sound could not be encoded.
    #[error(transparent)]
    Sound(#[from] AacError),
    /// The file could not be written.
    #[error("writing the clip: {0}")]
    Write(#[from] io::Error),
}

/// Draws, encodes and writes a clip at the current position of `out`.
///
/// `progress` is called from the workers with the number of frames finished so far, every number
/// once but not always in order; `Break` stops every worker before its next frame. At most two
/// finished groups a thread wait in memory, compressed, for an earlier one.
///
/// # Errors
/// See [`ClipError`].
///
/// # Panics
/// When `picture` panics, or leaves a frame whose planes do not fit its size.
pub fn write_clip<W: Write + Seek>(
    spec: &ClipSpec,
    picture: &dyn Picture,
    out: &mut W,
    progress: &(dyn Fn(u32) -> ControlFlow<()> + Sync),
) -> Result<ClipFacts, ClipError> {
    check(spec)?;
    let samples = spec.frames * (SAMPLE_RATE_HZ / FRAME_RATE);
    let mut writer: Option<Writer<'_, W>> = None;
    let mut out = Some(out);
    let job = workers::Job { spec, picture, progress };
    let sound = || {
        let own = spec.sound.is_none().then(|| picture.sound()).flatten();
        let sound = spec.sound.as_ref().or(own.as_ref());
        Ok(sound.map(|sound| aac::encode(sound, samples)).transpose()?)
    };
    workers::run(&job, sound, |sound, group| {
        let writer = match &mut writer {
            Some(writer) => {
                assert_eq!(writer.head().sets, group.sets, "groups share their parameter sets");
                writer
            }
            none => {
                let head = Head {
                    width: spec.width,
                    height: spec.height,
                    frames: spec.frames,
                    sets: group.sets,
                    sound: sound.take(),
                    tags: spec.tags.clone(),
                };
                let out = out.take().expect("the file is started once");
                none.insert(Writer::start(out, head)?)
            }
        };
        group.samples.iter().try_for_each(|sample| writer.push(sample))?;
        Ok(())
    })?;
    let bytes = writer.expect("a clip has at least one group").finish()?;
    let duration_ms = (u64::from(spec.frames) * 2000 / u64::from(FRAME_RATE)).div_ceil(2);
    Ok(ClipFacts { bytes, frames: spec.frames, duration_ms })
}

fn check(spec: &ClipSpec) -> Result<(), ClipError> {
    if spec.frames == 0 || spec.frames > FRAMES_MAX {
        return Err(ClipError::Frames(spec.frames));
    }
    h264::check_size(spec.width, spec.height)?;
    if !h264::QP_RANGE.contains(&spec.qp) {
        return Err(EncodeError::Qp(spec.qp).into());
    }
    let tag_bytes = spec.tags.iter().map(|(key, value)| key.len() + value.len()).sum();
    if tag_bytes > TAG_BYTES_MAX { Err(ClipError::Tags(tag_bytes)) } else { Ok(()) }
}
