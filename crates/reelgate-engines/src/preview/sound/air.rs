//! What fills a place without beginning or end: wind, water, rain, traffic.

use super::super::paint::noise::{Dice, Tile, smoothstep};
use super::tools::{Band, Low, RATE, Sine, Stereo, corner, white};

/// A slow random curve in 0 to 1, `rate` bumps a second.
fn drift(at: usize, rate: f32, row: f32) -> f32 {
    Tile::shared().at(at as f32 / RATE * rate, row)
}

/// Calls `voice` once for each ear with its own noise, and mixes what it makes.
fn both_ears(out: &mut Stereo, dice: &mut Dice, voice: impl Fn(&mut [f32], &mut Dice, f32)) {
    let row = dice.range(0.0, 30.0);
    voice(&mut out.left, &mut Dice::new(dice.bits()), row);
    voice(&mut out.right, &mut Dice::new(dice.bits()), row + 0.35);
}

pub(crate) fn wind(out: &mut Stereo, level: f32, dice: &mut Dice) {
    both_ears(out, dice, |channel, dice, row| {
        let (mut a, mut b) = (Low::default(), Low::default());
        let (dull, bright) = (corner(230.0), corner(900.0));
        for (at, value) in channel.iter_mut().enumerate() {
            let gust = drift(at, 0.35, row) * 0.7 + drift(at, 1.1, row + 9.0) * 0.3;
            let keep = dull + (bright - dull) * gust * gust;
            let tone = b.pass(a.pass(white(dice), keep), keep);
            *value += level * (0.35 + 1.5 * gust * gust) * tone * 2.2;
        }
    });
}

pub(crate) fn waves(out: &mut Stereo, level: f32, rate: f32, dice: &mut Dice) {
    both_ears(out, dice, |channel, dice, row| {
        let (mut low, mut high, mut base) = (Low::default(), Low::default(), Low::default());
        let (dull, bright, rumble) = (corner(420.0), corner(3_800.0), corner(110.0));
        for (at, value) in channel.iter_mut().enumerate() {
            let t = at as f32 / RATE;
            let turn = t * rate + 0.35 * drift(at, 0.07, row);
            let phase = turn - turn.floor();
            // Slow swell, quick break, long hiss running back.
            let swell = smoothstep(0.0, 0.42, phase) * smoothstep(1.0, 0.45, phase);
            let hiss = smoothstep(0.34, 0.46, phase) * smoothstep(1.0, 0.5, phase);
            let noise = white(dice);
            let body = low.pass(noise, dull) * (0.35 + 1.3 * swell);
            let foam = (high.pass(noise, bright) - low.pass(noise, dull)) * 0.30 * hiss;
            let under = base.pass(noise, rumble) * 1.6 * swell;
            *value += level * (body + foam + under);
        }
    });
}

pub(crate) fn stream(out: &mut Stereo, level: f32, dice: &mut Dice) {
    both_ears(out, dice, |channel, dice, row| {
        let mut bands = [Band::new(520.0, 1.6), Band::new(1_250.0, 2.2), Band::new(2_600.0, 2.0)];
        for (at, value) in channel.iter_mut().enumerate() {
            let noise = white(dice);
            let mut sum = 0.0;
            for (index, band) in bands.iter_mut().enumerate() {
                let row = row + index as f32 * 3.7;
                let bubble = drift(at, 9.0 + 5.0 * index as f32, row);
                sum += band.pass(noise) * (0.35 + 1.1 * bubble * bubble);
            }
            *value += level * sum * 1.3;
        }
    });
}

pub(crate) fn rain(out: &mut Stereo, level: f32, dice: &mut Dice) {
    both_ears(out, dice, |channel, dice, row| {
        let (mut low, mut high) = (Low::default(), Low::default());
        let (dull, bright) = (corner(700.0), corner(7_000.0));
        let mut drop = 0.0_f32;
        for (at, value) in channel.iter_mut().enumerate() {
            let noise = white(dice);
            let body = high.pass(noise, bright) - 0.8 * low.pass(noise, dull);
            if dice.chance(0.0009) {
                drop = dice.range(0.2, 0.9);
            }
            drop *= 0.9965;
            let ebb = 0.8 + 0.4 * drift(at, 0.2, row);
            *value += level * ebb * (0.42 * body + 0.35 * drop * noise);
        }
    });
}

pub(crate) fn traffic(out: &mut Stereo, level: f32, dice: &mut Dice) {
    both_ears(out, dice, |channel, dice, row| {
        let (mut low, mut mid, mut hiss) = (Low::default(), Low::default(), Low::default());
        let (deep, body, tyre) = (corner(90.0), corner(420.0), corner(1_700.0));
        for (at, value) in channel.iter_mut().enumerate() {
            let noise = white(dice);
            let pass = drift(at, 0.28, row + 2.0);
            let car = smoothstep(0.55, 0.95, pass);
            let rumble = low.pass(noise, deep) * 3.2;
            let engine = mid.pass(noise, body) * (0.35 + 1.0 * car);
            let wheels = (hiss.pass(noise, tyre) - mid.pass(noise, body)) * 0.5 * car;
            *value += level * (rumble + engine + wheels) * 0.7;
        }
    });
}

pub(crate) fn deep(out: &mut Stereo, level: f32, dice: &mut Dice) {
    both_ears(out, dice, |channel, dice, row| {
        let (mut a, mut b) = (Low::default(), Low::default());
        let dull = corner(190.0);
        for (at, value) in channel.iter_mut().enumerate() {
            let swell = 0.6 + 0.8 * drift(at, 0.25, row);
            *value += level * swell * b.pass(a.pass(white(dice), dull), dull) * 3.4;
        }
    });
    bubbles(out, level * 0.5, dice);
}

fn bubbles(out: &mut Stereo, level: f32, dice: &mut Dice) {
    let mut at = 0;
    while at < out.len() {
        at += (RATE * dice.range(0.06, 0.7)) as usize;
        let (hz, pan) = (dice.range(380.0, 1_300.0), dice.range(-0.8, 0.8));
        let long = (RATE * dice.range(0.04, 0.09)) as usize;
        let strength = level * dice.range(0.15, 0.5);
        let mut phase = 0.0_f32;
        for step in 0..long {
            let k = step as f32 / long as f32;
            phase += std::f32::consts::TAU * hz * (1.0 + 0.8 * k) / RATE;
            let shape = smoothstep(0.0, 0.1, k) * (1.0 - k) * (1.0 - k);
            out.put(at + step, strength * shape * libm::sinf(phase), pan);
        }
    }
}

pub(crate) fn hum(out: &mut Stereo, level: f32, dice: &mut Dice) {
    let base = dice.range(40.0, 52.0);
    let row = dice.range(0.0, 30.0);
    for (index, ratio) in [1.0, 1.5, 2.01, 3.02].into_iter().enumerate() {
        let mut sine = Sine::new(base * ratio, index as f32);
        let pan = (index as f32 - 1.5) * 0.3;
        for at in 0..out.len() {
            let swell = 0.4 + 0.9 * drift(at, 0.17, row + index as f32 * 5.0);
            let value = level * swell * sine.turn() * 0.34 / (1.0 + index as f32);
            out.put(at, value, pan);
        }
    }
}

pub(crate) fn room(out: &mut Stereo, level: f32, dice: &mut Dice) {
    both_ears(out, dice, |channel, dice, _| {
        let (mut a, mut b) = (Low::default(), Low::default());
        let dull = corner(320.0);
        for value in channel.iter_mut() {
            *value += level * b.pass(a.pass(white(dice), dull), dull) * 2.0;
        }
    });
}
