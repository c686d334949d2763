//! Reading the index of an MP4 or QuickTime file that somebody else wrote.
//!
//! The walk over the outer boxes and the list of tracks is done here, iteratively and bounded; a
//! track this crate's parser cannot read (timed metadata, odd sound) is skipped, not fatal.

use std::num::NonZeroU32;

use shiguredo_mp4::aux::SampleTableAccessor;
use shiguredo_mp4::boxes::{ElstBox, HdlrBox, MdhdBox, MvhdBox, SampleEntry, StblBox, TkhdBox};
use shiguredo_mp4::{Decode, TrackKind};

/// Most boxes looked at on one level.
const BOXES_MAX: usize = 4096;

/// Largest index read; an hour of video and sound has about 2 MiB.
const MOOV_BYTES_MAX: usize = 16 << 20;

/// Most tracks kept.
const TRACKS_MAX: usize = 16;

/// Why a file's index could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DemuxError {
    /// There is no index, or it is cut off or contradicts itself.
    #[error("not a readable MP4 or QuickTime file: {0}")]
    Malformed(&'static str),
    /// The index is above the bound.
    #[error("the file's index is too large")]
    TooLarge,
}

/// A file's index.
#[derive(Debug)]
pub(crate) struct Movie {
    /// Whether the index lies before the samples.
    pub(crate) faststart: bool,
    /// Whether samples are described by fragments, which are not read.
    pub(crate) fragmented: bool,
    /// Length by the movie's own clock.
    pub(crate) duration_ms: u64,
    pub(crate) tracks: Vec<Track>,
}

/// One video or audio track.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) kind: TrackKind,
    pub(crate) timescale: NonZeroU32,
    /// Length of all samples on the track's clock.
    pub(crate) media_ticks: u64,
    /// Length that is presented, after edits.
    pub(crate) duration_ms: u64,
    /// Ticks of the track's clock that an edit skips at the start.
    pub(crate) skip_ticks: u64,
    /// Quarter turns clockwise to show the pictures upright, 0 to 3.
    pub(crate) quarter_turns: u8,
    /// What a sound track says about itself; `None` for pictures.
    pub(crate) sound: Option<SoundEntry>,
    /// The samples; `None` when the parser does not know their description.
    pub(crate) table: Option<SampleTableAccessor<StblBox>>,
}

/// The fields all descriptions of sound share, also QuickTime's older ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SoundEntry {
    pub(crate) kind: [u8; 4],
    pub(crate) channels: u16,
    pub(crate) rate_hz: u32,
}

impl SoundEntry {
    fn read(stsd: &[u8]) -> Option<Self> {
        // Behind version, flags and count; the entry's own fields start with 8 reserved bytes.
        let (kind, fields) = Walk::new(stsd.get(8..)?).next()?;
        let half = |at: usize| Some(u16::from_be_bytes(*fields.get(at..)?.first_chunk()?));
        Some(Self { kind, channels: half(16)?, rate_hz: half(24)?.into() })
    }
}

impl Movie {
    pub(crate) fn read(file: &[u8]) -> Result<Self, DemuxError> {
        let mut samples_seen = false;
        let moov = Walk::new(file)
            .find_map(|(kind, payload)| {
                samples_seen |= kind == *b"mdat";
                (kind == *b"moov").then_some(payload)
            })
            .ok_or(DemuxError::Malformed("no index"))?;
        if moov.len() > MOOV_BYTES_MAX {
            return Err(DemuxError::TooLarge);
        }
        let header = decode_child::<MvhdBox>(moov, *b"mvhd")
            .ok_or(DemuxError::Malformed("no movie header"))?;
        let tracks: Vec<Track> = Walk::new(moov)
            .filter(|(kind, _)| kind == b"trak")
            .filter_map(|(_, payload)| Track::read(payload, header.timescale))
            .take(TRACKS_MAX)
            .collect();
        let longest_ms = tracks.iter().map(|track| track.duration_ms).max().unwrap_or(0);
        let own_ms = to_ms(header.duration, header.timescale);
        Ok(Self {
            faststart: !samples_seen,
            fragmented: child(moov, *b"mvex").is_some(),
            duration_ms: if own_ms == 0 { longest_ms } else { own_ms },
            tracks,
        })
    }

    pub(crate) fn first(&self, kind: TrackKind) -> Option<&Track> {
        self.tracks.iter().find(|track| track.kind == kind)
    }
}

impl Track {
    fn read(trak: &[u8], movie_timescale: NonZeroU32) -> Option<Self> {
        let media = child(trak, *b"mdia")?;
        let kind = match decode_child::<HdlrBox>(media, *b"hdlr")?.handler_type {
            HdlrBox::HANDLER_TYPE_VIDE => TrackKind::Video,
            HdlrBox::HANDLER_TYPE_SOUN => TrackKind::Audio,
            _ => return None,
        };
        let header = decode_child::<MdhdBox>(media, *b"mdhd")?;
        let (timescale, media_ticks) = (header.timescale, header.duration);
        let quarter_turns =
            decode_child::<TkhdBox>(trak, *b"tkhd").map_or(0, |b| quarter_turns(&b.matrix));
        let edits = child(trak, *b"edts")
            .and_then(|edits| decode_child::<ElstBox>(edits, *b"elst"))
            .map_or_else(Vec::new, |list| list.entries);
        let edited_ticks = edits.iter().map(|e| e.edit_duration).fold(0, u64::saturating_add);
        let duration_ms = match edited_ticks {
            0 => to_ms(media_ticks, timescale),
            ticks => to_ms(ticks, movie_timescale),
        };
        let first = edits.iter().find(|edit| edit.media_time >= 0);
        let skip_ticks = first.map_or(0, |edit| edit.media_time.unsigned_abs());
        let tables = child(child(media, *b"minf")?, *b"stbl")?;
        let sound = (kind == TrackKind::Audio)
            .then(|| SoundEntry::read(child(tables, *b"stsd")?))
            .flatten();
        let table = decode::<StblBox>(*b"stbl", tables)
            .and_then(|tables| SampleTableAccessor::new(tables).ok());
        Some(Self {
            kind,
            timescale,
            media_ticks,
            duration_ms,
            skip_ticks,
            quarter_turns,
            sound,
            table,
        })
    }

    /// The description of the track's samples; files with several in one track are rare.
    pub(crate) fn sample_entry(&self) -> Option<&SampleEntry> {
        self.table.as_ref()?.stbl_box().stsd_box.entries.first()
    }

    pub(crate) fn sample_count(&self) -> u32 {
        self.table.as_ref().map_or(0, SampleTableAccessor::sample_count)
    }

    pub(crate) fn frames_per_second(&self) -> f64 {
        if self.media_ticks == 0 {
            return 0.0;
        }
        let per_tick = f64::from(self.sample_count()) / self.media_ticks as f64;
        per_tick * f64::from(self.timescale.get())
    }
}

/// Rotation of a transformation matrix `a b u, c d v, ...`; mirrored ones count as upright.
fn quarter_turns(matrix: &[i32; 9]) -> u8 {
    match [matrix[0].signum(), matrix[1].signum(), matrix[3].signum(), matrix[4].signum()] {
        [0, 1, -1, 0] => 1,
        [-1, 0, 0, -1] => 2,
        [0, -1, 1, 0] => 3,
        _ => 0,
    }
}

/// Ticks to milliseconds, to the nearest.
pub(crate) fn to_ms(ticks: u64, timescale: NonZeroU32) -> u64 {
    let per_second = u128::from(timescale.get());
    let ms = (u128::from(ticks) * 1000 + per_second / 2) / per_second;
    u64::try_from(ms).unwrap_or(u64::MAX)
}

/// The payload of the first box of a kind.
fn child(parent: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    Walk::new(parent).find(|(found, _)| *found == kind).map(|(_, payload)| payload)
}

fn decode_child<B: Decode>(parent: &[u8], kind: [u8; 4]) -> Option<B> {
    decode(kind, child(parent, kind)?)
}

/// Decodes one box from its payload: the parser wants to see the header too.
fn decode<B: Decode>(kind: [u8; 4], payload: &[u8]) -> Option<B> {
    let size = u32::try_from(payload.len() + 8).ok()?;
    let mut whole = Vec::with_capacity(payload.len() + 8);
    whole.extend_from_slice(&size.to_be_bytes());
    whole.extend_from_slice(&kind);
    whole.extend_from_slice(payload);
    B::decode(&whole).ok().map(|(decoded, _)| decoded)
}

/// The boxes on one level, in order, as kind and payload; ends at the first that does not fit.
struct Walk<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, left: BOXES_MAX }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let short: [u8; 8] = *self.rest.first_chunk()?;
        let [a, b, c, d, kind @ ..] = short;
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, self.rest.len()),
            1 => {
                let long = u64::from_be_bytes(*self.rest.get(8..)?.first_chunk()?);
                (16, usize::try_from(long).ok()?)
            }
            size => (8, size as usize),
        };
        // A cut-off last box ends the walk, except for samples, which nobody reads here.
        let end = if kind == *b"mdat" { size.min(self.rest.len()) } else { size };
        let payload = self.rest.get(header..end)?;
        self.rest = &self.rest[end..];
        Some((kind, payload))
    }
}
