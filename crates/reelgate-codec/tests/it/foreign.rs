//! Files written by other programs (x264, LAME and ffmpeg): B-frames, rotation, QuickTime, MP3.

use reelgate_codec::{
    AudioLimits, MediaType, ProbeError, TimedFrame, VideoLimits, decode_audio, decode_video, probe,
};

/// 25 frames that brighten by 4 levels each, left darker than right, with a 440 Hz tone.
const B_FRAMES: &[u8] = include_bytes!("data/b_frames.mp4");
/// The same in QuickTime, to be turned a quarter clockwise.
const TURNED: &[u8] = include_bytes!("data/turned.mov");
/// The same in fragments.
const FRAGMENTED: &[u8] = include_bytes!("data/fragmented.mp4");
/// One second of 440 Hz.
const MP3: &[u8] = include_bytes!("data/tone.mp3");

fn frames(file: &[u8]) -> Vec<TimedFrame> {
    decode_video(file, VideoLimits::default())
        .expect("the video opens")
        .map(|frame| frame.expect("it decodes"))
        .collect()
}

#[test]
fn reordered_frames_come_out_as_they_are_shown() {
    let frames = frames(B_FRAMES);
    assert_eq!(frames.len(), 25);
    for (index, TimedFrame { time_ms, frame }) in frames.iter().enumerate() {
        assert_eq!(*time_ms, index as u64 * 40);
        assert_eq!((frame.width, frame.height), (66, 50));
        let level = i32::from(frame.y[25 * 66 + 33]);
        assert!((level - (44 + index as i32 * 4)).abs() <= 2, "frame {index}: {level}");
    }
}

#[test]
fn a_turned_video_is_shown_upright() {
    let found = probe(TURNED).unwrap();
    assert_eq!(found.container, MediaType::Mov);
    let video = found.video.unwrap();
    assert_eq!((video.width, video.height, video.quarter_turns), (66, 50, 1));
    let first = &frames(TURNED)[0].frame;
    assert_eq!((first.width, first.height), (50, 66));
    assert!(first.y[25] < first.y[65 * 50 + 25], "the dark left side is on top");
}

#[test]
fn sound_of_other_encoders_starts_on_time() {
    for (name, file) in [("mp4", B_FRAMES), ("mov", TURNED), ("mp3", MP3)] {
        let audio = probe(file).unwrap().audio.unwrap();
        assert_eq!((audio.rate_hz, audio.duration_ms), (44_100, 1000), "{name}");
        let sound = decode_audio(file, AudioLimits::default()).unwrap();
        assert!(sound.left.len().abs_diff(48_000) <= 50, "{name}: {}", sound.left.len());
        assert_eq!(sound.left, sound.right, "{name} is mono");
        let rises = sound.left.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!(rises.abs_diff(440) <= 2, "{name}: {rises} periods");
    }
}

#[test]
fn fragments_are_refused_with_advice() {
    let refused = probe(FRAGMENTED).unwrap_err();
    assert_eq!(refused, ProbeError::Fragmented);
    assert!(refused.to_string().contains("faststart"));
}
