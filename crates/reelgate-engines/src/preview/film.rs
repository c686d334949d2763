//! A whole clip: its shots, one after the other.

use std::sync::{Mutex, PoisonError};

use reelgate_codec::{FRAME_RATE, Frame, Picture, Sound};

use super::brief::Brief;
use super::camera::Camera;
use super::paint::noise::{Dice, hash};
use super::place;
use super::place::stage::{Easel, Moment, Stage};
use super::words::{Cut, cuts_of};

/// A composed clip, ready to be drawn frame by frame in any order.
pub struct Film {
    scenes: Vec<Scene>,
    easels: Mutex<Vec<Easel>>,
}

/// One shot and when it is on.
struct Scene {
    cut: Cut,
    stage: Stage,
}

/// Understands a brief and paints everything that does not change from frame to frame.
#[must_use]
pub fn compose(brief: &Brief) -> Film {
    let cuts = cuts_of(&brief.prompt, brief.frames, FRAME_RATE);
    let size = (brief.width, brief.height);
    let seed = brief.prompt.chars().fold(brief.seed, |seed, c| hash(seed, c as u32, 0x5EED));
    let scenes = cuts
        .into_iter()
        .enumerate()
        .map(|(index, cut)| {
            let mut dice = Dice::new(hash(seed, index as u32, 0xC0_7000));
            let seconds = cut.frames as f32 / FRAME_RATE as f32;
            let camera = Camera::of(&cut.facts, brief.fixed_lens, seconds, &mut dice);
            let stage = place::build(&cut.facts, size, seconds * camera.pace, camera, dice);
            Scene { cut, stage }
        })
        .collect();
    Film { scenes, easels: Mutex::new(Vec::new()) }
}

impl Film {
    /// Sound to go with the picture, exactly as long.
    #[must_use]
    pub fn soundtrack(&self) -> Sound {
        Sound::default()
    }

    /// What was understood, for people to read.
    #[must_use]
    pub fn describe(&self) -> String {
        String::new()
    }
}

impl Picture for Film {
    fn draw(&self, index: u32, out: &mut Frame) {
        let at = self.scenes.iter().rposition(|s| s.cut.first_frame <= index).unwrap_or(0);
        let Scene { cut, stage } = &self.scenes[at];
        let since = index - cut.first_frame;
        let part = (since as f32 / cut.frames.saturating_sub(1).max(1) as f32).min(1.0);
        let clip_seconds = since as f32 / FRAME_RATE as f32;
        let moment = Moment {
            index,
            seconds: clip_seconds * stage.camera.pace,
            part,
            eye: stage.camera.eye(part, clip_seconds),
        };
        let pool = || self.easels.lock().unwrap_or_else(PoisonError::into_inner);
        let mut easel = pool().pop().unwrap_or_default();
        stage.draw(&moment, &mut easel, out);
        pool().push(easel);
    }
}
