//! Settings, and how each becomes a stage.

mod backdrop;
mod coast;
mod deep;
mod hills;
mod land;
mod light;
mod plant;
mod site;
mod sky;
pub(crate) mod stage;
mod swarm;
mod void;
mod water;

use super::camera::Camera;
use super::paint::bloom::Rays;
use super::paint::noise::Dice;
use super::words::{Facts, Setting, Weather};
use backdrop::Backdrop;
use light::Light;
use site::Site;
use sky::Sky;
use stage::Stage;

/// Builds the stage for one shot.
pub(crate) fn build(
    facts: &Facts,
    size: (usize, usize),
    mut camera: Camera,
    mut dice: Dice,
) -> Stage {
    let aspect = size.0 as f32 / size.1 as f32;
    let light = Light::of(facts, aspect, &mut dice);
    let windy = facts.sky(Weather::Wind) || facts.sky(Weather::Storm);
    let mut site = Site::new(facts, light, size, dice);
    match facts.settings.first() {
        Some(Setting::Sea) => coast::open_sea(&mut site),
        Some(Setting::River) => hills::river(&mut site),
        _ => hills::mountains(&mut site),
    }
    camera.vanish = [0.0, site.light.horizon];
    let light = site.light;
    let sky = Sky::new(light, windy, aspect, &mut site.dice);
    Stage {
        backdrop: Backdrop::Sky(sky),
        elements: site.elements,
        swarms: Vec::new(),
        grade: light.grade,
        rays: Rays { from: light.sun, ink: light.glow, strength: light.rays, bloom: 1.0 },
        camera,
    }
}
