//! What happens now and then: birds, crickets, a fire's crackle, thunder, rails.

use libm::sinf;

use super::super::paint::noise::{Dice, smoothstep};
use super::tools::{Low, RATE, Stereo, corner, white};

/// Short phrases of whistled notes.
pub(crate) fn birds(out: &mut Stereo, level: f32, dice: &mut Dice) {
    let mut at = (RATE * dice.range(0.1, 0.8)) as usize;
    while at < out.len() {
        let (base, pan) = (dice.range(2_300.0, 4_600.0), dice.range(-0.9, 0.9));
        let strength = level * dice.range(0.2, 1.0);
        let slide = dice.range(-0.35, 0.5);
        let notes = 2 + dice.below(5);
        let mut start = at;
        for _ in 0..notes {
            let long = (RATE * dice.range(0.045, 0.12)) as usize;
            let hz = base * dice.range(0.85, 1.2);
            let mut phase = 0.0_f32;
            for step in 0..long {
                let k = step as f32 / long as f32;
                let trill = 1.0 + 0.04 * sinf(k * 40.0);
                phase += std::f32::consts::TAU * hz * (1.0 + slide * k) * trill / RATE;
                let shape = smoothstep(0.0, 0.18, k) * smoothstep(1.0, 0.5, k);
                out.put(start + step, strength * shape * sinf(phase), pan);
            }
            start += long + (RATE * dice.range(0.02, 0.10)) as usize;
        }
        at = start + (RATE * dice.range(0.3, 1.9)) as usize;
    }
}

pub(crate) fn crickets(out: &mut Stereo, level: f32, dice: &mut Dice) {
    for _ in 0..4 {
        let (hz, pan) = (dice.range(3_800.0, 4_900.0), dice.range(-0.9, 0.9));
        let (rate, beat) = (dice.range(0.9, 1.6), dice.range(26.0, 34.0));
        let offset = dice.range(0.0, 3.0);
        let step = std::f32::consts::TAU * hz / RATE;
        let mut phase = 0.0_f32;
        for at in 0..out.len() {
            phase += step;
            if phase > std::f32::consts::TAU {
                phase -= std::f32::consts::TAU;
            }
            let t = at as f32 / RATE + offset;
            let turn = t * rate;
            let chirp = smoothstep(0.0, 0.1, turn - turn.floor())
                * smoothstep(0.55, 0.45, turn - turn.floor());
            if chirp > 0.0 {
                let pulse = 0.5 + 0.5 * sinf(t * beat * std::f32::consts::TAU);
                out.put(at, level * 0.4 * chirp * pulse * pulse * sinf(phase), pan);
            }
        }
    }
}

pub(crate) fn crackle(out: &mut Stereo, level: f32, dice: &mut Dice) {
    let (mut body, keep) = (Low::default(), corner(260.0));
    for at in 0..out.len() {
        let value = body.pass(white(dice), keep) * 0.8 * level;
        out.put(at, value, 0.0);
    }
    let mut at = 0;
    while at < out.len() {
        at += (RATE * dice.unit() * dice.unit() * 0.22) as usize + 90;
        let (pan, strength) = (dice.range(-0.5, 0.5), level * dice.range(0.15, 0.9));
        let long = dice.range(60.0, 700.0) as usize;
        let (mut snap, dull) = (Low::default(), corner(3_500.0));
        for step in 0..long {
            let k = step as f32 / long as f32;
            let shape = smoothstep(0.0, 0.04, k) * (1.0 - k) * (1.0 - k) * (1.0 - k);
            out.put(at + step, 1.4 * strength * shape * snap.pass(white(dice), dull), pan);
        }
    }
}

pub(crate) fn thunder(out: &mut Stereo, level: f32, dice: &mut Dice) {
    let mut at = (RATE * dice.range(0.6, 1.6)) as usize;
    while at < out.len() {
        let long = (RATE * dice.range(2.2, 3.6)) as usize;
        let pan = dice.range(-0.5, 0.5);
        let (mut a, mut b) = (Low::default(), Low::default());
        for step in 0..long {
            let k = step as f32 / long as f32;
            let keep = corner(60.0) + corner(320.0) * (1.0 - k) * (1.0 - k);
            let roll = 0.6 + 0.4 * sinf(k * 31.0) * sinf(k * 13.0);
            let shape = smoothstep(0.0, 0.05, k) * (1.0 - k) * (1.0 - k) * roll;
            let value = b.pass(a.pass(white(dice), keep), keep);
            out.put(at + step, level * 4.0 * shape * value, pan);
        }
        at += long + (RATE * dice.range(1.5, 4.0)) as usize;
    }
}

/// Wheels over joints, and the rumble under them.
pub(crate) fn rails(out: &mut Stereo, level: f32, dice: &mut Dice) {
    let (mut low, keep) = (Low::default(), corner(150.0));
    for at in 0..out.len() {
        let value = low.pass(white(dice), keep) * 2.4 * level;
        out.put(at, value, 0.0);
    }
    let beat = (RATE * 0.62) as usize;
    let mut at = beat / 3;
    while at < out.len() {
        for shift in [0.0, 0.115] {
            let start = at + (RATE * shift) as usize;
            let long = (RATE * 0.055) as usize;
            let (mut clack, dull) = (Low::default(), corner(2_500.0));
            for step in 0..long {
                let k = step as f32 / long as f32;
                let shape = smoothstep(0.0, 0.06, k) * (1.0 - k) * (1.0 - k);
                let tone = 0.6 * sinf(k * 34.0) + 0.35 * clack.pass(white(dice), dull);
                out.put(start + step, level * 0.8 * shape * tone, 0.0);
            }
        }
        at += beat;
    }
}

/// Fireworks: a thump, then glitter.
pub(crate) fn bangs(out: &mut Stereo, level: f32, dice: &mut Dice) {
    let mut at = (RATE * 0.3) as usize;
    while at < out.len() {
        let (pan, strength) = (dice.range(-0.7, 0.7), level * dice.range(0.4, 1.0));
        let long = (RATE * 1.1) as usize;
        let mut low = Low::default();
        let keep = corner(170.0);
        for step in 0..long {
            let k = step as f32 / long as f32;
            let thump = smoothstep(0.0, 0.01, k) * smoothstep(0.35, 0.0, k);
            let glitter = smoothstep(0.15, 0.3, k) * (1.0 - k) * (1.0 - k);
            let noise = white(dice);
            let spark = if dice.chance(0.012) { noise } else { 0.0 };
            let value = 3.5 * thump * low.pass(noise, keep) + 0.9 * glitter * spark;
            out.put(at + step, strength * value, pan);
        }
        at += (RATE * dice.range(0.45, 0.95)) as usize;
    }
}
