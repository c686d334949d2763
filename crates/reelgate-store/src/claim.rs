//! Giving waiting jobs to a worker.

use crate::Store;
use crate::db::{Ask, Cell, Lock, Row, Tx, Value, values};
use crate::error::StoreError;
use crate::outbox;
use crate::rows::{Reader, job_columns};
use crate::transition::{self, count_endpoints};
use reelgate_core::job::{self, Event, Next};
use reelgate_core::line::remote_line;
use reelgate_core::{AccountId, Job, ModelId, Timestamp};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Most jobs in one claim.
pub const CLAIM_MAX: usize = 256;
/// Jobs whose moment has come that one claim puts back in line.
const PROMOTE_MAX: i64 = 256;
/// A row that cannot be read is looked at again after this long, so that it never blocks the line.
const CORRUPT_DELAY_MS: i64 = 300_000;

const DUE: &str = "SELECT id FROM jobs \
    WHERE state = 'queued' AND turn IS NULL AND not_before <= $1 ORDER BY not_before LIMIT $2";
/// To the head of the line: such a job has waited its turn before.
const PROMOTE: &str = "UPDATE jobs SET turn = COALESCE((SELECT MIN(other.turn) FROM jobs AS other \
    WHERE other.turn IS NOT NULL AND other.priority = jobs.priority), \
    (SELECT served FROM line)) WHERE id = $1 AND state = 'queued' AND turn IS NULL";
const SERVED: &str = "UPDATE line SET served = $1 WHERE served < $2";
/// The same on PostgreSQL, unless another claim has the row: that one notes its own turn, and that
/// will do.
const SERVE: &str = "UPDATE line SET served = $1 WHERE id = ANY(ARRAY(SELECT id FROM line \
    WHERE served < $2 FOR NO KEY UPDATE SKIP LOCKED))";
const HEAD: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", ",
    count_endpoints!(),
    ", turn FROM jobs WHERE turn IS NOT NULL AND priority BETWEEN -5 AND 5 AND not_before <= $1 \
     AND deadline > $1 ORDER BY priority DESC, turn, id LIMIT $2"
);
/// As [`HEAD`], past the jobs of accounts that have `$2` of them running already.
const HEAD_BELOW_CAP: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", ",
    count_endpoints!(),
    ", turn FROM jobs WHERE turn IS NOT NULL AND priority BETWEEN -5 AND 5 AND not_before <= $1 \
     AND deadline > $1 AND NOT EXISTS (SELECT 1 FROM jobs AS other \
     WHERE other.account = jobs.account AND other.lease_expires IS NOT NULL \
     AND other.priority > -5 LIMIT 1 OFFSET $2) \
     ORDER BY priority DESC, turn, id LIMIT $3"
);
/// How many jobs an account has running; read in the claim's own transaction.
const RUNNING: &str = "SELECT COUNT(*) FROM jobs \
    WHERE account = $1 AND lease_expires IS NOT NULL AND priority > -5";
/// The same two of test jobs, which stand in a line of their own.
const TESTS_BELOW_CAP: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", ",
    count_endpoints!(),
    ", turn FROM jobs WHERE turn IS NOT NULL AND priority < -5 AND not_before <= $1 \
     AND deadline > $1 AND NOT EXISTS (SELECT 1 FROM jobs AS other \
     WHERE other.account = jobs.account AND other.lease_expires IS NOT NULL \
     AND other.priority < -5 LIMIT 1 OFFSET $2) \
     ORDER BY priority DESC, turn, id LIMIT $3"
);
const TESTS_RUNNING: &str = "SELECT COUNT(*) FROM jobs \
    WHERE account = $1 AND lease_expires IS NOT NULL AND priority < -5";
/// As [`HEAD`], of the line of one model that upstreams make.
const REMOTE: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", ",
    count_endpoints!(),
    ", turn FROM jobs WHERE turn IS NOT NULL AND priority BETWEEN $1 AND $2 AND not_before <= $3 \
     AND deadline > $3 ORDER BY priority DESC, turn, id LIMIT $4"
);
/// As [`HEAD_BELOW_CAP`], of such a line.
const REMOTE_BELOW_CAP: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", ",
    count_endpoints!(),
    ", turn FROM jobs WHERE turn IS NOT NULL AND priority BETWEEN $1 AND $2 AND not_before <= $3 \
     AND deadline > $3 AND NOT EXISTS (SELECT 1 FROM jobs AS other \
     WHERE other.account = jobs.account AND other.lease_expires IS NOT NULL \
     AND other.priority > -5 LIMIT 1 OFFSET $4) \
     ORDER BY priority DESC, turn, id LIMIT $5"
);
/// Jobs that an upstream was asked for already and that wait for somebody to follow them: whoever
/// does takes no new place. The plus keeps SQLite from walking a whole line for the few of them.
const UNDERWAY: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", ",
    count_endpoints!(),
    ", turn FROM jobs WHERE state = 'queued' AND ticket <> 'none' AND turn IS NOT NULL \
     AND +priority BETWEEN $1 AND $2 AND not_before <= $3 AND deadline > $3 \
     ORDER BY not_before LIMIT $4"
);
/// Whether there may be any, of whatever model.
const ANY_UNDERWAY: &str = "SELECT id FROM jobs \
    WHERE state = 'queued' AND ticket <> 'none' AND not_before <= $1 LIMIT 1";
const SET_ASIDE: &str = "UPDATE jobs SET turn = NULL, not_before = $1 \
    WHERE id = $2 AND state = 'queued'";

impl Store {
    /// Takes up to `max` jobs (at most [`CLAIM_MAX`]) from the head of the line, each under a new
    /// lease of `lease_ms`. Higher priorities go first; within one, accounts take turns.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(
        &self,
        now: Timestamp,
        lease_ms: i64,
        max: usize,
    ) -> Result<Vec<Job>, StoreError> {
        self.db.write(move |tx| Box::pin(claim(tx, now, lease_ms, max, Line::Real(None)))).await
    }

    /// As [`Store::claim`], but an account never has more than `running_max` jobs running: the rest
    /// of them wait in line, and others go past.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_below(
        &self,
        now: Timestamp,
        lease_ms: i64,
        max: usize,
        running_max: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let line = Line::Real(Some(running_max));
        self.db.write(move |tx| Box::pin(claim(tx, now, lease_ms, max, line))).await
    }

    /// As [`Store::claim_below`], for test jobs: those of real keys are left alone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_tests(
        &self,
        now: Timestamp,
        lease_ms: i64,
        max: usize,
        running_max: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let line = Line::Tests(running_max);
        self.db.write(move |tx| Box::pin(claim(tx, now, lease_ms, max, line))).await
    }
}

impl Store {
    /// Whether [`Store::claim_underway`] may find something: a look that keeps nobody waiting.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_underway(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move { Ok(tx.first(ANY_UNDERWAY, &values![now]).await?.is_some()) })
            })
            .await
    }

    /// Takes jobs of one model that an upstream was asked for by somebody who follows them no more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_underway(
        &self,
        now: Timestamp,
        lease_ms: i64,
        max: usize,
        model: &ModelId,
    ) -> Result<Vec<Job>, StoreError> {
        let line = Line::Underway { middle: remote_line(model) };
        self.db.write(move |tx| Box::pin(claim(tx, now, lease_ms, max, line))).await
    }

    /// As [`Store::claim_below`], for jobs that upstreams make: of each model at most so many, and
    /// `max` of all of them. Zero is no cap.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_remote(
        &self,
        now: Timestamp,
        lease_ms: i64,
        max: usize,
        running_max: u32,
        models: &[(ModelId, usize)],
    ) -> Result<Vec<Job>, StoreError> {
        let cap = (running_max > 0).then_some(running_max);
        let lines = models.iter().map(|(model, most)| (remote_line(model), *most));
        let lines: Vec<_> = lines.collect();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let mut taken = Vec::new();
                    for (middle, most) in lines {
                        let left = max.saturating_sub(taken.len()).min(most);
                        if left > 0 {
                            let line = Line::Remote { middle, cap };
                            taken.extend(claim(tx, now, lease_ms, left, line).await?);
                        }
                    }
                    Ok(taken)
                })
            })
            .await
    }
}

/// Which line a claim takes from, and how many of one account may run at the same time.
#[derive(Clone, Copy)]
enum Line {
    Real(Option<u32>),
    Tests(u32),
    Remote { middle: i64, cap: Option<u32> },
    Underway { middle: i64 },
}

impl Line {
    /// The statement that reads its head, and its values.
    fn head(self, now: Timestamp, limit: i64) -> (&'static str, Vec<Value<'static>>) {
        // How many rows of an account may be passed over before the next one is one too many.
        let full = |cap: u32| i64::from(cap.max(1)) - 1;
        match self {
            Self::Real(None) => (HEAD, values![now, limit].into()),
            Self::Real(Some(cap)) => (HEAD_BELOW_CAP, values![now, full(cap), limit].into()),
            Self::Tests(cap) => (TESTS_BELOW_CAP, values![now, full(cap), limit].into()),
            Self::Remote { middle, cap: None } => {
                (REMOTE, values![middle - 5, middle + 5, now, limit].into())
            }
            Self::Remote { middle, cap: Some(cap) } => {
                let values = values![middle - 5, middle + 5, now, full(cap), limit];
                (REMOTE_BELOW_CAP, values.into())
            }
            Self::Underway { middle } => {
                (UNDERWAY, values![middle - 5, middle + 5, now, limit].into())
            }
        }
    }

    /// How many of one account may run at the same time, and the question how many do.
    const fn cap(self) -> Option<(u32, &'static str)> {
        match self {
            Self::Real(Some(cap)) | Self::Remote { cap: Some(cap), .. } => Some((cap, RUNNING)),
            Self::Tests(cap) => Some((cap, TESTS_RUNNING)),
            Self::Real(None) | Self::Remote { cap: None, .. } | Self::Underway { .. } => None,
        }
    }
}

async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    lease_ms: i64,
    max: usize,
    which: Line,
) -> Result<Vec<Job>, StoreError> {
    let limit = i64::try_from(max.min(CLAIM_MAX)).unwrap_or(0);
    let head = line(tx, which.head(now, limit), now).await?;
    let event = Event::Claim { lease_ms };
    let mut decided = Vec::with_capacity(head.len());
    let mut places = Places { line: which, left: HashMap::new() };
    let mut served = None;
    for mut row in head {
        let turn = row.pop();
        let (job, has_endpoints) = transition::job_and_endpoints(row);
        let job = match job {
            Ok(job) => job,
            Err(error) => {
                set_aside(tx, error, now).await?;
                continue;
            }
        };
        if !places.take(tx, job.account).await? {
            continue;
        }
        // The query asked for what may be claimed; whatever core still refuses stays in line.
        if let Ok(next) = job::next(&job, &event, now) {
            decided.push((job, next, has_endpoints));
            served = served.max(turn.and_then(Cell::number));
        }
    }
    let writes: Vec<_> = decided.iter().map(|(job, next, _)| (job, next)).collect();
    // The line of tests is kept short by other means, and must not move the turns of real jobs.
    let served = served.filter(|_| !matches!(which, Line::Tests(_)));
    write(tx, &writes, served, now).await?;
    let mut taken = Vec::with_capacity(decided.len());
    for (job, next, has_endpoints) in decided {
        let is_followed = has_endpoints || job.order.followed_at().is_some();
        let announce = next.announce.filter(|_| is_followed);
        let job = transition::after(job, next, now);
        if let Some(kind) = announce {
            outbox::stage(tx, None, &job, kind, has_endpoints, now).await?;
        }
        taken.push(job);
    }
    Ok(taken)
}

/// The head of the line, with what waited for its moment back in it.
async fn line(
    tx: &mut Tx,
    (sql, values): (&'static str, Vec<Value<'static>>),
    now: Timestamp,
) -> Result<Vec<Row>, StoreError> {
    if tx.has_lists() {
        let due = Ask { sql: DUE, lock: Lock::Skip, values: values![now, PROMOTE_MAX].into() };
        let head = Ask { sql, lock: Lock::Skip, values: values.clone() };
        let answers: [Vec<Row>; 2] =
            tx.query_all(vec![due, head]).await?.try_into().unwrap_or_default();
        let [due, head] = answers;
        if due.is_empty() {
            return Ok(head);
        }
        promote(tx, due).await?;
    } else {
        let due = tx.query_unlocked(DUE, &values![now, PROMOTE_MAX]).await?;
        promote(tx, due).await?;
    }
    tx.query_unlocked(sql, &values).await
}

/// Writes the leases, and how far the line was served.
async fn write(
    tx: &mut Tx,
    decided: &[(&Job, &Next)],
    served: Option<i64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(turn) = served else { return transition::write_all(tx, decided, now).await };
    if tx.has_lists() {
        let serve = (SERVE, Vec::from(values![turn, turn]));
        let changed = tx.execute_all(&[transition::write_many(decided, now)?, serve]).await?;
        let all = changed.first().is_some_and(|rows| usize::try_from(*rows) == Ok(decided.len()));
        return if all { Ok(()) } else { Err(StoreError::Busy) };
    }
    transition::write_all(tx, decided, now).await?;
    tx.execute(SERVED, &values![turn, turn]).await.map(drop)
}

/// How many more jobs each account may have running, counted down within one claim.
struct Places {
    line: Line,
    left: HashMap<AccountId, i64>,
}

impl Places {
    /// Takes one of the account's places; false when it has none left.
    async fn take(&mut self, tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
        let Some((cap, running)) = self.line.cap() else { return Ok(true) };
        let left = match self.left.entry(account) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let row = tx.first(running, &values![account]).await?.unwrap_or_default();
                let running = Reader::new("jobs", row).int("lease_expires")?;
                unknown.insert(i64::from(cap).saturating_sub(running))
            }
        };
        *left = left.saturating_sub(1);
        Ok(*left >= 0)
    }
}

/// Puts back in line what waited for its moment.
async fn promote(tx: &mut Tx, due: Vec<Row>) -> Result<(), StoreError> {
    let mut sets: Vec<Vec<Value<'_>>> = Vec::with_capacity(due.len());
    for row in due {
        sets.push(vec![Value::from(Reader::new("jobs", row).text("id")?)]);
    }
    if !sets.is_empty() {
        tx.execute_each(PROMOTE, &sets).await?;
    }
    Ok(())
}

/// Lets the line pass a row that cannot be read.
async fn set_aside(tx: &mut Tx, error: StoreError, now: Timestamp) -> Result<(), StoreError> {
    let StoreError::Corrupt { id, .. } = &error else { return Err(error) };
    tracing::error!(job = %id, %error, "a waiting job cannot be read and is passed over");
    tx.execute(SET_ASIDE, &values![now.plus_ms(CORRUPT_DELAY_MS), id]).await.map(drop)
}
