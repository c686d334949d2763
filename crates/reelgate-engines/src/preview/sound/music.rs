//! A quiet chord under everything, in a key that suits the mood; a beat when it is energetic.

use super::super::paint::noise::{Dice, hash, smoothstep};
use super::super::words::{Facts, Hour, Mood, Setting, Weather};
use super::Passage;
use super::tools::{Low, RATE, Sine, Stereo, corner, ears, white};

/// Four chords as half tones above the key note.
type Progression = [[i32; 4]; 4];

const BRIGHT: Progression = [[0, 4, 7, 14], [-5, 2, 7, 11], [-3, 4, 7, 12], [-7, 0, 5, 9]];
const WARM: Progression = [[0, 4, 7, 11], [-3, 0, 4, 7], [-7, -3, 0, 4], [-5, -1, 2, 5]];
const SOMBRE: Progression = [[0, 3, 7, 10], [-4, 0, 3, 7], [-7, 0, 3, 8], [-2, 2, 5, 10]];
const DREAM: Progression = [[0, 7, 11, 14], [2, 6, 9, 14], [-3, 4, 7, 11], [0, 6, 7, 14]];

pub(crate) fn bed(out: &mut Stereo, passage: &Passage<'_>, seed: u32) {
    let facts = passage.facts;
    let mut dice = Dice::new(hash(seed, 0x4D, 0x0005_1C00));
    let key = 130.81 * half_tones(dice.below(7) as i32 - 3);
    let chords = progression(facts, passage.setting);
    let energetic = facts.feels(Mood::Energetic) || facts.feels(Mood::Neon);
    let chord_seconds = if energetic { 2.0 } else { 3.4 };
    let level = if facts.feels(Mood::Epic) || energetic { 0.20 } else { 0.13 };
    pad(out, key, &chords, chord_seconds, level);
    if energetic {
        beat(out, key, &chords, &mut dice);
    }
}

fn progression(facts: &Facts, setting: Option<Setting>) -> Progression {
    let night = facts.hours.contains(&Hour::Night);
    let sombre = [Mood::Dark, Mood::Noir, Mood::Cold, Mood::Neon].iter().any(|m| facts.feels(*m))
        || facts.sky(Weather::Storm)
        || facts.sky(Weather::Rain);
    let dream = facts.feels(Mood::Dreamy)
        || matches!(setting, Some(Setting::Space | Setting::Underwater | Setting::Sky));
    if sombre {
        SOMBRE
    } else if dream || night {
        DREAM
    } else if facts.feels(Mood::Warm) || setting == Some(Setting::Room) {
        WARM
    } else {
        BRIGHT
    }
}

fn half_tones(steps: i32) -> f32 {
    libm::exp2f(steps as f32 / 12.0)
}

/// Soft detuned voices, each chord melting into the next.
fn pad(out: &mut Stereo, key: f32, chords: &Progression, seconds: f32, level: f32) {
    let hold = (seconds * RATE) as usize;
    let melt = (0.45 * RATE) as usize;
    let mut start = 0;
    let mut index = 0;
    while start < out.len() {
        let end = (start + hold + melt).min(out.len() + melt);
        for (voice, step) in chords[index % 4].into_iter().enumerate() {
            let hz = key * half_tones(step);
            let pan = (voice as f32 - 1.5) * 0.4;
            for (detune, gain, side) in
                [(0.9985, 0.5, -0.25), (1.0015, 0.5, 0.25), (2.0, 0.13, 0.0)]
            {
                let mut sine = Sine::new(hz * detune, voice as f32 * 1.3 + side);
                let ears = ears((pan + side).clamp(-1.0, 1.0));
                let loud = level * gain * 0.5;
                let until = end.min(out.len());
                let channels = out.left[start..until].iter_mut().zip(&mut out.right[start..until]);
                for (at, (left, right)) in channels.enumerate() {
                    let (since, still) = (at, end - start - at);
                    let mut shape = 1.0;
                    if since.min(still) < melt {
                        shape = smoothstep(0.0, melt as f32, since as f32)
                            * smoothstep(0.0, melt as f32, still as f32);
                    }
                    let value = loud * shape * sine.turn();
                    *left += value * ears[0];
                    *right += value * ears[1];
                }
            }
        }
        start += hold;
        index += 1;
    }
}

/// Kick, hat and a pulsing bass at 120 beats a minute.
fn beat(out: &mut Stereo, key: f32, chords: &Progression, dice: &mut Dice) {
    let quarter = (0.5 * RATE) as usize;
    let mut count = 0;
    let mut at = 0;
    while at < out.len() {
        kick(out, at);
        for half in 0..2 {
            hat(out, at + half * quarter / 2 + quarter / 4, dice);
            let chord = chords[count / 4 % 4];
            let hz = key * 0.5 * half_tones(chord[0]);
            pluck(out, at + half * quarter / 2, hz);
        }
        at += quarter;
        count += 1;
    }
}

fn kick(out: &mut Stereo, at: usize) {
    let long = (0.22 * RATE) as usize;
    let mut phase = 0.0_f32;
    for step in 0..long {
        let k = step as f32 / long as f32;
        phase += std::f32::consts::TAU * (46.0 + 110.0 * (1.0 - k) * (1.0 - k) * (1.0 - k)) / RATE;
        let shape = smoothstep(0.0, 0.02, k) * (1.0 - k) * (1.0 - k);
        out.put(at + step, 0.34 * shape * libm::sinf(phase), 0.0);
    }
}

fn hat(out: &mut Stereo, at: usize, dice: &mut Dice) {
    let long = (0.05 * RATE) as usize;
    let (mut low, keep) = (Low::default(), corner(6_000.0));
    for step in 0..long {
        let k = step as f32 / long as f32;
        let noise = white(dice);
        let shape = smoothstep(0.0, 0.05, k) * (1.0 - k) * (1.0 - k) * (1.0 - k);
        out.put(at + step, 0.07 * shape * (noise - low.pass(noise, keep)), 0.2);
    }
}

fn pluck(out: &mut Stereo, at: usize, hz: f32) {
    let long = (0.23 * RATE) as usize;
    let (mut base, mut over) = (Sine::new(hz, 0.0), Sine::new(hz * 2.0, 0.0));
    for step in 0..long {
        let k = step as f32 / long as f32;
        let shape = smoothstep(0.0, 0.04, k) * (1.0 - k);
        let tone = base.turn() + 0.4 * (1.0 - k) * over.turn();
        out.put(at + step, 0.16 * shape * tone, 0.0);
    }
}
