//! The embedded `preview` engine: deterministic, CPU only, and honest about being a preview.

mod brief;

pub use brief::{Brief, Still, StillRole};
