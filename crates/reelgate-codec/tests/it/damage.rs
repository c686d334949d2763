//! Broken and hostile files get an answer: never a panic, a hang or a huge allocation.

use reelgate_codec::{
    AudioLimits, ImageLimits, ProbeError, Rgb, VideoLimits, decode_audio, decode_image,
    decode_video, encode_jpeg, encode_png, probe,
};

use crate::support::{Noise, clip_of, spec};

#[test]
fn twenty_thousand_damaged_clips_can_be_probed() {
    let original = clip_of(&spec(64, 48, 30));
    let index_end = find(&original, b"mdat");
    let mut noise = Noise(1);
    for _ in 0..20_000 {
        // The answer may be anything; that there is one is the point.
        drop(probe(&damaged(&original, index_end, &mut noise)));
    }
}

#[test]
fn damaged_clips_can_be_decoded_or_not() {
    let original = clip_of(&spec(64, 48, 12));
    let mut noise = Noise(2);
    let limits = VideoLimits { pixels_max: 640 * 480, frames_max: 20 };
    for _ in 0..300 {
        let file = damaged(&original, original.len(), &mut noise);
        if let Ok(frames) = decode_video(&file, limits) {
            assert!(frames.take(100).count() <= 20);
        }
        drop(decode_audio(&file, AudioLimits { seconds_max: 2 }));
    }
}

#[test]
fn damaged_files_of_other_programs_can_be_read_or_not() {
    let files = [
        include_bytes!("data/b_frames.mp4").as_slice(),
        include_bytes!("data/turned.mov"),
        include_bytes!("data/fragmented.mp4"),
        include_bytes!("data/tone.mp3"),
    ];
    let mut noise = Noise(5);
    let limits = VideoLimits { pixels_max: 640 * 480, frames_max: 30 };
    for file in files {
        for _ in 0..300 {
            let file = damaged(file, file.len(), &mut noise);
            drop(probe(&file));
            drop(decode_audio(&file, AudioLimits { seconds_max: 5 }));
            if let Ok(frames) = decode_video(&file, limits) {
                assert!(frames.count() <= 30);
            }
        }
    }
}

#[test]
fn damaged_pictures_can_be_decoded_or_not() {
    let picture = Rgb { width: 40, height: 30, data: (0..3600).map(|n| n as u8).collect() };
    let mut noise = Noise(3);
    for original in [encode_png(&picture).unwrap(), encode_jpeg(&picture, 80).unwrap()] {
        for _ in 0..500 {
            let file = damaged(&original, original.len(), &mut noise);
            drop(decode_image(&file, ImageLimits { pixels_max: 100_000, ..Default::default() }));
        }
    }
}

#[test]
fn noise_is_not_a_video() {
    let mut noise = Noise(4);
    for length in 0..500 {
        let bytes: Vec<u8> = (0..length).map(|_| noise.next() as u8).collect();
        assert!(probe(&bytes).is_err());
        let with_brand = [b"\0\0\0\x10ftypisom\0\0\0\0".as_slice(), &bytes].concat();
        assert!(probe(&with_brand).is_err());
    }
}

#[test]
fn a_million_tiny_boxes_are_not_walked() {
    let mut file = b"\0\0\0\x10ftypisom\0\0\0\0".to_vec();
    (0..1_000_000).for_each(|_| file.extend_from_slice(b"\0\0\0\x08free"));
    assert!(matches!(probe(&file), Err(ProbeError::Index(_))));
}

#[test]
fn boxes_nested_a_hundred_thousand_deep_are_refused() {
    let depth = 100_000_u32;
    let mut file = b"\0\0\0\x10ftypisom\0\0\0\0".to_vec();
    for level in 0..depth {
        file.extend_from_slice(&((depth - level) * 8).to_be_bytes());
        file.extend_from_slice(if level == 0 { b"moov" } else { b"trak" });
    }
    assert!(probe(&file).is_err());
}

/// One to four changes: flipped bits, extreme numbers, a cut.
fn damaged(original: &[u8], within: usize, noise: &mut Noise) -> Vec<u8> {
    let mut file = original.to_vec();
    for _ in 0..=noise.below(4) {
        let at = noise.below(within.min(file.len()).saturating_sub(4).max(1));
        match noise.below(5) {
            0 => file[at] ^= 1 << noise.below(8),
            1 => file[at] = noise.next() as u8,
            2 if file.len() > at + 4 => file[at..at + 4].copy_from_slice(&[0xff; 4]),
            3 if file.len() > at + 4 => file[at..at + 4].copy_from_slice(&[0x7f, 0xff, 0, 1]),
            4 if noise.below(8) == 0 => file.truncate(at + 1),
            _ => file[at] = 0,
        }
    }
    file
}

fn find(bytes: &[u8], word: &[u8]) -> usize {
    bytes.windows(word.len()).position(|window| window == word).expect("the word is there")
}
