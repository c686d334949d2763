//! Sound to AAC-LC access units, 48 kHz stereo.

use crate::{SAMPLE_RATE_HZ, Sound};

/// Bits a second the encoder aims at.
pub const BIT_RATE: u32 = 128_000;

/// Samples a channel in every access unit.
pub const UNIT_SAMPLES: u32 = 1024;

/// The encoder refused the sound; its own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("AAC encoder: {0}")]
pub struct AacError(String);

/// A finished AAC stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aac {
    /// Access units without any framing, in order.
    pub units: Vec<Vec<u8>>,
    /// The AudioSpecificConfig a decoder needs first.
    pub config: Vec<u8>,
    /// Decoded samples to drop at the start: the encoder's delay.
    pub priming_samples: u32,
    /// Samples a channel that were handed in and should be heard.
    pub samples: u32,
}

/// Encodes the first `samples` samples of `sound`, padded with silence when it is shorter.
///
/// Values outside -1 to 1 are clamped and those that are no number become silence.
///
/// # Errors
/// When the encoder refuses; it accepts every clamped sound.
pub fn encode(sound: &Sound, samples: u32) -> Result<Aac, AacError> {
    let options = syom::EncodeOptions::raw().with_bitrate_bps(BIT_RATE);
    let mut encoder = syom::Encoder::new(SAMPLE_RATE_HZ, 2, &options).map_err(words)?;
    let mut units = Vec::new();
    let unit = UNIT_SAMPLES as usize;
    let (mut left, mut right) = (vec![0.0; unit], vec![0.0; unit]);
    let total = samples as usize;
    let mut from = 0;
    while from < total {
        let count = unit.min(total - from);
        copy_clean(&sound.left, from, &mut left[..count]);
        copy_clean(&sound.right, from, &mut right[..count]);
        encoder
            .feed(&[&left[..count], &right[..count]], |frame| {
                units.push(frame.payload.to_vec());
                Ok(())
            })
            .map_err(words)?;
        from += count;
    }
    let info = encoder
        .finish(|frame| {
            units.push(frame.payload.to_vec());
            Ok(())
        })
        .map_err(words)?;
    let config = encoder.asc().to_vec();
    let priming_samples = u32::try_from(info.priming).expect("the delay is one access unit");
    Ok(Aac { units, config, priming_samples, samples })
}

fn copy_clean(channel: &[f32], from: usize, out: &mut [f32]) {
    for (offset, value) in out.iter_mut().enumerate() {
        let sample = channel.get(from + offset).copied().unwrap_or(0.0);
        *value = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
    }
}

#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
fn words(error: syom::AacError) -> AacError {
    AacError(error.to_string())
}
