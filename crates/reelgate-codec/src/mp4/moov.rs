//! The index of a clip: everything a player reads before the first picture.
//!
//! Its size depends on how many samples and tags there are, never on their sizes or positions, so
//! the room for it can be set aside before anything is encoded.

use super::boxes::Boxes;
use super::{Head, MOVIE_TICKS, gop_frames, tags};
use crate::aac::{Aac, BIT_RATE, UNIT_SAMPLES};
use crate::{FRAME_RATE, SAMPLE_RATE_HZ};

/// Ticks of a video track's clock in one frame.
const FRAME_TICKS: u32 = 1000;

/// `und`, as three 5-bit letters.
const LANGUAGE: u16 = 0x55c4;

const IDENTITY: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// Where the samples lie.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// Bytes of every picture.
    pub(super) picture_bytes: Vec<u32>,
    /// File offset of every second of pictures.
    pub(super) picture_chunks: Vec<u32>,
    /// File offset of every second of sound.
    pub(super) sound_chunks: Vec<u32>,
}

/// One track's part of the index, as the boxes need it.
struct Track<'a> {
    id: u32,
    handler: [u8; 4],
    name: &'a str,
    /// Ticks a second of the track's own clock.
    timescale: u32,
    /// Length of all samples on that clock.
    media_ticks: u32,
    /// Samples dropped at the start, on that clock.
    skip_ticks: u32,
    samples_per_chunk: Vec<u32>,
    chunks: &'a [u32],
    sizes: Vec<u32>,
    /// `(samples, ticks each)` runs.
    durations: Vec<(u32, u32)>,
}

pub(super) fn build(head: &Head, tables: &Tables) -> Vec<u8> {
    let duration = head.frames * (MOVIE_TICKS / FRAME_RATE);
    let mut b = Boxes::default();
    b.nest(*b"moov", |b| {
        b.full(*b"mvhd", 0, 0, |b| {
            b.zeros(8);
            b.u32(MOVIE_TICKS);
            b.u32(duration);
            b.u32(0x1_0000);
            b.u16(0x100);
            b.zeros(10);
            IDENTITY.iter().for_each(|n| b.u32(*n));
            b.zeros(24);
            b.u32(2 + u32::from(head.sound.is_some()));
        });
        append_video(b, head, tables, duration);
        if let Some(aac) = &head.sound {
            append_audio(b, head, aac, tables, duration);
        }
        tags::append(b, &head.tags);
    });
    b.into_bytes()
}

fn append_video(b: &mut Boxes, head: &Head, tables: &Tables, duration: u32) {
    let track = Track {
        id: 1,
        handler: *b"vide",
        name: "Video",
        timescale: FRAME_RATE * FRAME_TICKS,
        media_ticks: head.frames * FRAME_TICKS,
        skip_ticks: 0,
        samples_per_chunk: head.pictures_per_chunk(),
        chunks: &tables.picture_chunks,
        sizes: tables.picture_bytes.clone(),
        durations: vec![(head.frames, FRAME_TICKS)],
    };
    let side = |n: usize| u32::try_from(n).expect("sides are bounded by the encoder");
    let sides = (side(head.width) << 16, side(head.height) << 16);
    append_track(
        b,
        &track,
        duration,
        sides,
        |b| {
            b.full(*b"vmhd", 0, 1, |b| b.zeros(8));
        },
        |b| append_avc1(b, head),
        |b| {
            b.full(*b"stss", 0, 0, |b| {
                let starts: Vec<u32> =
                    (0..head.frames).step_by(gop_frames(head.frames) as usize).collect();
                b.count(starts.len());
                starts.iter().for_each(|start| b.u32(start + 1));
            });
        },
    );
}

fn append_audio(b: &mut Boxes, head: &Head, aac: &Aac, tables: &Tables, duration: u32) {
    let units = u32::try_from(aac.units.len()).expect("bounded by the frame limit");
    // The last unit is cut where the sound ends, so both tracks stop at the same instant.
    let media_ticks = (aac.priming_samples + aac.samples).min(units * UNIT_SAMPLES);
    let last = media_ticks - (units - 1) * UNIT_SAMPLES;
    let size = |unit: &Vec<u8>| u32::try_from(unit.len()).expect("a unit is at most 6144 bits");
    let track = Track {
        id: 2,
        handler: *b"soun",
        name: "Sound",
        timescale: SAMPLE_RATE_HZ,
        media_ticks,
        skip_ticks: aac.priming_samples,
        samples_per_chunk: head.units_per_chunk(),
        chunks: &tables.sound_chunks,
        sizes: aac.units.iter().map(size).collect(),
        durations: vec![(units - 1, UNIT_SAMPLES), (1, last)],
    };
    append_track(
        b,
        &track,
        duration,
        (0, 0),
        |b| {
            b.full(*b"smhd", 0, 0, |b| b.zeros(4));
        },
        |b| append_mp4a(b, aac),
        |b| append_roll(b, units),
    );
}

fn append_track(
    b: &mut Boxes,
    track: &Track<'_>,
    duration: u32,
    (width, height): (u32, u32),
    media_header: impl FnOnce(&mut Boxes),
    sample_entry: impl FnOnce(&mut Boxes),
    extra_tables: impl FnOnce(&mut Boxes),
) {
    b.nest(*b"trak", |b| {
        b.full(*b"tkhd", 0, 3, |b| {
            b.zeros(8);
            b.u32(track.id);
            b.zeros(4);
            b.u32(duration);
            b.zeros(12);
            b.u16(if track.handler == *b"soun" { 0x100 } else { 0 });
            b.zeros(2);
            IDENTITY.iter().for_each(|n| b.u32(*n));
            b.u32(width);
            b.u32(height);
        });
        b.nest(*b"edts", |b| {
            b.full(*b"elst", 0, 0, |b| {
                b.u32(1);
                b.u32(duration);
                b.u32(track.skip_ticks);
                b.u32(0x1_0000);
            });
        });
        b.nest(*b"mdia", |b| {
            b.full(*b"mdhd", 0, 0, |b| {
                b.zeros(8);
                b.u32(track.timescale);
                b.u32(track.media_ticks);
                b.u16(LANGUAGE);
                b.zeros(2);
            });
            b.full(*b"hdlr", 0, 0, |b| {
                b.u32(0);
                b.bytes(&track.handler);
                b.zeros(12);
                b.bytes(track.name.as_bytes());
                b.u8(0);
            });
            b.nest(*b"minf", |b| {
                media_header(b);
                b.nest(*b"dinf", |b| {
                    b.full(*b"dref", 0, 0, |b| {
                        b.u32(1);
                        b.full(*b"url ", 0, 1, |_| ());
                    });
                });
                b.nest(*b"stbl", |b| {
                    b.full(*b"stsd", 0, 0, |b| {
                        b.u32(1);
                        sample_entry(b);
                    });
                    append_tables(b, track);
                    extra_tables(b);
                });
            });
        });
    });
}

fn append_tables(b: &mut Boxes, track: &Track<'_>) {
    b.full(*b"stts", 0, 0, |b| {
        let runs = track.durations.iter().filter(|(samples, _)| *samples > 0);
        b.count(runs.clone().count());
        for (samples, ticks) in runs {
            b.u32(*samples);
            b.u32(*ticks);
        }
    });
    b.full(*b"stsc", 0, 0, |b| {
        let mut runs: Vec<(usize, u32)> = Vec::new();
        for (index, samples) in track.samples_per_chunk.iter().enumerate() {
            if runs.last().is_none_or(|(_, last)| last != samples) {
                runs.push((index, *samples));
            }
        }
        b.count(runs.len());
        for (index, samples) in runs {
            b.count(index + 1);
            b.u32(samples);
            b.u32(1);
        }
    });
    b.full(*b"stsz", 0, 0, |b| {
        b.u32(0);
        b.count(track.sizes.len());
        track.sizes.iter().for_each(|size| b.u32(*size));
    });
    b.full(*b"stco", 0, 0, |b| {
        b.count(track.chunks.len());
        track.chunks.iter().for_each(|offset| b.u32(*offset));
    });
}

fn append_avc1(b: &mut Boxes, head: &Head) {
    let side = |n: usize| u16::try_from(n).expect("sides are bounded by the encoder");
    let (sps, pps) = (&head.sets.sps, &head.sets.pps);
    b.nest(*b"avc1", |b| {
        b.zeros(6);
        b.u16(1);
        b.zeros(16);
        b.u16(side(head.width));
        b.u16(side(head.height));
        b.u32(72 << 16);
        b.u32(72 << 16);
        b.zeros(4);
        b.u16(1);
        b.zeros(32);
        b.u16(24);
        b.u16(0xffff);
        b.nest(*b"avcC", |b| {
            b.u8(1);
            b.bytes(&sps[1..4]);
            // 4-byte lengths, one sequence set, one picture set; then 4:2:0, 8 bit, no extensions.
            b.u8(0xff);
            b.u8(0xe1);
            b.u16(u16::try_from(sps.len()).expect("a parameter set is a few dozen bytes"));
            b.bytes(sps);
            b.u8(1);
            b.u16(u16::try_from(pps.len()).expect("a parameter set is a few dozen bytes"));
            b.bytes(pps);
            b.bytes(&[0xfd, 0xf8, 0xf8, 0]);
        });
        b.nest(*b"colr", |b| {
            b.bytes(b"nclx");
            // BT.709 primaries, transfer and matrix; limited range.
            [1, 1, 1].iter().for_each(|n| b.u16(*n));
            b.u8(0);
        });
        b.nest(*b"pasp", |b| {
            b.u32(1);
            b.u32(1);
        });
    });
}

fn append_mp4a(b: &mut Boxes, aac: &Aac) {
    let config_bytes = u8::try_from(aac.config.len()).expect("an LC config is 2 to 5 bytes");
    b.nest(*b"mp4a", |b| {
        b.zeros(6);
        b.u16(1);
        b.zeros(8);
        b.u16(2);
        b.u16(16);
        b.zeros(4);
        b.u32(SAMPLE_RATE_HZ << 16);
        b.full(*b"esds", 0, 0, |b| {
            // ES descriptor > decoder configuration (AAC, audio stream) > AudioSpecificConfig.
            b.bytes(&[3, 3 + 2 + 13 + 2 + config_bytes + 3, 0, 2, 0]);
            b.bytes(&[4, 13 + 2 + config_bytes, 0x40, 0x15, 0, 0x18, 0]);
            b.u32(BIT_RATE);
            b.u32(BIT_RATE);
            b.bytes(&[5, config_bytes]);
            b.bytes(&aac.config);
            b.bytes(&[6, 1, 2]);
        });
    });
}

/// Says that decoding needs one unit of run-up wherever playback starts.
fn append_roll(b: &mut Boxes, units: u32) {
    b.full(*b"sgpd", 1, 0, |b| {
        b.bytes(b"roll");
        b.u32(2);
        b.u32(1);
        b.u16(0xffff);
    });
    b.full(*b"sbgp", 0, 0, |b| {
        b.bytes(b"roll");
        b.u32(1);
        b.u32(units);
        b.u32(1);
    });
}
