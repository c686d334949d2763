//! How long jobs take here, learnt from those that were done.

use std::sync::atomic::{AtomicU64, Ordering};

/// A new job counts for an eighth of the average.
const WEIGHT: u64 = 8;

/// A moving average of rendering times; knows nothing until the first job is done.
#[derive(Debug, Default)]
pub struct Pace(AtomicU64);

impl Pace {
    /// A job took this long.
    pub fn learn(&self, took_ms: u64) {
        let blend = |average: u64| match average {
            0 => Some(took_ms.max(1)),
            _ => Some((average / WEIGHT * (WEIGHT - 1) + took_ms / WEIGHT).max(1)),
        };
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, blend);
    }

    /// How long a job takes, in milliseconds.
    #[must_use]
    pub fn average_ms(&self) -> Option<i64> {
        let average_ms = self.0.load(Ordering::Relaxed);
        i64::try_from(average_ms).ok().filter(|average_ms| *average_ms > 0)
    }

    /// Seconds until a job with `ahead` others before it should be done by `workers` workers.
    #[must_use]
    pub fn eta_s(&self, ahead: u32, workers: usize) -> Option<u32> {
        let average_ms = self.0.load(Ordering::Relaxed);
        let workers = u64::try_from(workers).ok().filter(|workers| *workers > 0)?;
        if average_ms == 0 {
            return None;
        }
        let rounds = u64::from(ahead) / workers + 1;
        u32::try_from(rounds.saturating_mul(average_ms).div_ceil(1000)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_needs_a_job_and_a_worker() {
        let pace = Pace::default();
        assert_eq!(pace.eta_s(0, 1), None);
        pace.learn(4_000);
        assert_eq!(pace.eta_s(0, 1), Some(4));
        assert_eq!(pace.eta_s(5, 2), Some(12));
        assert_eq!(pace.eta_s(5, 0), None);
        pace.learn(12_000);
        assert_eq!(pace.eta_s(0, 1), Some(5));
    }
}
