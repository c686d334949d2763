//! Pictures handed in with the order, set in motion.

mod cover;
mod depth;
mod drift;
mod flow;
mod inset;
mod line;
mod morph;
mod plane;
mod plate;
mod reel;
mod speckle;
mod window;

pub(crate) use drift::{Drift, Overlay, Path};
pub(crate) use inset::{Inset, insets};
pub(crate) use morph::Morph;
pub(crate) use plate::Plate;
pub use reel::Reel;
