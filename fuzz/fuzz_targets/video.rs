//! H.264 pictures out of a movie.
#![no_main]

use reelgate_codec::{VideoLimits, decode_video};

// A panic that the codec catches is no finding; libFuzzer's hook would end the process first.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |file: &[u8]| {
    let limits = VideoLimits { pixels_max: 320 * 240, frames_max: 8 };
    if let Ok(frames) = decode_video(file, limits) {
        assert!(frames.count() <= 9);
    }
});
