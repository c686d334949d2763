//! Frames and sound in, MP4 out, and back: the media leaf of Reelgate.
//!
//! Knows neither jobs nor prices nor any other crate of the workspace.

pub mod aac;
mod clip;
mod frame;
pub mod h264;
pub mod mp4;

pub use clip::{ClipError, ClipFacts, ClipSpec, QP_DEFAULT, THREADS_MAX, write_clip};
pub use frame::{FRAME_RATE, Frame, Picture, Rgb, SAMPLE_RATE_HZ, Sound};
