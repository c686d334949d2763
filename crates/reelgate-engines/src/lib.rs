//! Reelgate's engines: what turns an accepted order into a clip.

pub mod clip;
pub mod preview;
pub mod rehearsal;
pub mod remote;
