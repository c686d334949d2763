//! Small pictures of clips that are being made, in memory alone: the last one of each job, for as
//! long as its attempt lasts. Another server of the same database has its own.

use reelgate_core::{Glimpse, JobId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Jobs with a picture at the same time: five megabytes at most. One more has none.
const JOBS_MAX: usize = 256;

/// What is to be seen at present.
#[derive(Debug, Default)]
pub struct Glimpses(Mutex<HashMap<JobId, Arc<Glimpse>>>);

impl Glimpses {
    /// The last picture of a job.
    #[must_use]
    pub fn of(&self, job: JobId) -> Option<Arc<Glimpse>> {
        self.open().get(&job).cloned()
    }

    /// Notes a picture in place of the one before.
    pub fn note(&self, job: JobId, glimpse: Glimpse) {
        let mut seen = self.open();
        if seen.len() < JOBS_MAX || seen.contains_key(&job) {
            seen.insert(job, Arc::new(glimpse));
        }
    }

    /// Forgets a job.
    pub fn forget(&self, job: JobId) {
        self.open().remove(&job);
    }

    fn open(&self) -> MutexGuard<'_, HashMap<JobId, Arc<Glimpse>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_picture_of_a_bounded_number_of_jobs_is_kept() {
        let glimpses = Glimpses::default();
        let job = |n: usize| JobId::from_bits(n as u128 + 1).expect("an id");
        let glimpse = |frame| Glimpse { frame, jpeg: vec![1] };
        for n in 0..=JOBS_MAX {
            glimpses.note(job(n), glimpse(0));
        }
        assert_eq!(glimpses.of(job(JOBS_MAX)), None);
        glimpses.note(job(0), glimpse(24));
        assert_eq!(glimpses.of(job(0)).map(|seen| seen.frame), Some(24));
        glimpses.forget(job(0));
        assert_eq!(glimpses.of(job(0)), None);
    }
}
