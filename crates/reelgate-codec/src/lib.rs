//! Frames and sound in, MP4 out, and back: the media leaf of Reelgate.
//!
//! Knows neither jobs nor prices nor any other crate of the workspace.

pub mod aac;
mod clip;
pub mod colour;
mod demux;
mod fit;
mod frame;
mod gif;
pub mod h264;
mod label;
mod moving;
pub mod mp4;
mod probe;
mod quality;
mod read;
mod sniff;
mod still;
mod tail;

pub use clip::{ClipError, ClipFacts, ClipSpec, QP_DEFAULT, THREADS_MAX, write_clip};
pub use demux::DemuxError;
pub use fit::cover_frame;
pub use frame::{FRAME_RATE, Frame, Picture, Rgb, SAMPLE_RATE_HZ, Sound};
pub use gif::{GIF_FRAMES_MAX, GIF_PIXELS_MAX, GifWriter, encode_gif};
pub use label::label_png;
pub use probe::{AudioFacts, Probe, ProbeError, VideoFacts, probe};
pub use quality::psnr_luma;
pub use read::{
    AudioLimits, ReadError, TimedFrame, VideoLimits, VideoReader, decode_audio, decode_video,
    read_frame,
};
pub use sniff::{MediaKind, MediaType, sniff};
pub use still::{
    ImageError, ImageLimits, decode_image, encode_jpeg, encode_png, encode_webp, image_size,
    resize_cover, resize_exact,
};
pub use tail::{Stowaway, stowaway};
