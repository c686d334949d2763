//! Small parts sounds are made of.

use libm::{cosf, expf, sinf};
use reelgate_codec::SAMPLE_RATE_HZ;

use super::super::paint::noise::{Dice, smoothstep};

pub(crate) const RATE: f32 = SAMPLE_RATE_HZ as f32;

/// Two channels of equal length.
pub(crate) struct Stereo {
    pub(crate) left: Vec<f32>,
    pub(crate) right: Vec<f32>,
}

impl Stereo {
    pub(crate) fn silent(length: usize) -> Self {
        Self { left: vec![0.0; length], right: vec![0.0; length] }
    }

    pub(crate) fn len(&self) -> usize {
        self.left.len()
    }

    /// Adds one sample at a place between the ears: -1 left, 1 right.
    pub(crate) fn put(&mut self, at: usize, value: f32, pan: f32) {
        if let (Some(l), Some(r)) = (self.left.get_mut(at), self.right.get_mut(at)) {
            let [left, right] = ears(pan);
            *l += value * left;
            *r += value * right;
        }
    }

    pub(crate) fn add(&mut self, other: &Stereo, from: usize) {
        for (to, with) in [(&mut self.left, &other.left), (&mut self.right, &other.right)] {
            for (t, w) in to.iter_mut().skip(from).zip(with) {
                *t += w;
            }
        }
    }

    pub(crate) fn scale(&mut self, by: f32) {
        for value in self.left.iter_mut().chain(&mut self.right) {
            *value *= by;
        }
    }

    /// Eases in over `lead` samples and out over `tail`.
    pub(crate) fn fade(&mut self, lead: usize, tail: usize) {
        for channel in [&mut self.left, &mut self.right] {
            for (at, value) in channel.iter_mut().enumerate().take(lead) {
                *value *= smoothstep(0.0, 1.0, at as f32 / lead as f32);
            }
            for (left, value) in channel.iter_mut().rev().enumerate().take(tail) {
                *value *= smoothstep(0.0, 1.0, left as f32 / tail as f32);
            }
        }
    }
}

/// How loud each ear hears what is at a place between them: -1 left, 1 right.
pub(crate) fn ears(pan: f32) -> [f32; 2] {
    [(0.5 - 0.5 * pan).sqrt(), (0.5 + 0.5 * pan).sqrt()]
}

/// White noise, -1 to 1.
pub(crate) fn white(dice: &mut Dice) -> f32 {
    dice.unit() * 2.0 - 1.0
}

/// A one-pole low-pass.
#[derive(Clone, Copy, Default)]
pub(crate) struct Low {
    value: f32,
}

impl Low {
    pub(crate) fn pass(&mut self, input: f32, keep: f32) -> f32 {
        self.value += (input - self.value) * keep;
        self.value
    }
}

/// What [`Low::pass`] keeps for a corner at `hz`.
pub(crate) fn corner(hz: f32) -> f32 {
    1.0 - expf(-std::f32::consts::TAU * hz / RATE)
}

/// A resonant band-pass.
#[derive(Clone, Copy)]
pub(crate) struct Band {
    a: f32,
    b1: f32,
    b2: f32,
    x: [f32; 2],
    y: [f32; 2],
}

impl Band {
    pub(crate) fn new(hz: f32, q: f32) -> Self {
        let turn = std::f32::consts::TAU * hz / RATE;
        let alpha = sinf(turn) / (2.0 * q);
        let norm = 1.0 / (1.0 + alpha);
        Self {
            a: alpha * norm,
            b1: -2.0 * cosf(turn) * norm,
            b2: (1.0 - alpha) * norm,
            x: [0.0; 2],
            y: [0.0; 2],
        }
    }

    pub(crate) fn pass(&mut self, input: f32) -> f32 {
        let out = self.a * (input - self.x[1]) - self.b1 * self.y[0] - self.b2 * self.y[1];
        self.x = [input, self.x[0]];
        self.y = [out, self.y[0]];
        out
    }
}

/// A sine that never calls into a library per sample: a rotating pair.
#[derive(Clone, Copy)]
pub(crate) struct Sine {
    s: f32,
    c: f32,
    ds: f32,
    dc: f32,
}

impl Sine {
    pub(crate) fn new(hz: f32, phase: f32) -> Self {
        let step = std::f32::consts::TAU * hz / RATE;
        Self { s: sinf(phase), c: cosf(phase), ds: sinf(step), dc: cosf(step) }
    }

    pub(crate) fn turn(&mut self) -> f32 {
        let s = self.s * self.dc + self.c * self.ds;
        let c = self.c * self.dc - self.s * self.ds;
        // Pulled back to the circle, or rounding would make it grow.
        let fix = 1.5 - 0.5 * (s * s + c * c);
        (self.s, self.c) = (s * fix, c * fix);
        self.s
    }
}
