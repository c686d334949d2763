//! The decisions, through the crate's public surface.

mod check;
mod lifecycle;
mod money;
mod sample;
