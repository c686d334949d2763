//! Sound out of MP3, WAV and MP4 files.
#![no_main]

use reelgate_codec::{AudioLimits, decode_audio};

// A panic that the codec catches is no finding; libFuzzer's hook would end the process first.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |file: &[u8]| {
    if let Ok(sound) = decode_audio(file, AudioLimits { seconds_max: 2 }) {
        assert_eq!(sound.left.len(), sound.right.len());
        assert!(sound.left.iter().all(|sample| (-1.0..=1.0).contains(sample)));
    }
});
