//! What the air is full of, by weather, season and place.

use super::super::paint::colour::{hex, mix, scale};
use super::super::words::{Hour, Mood, Season, Setting, Subject, Weather};
use super::site::Site;
use super::swarm::{Kind, Swarm};
use super::wild::mist;

/// The small moving things of a shot.
pub(crate) fn swarms(site: &mut Site<'_>, setting: Setting) -> Vec<Swarm> {
    if setting == Setting::Underwater {
        let pale = mix(site.light.key, [1.0; 3], 0.4);
        return vec![
            make(site, Kind::Bubble, 46, &[pale], 0.0),
            make(site, Kind::Mote, 130, &[scale(pale, 0.8)], 0.01),
        ];
    }
    if setting == Setting::Space {
        return Vec::new();
    }
    let mut swarms = Vec::new();
    let open = setting != Setting::Room;
    let strong = site.facts.sky(Weather::Wind) || site.facts.sky(Weather::Storm);
    let wind = if strong { 0.45 } else { 0.10 };
    if open {
        falling(site, &mut swarms, wind);
        settled_air(site, setting);
    }
    ambient(site, setting, &mut swarms, wind);
    swarms
}

/// Only what the text names, for pictures that bring their own light and place.
pub(crate) fn asked_for(site: &mut Site<'_>) -> Vec<Swarm> {
    let mut swarms = Vec::new();
    let strong = site.facts.sky(Weather::Wind) || site.facts.sky(Weather::Storm);
    falling(site, &mut swarms, if strong { 0.45 } else { 0.10 });
    if site.facts.has(Subject::Fire) {
        swarms.push(make(site, Kind::Ember, 70, &[hex(0xff_9c40), hex(0xff_c868)], 0.03));
    }
    if site.facts.feels(Mood::Dreamy) {
        swarms.push(make(site, Kind::Mote, 90, &[hex(0xff_e8b8)], 0.02));
    }
    swarms
}

fn make(
    site: &mut Site<'_>,
    kind: Kind,
    count: usize,
    inks: &[super::super::paint::colour::Ink],
    wind: f32,
) -> Swarm {
    let count = (count as f32 * site.aspect.clamp(0.6, 2.4) / 1.78) as usize;
    Swarm::new(kind, count, inks, wind, &mut site.dice)
}

fn falling(site: &mut Site<'_>, swarms: &mut Vec<Swarm>, wind: f32) {
    let light = site.light;
    let has = |weather| site.facts.sky(weather);
    let (rain, snow, dust) =
        (has(Weather::Rain) || has(Weather::Storm), has(Weather::Snow), has(Weather::Dust));
    if rain && !snow {
        let ink = mix(light.air(), [0.9, 0.94, 1.0], 0.6);
        let ink = scale(ink, 1.0 - 0.3 * light.night);
        swarms.push(make(site, Kind::Rain, 620, &[ink], wind));
    }
    if snow {
        let ink = scale([1.0, 1.0, 1.0], 1.0 - 0.22 * light.night);
        swarms.push(make(site, Kind::Snow, 620, &[ink], wind * 0.8));
    }
    if dust {
        let ink = mix(light.low, hex(0xe0_b070), 0.5);
        swarms.push(make(site, Kind::Sand, 420, &[ink], wind + 0.2));
    }
    let petals = [hex(0xf8_ccd8), hex(0xfc_e4ea), hex(0xf0_b0c4)];
    let leaves = light.leaf.crowns;
    let told = site.facts.season();
    if rain || snow {
        return;
    }
    match told {
        Some(Season::Autumn) => {
            let inks = leaves.map(|ink| light.on(ink));
            swarms.push(make(site, Kind::Leaf, 34, &inks, wind));
        }
        Some(Season::Spring) => {
            let inks = petals.map(|ink| light.on(ink));
            swarms.push(make(site, Kind::Leaf, 46, &inks, wind));
        }
        _ => {}
    }
}

/// Mist lying in the land.
fn settled_air(site: &mut Site<'_>, setting: Setting) {
    let foggy = site.facts.sky(Weather::Fog);
    let dawn = site.light.hour == Hour::Dawn;
    let low = matches!(
        setting,
        Setting::Lake | Setting::River | Setting::Forest | Setting::Mountains | Setting::Meadow
    );
    if foggy || dawn && low {
        let part = if foggy { 0.95 } else { 0.55 };
        let y = site.light.horizon;
        for (lift, thick, distance) in [(0.02, 0.10, 4.6), (0.09, 0.11, 2.2), (0.2, 0.14, 1.15)] {
            if foggy || distance > 2.0 {
                let before = site.elements.len();
                mist(site, y + lift, thick, distance, part);
                // Built last, but it lies among the layers.
                let element = site.elements.remove(before);
                site.place(element, distance);
            }
        }
    }
}

fn ambient(site: &mut Site<'_>, setting: Setting, swarms: &mut Vec<Swarm>, wind: f32) {
    let light = site.light;
    let wet = site.facts.sky(Weather::Rain) || site.facts.sky(Weather::Storm);
    let dry = !wet && !site.facts.sky(Weather::Snow);
    let green =
        matches!(setting, Setting::Forest | Setting::Meadow | Setting::River | Setting::Lake);
    let dreamy = site.facts.feels(Mood::Dreamy);
    if site.facts.has(Subject::Fire) {
        swarms.push(make(site, Kind::Ember, 70, &[hex(0xff_9c40), hex(0xff_c868)], 0.03));
    }
    if setting == Setting::Room {
        let warm = mix(light.key, hex(0xff_d090), 0.5);
        swarms.push(make(site, Kind::Mote, 80, &[warm], 0.01));
    } else if (light.night > 0.5 && green && dry) || dreamy {
        swarms.push(make(site, Kind::Firefly, 38, &[hex(0xe8_ff8c), hex(0xff_e890)], 0.0));
    } else if green && dry && light.rays > 0.3 {
        let pollen = mix(light.key, [1.0; 3], 0.3);
        swarms.push(make(site, Kind::Mote, 110, &[pollen], wind));
    }
}
