//! Pictures: JPEG, PNG, WebP, GIF, BMP.
#![no_main]

use reelgate_codec::{ImageLimits, decode_image};

// A panic that the codec catches is no finding; libFuzzer's hook would end the process first.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |file: &[u8]| {
    let limits = ImageLimits { pixels_max: 1_000_000, ..ImageLimits::default() };
    if let Ok(picture) = decode_image(file, limits) {
        assert_eq!(picture.data.len(), picture.width * picture.height * 3);
    }
});
