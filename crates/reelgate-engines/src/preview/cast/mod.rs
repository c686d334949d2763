//! Who and what moves through a shot: pictograms with joints, never faces.
//!
//! Every figure is drawn one unit high, feet (or keel) at the origin, facing right.

pub(crate) mod beast;
mod breed;
mod breeds;
pub(crate) mod craft;
pub(crate) mod creature;
pub(crate) mod landmark;
pub(crate) mod person;
pub(crate) mod thing;

use super::paint::colour::Ink;
use super::paint::shape::{Point, Shape};

/// A part of a figure and its own colour in daylight.
pub(crate) struct Part {
    pub(crate) shape: Shape,
    pub(crate) own: Ink,
    /// 1 hides what is behind it.
    pub(crate) cover: f32,
    /// Shines by itself: lamps, windows.
    pub(crate) shines: bool,
}

impl Part {
    pub(crate) fn of(shape: Shape, own: Ink) -> Self {
        Self { shape, own, cover: 1.0, shines: false }
    }

    pub(crate) fn light(shape: Shape, own: Ink) -> Self {
        Self { shape, own, cover: 1.0, shines: true }
    }

    pub(crate) fn placed(self, place: impl Fn(Point) -> Point) -> Self {
        Self { shape: self.shape.placed(place), ..self }
    }

    pub(crate) fn covering(self, cover: f32) -> Self {
        Self { cover, ..self }
    }
}
