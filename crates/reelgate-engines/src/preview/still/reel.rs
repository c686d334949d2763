//! A handed-in video as a shot: its own frames, at its own pace where it is long enough.

use reelgate_codec::Frame;
use reelgate_sandbox::Footage;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A shot at least this much longer than its video is filled by running there and back; a shorter
/// one by running slower.
const STRETCH_MAX: f32 = 1.6;

/// Frames of a video, shared by all shots that show it.
#[derive(Clone)]
pub struct Reel {
    footage: Arc<Footage>,
    /// The frame read last: shots that run slower show it again.
    kept: Arc<Mutex<Option<(u32, Frame)>>>,
}

impl Reel {
    /// A reel of decoded footage, which must have the clip's size.
    #[must_use]
    pub fn new(footage: Footage) -> Self {
        Self { footage: Arc::new(footage), kept: Arc::default() }
    }

    /// Frames there are.
    #[must_use]
    pub fn frames(&self) -> u32 {
        self.footage.frames()
    }

    /// Whether its frames can be shown in a clip of this size.
    pub(crate) fn fits(&self, size: (usize, usize)) -> bool {
        self.footage.size() == size
    }

    /// Draws frame `since` of a shot of `length` frames that begins `from` frames into the video.
    pub(crate) fn draw(&self, from: u32, since: u32, length: u32, out: &mut Frame) {
        let index = moment(self.frames(), from, since, length);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, frame)) = kept.as_ref()
            && *at == index
        {
            out.clone_from(frame);
            return;
        }
        // A scratch file that cannot be read any more leaves what was shown before.
        if self.footage.read(index, out).is_ok() {
            *kept = Some((index, out.clone()));
        }
    }
}

/// Which frame of `frames` is on.
fn moment(frames: u32, from: u32, since: u32, length: u32) -> u32 {
    let from = if from + length <= frames { from } else { 0 };
    let last = frames - 1;
    if from + length <= frames || last == 0 {
        return (from + since).min(last);
    }
    if length as f32 <= frames as f32 * STRETCH_MAX {
        return since * last / (length - 1).max(1);
    }
    let lap = since % (2 * last);
    if lap <= last { lap } else { 2 * last - lap }
}

impl fmt::Debug for Reel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reel({} frames)", self.frames())
    }
}

/// Reels are equal when they are the same.
impl PartialEq for Reel {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.footage, &other.footage)
    }
}

impl Eq for Reel {}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_long_video_runs_at_its_own_pace() {
        assert_eq!([0, 10, 47].map(|since| moment(100, 30, since, 48)), [30, 40, 77]);
        // From its beginning where the rest is too short.
        assert_eq!([0, 47].map(|since| moment(100, 80, since, 48)), [0, 47]);
    }

    #[test]
    fn a_short_one_is_stretched_or_runs_there_and_back() {
        assert_eq!([0, 30, 59].map(|since| moment(40, 0, since, 60)), [0, 19, 39]);
        let there_and_back: Vec<_> = (0..9).map(|since| moment(3, 0, since, 9)).collect();
        assert_eq!(there_and_back, [0, 1, 2, 1, 0, 1, 2, 1, 0]);
        assert_eq!(moment(1, 0, 5, 9), 0);
    }
}
