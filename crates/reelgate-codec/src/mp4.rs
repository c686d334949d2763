//! Writing MP4: H.264 and AAC-LC samples in, a file that starts playing before it is complete out.
//!
//! The index (`moov`) comes first. Its size is known up front, so room is left for it, samples are
//! streamed behind it as they arrive, and it is filled in at the end: a clip is never held in
//! memory as a whole. No times of day are written, equal input gives equal bytes.

mod boxes;
mod moov;
mod tags;

use std::io::{self, Seek, SeekFrom, Write};

use self::boxes::Boxes;
pub use self::tags::TAG_BYTES_MAX;
use crate::aac::{Aac, UNIT_SAMPLES};
use crate::h264::{ParameterSets, Sample};
use crate::{FRAME_RATE, SAMPLE_RATE_HZ};

/// Most frames of a closed group of pictures: 2 s, so trims and joins can cut without encoding.
pub const GOP_FRAMES_MAX: u32 = 48;

/// Frames of each closed group of a clip but the last, which may have fewer.
///
/// An even number of groups of one length, where the clip is not shorter than a second: two threads
/// that take one after the other then end together. Four groups of 30 are done sooner than 48, 48
/// and 24, though there is one more picture that stands alone.
#[must_use]
pub fn gop_frames(frames: u32) -> u32 {
    if frames < FRAME_RATE {
        return FRAME_RATE;
    }
    frames.div_ceil(frames.div_ceil(GOP_FRAMES_MAX).next_multiple_of(2))
}

/// Most frames of a clip: one hour.
pub const FRAMES_MAX: u32 = FRAME_RATE * 3600;

/// Ticks a second of the movie's clock: a whole number for every frame and every sound sample.
const MOVIE_TICKS: u32 = SAMPLE_RATE_HZ;

const FTYP: &[u8] = b"isom\0\0\x02\0isomiso2avc1mp41";

/// What is known before the first sample is written.
#[derive(Clone, Debug)]
pub struct Head {
    /// Columns of every picture.
    pub width: usize,
    /// Rows of every picture.
    pub height: usize,
    /// Pictures that will be pushed, 1 to [`FRAMES_MAX`].
    pub frames: u32,
    /// The parameter sets all pictures share.
    pub sets: ParameterSets,
    /// The whole sound, as long as the pictures.
    pub sound: Option<Aac>,
    /// Keys and values; `title`, `comment` and `encoder` get their well-known places.
    pub tags: Vec<(String, String)>,
}

impl Head {
    fn seconds(&self) -> u32 {
        self.frames.div_ceil(FRAME_RATE)
    }

    fn pictures_per_chunk(&self) -> Vec<u32> {
        let left = |second| self.frames - second * FRAME_RATE;
        (0..self.seconds()).map(|second| left(second).min(FRAME_RATE)).collect()
    }

    /// A unit belongs to the second it starts in; what is left belongs to the last one.
    fn units_per_chunk(&self) -> Vec<u32> {
        let Some(aac) = &self.sound else { return Vec::new() };
        let all = u32::try_from(aac.units.len()).expect("bounded by the frame limit");
        let last = self.seconds() - 1;
        let mut done = 0;
        let take = |second: u32| {
            let until = ((second + 1) * SAMPLE_RATE_HZ).div_ceil(UNIT_SAMPLES).min(all);
            let until = if second == last { all } else { until };
            let count = until - done;
            done = until;
            count
        };
        (0..=last).map(take).collect()
    }
}

/// Writes one clip, sample by sample.
#[derive(Debug)]
pub struct Writer<'a, W: Write + Seek> {
    out: &'a mut W,
    head: Head,
    tables: moov::Tables,
    units_per_chunk: Vec<u32>,
    units_written: usize,
    start: u64,
    moov_at: u64,
    moov_bytes: usize,
    /// Bytes written since `start`.
    at: u64,
}

impl<'a, W: Write + Seek> Writer<'a, W> {
    /// Starts a file at the current position of `out`.
    ///
    /// # Errors
    /// When writing fails.
    ///
    /// # Panics
    /// When `frames` is 0 or above [`FRAMES_MAX`], or the parameter sets are empty.
    pub fn start(out: &'a mut W, head: Head) -> io::Result<Self> {
        assert!(head.frames >= 1 && head.frames <= FRAMES_MAX, "frames are bounded");
        assert!(head.sets.sps.len() > 3 && !head.sets.pps.is_empty(), "parameter sets are known");
        let start = out.stream_position()?;
        let mut b = Boxes::default();
        b.nest(*b"ftyp", |b| b.bytes(FTYP));
        let ftyp = b.into_bytes();
        let chunks = head.seconds() as usize;
        let units_per_chunk = head.units_per_chunk();
        let blank = moov::Tables {
            picture_bytes: vec![0; head.frames as usize],
            picture_chunks: vec![0; chunks],
            sound_chunks: vec![0; units_per_chunk.len()],
        };
        let moov_bytes = moov::build(&head, &blank).len();
        out.write_all(&ftyp)?;
        out.write_all(&vec![0; moov_bytes + 8])?;
        let moov_at = ftyp.len() as u64;
        let at = moov_at + moov_bytes as u64 + 8;
        let tables = moov::Tables::default();
        let units_written = 0;
        Ok(Self {
            out,
            head,
            tables,
            units_per_chunk,
            units_written,
            start,
            moov_at,
            moov_bytes,
            at,
        })
    }

    /// Appends the next picture, and after each second's last one that second's sound.
    ///
    /// # Errors
    /// When writing fails or the file would pass 4 GiB.
    ///
    /// # Panics
    /// When a picture is a sync sample exactly where [`gop_frames`] says it is not, or when there
    /// are more pictures than announced.
    pub fn push(&mut self, sample: &Sample) -> io::Result<()> {
        let index = u32::try_from(self.tables.picture_bytes.len()).expect("bounded");
        assert!(index < self.head.frames, "no more pictures than announced");
        assert_eq!(
            sample.sync,
            index.is_multiple_of(gop_frames(self.head.frames)),
            "groups start on the grid"
        );
        if index.is_multiple_of(FRAME_RATE) {
            let offset = self.offset()?;
            self.tables.picture_chunks.push(offset);
        }
        let size = u32::try_from(sample.data.len()).map_err(|_| too_large())?;
        self.tables.picture_bytes.push(size);
        self.append(&sample.data)?;
        let done = index + 1;
        if done.is_multiple_of(FRAME_RATE) || done == self.head.frames {
            self.append_sound((index / FRAME_RATE) as usize)?;
        }
        Ok(())
    }

    /// Fills in the index and returns the file's size in bytes.
    ///
    /// # Errors
    /// When writing fails or the file passed 4 GiB.
    ///
    /// # Panics
    /// When fewer pictures were pushed than announced.
    pub fn finish(self) -> io::Result<u64> {
        assert_eq!(
            self.tables.picture_bytes.len(),
            self.head.frames as usize,
            "as many pictures as announced"
        );
        let mut tail = moov::build(&self.head, &self.tables);
        assert_eq!(tail.len(), self.moov_bytes, "the index fits the room left for it");
        let mdat_at = self.moov_at + self.moov_bytes as u64;
        let mdat_bytes = u32::try_from(self.at - mdat_at).map_err(|_| too_large())?;
        tail.extend_from_slice(&mdat_bytes.to_be_bytes());
        tail.extend_from_slice(b"mdat");
        self.out.seek(SeekFrom::Start(self.start + self.moov_at))?;
        self.out.write_all(&tail)?;
        self.out.seek(SeekFrom::Start(self.start + self.at))?;
        self.out.flush()?;
        Ok(self.at)
    }

    /// What the file was started with.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    fn append_sound(&mut self, second: usize) -> io::Result<()> {
        let Some(count) = self.units_per_chunk.get(second).copied() else { return Ok(()) };
        let offset = self.offset()?;
        self.tables.sound_chunks.push(offset);
        let until = self.units_written + count as usize;
        let aac = self.head.sound.as_ref().expect("only a sound has units");
        let chunk = aac.units[self.units_written..until].concat();
        self.units_written = until;
        self.append(&chunk)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn offset(&self) -> io::Result<u32> {
        u32::try_from(self.at).map_err(|_| too_large())
    }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "a clip cannot pass 4 GiB")
}
