//! Pictures: JPEG, PNG, WebP, GIF, BMP.
#![no_main]

use reelgate_codec::{ImageLimits, decode_image};

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let limits = ImageLimits { pixels_max: 1_000_000, ..ImageLimits::default() };
    if let Ok(picture) = decode_image(file, limits) {
        assert_eq!(picture.data.len(), picture.width * picture.height * 3);
    }
});
