//! References from files to pixels and samples, decoded by the sandbox.

use super::brief::{Still, StillRole};
use super::sound::beats;
use super::still::Reel;
use reelgate_codec::{FRAME_RATE, SAMPLE_RATE_HZ, Sound};
use reelgate_core::{EngineError, FailureClass, MediaKind, Role, Work};
use reelgate_sandbox::{DecodeError, Decoder, FootageSpec, Media};

/// Most pixels of a reference; the server's own setting is stricter by default.
const PIXELS_MAX: usize = 64_000_000;
/// Most seconds of a sound: more than the longest clip.
const SOUND_S_MAX: u32 = 120;

/// What came with an order, ready to be used.
pub(super) struct Loaded {
    /// Pictures to draw from: images as they are, videos by their first frame.
    pub(super) stills: Vec<Still>,
    /// The first sound that came with the order becomes the track.
    pub(super) sound: Option<Sound>,
    /// Frames on which its beats fall.
    pub(super) beats: Vec<u32>,
}

impl Loaded {
    /// Decodes an order's references.
    pub(super) async fn read(decoder: &Decoder, work: &Work) -> Result<Self, EngineError> {
        let mut loaded = Self { stills: Vec::new(), sound: None, beats: Vec::new() };
        for (index, input) in work.inputs.iter().enumerate() {
            let media = Media::File(&input.path);
            if input.kind == MediaKind::Audio {
                if loaded.sound.is_none() && work.order.audio {
                    let sound = decoder.sound(media, SOUND_S_MAX).await;
                    let sound = fitted(sound.map_err(unusable)?, work.order.duration_s);
                    loaded.beats = beats(&sound);
                    loaded.sound = Some(sound);
                }
                continue;
            }
            let picture = decoder.picture(media, PIXELS_MAX).await.map_err(unusable)?;
            let role = match input.role {
                Role::FirstFrame => StillRole::FirstFrame,
                Role::LastFrame => StillRole::LastFrame,
                Role::Reference => StillRole::Reference,
            };
            let reel = match input.kind {
                MediaKind::Video if !work.order.is_still() => {
                    let into = work.scratch.join(format!("footage-{index}"));
                    let footage = decoder.footage(media, spec_of(work), &into).await;
                    Some(Reel::new(footage.map_err(unusable)?))
                }
                _ => None,
            };
            loaded.stills.push(Still { picture, role, reel });
        }
        Ok(loaded)
    }
}

/// Frames of the clip's size, as many as a clip has; the largest are scaled down by the codec.
fn spec_of(work: &Work) -> FootageSpec {
    FootageSpec {
        width: work.size.width as usize,
        height: work.size.height as usize,
        frames_max: work.order.duration_s.saturating_mul(FRAME_RATE).max(1),
        pixels_max: PIXELS_MAX,
    }
}

/// A sound as long as the clip: what is too much fades away, what is missing is silence.
fn fitted(mut sound: Sound, seconds: u32) -> Sound {
    let length = seconds as usize * SAMPLE_RATE_HZ as usize;
    let fade = (SAMPLE_RATE_HZ as usize * 2 / 5).min(length);
    for channel in [&mut sound.left, &mut sound.right] {
        if channel.len() > length {
            channel.truncate(length);
            for (index, sample) in channel[length - fade..].iter_mut().enumerate() {
                *sample *= 1.0 - index as f32 / fade as f32;
            }
        }
        channel.resize(length, 0.0);
    }
    sound
}

fn unusable(error: DecodeError) -> EngineError {
    match error {
        DecodeError::Refused(_) | DecodeError::Broke => {
            let message = format!("a reference cannot be used: {error}");
            EngineError::fatal(FailureClass::Input, message)
        }
        DecodeError::Unavailable(_) => {
            let message = "a reference could not be read here";
            EngineError::passing(FailureClass::Internal, message)
        }
    }
}
