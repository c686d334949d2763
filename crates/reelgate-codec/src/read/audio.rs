//! Sound out of MP3, WAV and MP4 files, as 48 kHz stereo.

use std::io::Cursor;

use shiguredo_mp4::TrackKind;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::resample::Resampler;
use super::{ReadError, guarded};
use crate::demux::Movie;
use crate::probe::AudioFacts;
use crate::sniff::{MediaType, sniff};
use crate::{SAMPLE_RATE_HZ, Sound};

/// Sample rates that are read.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=192_000;

/// Broken packets in a row after which a file is given up.
const BROKEN_MAX: u32 = 16;

/// How much of a sound is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioLimits {
    /// Seconds after which reading ends.
    pub seconds_max: u32,
}

impl Default for AudioLimits {
    /// Ten minutes.
    fn default() -> Self {
        Self { seconds_max: 600 }
    }
}

/// Decodes the first sound track of a whole MP3, WAV, M4A, MP4 or MOV file.
///
/// Mono is heard on both sides; of surround sound, front, centre and side channels are mixed down.
///
/// # Errors
/// See [`ReadError`]; single broken packets are skipped.
pub fn decode_audio(file: &[u8], limits: AudioLimits) -> Result<Sound, ReadError> {
    let pcm = guarded(|| decode(file, limits))?;
    let (mut left, mut right) = (pcm.left, pcm.right);
    if pcm.rate_hz != SAMPLE_RATE_HZ {
        let resampler = Resampler::new(pcm.rate_hz);
        (left, right) = (resampler.run(&left), resampler.run(&right));
    }
    let clean = |x: &mut f32| *x = if x.is_finite() { x.clamp(-1.0, 1.0) } else { 0.0 };
    left.iter_mut().for_each(clean);
    right.iter_mut().for_each(clean);
    Ok(Sound { left, right })
}

/// What a sound file holds, from its packets' headers; nothing is decoded.
pub(crate) fn sound_facts(file: &[u8]) -> Result<AudioFacts, ReadError> {
    guarded(|| {
        let mut format = open(file)?;
        let track = format.default_track(TrackType::Audio).ok_or(ReadError::NoTrack("audio"))?;
        let parameters = track.codec_params.as_ref().and_then(|p| p.audio());
        let parameters = parameters.ok_or(ReadError::NoTrack("audio"))?;
        let rate_hz = parameters.sample_rate.filter(|rate| RATES_HZ.contains(rate));
        let rate_hz = rate_hz.ok_or(ReadError::NoTrack("audio"))?;
        let channels = parameters.channels.as_ref().map_or(0, |channels| channels.count());
        let (id, time_base, playable) = (track.id, track.time_base, track.num_frames);
        let mut ticks: u64 = 0;
        while let Ok(Some(packet)) = format.next_packet() {
            if packet.track_id == id {
                ticks = ticks.saturating_add(packet.dur.get());
            }
        }
        let per_tick = time_base.map_or(1.0 / f64::from(rate_hz), |base| {
            f64::from(base.numer.get()) / f64::from(base.denom.get())
        });
        // Without the encoder's delay and padding, where the file knows them.
        let playable_ms = playable.map_or(f64::MAX, |n| n as f64 * 1000.0 / f64::from(rate_hz));
        let duration_ms = (ticks as f64 * per_tick * 1000.0).min(playable_ms);
        let codec = if sniff(file) == Some(MediaType::Wav) { "pcm" } else { "mp3" };
        Ok(AudioFacts {
            codec: codec.to_owned(),
            channels: u16::try_from(channels).unwrap_or(u16::MAX),
            rate_hz,
            duration_ms: (duration_ms + 0.5) as u64,
        })
    })
}

/// A decoded sound at its own rate.
struct Pcm {
    left: Vec<f32>,
    right: Vec<f32>,
    rate_hz: u32,
}

fn decode(file: &[u8], limits: AudioLimits) -> Result<Pcm, ReadError> {
    let mut format = open(file)?;
    let track = format.default_track(TrackType::Audio).ok_or(ReadError::NoTrack("audio"))?;
    let parameters = track.codec_params.as_ref().and_then(|p| p.audio());
    let parameters = parameters.ok_or(ReadError::NoTrack("audio"))?;
    let id = track.id;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|error| ReadError::Unsupported(error.to_string()))?;
    let mut pcm = Pcm { left: Vec::new(), right: Vec::new(), rate_hz: 0 };
    let mut planes: Vec<Vec<f32>> = Vec::new();
    let mut broken = 0;
    while let Ok(Some(packet)) = format.next_packet() {
        if packet.track_id != id {
            continue;
        }
        let buffer = match decoder.decode(&packet) {
            Ok(buffer) => buffer,
            Err(SymphoniaError::DecodeError(_) | SymphoniaError::IoError(_))
                if broken < BROKEN_MAX =>
            {
                broken += 1;
                continue;
            }
            Err(error) => return Err(ReadError::Malformed(error.to_string())),
        };
        broken = 0;
        let rate_hz = buffer.spec().rate();
        if !RATES_HZ.contains(&rate_hz) || (pcm.rate_hz != 0 && pcm.rate_hz != rate_hz) {
            return Err(ReadError::Unsupported(format!("a sample rate of {rate_hz} Hz")));
        }
        pcm.rate_hz = rate_hz;
        buffer.copy_to_vecs_planar(&mut planes);
        mix_down(&planes, &mut pcm);
        if pcm.left.len() >= limits.seconds_max as usize * rate_hz as usize {
            break;
        }
    }
    if pcm.left.is_empty() {
        return Err(ReadError::Malformed("it holds no sound".to_owned()));
    }
    let (skip, heard) = edited(file, pcm.rate_hz);
    let keep = heard.min(limits.seconds_max as usize * pcm.rate_hz as usize);
    for channel in [&mut pcm.left, &mut pcm.right] {
        channel.drain(..skip.min(channel.len()));
        channel.truncate(keep);
    }
    Ok(pcm)
}

fn open(file: &[u8]) -> Result<Box<dyn FormatReader + '_>, ReadError> {
    let kind = sniff(file).ok_or_else(|| ReadError::Unsupported("this file".to_owned()))?;
    let mut hint = Hint::new();
    hint.with_extension(kind.extension());
    let source = Box::new(Cursor::new(file));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|error| ReadError::Malformed(error.to_string()))
}

/// Samples an MP4's edit list skips at the start (the AAC encoder's delay) and how many it keeps.
fn edited(file: &[u8], rate_hz: u32) -> (usize, usize) {
    let is_movie = matches!(
        sniff(file),
        Some(MediaType::Mp4 | MediaType::Mov | MediaType::M4v | MediaType::M4a)
    );
    let movie = is_movie.then(|| Movie::read(file).ok()).flatten();
    let Some(track) = movie.as_ref().and_then(|movie| movie.first(TrackKind::Audio)) else {
        return (0, usize::MAX);
    };
    let samples = |units: u64, per_second: u32| {
        let samples = u128::from(units) * u128::from(rate_hz) / u128::from(per_second);
        usize::try_from(samples).unwrap_or(usize::MAX)
    };
    let heard = match track.duration_ms {
        0 => usize::MAX,
        ms => samples(ms, 1000),
    };
    (samples(track.skip_ticks, track.timescale.get()), heard)
}

fn mix_down(planes: &[Vec<f32>], pcm: &mut Pcm) {
    const CENTRE: f32 = std::f32::consts::FRAC_1_SQRT_2;
    match planes {
        [] => (),
        [mono] => {
            pcm.left.extend_from_slice(mono);
            pcm.right.extend_from_slice(mono);
        }
        [left, right] | [left, right, _] | [left, right, _, _] => {
            pcm.left.extend_from_slice(left);
            pcm.right.extend_from_slice(right);
        }
        [left, right, centre, .., side_left, side_right] => {
            let mix = |front: &[f32], side: &[f32], out: &mut Vec<f32>| {
                let rows = front.iter().zip(centre).zip(side);
                out.extend(rows.map(|((f, c), s)| (f + CENTRE * (c + s)) / (1.0 + 2.0 * CENTRE)));
            };
            mix(left, side_left, &mut pcm.left);
            mix(right, side_right, &mut pcm.right);
        }
    }
}
