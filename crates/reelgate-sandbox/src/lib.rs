//! Decodes what strangers send in a process that can do nothing else.
//!
//! The server starts a small program of its own, or itself once more, as a [`serve`]ing child for
//! every file. The child gives up
//! all it does not need (memory, time, files, network, most system calls), reads one file from its
//! standard input, answers on its standard output and ends. Whatever a file makes it do, the
//! answer is read as carefully as the file would have been, and only the order that brought the
//! file fails. Nothing of a child is used for a second file.

mod child;
mod confine;
mod decoder;
mod footage;
mod task;
mod wire;

pub use child::{COMMAND, GREETING, serve};
pub use confine::Layers;
pub use decoder::{DecodeError, Decoder, Media};
pub use footage::{Footage, FootageSpec};
pub use task::{Bounds, Seen};
