//! Loudness: about -16 LUFS, no clipping, no click at either end.

use libm::{log10f, powf};

use super::tools::{RATE, Stereo};

const TARGET_LUFS: f32 = -16.0;
/// Nothing louder than this leaves: room for the encoder's overshoot.
const CEILING: f32 = 0.89;
const FADE_IN_SECONDS: f32 = 0.06;
const FADE_OUT_SECONDS: f32 = 0.45;

/// Fades, levels and limits a finished mix.
pub(crate) fn master(mix: &mut Stereo) {
    let length = mix.len();
    let share =
        |seconds: f32, part: f32| ((seconds * RATE) as usize).min((length as f32 * part) as usize);
    mix.fade(share(FADE_IN_SECONDS, 0.2).max(1), share(FADE_OUT_SECONDS, 0.3).max(1));
    let loud = loudness(mix);
    if loud.is_finite() {
        let gain = powf(10.0, (TARGET_LUFS - loud) / 20.0).min(40.0);
        mix.scale(gain);
    }
    for value in mix.left.iter_mut().chain(&mut mix.right) {
        *value = limited(*value);
    }
}

/// Untouched up to half the ceiling, then bent towards it and never beyond.
fn limited(value: f32) -> f32 {
    let knee = CEILING * 0.5;
    let size = value.abs();
    if size <= knee {
        return value;
    }
    let over = (size - knee) / (CEILING - knee);
    let bent = knee + (CEILING - knee) * over / (1.0 + over);
    if value < 0.0 { -bent } else { bent }
}

/// Ungated BS.1770 loudness in LUFS.
fn loudness(mix: &Stereo) -> f32 {
    let power = |channel: &[f32]| {
        let mut shelf =
            Biquad::new([1.535_124_9, -2.691_696_2, 1.198_392_8], [-1.690_659_3, 0.732_480_8]);
        let mut pass = Biquad::new([1.0, -2.0, 1.0], [-1.990_047_5, 0.990_072_25]);
        let sum: f64 = channel
            .iter()
            .map(|value| pass.pass(shelf.pass(f64::from(*value))))
            .map(|value| value * value)
            .sum();
        sum / channel.len().max(1) as f64
    };
    let total = power(&mix.left) + power(&mix.right);
    -0.691 + 10.0 * log10f(total.max(1e-12) as f32)
}

/// A second-order filter, in double precision: its poles are close to the edge.
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Biquad {
    fn new(b: [f64; 3], a: [f64; 2]) -> Self {
        Self { b, a, state: [0.0; 2] }
    }

    fn pass(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.state[0];
        self.state[0] = self.b[1] * x - self.a[0] * y + self.state[1];
        self.state[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}
