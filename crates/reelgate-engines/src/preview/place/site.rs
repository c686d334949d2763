//! What every builder of a setting needs at hand.

use super::super::paint::colour::{Ink, mix, scale};
use super::super::paint::noise::Dice;
use super::super::paint::sheet::Sheet;
use super::super::words::Facts;
use super::light::Light;
use super::stage::{Card, Element};

/// Sheets are never painted finer than this many pixels a frame unit: memory and time are bounded.
const DENSITY_MAX: f32 = 1080.0;

/// A setting under construction.
pub(crate) struct Site<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) light: Light,
    pub(crate) aspect: f32,
    pub(crate) density: f32,
    pub(crate) dice: Dice,
    pub(crate) elements: Vec<Element>,
    /// Scene seconds the shot lasts.
    pub(crate) seconds: f32,
    pub(crate) stand: Stand,
}

/// Where figures stand in this setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stand {
    /// Feet, frame units at rest.
    pub(crate) foot: f32,
    pub(crate) distance: f32,
    /// Height of a grown man, frame units at rest.
    pub(crate) man: f32,
}

impl<'a> Site<'a> {
    pub(crate) fn new(facts: &'a Facts, light: Light, size: (usize, usize), dice: Dice) -> Self {
        let aspect = size.0 as f32 / size.1 as f32;
        // Very wide frames have few rows: they can afford, and need, no more.
        let density = (size.1 as f32).min(DENSITY_MAX);
        Self {
            facts,
            light,
            aspect,
            density,
            dice,
            elements: Vec::new(),
            seconds: 5.0,
            stand: Stand::on(0.38, 1.08),
        }
    }

    /// Puts an element in front of everything further away than `distance`.
    pub(crate) fn place(&mut self, element: Element, distance: f32) {
        let after = self.elements.iter().rposition(|e| e.distance().is_none_or(|d| d >= distance));
        self.elements.insert(after.map_or(0, |at| at + 1), element);
    }

    /// Half the frame's breadth.
    pub(crate) fn half(&self) -> f32 {
        self.aspect * 0.5
    }

    /// How large things for a 16:9 frame may be here.
    pub(crate) fn fit(&self) -> f32 {
        (self.aspect / 1.5).clamp(0.5, 1.0)
    }

    /// How far a sheet must reach sideways so that no camera sees its edge.
    pub(crate) fn reach(&self, distance: f32) -> f32 {
        self.half() + 0.20 + 0.22 / distance.min(4.0)
    }

    /// An empty sheet across the frame.
    pub(crate) fn sheet(&self, distance: f32, top: f32, bottom: f32) -> Sheet {
        let reach = self.reach(distance);
        Sheet::new([-reach, top, reach, bottom], self.density)
    }

    pub(crate) fn card(&mut self, sheet: Sheet, distance: f32) {
        self.elements.push(Element::Card(Card::new(sheet, distance)));
    }

    pub(crate) fn swaying(&mut self, sheet: Sheet, distance: f32, sway: f32) {
        self.elements.push(Element::Card(Card::new(sheet, distance).swaying(sway)));
    }

    /// A thing's own colour as seen here at a distance.
    pub(crate) fn ink(&self, own: Ink, distance: f32) -> Ink {
        self.light.far(self.light.on(own), distance)
    }

    /// A dark shape against the light at a distance.
    pub(crate) fn silhouette(&self, distance: f32) -> Ink {
        self.light.far(self.light.shade, distance)
    }

    /// Which side the light comes from.
    pub(crate) fn side(&self) -> f32 {
        if self.light.sun[0] < 0.0 { -1.0 } else { 1.0 }
    }

    /// A leaf colour: mostly the season's, a little its own.
    pub(crate) fn leaf(&mut self, distance: f32) -> Ink {
        let crowns = self.light.leaf.crowns;
        let own = mix(self.dice.pick(&crowns), crowns[0], 0.2);
        let touch = self.dice.range(0.86, 1.12);
        self.ink(scale(own, touch), distance)
    }
}

impl Stand {
    pub(crate) fn on(foot: f32, distance: f32) -> Self {
        Self { foot, distance, man: 0.30 }
    }
}
