//! Settings, and how each becomes a stage.

mod actors;
mod backdrop;
mod beyond;
mod buildings;
mod coast;
mod deep;
mod globes;
mod herds;
mod hills;
mod inside;
mod land;
mod light;
mod lightning;
mod plant;
mod site;
mod sky;
pub(crate) mod stage;
mod strip;
pub(crate) mod swarm;
mod terrain;
mod town;
mod traffic;
mod void;
mod water;
mod weather;
mod wild;
mod works;

use super::camera::Camera;
use super::paint::bloom::Rays;
use super::paint::noise::Dice;
use super::words::{Facts, Move, Setting, Subject, Weather};
use backdrop::Backdrop;
use light::Light;
use site::{Site, Stand};
use sky::Sky;
use stage::{Element, Stage, finish_cards};
use swarm::Swarm;
use terrain::{Cover, Terrain};

/// Builds the stage for one shot that lasts `seconds` of scene time.
pub(crate) fn build(
    facts: &Facts,
    size: (usize, usize),
    seconds: f32,
    mut camera: Camera,
    mut dice: Dice,
) -> Stage {
    let mut facts = facts.clone();
    let setting = setting_of(&facts, &mut dice);
    facts.settings.retain(|s| *s != setting);
    facts.settings.insert(0, setting);
    let aspect = size.0 as f32 / size.1 as f32;
    let light = Light::of(&facts, aspect, &mut dice);
    let mut site = Site::new(&facts, light, size, dice);
    site.seconds = seconds;
    let backdrop = furnish(&mut site, setting, camera.is_still());
    actors::enter(&mut site);
    if facts.sky(Weather::Storm) && backdrop.is_none() && setting != Setting::Room {
        lightning::lightning(&mut site);
    }
    let swarms = weather::swarms(&mut site, setting);
    camera.vanish = [0.0, site.light.horizon];
    let windy = facts.sky(Weather::Wind) || facts.sky(Weather::Storm);
    let light = site.light;
    let backdrop = backdrop
        .unwrap_or_else(|| Backdrop::Sky(Box::new(Sky::new(light, windy, aspect, &mut site.dice))));
    let mut elements = site.elements;
    finish_cards(&mut elements);
    Stage {
        backdrop,
        elements,
        swarms,
        grade: light.grade,
        rays: Rays { from: light.sun, ink: light.glow, strength: light.rays * 0.55, bloom: 1.0 },
        camera,
        setting,
    }
}

/// Weather to lay over a picture: only what the text asks for.
pub(crate) fn weather_over(facts: &Facts, size: (usize, usize), mut dice: Dice) -> Vec<Swarm> {
    let aspect = size.0 as f32 / size.1 as f32;
    let light = Light::of(facts, aspect, &mut dice);
    let mut site = Site::new(facts, light, size, dice);
    weather::asked_for(&mut site)
}

/// The one place a shot happens in.
pub(crate) fn setting_of(facts: &Facts, dice: &mut Dice) -> Setting {
    let named = &facts.settings;
    let has = |setting| named.contains(&setting);
    for strong in [Setting::Underwater, Setting::Space, Setting::Beach] {
        if has(strong) && (strong != Setting::Space || !has(Setting::City)) {
            return strong;
        }
    }
    for water in [Setting::River, Setting::Lake] {
        if has(water)
            && named.iter().all(|s| {
                matches!(s, Setting::River | Setting::Lake | Setting::Forest | Setting::Mountains)
            })
        {
            return water;
        }
    }
    if let Some(first) = named.first() {
        return *first;
    }
    let suits = facts.subjects.iter().find_map(|subject| subject.home());
    suits.unwrap_or_else(|| {
        dice.pick(&[
            Setting::Meadow,
            Setting::Mountains,
            Setting::Lake,
            Setting::Meadow,
            Setting::Sea,
            Setting::River,
        ])
    })
}

/// Fills the site; a backdrop when it is not the sky.
fn furnish(site: &mut Site<'_>, setting: Setting, still: bool) -> Option<Backdrop> {
    let aerial = site.facts.moves(Move::Aerial);
    if aerial && from_the_air(site, setting, still) {
        return None;
    }
    match setting {
        Setting::Sea => coast::open_sea(site),
        Setting::Beach => {
            site.stand = Stand::on(0.42, 1.0);
            coast::beach(site);
        }
        Setting::River => {
            site.stand = Stand { man: 0.22, ..Stand::on(0.47, 0.93) };
            hills::river(site);
        }
        Setting::Lake => {
            site.stand = Stand::on(0.47, 0.62);
            hills::lake(site);
        }
        Setting::Mountains => hills::mountains(site),
        Setting::Forest => {
            // In front of the nearest trunks.
            site.stand = Stand::on(0.41, 0.98);
            wild::forest(site);
        }
        Setting::Meadow => {
            site.stand = Stand::on(0.40, 1.0);
            wild::meadow(site);
        }
        Setting::Desert => {
            site.stand = Stand { man: 0.20, ..Stand::on(0.36, 1.4) };
            wild::desert(site);
        }
        Setting::City => {
            site.stand = Stand { man: 0.27, ..Stand::on(0.42, 1.2) };
            town::street(site);
        }
        Setting::Room => {
            site.stand = Stand { man: 0.50, ..Stand::on(0.47, 1.25) };
            inside::room(site);
        }
        Setting::Sky => beyond::cloud_sea(site),
        Setting::Space => return Some(beyond::space(site)),
        Setting::Underwater => {
            let reef = beyond::reef(site);
            let told = [Subject::Fish, Subject::Whale, Subject::Turtle];
            if !told.iter().any(|s| site.facts.has(*s)) {
                actors::swimmers(site, Subject::Fish);
            }
            return Some(reef);
        }
    }
    if matches!(setting, Setting::Sea | Setting::Beach) && site.facts.subjects.is_empty() {
        actors::birds(site);
    }
    None
}

/// Land from above, where there is land to see.
fn from_the_air(site: &mut Site<'_>, setting: Setting, still: bool) -> bool {
    let river = site.facts.settings.contains(&Setting::River);
    let cover = match setting {
        Setting::Forest | Setting::River | Setting::Lake => Cover::Woods,
        Setting::Meadow => Cover::Fields,
        Setting::Beach | Setting::Sea => Cover::Coast,
        _ => return false,
    };
    let forest = site.facts.settings.contains(&Setting::Forest);
    let cover = if setting == Setting::River && !forest { Cover::Woods } else { cover };
    site.light.horizon = terrain::horizon();
    site.light.sun[1] = site.light.sun[1].min(-0.40);
    site.light.haze *= 1.3;
    let terrain = Terrain::new(site, cover, river, still);
    site.elements.push(Element::Terrain(Box::new(terrain)));
    site.stand = Stand { man: 0.09, ..Stand::on(0.20, 2.0) };
    true
}
