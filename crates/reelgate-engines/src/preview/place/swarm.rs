//! Many small things in the air: rain, snow, leaves, dust, fireflies, embers, bubbles.

use libm::sinf;

use super::super::paint::colour::{Ink, Quad, glow, veil};
use super::super::paint::cutout::Fleck;
use super::super::paint::noise::{Dice, lerp};
use super::super::paint::view::View;
use super::stage::Moment;

/// What the things are, and so how they move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Rain,
    Snow,
    /// Leaves or petals, tumbling down.
    Leaf,
    /// Dust in light, pollen: hardly moving.
    Mote,
    /// Blinking, wandering lights.
    Firefly,
    /// Sparks going up.
    Ember,
    Bubble,
    /// Sand blown sideways.
    Sand,
}

/// One cloud of small things.
#[derive(Clone, Debug)]
pub(crate) struct Swarm {
    kind: Kind,
    inks: Vec<Ink>,
    /// Sideways wind, frame units a second.
    wind: f32,
    grains: Vec<Grain>,
}

#[derive(Clone, Copy, Debug)]
struct Grain {
    /// Sideways and down, 0 to 1.
    x: f32,
    y: f32,
    /// 0.5 near the lens to 4 far off.
    away: f32,
    phase: f32,
    ink: usize,
}

impl Swarm {
    pub(crate) fn new(kind: Kind, count: usize, inks: &[Ink], wind: f32, dice: &mut Dice) -> Self {
        let grains = (0..count)
            .map(|_| Grain {
                x: dice.unit(),
                y: dice.unit(),
                away: lerp(0.55, 3.6, dice.unit().sqrt()),
                phase: dice.range(0.0, 60.0),
                ink: dice.below(inks.len()),
            })
            .collect();
        Self { kind, inks: inks.to_vec(), wind, grains }
    }

    /// The things as seen at a moment, frame units on screen.
    pub(crate) fn flecks(&self, view: View, moment: &Moment) -> impl Iterator<Item = Fleck> {
        let breadth = view.aspect() + 0.3;
        self.grains.iter().filter_map(move |grain| self.fleck(grain, breadth, moment))
    }

    fn fleck(&self, g: &Grain, breadth: f32, moment: &Moment) -> Option<Fleck> {
        let t = moment.seconds;
        let near = 1.0 / g.away;
        let wave = |rate: f32, size: f32| size * sinf(t * rate + g.phase);
        let (dx, dy) = match self.kind {
            Kind::Rain => (self.wind * near * t, 1.9 * near.sqrt() * t),
            Kind::Snow => (
                self.wind * near * t + wave(0.9, 0.02) + wave(0.37, 0.03),
                (0.075 + 0.05 * near) * t,
            ),
            Kind::Leaf => (self.wind * near * t + wave(1.1, 0.05), (0.07 + 0.05 * near) * t),
            Kind::Mote => (self.wind * 0.2 * t + wave(0.3, 0.03), -0.006 * t + wave(0.23, 0.03)),
            Kind::Firefly => (wave(0.41, 0.07) + wave(0.83, 0.03), wave(0.53, 0.05)),
            Kind::Ember => (self.wind * t + wave(1.3, 0.03), -(0.10 + 0.09 * near) * t),
            Kind::Bubble => (wave(1.7, 0.012), -(0.07 + 0.06 * near) * t),
            Kind::Sand => ((0.5 + self.wind) * near * t, wave(1.1, 0.02)),
        };
        let eye = &moment.eye;
        let shift = [eye.at[0] * near + eye.pan[0], eye.at[1] * near + eye.pan[1]];
        let grow = eye.zoom * (1.0 + eye.forward * 0.5 * near);
        let wrap = |v: f32| v - v.floor();
        let x = (wrap(g.x + (dx - shift[0]) / breadth) - 0.5) * breadth * grow;
        let y = (wrap(g.y + (dy - shift[1]) / 1.2) - 0.5) * 1.2 * grow;
        let (ink, radius, run) = self.look(g, near, t);
        let fleck = Fleck { at: [x, y], radius, run, ink, crisp: self.crisp() };
        (radius > 0.0).then_some(fleck)
    }

    fn crisp(&self) -> f32 {
        match self.kind {
            Kind::Leaf => 0.9,
            Kind::Snow => 0.25,
            _ => 0.0,
        }
    }

    /// Colour, radius and streak.
    fn look(&self, g: &Grain, near: f32, t: f32) -> (Quad, f32, [f32; 2]) {
        let ink = self.inks[g.ink];
        let beat = 0.5 + 0.5 * sinf(t * 1.7 + g.phase * 3.0);
        match self.kind {
            Kind::Rain => {
                let length = 0.026 * near.sqrt();
                let run = [length * self.wind / 1.9, length];
                (veil(ink, 0.34 + 0.2 * near.min(1.0)), 0.0015 * near.sqrt(), run)
            }
            Kind::Snow => {
                let soft = if near > 1.3 { 0.45 } else { 0.85 };
                (veil(ink, soft), 0.0042 * near + 0.0008, [0.0; 2])
            }
            Kind::Leaf => {
                let turn = sinf(t * 2.3 + g.phase * 5.0);
                let size = 0.0058 * near.min(1.3);
                let run = [size * (0.4 + 0.6 * turn.abs()), size * 0.7 * turn];
                (veil(ink, 0.92), size * (0.55 + 0.25 * turn.abs()), run)
            }
            Kind::Mote => (glow(ink, 0.10 + 0.16 * beat), 0.0022 + 0.003 * near, [0.0; 2]),
            Kind::Firefly => {
                let blink = beat * beat;
                (glow(ink, 0.15 + 1.0 * blink), 0.006 + 0.002 * near, [0.0; 2])
            }
            Kind::Ember => {
                let run = [0.0015, 0.004];
                (glow(ink, 0.45 + 0.6 * beat), 0.0016 + 0.0012 * near, run)
            }
            Kind::Bubble => (glow(ink, 0.12 + 0.10 * near), 0.003 + 0.004 * near, [0.0; 2]),
            Kind::Sand => (veil(ink, 0.16), 0.0016 + 0.0015 * near, [0.014 * near, 0.0]),
        }
    }
}
