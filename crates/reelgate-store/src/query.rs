//! Questions that change nothing.

use crate::Store;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::ledger;
use crate::rows::{self, Reader, job_columns};
use reelgate_core::ledger::Entry;
use reelgate_core::{AccountId, EntryId, Job, JobId};

/// Most rows of one page.
pub const PAGE_MAX: usize = 1000;

/// How much is waiting and working.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Jobs that wait: in line, or for their moment.
    pub queued: u64,
    /// Those of them that wait for their moment before they join the line.
    pub delayed: u64,
    /// Jobs that a worker has.
    pub running: u64,
    /// Webhook deliveries that have neither arrived nor been given up.
    pub deliveries_pending: u64,
}

/// Larger than every id's text.
pub(crate) const AFTER_ALL: &str = "~";

const JOB: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = $1");
const JOB_OF: &str =
    concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = $1 AND account = $2");
const JOBS: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM jobs WHERE account = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
);
/// Holds have the ids of their jobs, and are found through those.
const STATEMENT: &str = "SELECT * FROM (SELECT id, account, job, kind, balance_delta, held_delta, \
    note, at FROM ledger_entries WHERE account = $1 AND kind <> 'hold' AND id < $2 \
    ORDER BY id DESC LIMIT $3) AS others UNION ALL SELECT * FROM (SELECT e.id, e.account, e.job, \
    e.kind, e.balance_delta, e.held_delta, e.note, e.at FROM jobs AS j \
    JOIN ledger_entries AS e ON e.id = j.id WHERE j.account = $1 AND j.id < $2 \
    ORDER BY j.id DESC LIMIT $3) AS holds ORDER BY id DESC LIMIT $3";
/// Each number is counted no further than `$1`.
const STATS: &str = "SELECT \
    (SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE turn IS NOT NULL LIMIT $1) AS a), \
    (SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE state = 'queued' AND turn IS NULL \
        LIMIT $1) AS b), \
    (SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE lease_expires IS NOT NULL LIMIT $1) AS c), \
    (SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE state = 'pending' LIMIT $1) AS d)";

impl Store {
    /// A job, whosever it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(
                    async move { tx.first(JOB, &values![id]).await?.map(rows::job).transpose() },
                )
            })
            .await
    }

    /// A job of this account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job_of(&self, account: AccountId, id: JobId) -> Result<Option<Job>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    tx.first(JOB_OF, &values![id, account]).await?.map(rows::job).transpose()
                })
            })
            .await
    }

    /// An account's jobs, newest first, those before `before` where it is given; up to `limit` and
    /// never more than [`PAGE_MAX`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs(
        &self,
        account: AccountId,
        before: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>, StoreError> {
        let before = before.map_or_else(|| AFTER_ALL.to_owned(), |id| id.to_string());
        self.db
            .read_long(move |tx| {
                Box::pin(async move {
                    let rows = tx.query(JOBS, &values![account, before, page(limit)]).await?;
                    rows.into_iter().map(rows::job).collect()
                })
            })
            .await
    }

    /// An account's ledger entries, newest first, in pages as [`Store::jobs`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn statement(
        &self,
        account: AccountId,
        before: Option<EntryId>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let before = before.map_or_else(|| AFTER_ALL.to_owned(), |id| id.to_string());
        self.db
            .read_long(move |tx| {
                Box::pin(async move {
                    let rows = tx.query(STATEMENT, &values![account, before, page(limit)]).await?;
                    rows.into_iter().map(ledger::entry).collect()
                })
            })
            .await
    }

    /// How much is waiting and working. Counts, so it is for gauges and not for every request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stats(&self) -> Result<Stats, StoreError> {
        self.stats_up_to(u64::MAX).await
    }

    /// As [`Store::stats`], but none of the four numbers is counted beyond `most`: what that costs
    /// does not grow with the queue.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stats_up_to(&self, most: u64) -> Result<Stats, StoreError> {
        self.db.read_long(move |tx| Box::pin(stats(tx, most))).await
    }
}

async fn stats(tx: &mut Tx, most: u64) -> Result<Stats, StoreError> {
    let row = tx.first(STATS, &values![most]).await?.unwrap_or_default();
    let mut r = Reader::new("jobs", row);
    let in_line: u64 = r.number("turn")?;
    let delayed: u64 = r.number("not_before")?;
    Ok(Stats {
        queued: in_line.saturating_add(delayed),
        delayed,
        running: r.number("lease_expires")?,
        deliveries_pending: r.number("deliveries")?,
    })
}

pub(crate) fn page(limit: usize) -> i64 {
    i64::try_from(limit.min(PAGE_MAX)).unwrap_or(0)
}
