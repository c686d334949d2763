//! Everything this crate promises, tried through its public face only.

mod preview_cuts;
mod preview_golden;
mod preview_picture;
mod preview_references;
mod preview_sound;
mod preview_stills;
mod preview_whitebox;
mod preview_words;
mod support;
