//! Our own clips, read back like anybody's.

use reelgate_codec::{
    AudioLimits, ClipSpec, ReadError, Sound, VideoLimits, decode_audio, decode_video, probe,
    psnr_luma, read_frame,
};

use crate::support::{clip_of, drawn, spec, tone};

#[test]
fn a_clip_read_back_shows_its_frames_in_order() {
    let file = clip_of(&spec(128, 96, 60));
    let frames: Vec<_> =
        decode_video(&file, VideoLimits::default()).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(frames.len(), 60);
    for (index, frame) in frames.iter().enumerate() {
        let expected_ms = (index as u64 * 2000 / 24).div_ceil(2);
        assert_eq!(frame.time_ms, expected_ms);
        let psnr = psnr_luma(&frame.frame, &drawn(128, 96, index as u32));
        assert!(psnr > 32.0, "frame {index}: {psnr:.1} dB");
    }
}

#[test]
fn any_single_frame_can_be_read() {
    let file = clip_of(&spec(128, 96, 100));
    for index in [0, 1, 47, 48, 99] {
        let frame = read_frame(&file, index, VideoLimits::default()).unwrap();
        assert!(psnr_luma(&frame, &drawn(128, 96, index)) > 32.0, "frame {index}");
    }
    let beyond = read_frame(&file, 100, VideoLimits::default());
    assert_eq!(beyond, Err(ReadError::NoFrame(100)));
}

#[test]
fn limits_hold_before_anything_is_decoded() {
    let file = clip_of(&spec(320, 240, 10));
    let small = VideoLimits { pixels_max: 100 * 100, frames_max: 10 };
    let refused = decode_video(&file, small).unwrap_err();
    assert_eq!(refused, ReadError::Size { width: 320, height: 240 });
    let three = VideoLimits { frames_max: 3, ..VideoLimits::default() };
    assert_eq!(decode_video(&file, three).unwrap().count(), 3);
}

#[test]
fn sound_comes_back_in_place_and_in_tune() {
    let file = clip_of(&spec(64, 48, 48));
    let sound = decode_audio(&file, AudioLimits::default()).unwrap();
    assert!(sound.left.len().abs_diff(96_000) <= 1024, "{}", sound.left.len());
    let original = tone(2.0);
    let inner = 4_000..90_000;
    let error = mean_square(&sound.left[inner.clone()], &original.left[inner.clone()]);
    assert!(error < 1e-4, "left channel: {error}");
    assert!(mean_square(&sound.right[inner.clone()], &original.right[inner]) < 1e-5);
}

#[test]
fn a_wave_file_is_read_at_any_rate() {
    for rate_hz in [8_000_u32, 44_100, 48_000] {
        let file = wave(rate_hz, 1);
        let found = probe(&file).unwrap();
        let audio = found.audio.unwrap();
        assert_eq!((audio.codec.as_str(), audio.channels), ("pcm", 1));
        assert_eq!((audio.rate_hz, audio.duration_ms), (rate_hz, 1000));
        let Sound { left, right } = decode_audio(&file, AudioLimits::default()).unwrap();
        assert!(left.len().abs_diff(48_000) <= 6 && left == right);
        let error = mean_square(&left[2000..40_000], &tone(1.0).left[2000..40_000]);
        assert!(error < 1e-5, "{rate_hz} Hz: {error}");
    }
}

#[test]
fn a_long_sound_is_cut_at_the_limit() {
    let sound = decode_audio(&wave(44_100, 5), AudioLimits { seconds_max: 2 }).unwrap();
    assert!(sound.left.len().abs_diff(96_000) <= 2);
}

#[test]
fn a_silent_clip_has_no_sound_to_read() {
    let file = clip_of(&ClipSpec { sound: None, ..spec(64, 48, 10) });
    assert!(decode_audio(&file, AudioLimits::default()).is_err());
    assert_eq!(probe(&file).unwrap().audio, None);
}

fn mean_square(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / a.len() as f32
}

/// A mono 16-bit wave file of a 440 Hz tone.
fn wave(rate_hz: u32, seconds: u32) -> Vec<u8> {
    let angle = |n| f64::from(n) * 440.0 / f64::from(rate_hz) * std::f64::consts::TAU;
    let samples = (0..rate_hz * seconds).map(|n| (libm::sin(angle(n)) * 16_384.0) as i16);
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let size = data.len() as u32;
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&(36 + size).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&rate_hz.to_le_bytes());
    file.extend_from_slice(&(rate_hz * 2).to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&size.to_le_bytes());
    file.extend_from_slice(&data);
    file
}
