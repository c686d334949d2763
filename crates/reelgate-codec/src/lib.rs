//! Frames and sound in, MP4 out, and back: the media leaf of Reelgate.
//!
//! Knows neither jobs nor prices nor any other crate of the workspace.

mod frame;

pub use frame::{FRAME_RATE, Frame, Picture, Rgb, SAMPLE_RATE_HZ, Sound};
