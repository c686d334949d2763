//! The child's side: one file in, one answer out, and never an error on the screen.

use crate::confine::{Layers, confine};
use crate::footage;
use crate::task::{Bounds, Head, Reply, Seen, Task};
use crate::wire::{head_bytes, read_head};
use reelgate_codec::{
    AudioLimits, ImageLimits, MediaKind, Rgb, VideoLimits, colour, decode_audio, decode_image,
    probe, read_frame, sniff, stowaway,
};
use std::io::{Read, Write};
use std::process::ExitCode;

/// The name of the command that must end in [`serve`].
pub const COMMAND: &str = "decode-one-file";

/// What a child says once it is confined and before it reads anything: programs of two versions do
/// not understand each other.
pub const GREETING: &str = concat!("reelgate-decoder ", env!("CARGO_PKG_VERSION"), "\n");

/// Answers one question from standard input on standard output.
///
/// Must be called before the process has a second thread: it confines only the calling one.
#[must_use]
pub fn serve() -> ExitCode {
    let layers = confine();
    // What a decoder has to say when it breaks off is nobody's business.
    std::panic::set_hook(Box::new(|_| ()));
    let (mut stdin, mut stdout) = (std::io::stdin().lock(), std::io::stdout().lock());
    let greeted = stdout.write_all(GREETING.as_bytes()).and_then(|()| stdout.flush());
    match greeted.and_then(|()| answer(layers, &mut stdin, &mut stdout)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Reads a question and its file, and writes the answer.
pub(crate) fn answer(
    layers: Layers,
    from: &mut impl Read,
    to: &mut impl Write,
) -> std::io::Result<()> {
    let task: Task = read_head(from)?;
    let mut file = Vec::new();
    from.read_to_end(&mut file)?;
    let say = |reply: Reply, to: &mut dyn Write, payload: &[u8]| {
        to.write_all(&head_bytes(&Head { layers, reply })?)?;
        to.write_all(payload)
    };
    let refused = |why: String| Reply::Refused(why.chars().take(500).collect());
    match task {
        Task::Look(bounds) => say(look(&file, bounds).map_or_else(refused, Reply::Seen), to, &[]),
        Task::Picture { frame, pixels_max } => match picture(&file, frame, pixels_max) {
            Ok(Rgb { width, height, data }) => say(Reply::Picture { width, height }, to, &data),
            Err(why) => say(refused(why), to, &[]),
        },
        Task::Sound { seconds_max } => match decode_audio(&file, AudioLimits { seconds_max }) {
            Ok(sound) => {
                let pairs = sound.left.iter().zip(&sound.right);
                let bytes: Vec<u8> =
                    pairs.flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()].concat()).collect();
                say(Reply::Sound { samples: sound.left.len() }, to, &bytes)
            }
            Err(error) => say(refused(error.to_string()), to, &[]),
        },
        Task::Footage(spec) => match footage::Frames::open(&file, spec) {
            Ok(frames) => {
                say(Reply::Footage, to, &[])?;
                frames.write(to)
            }
            Err(why) => say(refused(why), to, &[]),
        },
    }?;
    to.flush()
}

fn image_limits(bytes_max: usize, pixels_max: usize) -> ImageLimits {
    let own = ImageLimits::default();
    ImageLimits { bytes_max, pixels_max: pixels_max.min(own.pixels_max), ..own }
}

fn video_limits(pixels_max: usize) -> VideoLimits {
    let own = VideoLimits::default();
    VideoLimits { pixels_max: pixels_max.min(own.pixels_max), ..own }
}

fn kind(file: &[u8]) -> Result<MediaKind, String> {
    sniff(file).map(|found| found.kind()).ok_or_else(|| "it is of no known kind".to_owned())
}

/// Reads an index, decodes a picture, and if asked for the beginning of a video or a sound, so that
/// what cannot be used is known before it was paid for.
fn look(file: &[u8], bounds: Bounds) -> Result<Seen, String> {
    let Bounds { pixels_max, bytes_max, decode } = bounds;
    let kind = kind(file)?;
    if let Some(other) = stowaway(file) {
        return Err(format!("it is also {}: a file must be one thing", other.name()));
    }
    if kind == MediaKind::Image {
        let picture = decode_image(file, image_limits(bytes_max, pixels_max));
        let Rgb { width, height, .. } = picture.map_err(|error| error.to_string())?;
        return Ok(Seen { width, height, ..Seen::default() });
    }
    let mut size = None;
    if decode && kind == MediaKind::Audio {
        decode_audio(file, AudioLimits { seconds_max: 1 }).map_err(|error| error.to_string())?;
    } else if decode {
        let frame = read_frame(file, 0, video_limits(pixels_max));
        size = Some(frame.map(|f| (f.width, f.height)).map_err(|error| error.to_string())?);
    }
    let found = probe(file).map_err(|error| error.to_string())?;
    let video = found.video.as_ref();
    let stored = video.map_or((0, 0), |video| match video.quarter_turns % 2 {
        0 => (video.width as usize, video.height as usize),
        _ => (video.height as usize, video.width as usize),
    });
    let (width, height) = size.unwrap_or(stored);
    Ok(Seen {
        width,
        height,
        duration_ms: found.duration_ms,
        frames: video.map_or(0, |video| video.frame_count),
        frames_per_second: video.map_or(0.0, |video| video.frames_per_second),
        has_audio: found.audio.is_some(),
        faststart: found.faststart,
    })
}

fn picture(file: &[u8], frame: u32, pixels_max: usize) -> Result<Rgb, String> {
    match kind(file)? {
        MediaKind::Image => {
            let limits = image_limits(usize::MAX, pixels_max);
            decode_image(file, limits).map_err(|error| error.to_string())
        }
        MediaKind::Video => {
            let frame = read_frame(file, frame, video_limits(pixels_max));
            frame.map(|frame| colour::to_rgb(&frame)).map_err(|error| error.to_string())
        }
        MediaKind::Audio => Err("it is sound and has no pictures".to_owned()),
    }
}
