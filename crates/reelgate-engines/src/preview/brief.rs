//! What the preview engine is asked to show.

use super::still::Reel;
use reelgate_codec::Rgb;

/// A picture handed in with the order, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// The decoded picture.
    pub picture: Rgb,
    /// What the order wants it for.
    pub role: StillRole,
    /// All frames, when it is a video; the picture is then its first.
    pub reel: Option<Reel>,
}

/// What a handed-in picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StillRole {
    /// The clip opens on it.
    FirstFrame,
    /// The clip ends on it.
    LastFrame,
    /// It shows a subject, place or style to use; order of appearance is its only name (`@image1`).
    Reference,
}

/// Everything a preview depends on: two equal briefs give byte-identical clips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// The caller's words, any language, 1 to 10 000 characters.
    pub prompt: String,
    /// Columns of the clip, even.
    pub width: usize,
    /// Rows of the clip, even.
    pub height: usize,
    /// Frames of the clip, 24 a second.
    pub frames: u32,
    /// Chooses everything the prompt leaves open.
    pub seed: u32,
    /// The camera must not move, whatever the prompt says.
    pub fixed_lens: bool,
    /// Pictures in the order they were given.
    pub stills: Vec<Still>,
    /// Frames on which beats of the sound fall that will go with the clip; cuts wait for them.
    pub beats: Vec<u32>,
}
