//! What is behind every layer: the sky, the deep, the void.

use super::super::paint::band::Band;
use super::super::paint::bloom::Small;
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

    /// The small picture made large again, and what must be sharp.
    pub(crate) fn paint_band(&self, band: &mut Band<'_>, small: &Small, moment: &Moment) {
        for y in band.range() {
            let mut line = std::mem::take(band.spare);
            small.stretch_row(band.view, y, &mut line, band.row(y));
            *band.spare = line;
        }
        match self {
            Self::Sky(sky) => sky.paint_points(band, small, &moment.eye, moment.seconds),
            Self::Deep(_) => {}
            Self::Void(void) => void.paint_points(band, moment),
        }
    }
}
