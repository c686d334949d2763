//! The jobs that upstreams are making for this process: a few words for each, and when to look
//! again. Ten thousand of them are one list, not ten thousand tasks.

use super::pool::Seat;
use reelgate_core::{Job, JobId, ModelId, Progress, Timestamp};
use reelgate_store::Renewal;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

/// Shortest and longest time between two looks at a job.
const LOOK_MS_MIN: i64 = 1_000;
const LOOK_MS_MAX: i64 = 15_000;
/// Looks in a second at all jobs together: with very many of them each is looked at less often.
const LOOKS_PER_S_MAX: i64 = 1_000;
/// A new time counts for an eighth of what is typical.
const WEIGHT: i64 = 8;

/// A job that is being followed.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub(crate) job: JobId,
    /// Of the lease under which it is.
    pub(crate) token: u64,
    /// Who makes it; nobody when its engine is not in the settings any more.
    pub(crate) seat: Option<Seat>,
    /// What it is called there; nothing when an answer was lost.
    pub(crate) upstream_id: Option<Box<str>>,
    /// The how many-th request for this job it was.
    pub(crate) number: u64,
    /// Of the job.
    pub(crate) attempt: u32,
    /// When the upstream was asked.
    pub(crate) asked: Timestamp,
    /// Answers in a row that say nothing.
    pub(crate) strikes: u32,
    /// Answers in a row that know of no such job.
    pub(crate) gone: u32,
    /// Attempts to fetch what came out.
    pub(crate) fetches: u32,
    pub(crate) progress: Progress,
    /// Its name in [`Following::typical`].
    pub(crate) model: ModelId,
    /// When to look next; none while somebody does.
    next: Option<Timestamp>,
}

#[derive(Default)]
struct Lists {
    /// Each in a box of its own: the list grows by leaps, and would leave room for whole jobs.
    jobs: HashMap<JobId, Box<Followed>>,
    due: BTreeSet<(Timestamp, JobId)>,
    /// How long each model takes at each engine, in milliseconds.
    typical: HashMap<(usize, ModelId), i64>,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Following(Mutex<Lists>);

impl Followed {
    /// A job whose upstream is being asked now, or was asked before.
    pub(crate) fn new(job: &Job, token: u64, seat: Option<Seat>, now: Timestamp) -> Self {
        Self {
            job: job.id,
            token,
            seat,
            upstream_id: None,
            number: 0,
            attempt: job.attempt,
            asked: now,
            strikes: 0,
            gone: 0,
            fetches: 0,
            progress: Progress::default(),
            model: job.order.model.clone(),
            next: None,
        }
    }
}

impl Following {
    /// Begins to follow a job that nobody looks at yet.
    pub(crate) fn add(&self, one: Followed) {
        self.with(|lists| lists.jobs.insert(one.job, Box::new(one)));
    }

    /// Ends it; answers what was known, to whoever is first.
    pub(crate) fn remove(&self, job: JobId) -> Option<Followed> {
        self.with(|lists| {
            let one = lists.jobs.remove(&job)?;
            if let Some(next) = one.next {
                lists.due.remove(&(next, job));
            }
            Some(*one)
        })
    }

    /// Changes what is known, if it is still followed under this lease.
    pub(crate) fn update(&self, job: JobId, token: u64, change: impl FnOnce(&mut Followed)) {
        self.with(|lists| {
            if let Some(one) = lists.jobs.get_mut(&job).filter(|one| one.token == token) {
                change(one);
            }
        });
    }

    /// Has it looked at in `wait_ms`.
    pub(crate) fn look_in(&self, job: JobId, wait_ms: i64, now: Timestamp) {
        self.with(|lists| lists.plan(job, now.plus_ms(wait_ms)));
    }

    /// A wait between two looks at a job, longer where very many are followed.
    pub(crate) fn paced_ms(&self, wait_ms: i64) -> i64 {
        let jobs = i64::try_from(self.len()).unwrap_or(i64::MAX);
        wait_ms.max(jobs.saturating_mul(1_000) / LOOKS_PER_S_MAX)
    }

    /// Has it looked at now, unless somebody does; false when it is not followed here.
    pub(crate) fn look_now(&self, job: JobId, now: Timestamp) -> bool {
        self.with(|lists| {
            let planned = lists.jobs.get(&job).map(|one| one.next.is_some());
            if planned == Some(true) {
                lists.plan(job, now);
            }
            planned.is_some()
        })
    }

    /// Up to `max` jobs whose moment has come; each is the caller's until it plans the next look.
    pub(crate) fn due(&self, now: Timestamp, max: usize) -> Vec<Followed> {
        self.with(|lists| {
            let mut due = Vec::new();
            while due.len() < max
                && let Some((at, job)) = lists.due.first().copied()
                && at <= now
            {
                lists.due.remove(&(at, job));
                if let Some(one) = lists.jobs.get_mut(&job) {
                    one.next = None;
                    due.push(one.as_ref().clone());
                }
            }
            due
        })
    }

    /// Every lease, to be extended.
    pub(crate) fn leases(&self) -> Vec<Renewal> {
        self.with(|lists| {
            let lease =
                |one: &Followed| Renewal { job: one.job, token: one.token, progress: one.progress };
            lists.jobs.values().map(AsRef::as_ref).map(lease).collect()
        })
    }

    /// Whether this lease is followed here.
    pub(crate) fn has(&self, job: JobId, token: u64) -> bool {
        self.with(|lists| lists.jobs.get(&job).is_some_and(|one| one.token == token))
    }

    pub(crate) fn len(&self) -> usize {
        self.with(|lists| lists.jobs.len())
    }

    /// Who makes it.
    pub(crate) fn seat(&self, job: JobId) -> Option<Seat> {
        self.with(|lists| lists.jobs.get(&job).and_then(|one| one.seat))
    }

    /// How long a model takes at an engine, once one was seen to its end.
    pub(crate) fn typical_ms(&self, seat: Seat, model: &ModelId) -> Option<i64> {
        self.with(|lists| lists.typical.get(&(seat.engine, model.clone())).copied())
    }

    /// The shortest time that a model takes at any engine, once one was seen to its end.
    pub(crate) fn fastest_ms(&self, model: &ModelId) -> Option<i64> {
        self.with(|lists| {
            let all = lists.typical.iter().filter(|((_, one), _)| one == model);
            all.map(|(_, typical)| *typical).min()
        })
    }

    /// A job took this long.
    pub(crate) fn learn(&self, one: &Followed, took_ms: i64) {
        let Some(seat) = one.seat else { return };
        self.with(|lists| {
            let typical = lists.typical.entry((seat.engine, one.model.clone()));
            let typical = typical.or_insert(took_ms);
            *typical += (took_ms - *typical) / WEIGHT;
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Lists) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Lists {
    fn plan(&mut self, job: JobId, at: Timestamp) {
        if let Some(one) = self.jobs.get_mut(&job) {
            if let Some(before) = one.next.replace(at) {
                self.due.remove(&(before, job));
            }
            self.due.insert((at, job));
        }
    }
}

/// How long to wait before the next look at a job that runs since `elapsed_ms`. Seldom at first,
/// often when it should be done, and less and less when it is late.
pub(crate) fn wait_ms(elapsed_ms: i64, typical_ms: Option<i64>) -> i64 {
    let wait_ms = match typical_ms {
        Some(typical) if elapsed_ms < typical / 2 => typical / 2 - elapsed_ms,
        Some(typical) if elapsed_ms < typical * 2 => typical / 20,
        _ => elapsed_ms / 8,
    };
    wait_ms.clamp(LOOK_MS_MIN, LOOK_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_thickest_when_a_job_should_be_done() {
        assert_eq!(wait_ms(0, None), 1_000);
        assert_eq!(wait_ms(60_000, None), 7_500);
        assert_eq!(wait_ms(3_600_000, None), 15_000);
        assert_eq!(wait_ms(0, Some(100_000)), 15_000);
        assert_eq!(wait_ms(45_000, Some(100_000)), 5_000);
        assert_eq!(wait_ms(60_000, Some(40_000)), 2_000);
        assert_eq!(wait_ms(100_000, Some(40_000)), 12_500);
    }
}
