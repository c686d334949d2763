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

/// A PNG of a few bytes that says it has 60000 x 60000 pixels.
pub(crate) fn bomb() -> Vec<u8> {
    let mut file = png();
    // Signature (8), length and name of the first chunk (8), then width and height.
    file[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    file[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let check = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&check.to_be_bytes());
    file
}

/// A tenth of a second of sound as WAV: 8000 samples a second, one channel, 16 bits.
pub(crate) fn beep() -> Vec<u8> {
    const SAMPLES: u32 = 800;
    let bytes = SAMPLES * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(8000_u32.to_le_bytes());
    file.extend(16_000_u32.to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    let sample = |at: u32| if at / 10 % 2 == 0 { 8000_i16 } else { -8000 };
    file.extend((0..SAMPLES).flat_map(|at| sample(at).to_le_bytes()));
    file
}

/// The check sum of PNG's chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}
