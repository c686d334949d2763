//! What a media file holds, from its index alone: nothing is decoded.

use shiguredo_mp4::boxes::SampleEntry;
use shiguredo_mp4::{BaseBox, TrackKind};

use crate::demux::{DemuxError, Movie, Track};
use crate::read::sound_facts;
use crate::sniff::{MediaKind, MediaType, sniff};

/// What was found in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The container, by its first bytes.
    pub container: MediaType,
    /// Length of the whole.
    pub duration_ms: u64,
    /// The first video track.
    pub video: Option<VideoFacts>,
    /// The first audio track.
    pub audio: Option<AudioFacts>,
    /// Whether playback can start before the file is complete.
    pub faststart: bool,
}

/// What is known about a video track.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoFacts {
    /// `h264`, `hevc`, `vp9`, `av1`, `vp8`, or the four letters found.
    pub codec: String,
    /// Columns as stored, before rotation.
    pub width: u32,
    /// Rows as stored, before rotation.
    pub height: u32,
    /// Quarter turns clockwise to show the pictures upright, 0 to 3.
    pub quarter_turns: u8,
    /// Pictures in the track.
    pub frame_count: u32,
    /// Mean rate over the track, 0 when it has no length.
    pub frames_per_second: f64,
    /// Length that is shown.
    pub duration_ms: u64,
}

/// What is known about an audio track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioFacts {
    /// `aac`, `mp3`, `opus`, `flac`, `pcm`, or the four letters found.
    pub codec: String,
    /// Channels.
    pub channels: u16,
    /// Samples a second.
    pub rate_hz: u32,
    /// Length that is heard.
    pub duration_ms: u64,
}

/// Why a file could not be probed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The bytes are no media file this crate knows, or a picture.
    #[error("not a video or sound file of a known kind")]
    Unknown,
    /// The samples are described by fragments spread over the file.
    #[error("fragmented MP4 is not supported: store it as one piece (faststart)")]
    Fragmented,
    /// The file has neither video nor audio that could be read.
    #[error("the file has no readable video or audio track")]
    NoTracks,
    /// The index could not be read.
    #[error(transparent)]
    Index(#[from] DemuxError),
}

/// Looks into a whole video file, or one cut off behind its index.
///
/// # Errors
/// See [`ProbeError`]; never panics, whatever the bytes are.
pub fn probe(file: &[u8]) -> Result<Probe, ProbeError> {
    let container = sniff(file).ok_or(ProbeError::Unknown)?;
    match (container, container.kind()) {
        (_, MediaKind::Video) | (MediaType::M4a, _) => probe_movie(container, file),
        (_, MediaKind::Audio) => {
            let audio = sound_facts(file).map_err(|_| ProbeError::NoTracks)?;
            let duration_ms = audio.duration_ms;
            Ok(Probe { container, duration_ms, video: None, audio: Some(audio), faststart: true })
        }
        (_, MediaKind::Image) => Err(ProbeError::Unknown),
    }
}

fn probe_movie(container: MediaType, file: &[u8]) -> Result<Probe, ProbeError> {
    let movie = Movie::read(file)?;
    if movie.fragmented {
        return Err(ProbeError::Fragmented);
    }
    let video = movie.first(TrackKind::Video).and_then(video_facts);
    let audio = movie.first(TrackKind::Audio).and_then(audio_facts);
    if video.is_none() && audio.is_none() {
        return Err(ProbeError::NoTracks);
    }
    let (duration_ms, faststart) = (movie.duration_ms, movie.faststart);
    Ok(Probe { container, duration_ms, video, audio, faststart })
}

fn video_facts(track: &Track) -> Option<VideoFacts> {
    let entry = track.sample_entry()?;
    let (width, height) = entry.video_resolution()?;
    let codec = match entry {
        SampleEntry::Avc1(_) => "h264".to_owned(),
        SampleEntry::Hev1(_) | SampleEntry::Hvc1(_) => "hevc".to_owned(),
        SampleEntry::Vp08(_) => "vp8".to_owned(),
        SampleEntry::Vp09(_) => "vp9".to_owned(),
        SampleEntry::Av01(_) => "av1".to_owned(),
        other => letters(other.box_type().as_bytes()),
    };
    Some(VideoFacts {
        codec,
        width: width.into(),
        height: height.into(),
        quarter_turns: track.quarter_turns,
        frame_count: track.sample_count(),
        frames_per_second: track.frames_per_second(),
        duration_ms: track.duration_ms,
    })
}

fn audio_facts(track: &Track) -> Option<AudioFacts> {
    const MPEG1_AUDIO: u8 = 0x6b;
    const MPEG2_AUDIO: u8 = 0x69;
    let sound = track.sound?;
    let object = match track.sample_entry() {
        Some(SampleEntry::Mp4a(b)) => b.esds_box.es.dec_config_descr.object_type_indication,
        _ => 0,
    };
    let codec = match &sound.kind {
        b"mp4a" if matches!(object, MPEG1_AUDIO | MPEG2_AUDIO) => "mp3".to_owned(),
        b"mp4a" => "aac".to_owned(),
        b".mp3" => "mp3".to_owned(),
        b"sowt" | b"twos" | b"lpcm" | b"in24" | b"fl32" => "pcm".to_owned(),
        other => letters(other),
    };
    Some(AudioFacts {
        codec,
        channels: sound.channels,
        rate_hz: sound.rate_hz,
        duration_ms: track.duration_ms,
    })
}

fn letters(kind: &[u8]) -> String {
    String::from_utf8_lossy(kind).trim().to_lowercase()
}
