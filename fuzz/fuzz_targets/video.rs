//! H.264 pictures out of a movie.
#![no_main]

use reelgate_codec::{VideoLimits, decode_video};

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let limits = VideoLimits { pixels_max: 320 * 240, frames_max: 8 };
    if let Ok(frames) = decode_video(file, limits) {
        assert!(frames.count() <= 9);
    }
});
