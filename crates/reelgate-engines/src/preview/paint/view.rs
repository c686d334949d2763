//! Where things land: frame units, pixels, and the eye that looks through the layers.

use super::raster::ToPixels;
use super::shape::Point;

/// One rendering of a moment: the full frame, or its small copy used for light and reflections.
///
/// Frame units: the frame is one unit high, zero is its centre, x to the right, y down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct View {
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl View {
    pub(crate) fn aspect(&self) -> f32 {
        self.width as f32 / self.height as f32
    }

    /// Frame units of a column's centre.
    #[inline(always)]
    pub(crate) fn x(&self, column: f32) -> f32 {
        (column + 0.5 - self.width as f32 * 0.5) / self.height as f32
    }

    /// Frame units of a row's centre.
    #[inline(always)]
    pub(crate) fn y(&self, row: f32) -> f32 {
        (row + 0.5) / self.height as f32 - 0.5
    }

    /// From a layer at rest to pixels, through `lens`.
    pub(crate) fn to_pixels(self, lens: Lens) -> ToPixels {
        let h = self.height as f32;
        ToPixels {
            scale: lens.scale * h,
            shift: [lens.shift[0] * h + self.width as f32 * 0.5, (lens.shift[1] + 0.5) * h],
        }
    }
}

/// How a layer at some distance appears: `seen = rest * scale + shift`, frame units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lens {
    pub(crate) scale: f32,
    pub(crate) shift: Point,
}

impl Lens {
    pub(crate) fn see(&self, p: Point) -> Point {
        [p[0] * self.scale + self.shift[0], p[1] * self.scale + self.shift[1]]
    }
}

/// The camera at one moment. Distance 1 is where the subject stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Eye {
    /// Moved sideways and down, in frame units at distance 1.
    pub(crate) at: Point,
    /// Moved forward, in distances.
    pub(crate) forward: f32,
    pub(crate) zoom: f32,
    /// Turned sideways and down, in frame units at any distance.
    pub(crate) pan: Point,
    /// Where parallels meet when moving forward, frame units at rest.
    pub(crate) vanish: Point,
}

impl Eye {
    pub(crate) fn still() -> Self {
        Self { at: [0.0; 2], forward: 0.0, zoom: 1.0, pan: [0.0; 2], vanish: [0.0; 2] }
    }

    /// The lens for things `distance` away.
    pub(crate) fn lens(&self, distance: f32) -> Lens {
        let nearer = distance / (distance - self.forward).max(distance * 0.2);
        let axis = |k: usize| {
            self.zoom
                * (self.vanish[k] * (1.0 - nearer) - self.at[k] * nearer / distance - self.pan[k])
        };
        Lens { scale: self.zoom * nearer, shift: [axis(0), axis(1)] }
    }

    /// The lens for the sky: nothing but turning and zooming moves it.
    pub(crate) fn sky(&self) -> Lens {
        self.lens(1.0e6)
    }
}
