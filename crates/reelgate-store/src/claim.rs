//! Giving waiting jobs to a worker.

use crate::Store;
use crate::db::{Cell, Tx, Value, values};
use crate::error::StoreError;
use crate::rows::{self, Reader, job_columns};
use crate::transition;
use reelgate_core::job::{self, Event};
use reelgate_core::{AccountId, Job, Timestamp};
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
/// The row for [`SERVED`], unless another claim has it: that one notes its own turn, which will do.
const LINE: &str = "SELECT id FROM line WHERE served < $1";
const SERVED: &str = "UPDATE line SET served = $1 WHERE served < $2";
const HEAD: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", turn FROM jobs WHERE turn IS NOT NULL AND not_before <= $1 AND deadline > $1 \
     ORDER BY priority DESC, turn, id LIMIT $2"
);
/// As [`HEAD`], past the jobs of accounts that have `$2` of them running already.
const HEAD_BELOW_CAP: &str = concat!(
    "SELECT ",
    job_columns!(),
    ", turn FROM jobs WHERE turn IS NOT NULL AND not_before <= $1 AND deadline > $1 \
     AND (SELECT COUNT(*) FROM jobs AS other WHERE other.account = jobs.account \
     AND other.lease_expires IS NOT NULL) < $2 \
     ORDER BY priority DESC, turn, id LIMIT $3"
);
/// How many jobs an account has running; read in the claim's own transaction.
const RUNNING: &str = "SELECT COUNT(*) FROM jobs \
    WHERE account = $1 AND lease_expires IS NOT NULL";
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
        self.db.write(move |tx| Box::pin(claim(tx, now, lease_ms, max, None))).await
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
        self.db.write(move |tx| Box::pin(claim(tx, now, lease_ms, max, Some(running_max)))).await
    }
}

async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    lease_ms: i64,
    max: usize,
    running_max: Option<u32>,
) -> Result<Vec<Job>, StoreError> {
    promote(tx, now).await?;
    let limit = i64::try_from(max.min(CLAIM_MAX)).unwrap_or(0);
    let head = match running_max {
        None => tx.query_unlocked(HEAD, &values![now, limit]).await?,
        Some(cap) => {
            let values = values![now, i64::from(cap), limit];
            tx.query_unlocked(HEAD_BELOW_CAP, &values).await?
        }
    };
    let event = Event::Claim { lease_ms };
    let mut decided = Vec::with_capacity(head.len());
    let mut places = Places { running_max, left: HashMap::new() };
    let mut served = None;
    for mut row in head {
        let turn = row.pop();
        let job = match rows::job(row) {
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
            decided.push((job, next));
            served = served.max(turn.and_then(Cell::number));
        }
    }
    let writes: Vec<_> = decided.iter().map(|(job, next)| (job, next)).collect();
    transition::write_all(tx, &writes, now).await?;
    if let Some(turn) = served
        && !tx.query_unlocked(LINE, &values![turn]).await?.is_empty()
    {
        tx.execute(SERVED, &values![turn, turn]).await?;
    }
    Ok(decided.into_iter().map(|(job, next)| transition::after(job, next, now)).collect())
}

/// How many more jobs each account may have running, counted down within one claim.
struct Places {
    running_max: Option<u32>,
    left: HashMap<AccountId, i64>,
}

impl Places {
    /// Takes one of the account's places; false when it has none left.
    async fn take(&mut self, tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
        let Some(cap) = self.running_max else { return Ok(true) };
        let left = match self.left.entry(account) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let row = tx.first(RUNNING, &values![account]).await?.unwrap_or_default();
                let running = Reader::new("jobs", row).int("lease_expires")?;
                unknown.insert(i64::from(cap).saturating_sub(running))
            }
        };
        *left = left.saturating_sub(1);
        Ok(*left >= 0)
    }
}

/// Puts back in line what waited for its moment.
async fn promote(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let due = tx.query_unlocked(DUE, &values![now, PROMOTE_MAX]).await?;
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
