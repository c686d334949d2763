//! What is behind every layer: the sky, the deep, the void.

use super::super::paint::bloom::Small;
use super::super::paint::cutout::Fleck;
use super::super::paint::view::View;
use super::deep::Deep;
use super::sky::Sky;
use super::stage::Moment;
use super::void::Void;

/// The furthest thing seen.
pub(crate) enum Backdrop {
    Sky(Box<Sky>),
    Deep(Deep),
    Void(Void),
}

impl Backdrop {
    pub(crate) fn paint_small(&self, view: View, moment: &Moment) -> Small {
        match self {
            Self::Sky(sky) => sky.paint_small(view, &moment.eye, moment.seconds),
            Self::Deep(deep) => deep.paint_small(view, moment),
            Self::Void(void) => void.paint_small(view, moment),
        }
    }

    /// What must be sharp on the small picture made large again.
    pub(crate) fn points(&self, small: &Small, moment: &Moment) -> Vec<Fleck> {
        match self {
            Self::Sky(sky) => sky.points(small, &moment.eye, moment.seconds),
            Self::Deep(_) => Vec::new(),
            Self::Void(void) => void.points(moment),
        }
    }
}
