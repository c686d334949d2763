//! The light of a shot: one set of colours everything is painted with.

use super::super::paint::colour::{Ink, hex, luma, mix, saturate, scale, tint};
use super::super::paint::finish::Grade;
use super::super::paint::noise::Dice;
use super::super::paint::shape::Point;
use super::super::words::{Facts, Hour, Mood, Season, Weather};

/// Colours and directions of one shot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Light {
    pub(crate) hour: Hour,
    /// Sky at the zenith, half way, and at the horizon.
    pub(crate) high: Ink,
    pub(crate) mid: Ink,
    pub(crate) low: Ink,
    /// Around the sun or moon.
    pub(crate) glow: Ink,
    /// Direct light on things.
    pub(crate) key: Ink,
    /// Things in shade, and near silhouettes.
    pub(crate) shade: Ink,
    pub(crate) cloud_lit: Ink,
    pub(crate) cloud_dark: Ink,
    /// Sun or moon at rest, frame units.
    pub(crate) sun: Point,
    /// Radius of the disc; zero when hidden.
    pub(crate) disc: f32,
    pub(crate) stars: f32,
    /// Part of the sky under cloud.
    pub(crate) cover: f32,
    pub(crate) rays: f32,
    /// How fast distance turns things into air.
    pub(crate) haze: f32,
    /// 0 by day, 1 by night: lamps and windows.
    pub(crate) night: f32,
    /// Where the sky ends, at rest.
    pub(crate) horizon: f32,
    pub(crate) grade: Grade,
    pub(crate) leaf: Leaf,
    /// How much figures are shapes against the light; 1 leaves it to the sun.
    pub(crate) against: f32,
}

/// Colours of living things in this season.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Leaf {
    pub(crate) grass: Ink,
    pub(crate) crowns: [Ink; 4],
    pub(crate) season: Season,
    /// Snow lies on things.
    pub(crate) white: f32,
}

impl Light {
    pub(crate) fn of(facts: &Facts, aspect: f32, dice: &mut Dice) -> Self {
        let hour = hour_of(facts, dice);
        let mut light = by_hour(hour, aspect, dice);
        light.leaf = leaf_of(facts, dice);
        for weather in &facts.weather {
            light.under(*weather);
        }
        if facts.weather.is_empty() {
            light.cover = dice.range(0.32, 0.52);
        }
        for mood in &facts.moods {
            light.feel(*mood);
        }
        // The seed's own touch: a few degrees of hue, never enough to change the hour.
        let touch = [dice.range(0.97, 1.03), dice.range(0.98, 1.02), dice.range(0.97, 1.03)];
        light.grade = light.grade.cast(1.0, touch);
        light
    }

    /// A thing's own colour, lit as things in the open are.
    pub(crate) fn on(&self, own: Ink) -> Ink {
        let day = 1.0 - self.night * 0.64;
        let lit = tint(own, mix([1.0; 3], self.key, 0.8));
        mix(scale(lit, day), tint(self.shade, [1.6; 3]), 0.12 + 0.3 * self.night)
    }

    /// A colour seen through `distance` of air.
    pub(crate) fn far(&self, ink: Ink, distance: f32) -> Ink {
        let part = 1.0 - 1.0 / (1.0 + (distance - 0.6).max(0.0) * 0.075 * self.haze);
        mix(ink, self.air(), part)
    }

    /// The colour of a lot of air.
    pub(crate) fn air(&self) -> Ink {
        mix(self.low, self.mid, 0.25)
    }

    fn under(&mut self, weather: Weather) {
        let grey = |ink: Ink, part: f32, dim: f32| scale(saturate(ink, 1.0 - part), dim);
        match weather {
            Weather::Clear => self.cover = 0.08,
            Weather::Cloudy => {
                self.cover = 0.72;
                self.rays *= 0.7;
                self.wash(|ink| grey(ink, 0.25, 0.95));
            }
            Weather::Rain | Weather::Storm => {
                let storm = weather == Weather::Storm;
                self.cover = 0.9;
                self.disc = 0.0;
                self.stars = 0.0;
                self.rays *= 0.35;
                self.haze *= 1.5;
                let dim = if storm { 0.55 } else { 0.74 };
                // A night is dark already: more would leave nothing to see.
                let dim = dim + (1.15 - dim) * self.night;
                self.wash(|ink| mix(grey(ink, 0.5, dim), hex(0x4a_5868), 0.15));
                self.cloud_lit = mix(self.mid, self.low, 0.6);
                self.cloud_dark = scale(self.high, 0.7);
                self.key = mix(self.key, [0.8, 0.85, 0.95], 0.6);
            }
            Weather::Snow => {
                self.leaf.white = 1.0;
                self.cover = 0.7;
                self.disc *= 0.9;
                self.haze *= 1.35;
                self.wash(|ink| mix(grey(ink, 0.2, 0.92), hex(0xc4_d2e4), 0.16 * luma(ink) + 0.04));
            }
            Weather::Fog => {
                self.haze *= 2.2;
                self.rays *= 1.3;
                self.stars *= 0.3;
                let low = self.low;
                self.mid = mix(self.mid, low, 0.6);
                self.wash(|ink| grey(ink, 0.3, 0.90));
            }
            Weather::Dust => {
                self.haze *= 2.4;
                self.wash(|ink| mix(ink, scale(hex(0xd9_a066), 0.3 + luma(ink)), 0.5));
            }
            Weather::Wind => self.cover = self.cover.max(0.5),
        }
    }

    fn feel(&mut self, mood: Mood) {
        let grade = &mut self.grade;
        match mood {
            Mood::Warm => *grade = grade.cast(1.05, [1.07, 1.0, 0.88]),
            Mood::Cold => *grade = grade.cast(0.92, [0.9, 1.0, 1.1]),
            Mood::Neon => {
                *grade = grade.cast(1.2, [1.03, 0.96, 1.1]);
                grade.contrast += 0.15;
            }
            Mood::Pastel => {
                *grade = grade.cast(0.78, [0.86, 0.84, 0.86]);
                grade.lift = [0.17, 0.155, 0.165];
                grade.contrast = 0.0;
                grade.vignette *= 0.4;
            }
            Mood::Noir => {
                *grade = grade.cast(0.0, [1.0; 3]);
                grade.contrast = 0.75;
                grade.vignette = 0.6;
                grade.grain = 2.0;
            }
            Mood::Sepia => {
                *grade = grade.cast(0.0, [1.06, 0.92, 0.72]);
                grade.lift = [0.05, 0.035, 0.02];
                grade.vignette = 0.55;
                grade.grain = 2.0;
            }
            Mood::Dark => {
                *grade = grade.cast(0.85, [0.74, 0.76, 0.8]);
                grade.vignette = 0.55;
            }
            Mood::Dreamy => {
                *grade = grade.cast(1.1, [1.02, 0.98, 1.05]);
                grade.lift = [0.03, 0.02, 0.045];
                self.rays *= 1.3;
            }
            Mood::Epic => grade.contrast += 0.12,
            Mood::Energetic => *grade = grade.cast(1.12, [1.0; 3]),
            Mood::Calm => grade.contrast *= 0.8,
        }
    }

    fn wash(&mut self, change: impl Fn(Ink) -> Ink) {
        for ink in [&mut self.high, &mut self.mid, &mut self.low, &mut self.cloud_lit] {
            *ink = change(*ink);
        }
        self.cloud_dark = change(self.cloud_dark);
        self.shade = change(self.shade);
        self.glow = change(self.glow);
    }
}

fn hour_of(facts: &Facts, dice: &mut Dice) -> Hour {
    // "Sunlight" with "sunset" is a sunset: noon is the weakest word.
    let told = facts.hours.iter().find(|h| **h != Hour::Noon).or(facts.hours.first());
    match told {
        Some(hour) => *hour,
        None if facts.feels(Mood::Neon) => Hour::Night,
        None if facts.feels(Mood::Dark) => Hour::Dusk,
        None if facts.feels(Mood::Epic) => dice.pick(&[Hour::Golden, Hour::Dawn, Hour::Morning]),
        None => dice.pick(&[Hour::Morning, Hour::Noon, Hour::Golden, Hour::Morning]),
    }
}

/// High, mid, low, glow, key, shade, cloud lit, cloud dark.
type Palette = [u32; 8];

fn palette(hour: Hour) -> Palette {
    match hour {
        Hour::Dawn => {
            [0x3c_5a92, 0xb48cb4, 0xf9_c8a4, 0xff_d8a8, 0xff_d2b0, 0x3a_3a5c, 0xff_d9c4, 0x7a_6a98]
        }
        Hour::Morning => {
            [0x3f_86cc, 0x8c_c0e8, 0xe2_eef0, 0xff_f4d8, 0xff_f2dc, 0x2c_4258, 0xff_ffff, 0xa8_bcd0]
        }
        Hour::Noon => {
            [0x26_6fc0, 0x6c_b0e6, 0xcc_e6f2, 0xff_fae8, 0xff_fcf0, 0x24_3a4c, 0xff_ffff, 0x9c_b4cc]
        }
        Hour::Golden => {
            [0x2f_4a80, 0xd0_8866, 0xff_c67c, 0xff_b45c, 0xff_c48c, 0x33_2436, 0xff_d2a0, 0x84_5a74]
        }
        Hour::Dusk => {
            [0x18_2050, 0x5c_4880, 0xe8_8c74, 0xff_9a74, 0xd8_a0b0, 0x1c_1a38, 0xf0_a098, 0x40_3868]
        }
        Hour::Night => {
            [0x05_0a1e, 0x0e_1c40, 0x26_3e68, 0xb8_ccf4, 0x9c_b4e4, 0x08_0e20, 0x4a_5c84, 0x10_1830]
        }
    }
}

fn by_hour(hour: Hour, aspect: f32, dice: &mut Dice) -> Light {
    let [high, mid, low, glow, key, shade, cloud_lit, cloud_dark] = palette(hour).map(hex);
    let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
    let reach = (aspect * 0.5).min(0.95);
    let x = side * dice.range(0.28, 0.6) * reach;
    let (y, disc, rays, night) = match hour {
        Hour::Dawn => (-0.03, 0.038, 0.5, 0.0),
        Hour::Morning => (-0.27, 0.036, 0.34, 0.0),
        Hour::Noon => (-0.40, 0.034, 0.2, 0.0),
        Hour::Golden => (-0.06, 0.052, 0.6, 0.0),
        Hour::Dusk => (0.03, 0.0, 0.4, 0.42),
        Hour::Night => (-0.26, 0.036, 0.14, 1.0),
    };
    Light {
        hour,
        high,
        mid,
        low,
        glow,
        key,
        shade,
        cloud_lit,
        cloud_dark,
        sun: [x, y],
        disc: disc * aspect.clamp(0.62, 1.0),
        stars: if hour == Hour::Night { 1.0 } else { 0.25 * night },
        cover: 0.4,
        rays,
        haze: 1.0,
        night,
        horizon: 0.06,
        against: 1.0,
        grade: Grade::plain(),
        leaf: Leaf { grass: [0.0; 3], crowns: [[0.0; 3]; 4], season: Season::Summer, white: 0.0 },
    }
}

fn leaf_of(facts: &Facts, dice: &mut Dice) -> Leaf {
    let told = facts.season();
    let season = match told {
        Some(season) => season,
        None if facts.sky(Weather::Snow) => Season::Winter,
        None => dice.pick(&[Season::Summer, Season::Summer, Season::Spring]),
    };
    let (grass, crowns) = match season {
        Season::Spring => (0x6f_a84a, [0x7c_b85a, 0x98_c866, 0xf0_b4c8, 0xf6_d0da]),
        Season::Summer => (0x4c_7e36, [0x3c_7434, 0x4e_8a3c, 0x2f_6238, 0x66_9a44]),
        Season::Autumn => (0x9a_7a3c, [0xd0_7a24, 0xb8_4a22, 0xe0_a832, 0x8c_6a2c]),
        Season::Winter => (0xf0_f4fa, [0x4c_5c5c, 0x5c_6660, 0x3c_5050, 0x6c_7474]),
    };
    let white = if season == Season::Winter { 0.85 } else { 0.0 };
    Leaf { grass: hex(grass), crowns: crowns.map(hex), season, white }
}
