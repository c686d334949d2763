//! Small pictures to hand in.

use reelgate_codec::{Rgb, encode_jpeg, encode_png};

/// A picture whose colours change slowly from corner to corner, so that scaling and encoding keep
/// it recognisable.
pub(crate) fn slope(width: usize, height: usize) -> Rgb {
    let pixel = |at: usize| {
        let (x, y) = (at % width, at / width);
        let shade =
            |part: usize, whole: usize| u8::try_from(part * 200 / whole + 30).unwrap_or(255);
        [shade(x, width), shade(y, height), shade(x + y, width + height)]
    };
    Rgb { width, height, data: (0..width * height).flat_map(pixel).collect() }
}

pub(crate) fn jpeg() -> Vec<u8> {
    encode_jpeg(&slope(64, 36), 90).expect("a JPEG")
}

pub(crate) fn png() -> Vec<u8> {
    encode_png(&slope(64, 36)).expect("a PNG")
}
