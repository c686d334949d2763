//! Where the beats of a handed-in sound fall, and cuts that wait for them.

use reelgate_codec::{FRAME_RATE, SAMPLE_RATE_HZ, Sound};

/// Samples of one look at the sound: 5 ms.
const HOP: usize = 240;
/// Looks on each side that a beat stands out from: a third of a second.
const AROUND: usize = 66;
/// Beats are at least this many looks apart: a fifth of a second.
const APART: usize = 40;
const BEATS_MAX: usize = 512;

/// Frames, 24 a second, on which a beat falls, in order.
#[must_use]
pub fn beats(sound: &Sound) -> Vec<u32> {
    let rises = rises(sound);
    let loudest = rises.iter().copied().fold(0.0, f32::max);
    let mut found: Vec<usize> = Vec::new();
    for (at, rise) in rises.iter().enumerate() {
        let around = &rises[at.saturating_sub(AROUND)..(at + AROUND + 1).min(rises.len())];
        let mean = around.iter().sum::<f32>() / around.len() as f32;
        let stands_out = *rise > mean * 3.0 && *rise > loudest * 0.12;
        let is_top = rises[at.saturating_sub(8)..(at + 9).min(rises.len())]
            .iter()
            .all(|other| other <= rise);
        let apart = found.last().is_none_or(|last| at - last >= APART);
        if stands_out && is_top && apart && found.len() < BEATS_MAX {
            found.push(at);
        }
    }
    let frame = |at: usize| {
        let samples = at as u64 * HOP as u64;
        let frames = (samples * u64::from(FRAME_RATE) * 2 / u64::from(SAMPLE_RATE_HZ)).div_ceil(2);
        u32::try_from(frames).unwrap_or(u32::MAX)
    };
    found.into_iter().map(frame).collect()
}

/// How much louder each look is than those just before it.
fn rises(sound: &Sound) -> Vec<f32> {
    let energy: Vec<f32> = sound
        .left
        .chunks(HOP)
        .zip(sound.right.chunks(HOP))
        .map(|(left, right)| left.iter().chain(right).map(|x| x * x).sum::<f32>() / HOP as f32)
        .collect();
    (0..energy.len())
        .map(|at| {
            let before = &energy[at.saturating_sub(4)..at];
            let was = before.iter().sum::<f32>() / before.len().max(1) as f32;
            (energy[at] - was).max(0.0)
        })
        .collect()
}

/// Moves the starts of all shots but the first to the beat nearest to each, where that is near and
/// leaves every shot at least `least` frames. Shots are given and returned as their first frames.
pub(crate) fn on_beats(starts: &[u32], beats: &[u32], frames: u32, least: u32) -> Vec<u32> {
    let near = FRAME_RATE * 3 / 5;
    let mut moved: Vec<u32> = Vec::with_capacity(starts.len());
    for (index, start) in starts.iter().enumerate() {
        let Some(before) = moved.last().copied() else {
            moved.push(*start);
            continue;
        };
        let next = starts.get(index + 1).copied().unwrap_or(frames);
        let fits = |beat: &&u32| {
            beat.abs_diff(*start) <= near && **beat >= before + least && **beat + least <= next
        };
        let nearest = beats.iter().filter(fits).min_by_key(|beat| beat.abs_diff(*start));
        moved.push(nearest.copied().unwrap_or((*start).max(before + 1)));
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clicks at these moments, in seconds, over soft noise.
    fn clicks(at_s: &[f32], seconds: usize) -> Sound {
        let hiss = |n: usize| ((n as u32).wrapping_mul(2_654_435_761) >> 24) as f32 / 25_600.0;
        let mut left: Vec<f32> = (0..seconds * 48_000).map(hiss).collect();
        for at in at_s {
            let start = (at * 48_000.0) as usize;
            for (n, sample) in left[start..].iter_mut().take(2400).enumerate() {
                let on = if n / 24 % 2 == 0 { 0.8 } else { -0.8 };
                *sample += on * (1.0 - n as f32 / 2400.0);
            }
        }
        Sound { right: left.clone(), left }
    }

    #[test]
    fn beats_are_found_where_they_are() {
        let found = beats(&clicks(&[0.5, 1.0, 1.5, 2.0, 3.0], 4));
        let expected = [12, 24, 36, 48, 72];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        let near = found.iter().zip(expected).all(|(found, said)| found.abs_diff(said) <= 1);
        assert!(near, "{found:?}");
    }

    #[test]
    fn silence_and_noise_have_no_beats() {
        let silence = Sound { left: vec![0.0; 48_000], right: vec![0.0; 48_000] };
        assert!(beats(&silence).is_empty());
        assert!(beats(&Sound::default()).is_empty());
        assert!(beats(&clicks(&[], 2)).len() < 4);
    }

    #[test]
    fn cuts_move_to_beats_that_are_near() {
        assert_eq!(on_beats(&[0, 40, 80], &[12, 36, 84, 90], 120, 24), [0, 36, 84]);
        // Too far away, or too near to the shot before.
        assert_eq!(on_beats(&[0, 40, 80], &[10, 60], 120, 24), [0, 40, 80]);
        assert_eq!(on_beats(&[0, 30], &[14], 60, 24), [0, 30]);
    }
}
