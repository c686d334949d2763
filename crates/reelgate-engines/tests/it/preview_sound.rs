//! Sound: as long as the picture, as loud as it should be, without clicks.

use reelgate_codec::Sound;
use reelgate_engines::preview::compose;

use crate::support::brief;

const PROMPTS: [&str; 7] = [
    "a beach with waves",
    "a storm over the sea, thunder",
    "an energetic dance party in a neon city",
    "a quiet room",
    "birds in a spring forest",
    "Shot 1: a campfire at night. Shot 2: a train in the mountains.",
    "space",
];

fn sound(prompt: &str, frames: u32) -> Sound {
    let mut brief = brief(prompt);
    brief.frames = frames;
    compose(&brief).soundtrack()
}

#[test]
fn it_is_as_long_as_the_picture() {
    for frames in [1, 24, 49, 120] {
        let sound = sound("a beach", frames);
        assert_eq!(sound.left.len(), frames as usize * 2_000);
        assert_eq!(sound.right.len(), sound.left.len());
    }
}

#[test]
fn it_is_loud_enough_and_never_clips() {
    for prompt in PROMPTS {
        let sound = sound(prompt, 120);
        let all = || sound.left.iter().chain(&sound.right);
        let peak = all().fold(0.0_f32, |peak, v| peak.max(v.abs()));
        assert!(all().all(|v| v.is_finite()), "{prompt}");
        assert!((0.1..0.95).contains(&peak), "{prompt}: peak {peak}");
        let power = all().map(|v| f64::from(v * v)).sum::<f64>() / (2.0 * sound.left.len() as f64);
        let rms_db = 10.0 * power.log10();
        assert!((-30.0..-10.0).contains(&rms_db), "{prompt}: {rms_db:.1} dB");
    }
}

#[test]
fn it_starts_and_ends_in_silence_and_does_not_click() {
    for prompt in PROMPTS {
        let sound = sound(prompt, 96);
        for channel in [&sound.left, &sound.right] {
            assert!(channel[0].abs() < 0.01 && channel[channel.len() - 1].abs() < 0.01, "{prompt}");
            let jump = channel.windows(2).fold(0.0_f32, |most, w| most.max((w[1] - w[0]).abs()));
            assert!(jump < 0.8, "{prompt}: jumps by {jump}");
        }
    }
}

#[test]
fn it_is_the_same_every_time_and_differs_by_scene() {
    let (sea, again, city) = (sound("sea", 48), sound("sea", 48), sound("city", 48));
    assert!(sea == again);
    assert!(sea != city);
    assert!(sea.left != sea.right, "two ears");
}
