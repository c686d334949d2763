//! The corpus, as it is and damaged, through every reader: an answer within bounds, whatever it is.

use crate::corpus::{Fate, Specimen, corpus};
use crate::support::Noise;
use reelgate_codec::{
    AudioLimits, ImageLimits, MediaKind, VideoLimits, decode_audio, decode_image, decode_video,
    probe, read_frame, sniff, stowaway,
};

/// Damaged copies of each file.
const COPIES: usize = 40;
/// Larger files are read as they are only.
const BYTES_MAX: usize = 64 << 10;

/// Whether every reader that a server asks can use the file.
fn is_read(bytes: &[u8]) -> bool {
    let images = ImageLimits { pixels_max: 40_000_000, ..ImageLimits::default() };
    let videos = VideoLimits { pixels_max: 1_000_000, frames_max: 30 };
    match sniff(bytes).map(|found| found.kind()).filter(|_| stowaway(bytes).is_none()) {
        None => false,
        Some(MediaKind::Image) => decode_image(bytes, images).is_ok(),
        Some(MediaKind::Video) => {
            if let Ok(frames) = decode_video(bytes, videos) {
                assert!(frames.count() <= 30);
            }
            drop(decode_audio(bytes, AudioLimits { seconds_max: 1 }));
            read_frame(bytes, 0, videos).is_ok() && probe(bytes).is_ok()
        }
        Some(MediaKind::Audio) => {
            decode_audio(bytes, AudioLimits { seconds_max: 1 }).is_ok() && probe(bytes).is_ok()
        }
    }
}

#[test]
fn every_file_of_the_corpus_meets_its_fate() {
    for Specimen { name, bytes, fate } in corpus() {
        match fate {
            Fate::Taken => assert!(is_read(&bytes), "{name} is fine"),
            Fate::Refused => assert!(!is_read(&bytes), "{name} is not"),
            Fate::Either => {
                let _ = is_read(&bytes);
            }
        }
    }
}

#[test]
fn damaged_files_of_the_corpus_are_read_or_not() {
    let mut noise = Noise(11);
    let files: Vec<_> = corpus().into_iter().filter(|file| !file.bytes.is_empty()).collect();
    for Specimen { bytes, .. } in files.iter().filter(|file| file.bytes.len() <= BYTES_MAX) {
        for _ in 0..COPIES {
            let mut copy = bytes.clone();
            for _ in 0..=noise.below(5) {
                let at = noise.below(copy.len());
                match noise.below(6) {
                    0 => copy[at] ^= 1 << noise.below(8),
                    1 => copy[at] = noise.next() as u8,
                    2 => copy[at..].iter_mut().take(4).for_each(|byte| *byte = 0xff),
                    3 => copy[at..].iter_mut().take(4).for_each(|byte| *byte = 0),
                    4 => copy.truncate(at + 1),
                    // A part of another file in the middle of this one.
                    _ => {
                        let other = &files[noise.below(files.len())].bytes;
                        let from = noise.below(other.len());
                        let part = other[from..].iter().take(noise.below(64)).copied();
                        copy.splice(at..at, part.collect::<Vec<_>>());
                    }
                }
            }
            // Whichever it is: the point is that there is an answer.
            let _ = is_read(&copy);
        }
    }
}
