//! Changing a sound's sample rate with a windowed sinc, by exact integer positions.

use std::f64::consts::PI;

use crate::SAMPLE_RATE_HZ;

/// Zero crossings of the kernel on each side.
const CROSSINGS: f64 = 24.0;

/// Most kernels kept; rates that need more are rounded to the nearest of them.
const PHASES_MAX: u64 = 4096;

/// Kernels for one pair of rates.
pub(super) struct Resampler {
    rate_hz: u64,
    phases: u64,
    /// Input samples each kernel spans.
    taps: usize,
    kernels: Vec<f32>,
}

impl Resampler {
    /// From `rate_hz` to [`SAMPLE_RATE_HZ`].
    pub(super) fn new(rate_hz: u32) -> Self {
        let (from, to) = (u64::from(rate_hz), u64::from(SAMPLE_RATE_HZ));
        let phases = (to / gcd(from, to)).min(PHASES_MAX);
        // Below 1 when the rate falls: what the new rate cannot hold is filtered out.
        let cutoff = (to as f64 / from as f64).min(1.0) * 0.97;
        let half = libm::ceil(CROSSINGS / cutoff);
        let taps = 2 * half as usize;
        let mut kernels = Vec::with_capacity(phases as usize * taps);
        for phase in 0..phases {
            let offset = phase as f64 / phases as f64;
            let at = |tap: usize| tap as f64 - (half - 1.0) - offset;
            let row: Vec<f64> = (0..taps).map(|tap| kernel(at(tap), cutoff, half)).collect();
            // Every phase passes a constant unchanged.
            let sum: f64 = row.iter().sum();
            kernels.extend(row.iter().map(|weight| (weight / sum) as f32));
        }
        Self { rate_hz: from, phases, taps, kernels }
    }

    pub(super) fn run(&self, input: &[f32]) -> Vec<f32> {
        let to = u64::from(SAMPLE_RATE_HZ);
        let count = (input.len() as u64 * to).div_ceil(self.rate_hz);
        (0..count).map(|n| self.sample(input, n * self.rate_hz)).collect()
    }

    /// The value at `position / SAMPLE_RATE_HZ` input samples.
    fn sample(&self, input: &[f32], position: u64) -> f32 {
        let to = u64::from(SAMPLE_RATE_HZ);
        let (whole, rest) = ((position / to) as usize, position % to);
        let row = (rest * self.phases / to) as usize * self.taps;
        let kernel = &self.kernels[row..row + self.taps];
        // The kernel's centre tap is number taps / 2 - 1.
        let lead = self.taps / 2 - 1;
        let (skip, start) = (lead.saturating_sub(whole), whole.saturating_sub(lead));
        let window = &input[start.min(input.len())..];
        kernel[skip.min(kernel.len())..].iter().zip(window).map(|(k, x)| k * x).sum()
    }
}

/// A sinc under a Blackman window.
fn kernel(x: f64, cutoff: f64, half: f64) -> f64 {
    let turn = x / half;
    if turn.abs() >= 1.0 {
        return 0.0;
    }
    let window = 0.42 + 0.5 * libm::cos(PI * turn) + 0.08 * libm::cos(2.0 * PI * turn);
    let angle = PI * x * cutoff;
    let sinc = if angle.abs() < 1e-9 { 1.0 } else { libm::sin(angle) / angle };
    sinc * window
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::Resampler;

    fn tone(rate_hz: u32, seconds: f64) -> Vec<f32> {
        let count = (f64::from(rate_hz) * seconds) as usize;
        let angle = |n: usize| n as f64 * 1000.0 / f64::from(rate_hz) * std::f64::consts::TAU;
        (0..count).map(|n| libm::sin(angle(n)) as f32 * 0.5).collect()
    }

    #[test]
    fn a_tone_keeps_pitch_level_and_length() {
        for rate_hz in [8_000, 22_050, 44_100, 44_101, 96_000] {
            let out = Resampler::new(rate_hz).run(&tone(rate_hz, 0.25));
            let expected = tone(48_000, 0.25);
            assert!(out.len().abs_diff(expected.len()) <= 6, "{rate_hz}: {}", out.len());
            let inner = 2000..10_000;
            let worst = out[inner.clone()]
                .iter()
                .zip(&expected[inner])
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 1e-3, "{rate_hz}: {worst}");
        }
    }
}
