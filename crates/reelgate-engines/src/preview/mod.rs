//! The embedded `preview` engine: deterministic, CPU only, and honest about being a preview.

mod brief;
mod camera;
mod cast;
mod engine;
mod film;
mod finish;
mod glimpse;
mod load;
mod mark;
mod paint;
mod pictures;
mod place;
mod sound;
mod still;
mod whitebox;
mod words;

pub use brief::{Brief, Still, StillRole};
pub use engine::PreviewEngine;
pub use film::{Film, compose};
pub use sound::beats;
pub use still::Reel;
