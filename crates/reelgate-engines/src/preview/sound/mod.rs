//! Sound for a clip, made from what the picture shows: air, water, living things, a quiet chord.

mod air;
mod beats;
mod level;
mod life;
mod music;
mod tools;

pub use beats::beats;
pub(crate) use beats::on_beats;

use reelgate_codec::{FRAME_RATE, SAMPLE_RATE_HZ, Sound};

use super::paint::noise::{Dice, hash};
use super::words::{Facts, Mood, Season, Setting, Subject, Weather};
use tools::Stereo;

/// One shot, as far as the ear is concerned.
#[derive(Clone, Copy)]
pub(crate) struct Passage<'a> {
    pub(crate) first_frame: u32,
    pub(crate) frames: u32,
    pub(crate) facts: &'a Facts,
    pub(crate) setting: Option<Setting>,
}

const SAMPLES_A_FRAME: usize = (SAMPLE_RATE_HZ / FRAME_RATE) as usize;
/// Shots overlap by this much, so that no cut clicks.
const OVERLAP_SAMPLES: usize = 4_800;

/// The sound of a whole clip, `frames` long to the sample.
pub(crate) fn score(passages: &[Passage<'_>], frames: u32, seed: u32) -> Sound {
    let length = frames as usize * SAMPLES_A_FRAME;
    let mut mix = Stereo::silent(length);
    for (index, passage) in passages.iter().enumerate() {
        let start = passage.first_frame as usize * SAMPLES_A_FRAME;
        let own = passage.frames as usize * SAMPLES_A_FRAME;
        let lead = OVERLAP_SAMPLES.min(start);
        let tail = OVERLAP_SAMPLES.min(length.saturating_sub(start + own));
        let mut part = Stereo::silent(own + lead + tail);
        let mut dice = Dice::new(hash(seed, index as u32, 0x50_4D));
        ambience(&mut part, passage, &mut dice);
        part.fade(lead, tail);
        mix.add(&part, start - lead);
    }
    if let Some(first) = passages.first() {
        let mut bed = Stereo::silent(length);
        music::bed(&mut bed, first, seed);
        mix.add(&bed, 0);
    }
    level::master(&mut mix);
    Sound { left: mix.left, right: mix.right }
}

/// Everything a place sounds like, each at its own strength.
fn ambience(out: &mut Stereo, passage: &Passage<'_>, dice: &mut Dice) {
    let facts = passage.facts;
    let rain = facts.sky(Weather::Rain) || facts.sky(Weather::Storm);
    let gusty = facts.sky(Weather::Wind) || facts.sky(Weather::Storm) || facts.sky(Weather::Dust);
    let night = facts.hours.first().is_some_and(|h| h.name() == "night");
    let setting = passage.setting;
    let wind = match setting {
        Some(Setting::Mountains | Setting::Desert | Setting::Sky) => 0.30,
        Some(Setting::Room | Setting::Space | Setting::Underwater) => 0.02,
        Some(Setting::City) => 0.06,
        _ => 0.12,
    };
    air::wind(out, if gusty { wind + 0.35 } else { wind }, dice);
    match setting {
        Some(Setting::Sea) => air::waves(out, 0.55, 0.11, dice),
        Some(Setting::Beach) => air::waves(out, 0.62, 0.15, dice),
        Some(Setting::River) => air::stream(out, 0.34, dice),
        Some(Setting::Lake) => air::waves(out, 0.14, 0.22, dice),
        Some(Setting::City) => air::traffic(out, 0.42, dice),
        Some(Setting::Underwater) => air::deep(out, 0.5, dice),
        Some(Setting::Space) => air::hum(out, 0.4, dice),
        Some(Setting::Room) => air::room(out, 0.10, dice),
        _ => {}
    }
    if rain {
        let indoors = setting == Some(Setting::Room);
        air::rain(out, if indoors { 0.16 } else { 0.42 }, dice);
    }
    if facts.sky(Weather::Storm) {
        life::thunder(out, 0.7, dice);
    }
    let green = matches!(
        setting,
        Some(
            Setting::Forest | Setting::Meadow | Setting::River | Setting::Lake | Setting::Mountains
        )
    );
    let winter = facts.season() == Some(Season::Winter) || facts.sky(Weather::Snow);
    if green && !rain && !winter {
        if night { life::crickets(out, 0.10, dice) } else { life::birds(out, 0.16, dice) }
    }
    if facts.has(Subject::Bird) && matches!(setting, Some(Setting::Sea | Setting::Beach)) {
        life::birds(out, 0.08, dice);
    }
    if facts.has(Subject::Fire) || facts.has(Subject::Candles) {
        life::crackle(out, if facts.has(Subject::Fire) { 0.5 } else { 0.10 }, dice);
    }
    if facts.has(Subject::Train) {
        life::rails(out, 0.34, dice);
    }
    if facts.has(Subject::Fireworks) {
        life::bangs(out, 0.5, dice);
    }
    if facts.feels(Mood::Calm) {
        out.scale(0.85);
    }
}
