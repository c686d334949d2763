//! H.264 pictures out of MP4 and QuickTime files, in the order they are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use rusty_h264_common::{YuvFrame, nal::emulation_unprevent};
use rusty_h264_decoder::{Decoder, Sps};
use shiguredo_mp4::TrackKind;
use shiguredo_mp4::aux::SampleAccessor;
use shiguredo_mp4::boxes::{AvccBox, SampleEntry, StblBox};

use super::tint::Tint;
use super::{ReadError, guarded};
use crate::Frame;
use crate::demux::{Movie, Track, to_ms};
use crate::h264::MACROBLOCKS_MAX;

/// Decoded pictures that may wait for an earlier one: the standard allows 16.
const HELD_MAX: usize = 17;

/// How much of a video is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoLimits {
    /// Most pixels of a picture.
    pub pixels_max: usize,
    /// Pictures after which reading ends.
    pub frames_max: u32,
}

impl Default for VideoLimits {
    /// Pictures up to 4096x2304, the first minute at 60 a second.
    fn default() -> Self {
        Self { pixels_max: 4096 * 2304, frames_max: 3600 }
    }
}

/// A decoded picture and when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedFrame {
    /// Since the first picture.
    pub time_ms: u64,
    /// The picture in BT.709, upright: the container's colours and rotation are applied.
    pub frame: Frame,
}

/// The pictures of a video, decoded as they are asked for; after an error there are no more.
pub struct VideoReader<'a> {
    source: Source<'a>,
    /// Samples still to be decoded, by number.
    next: u32,
    samples: u32,
    /// Pictures left to give out.
    frames_left: u32,
    /// Display order of what was not given out yet: presentation tick and sample.
    order: BTreeSet<(i64, u32)>,
    held: BTreeMap<(i64, u32), Frame>,
    first_tick: i64,
}

impl std::fmt::Debug for VideoReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VideoReader").field("next", &self.next).finish_non_exhaustive()
    }
}

/// Starts reading the first video track of a whole file.
///
/// # Errors
/// When there is no H.264 track, or its pictures are larger than allowed.
pub fn decode_video(file: &[u8], limits: VideoLimits) -> Result<VideoReader<'_>, ReadError> {
    let source = Source::open(file, limits)?;
    let all = source.track.sample_count();
    // Pictures shown early may be stored a little later.
    let samples = all.min(limits.frames_max.saturating_add(HELD_MAX as u32));
    let order: BTreeSet<_> = (0..samples).map(|n| (source.presentation_tick(n), n)).collect();
    let first_tick = order.first().map_or(0, |(tick, _)| *tick);
    let frames_left = limits.frames_max;
    Ok(VideoReader {
        source,
        next: 0,
        samples,
        frames_left,
        order,
        held: BTreeMap::new(),
        first_tick,
    })
}

/// Decodes one frame, counted from 0 in stored order, from the nearest sync sample before it.
///
/// In clips written by this crate stored order is display order and at most 48 frames are decoded.
///
/// # Errors
/// As [`decode_video`], or when there is no such frame.
pub fn read_frame(file: &[u8], index: u32, limits: VideoLimits) -> Result<Frame, ReadError> {
    let mut source = Source::open(file, limits)?;
    let sample = source.sample(index).ok_or(ReadError::NoFrame(index))?;
    let start = sample.sync_sample().map_or(0, |sync| sync.index().get() - 1);
    let mut frame = None;
    for number in start..=index {
        frame = source.decode(number)?;
    }
    frame.ok_or(ReadError::NoFrame(index))
}

impl Iterator for VideoReader<'_> {
    type Item = Result<TimedFrame, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.frames_left == 0 {
            return None;
        }
        match self.advance() {
            Ok(Some(frame)) => {
                self.frames_left -= 1;
                Some(Ok(frame))
            }
            Ok(None) => {
                self.frames_left = 0;
                None
            }
            Err(error) => {
                self.frames_left = 0;
                Some(Err(error))
            }
        }
    }
}

impl VideoReader<'_> {
    fn advance(&mut self) -> Result<Option<TimedFrame>, ReadError> {
        loop {
            if let Some(key) = self.order.first().copied()
                && let Some(frame) = self.held.remove(&key)
            {
                self.order.pop_first();
                let ticks = u64::try_from(key.0.saturating_sub(self.first_tick)).unwrap_or(0);
                let time_ms = to_ms(ticks, self.source.track.timescale);
                return Ok(Some(TimedFrame { time_ms, frame }));
            }
            if self.next == self.samples {
                return Ok(None);
            }
            let key = (self.source.presentation_tick(self.next), self.next);
            match self.source.decode(self.next)? {
                Some(frame) => {
                    self.held.insert(key, frame);
                }
                None => {
                    self.order.remove(&key);
                }
            }
            if self.held.len() > HELD_MAX {
                return Err(malformed("pictures are stored too far from where they are shown"));
            }
            self.next += 1;
        }
    }
}

/// A track and the decoder its samples go through, in stored order.
struct Source<'a> {
    file: &'a [u8],
    track: Track,
    tint: Tint,
    decoder: Decoder,
    /// Bytes of the length in front of every NAL unit.
    length_bytes: usize,
    pixels_max: usize,
}

impl<'a> Source<'a> {
    fn open(file: &'a [u8], limits: VideoLimits) -> Result<Self, ReadError> {
        let mut tracks = Movie::read(file)?.tracks.into_iter();
        let track = tracks
            .find(|track| track.kind == TrackKind::Video)
            .ok_or(ReadError::NoTrack("video"))?;
        let (avcc, tint) = match track.sample_entry() {
            Some(SampleEntry::Avc1(entry)) => (entry.avcc_box.clone(), Tint::of(entry)),
            _ => return Err(ReadError::Unsupported("this video codec".to_owned())),
        };
        let length_bytes = usize::from(avcc.length_size_minus_one.get()) + 1;
        let decoder = Decoder::new();
        let pixels_max = limits.pixels_max;
        let mut source = Self { file, track, tint, decoder, length_bytes, pixels_max };
        source.decode_parameter_sets(&avcc)?;
        Ok(source)
    }

    fn decode_parameter_sets(&mut self, avcc: &AvccBox) -> Result<(), ReadError> {
        let mut stream = Vec::new();
        for unit in avcc.sps_list.iter().chain(&avcc.pps_list) {
            append_unit(unit, self.pixels_max, &mut stream)?;
        }
        self.feed(&stream).map(|_| ())
    }

    /// A sample, counted from 0.
    fn sample(&self, number: u32) -> Option<SampleAccessor<'_, StblBox>> {
        self.track.table.as_ref()?.get_sample(NonZeroU32::MIN.saturating_add(number))
    }

    fn presentation_tick(&self, number: u32) -> i64 {
        self.sample(number).map_or(0, |sample| {
            let decoded = i64::try_from(sample.timestamp()).unwrap_or(i64::MAX);
            decoded.saturating_add(sample.composition_time_offset().unwrap_or(0))
        })
    }

    /// Decodes a sample; `None` when it holds no picture.
    fn decode(&mut self, number: u32) -> Result<Option<Frame>, ReadError> {
        let sample = self.sample(number).ok_or(ReadError::NoFrame(number))?;
        let start = usize::try_from(sample.data_offset()).ok();
        let end = start.and_then(|start| start.checked_add(sample.data_size() as usize));
        let mut rest = start
            .zip(end)
            .and_then(|(start, end)| self.file.get(start..end))
            .ok_or_else(|| malformed("a sample lies outside the file"))?;
        let mut stream = Vec::with_capacity(rest.len() + 64);
        while !rest.is_empty() {
            let (length, tail) = rest
                .split_at_checked(self.length_bytes)
                .ok_or_else(|| malformed("a length is cut off"))?;
            let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            let (unit, tail) =
                tail.split_at_checked(length).ok_or_else(|| malformed("a NAL unit is cut off"))?;
            append_unit(unit, self.pixels_max, &mut stream)?;
            rest = tail;
        }
        let Some(picture) = self.feed(&stream)? else { return Ok(None) };
        let mut frame = to_frame(picture)?;
        self.tint.normalise(&mut frame);
        Ok(Some(frame.turned(self.track.quarter_turns)))
    }

    fn feed(&mut self, stream: &[u8]) -> Result<Option<YuvFrame>, ReadError> {
        let decoder = &mut self.decoder;
        guarded(|| decoder.decode(stream).map_err(|error| malformed(&error.to_string())))
    }
}

/// Appends a NAL unit behind a start code, once its picture size, if it sets one, was checked.
fn append_unit(unit: &[u8], pixels_max: usize, stream: &mut Vec<u8>) -> Result<(), ReadError> {
    const SEQUENCE_SET: u8 = 7;
    if let Some((header, body)) = unit.split_first()
        && header & 0x1f == SEQUENCE_SET
    {
        let set = guarded(|| {
            Sps::parse(&emulation_unprevent(body)).map_err(|error| malformed(&error.to_string()))
        })?;
        let macroblocks = set.pic_width_in_mbs.saturating_mul(set.pic_height_in_mbs);
        // The decoder allocates what is coded, not what is left after cropping.
        let coded_max = pixels_max.saturating_add(pixels_max / 8).div_ceil(256) + 64;
        if macroblocks > coded_max.min(MACROBLOCKS_MAX) {
            let (width, height) = (set.pic_width_in_mbs * 16, set.pic_height_in_mbs * 16);
            return Err(ReadError::Size { width, height });
        }
    }
    stream.extend_from_slice(&[0, 0, 0, 1]);
    stream.extend_from_slice(unit);
    Ok(())
}

fn to_frame(picture: YuvFrame) -> Result<Frame, ReadError> {
    let YuvFrame { width, height, y, u, v } = picture;
    let even = width.is_multiple_of(2) && height.is_multiple_of(2) && width * height > 0;
    let chroma = width * height / 4;
    if even && y.len() == width * height && u.len() == chroma && v.len() == chroma {
        Ok(Frame { width, height, y, u, v })
    } else {
        Err(malformed("a picture is not 4:2:0"))
    }
}

fn malformed(what: &str) -> ReadError {
    ReadError::Malformed(what.to_owned())
}
