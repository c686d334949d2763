//! Pictures handed in with the order, set in motion.

mod cover;
mod depth;
mod drift;
mod flow;
mod morph;
mod plate;

pub(crate) use drift::{Drift, Overlay, Path};
pub(crate) use morph::Morph;
pub(crate) use plate::Plate;
