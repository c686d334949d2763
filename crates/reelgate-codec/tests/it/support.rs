//! A moving picture, a sound, and clips made of them.

use std::io::Cursor;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use reelgate_codec::{ClipSpec, Frame, Picture, SAMPLE_RATE_HZ, Sound, write_clip};

/// A colour wash under a grid that drifts down and right, two pixels a frame.
pub(crate) struct Drift;

impl Picture for Drift {
    fn draw(&self, index: u32, out: &mut Frame) {
        let (width, shift) = (out.width, index as usize * 2);
        for (y, row) in out.y.chunks_exact_mut(width).enumerate() {
            for (x, luma) in row.iter_mut().enumerate() {
                let near_line = (x + 4096 - shift) % 64 < 6 || (y + 4096 - shift) % 64 < 6;
                *luma = if near_line { 210 } else { 50 + (x / 8 % 64) as u8 };
            }
        }
        let half = width / 2;
        for (y, (u, v)) in
            out.u.chunks_exact_mut(half).zip(out.v.chunks_exact_mut(half)).enumerate()
        {
            u.fill(100 + (y / 8 % 40) as u8);
            v.fill(160 - (y / 8 % 40) as u8);
        }
    }
}

pub(crate) fn drawn(width: usize, height: usize, index: u32) -> Frame {
    let mut frame = Frame::black(width, height);
    Drift.draw(index, &mut frame);
    frame
}

/// A 440 Hz tone on the left and silence on the right.
pub(crate) fn tone(seconds: f64) -> Sound {
    let count = (f64::from(SAMPLE_RATE_HZ) * seconds) as usize;
    let angle = |n: usize| n as f64 * 440.0 / f64::from(SAMPLE_RATE_HZ) * std::f64::consts::TAU;
    let left = (0..count).map(|n| libm::sin(angle(n)) as f32 * 0.5).collect();
    Sound { left, right: vec![0.0; count] }
}

/// A spec with sound, on one thread.
pub(crate) fn spec(width: usize, height: usize, frames: u32) -> ClipSpec {
    ClipSpec {
        threads: NonZeroUsize::MIN,
        sound: Some(tone(f64::from(frames) / 24.0)),
        ..ClipSpec::new(width, height, frames)
    }
}

pub(crate) fn clip_of(spec: &ClipSpec) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let go_on = |_| ControlFlow::Continue(());
    let facts = write_clip(spec, &Drift, &mut out, &go_on).expect("the clip is written");
    assert_eq!(facts.bytes, out.get_ref().len() as u64);
    out.into_inner()
}

/// A small deterministic generator of numbers for damaged files.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
