//! Forgetting what is no longer needed, a bounded batch at a time. Jobs and ledger entries stay.

use crate::Store;
use crate::db::{Tx, Value, values};
use crate::error::StoreError;
use crate::rows::{self, job_columns};
use reelgate_core::{Job, JobId, State, Timestamp, idempotency};

/// Rows of one batch.
pub const BATCH_MAX: i64 = 500;

/// Endpoints that one sweep of deliveries may forget.
const ENDPOINTS_MAX: i64 = 50;

/// The sweep that [`Store::sweep_deliveries`] notes its progress under.
pub(crate) const DELIVERIES: &str = "deliveries";

/// A finished job whose files may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removable {
    /// The job.
    pub job: JobId,
    /// What it made, under its names in media storage.
    pub outputs: Vec<String>,
    /// The references it was made from, likewise. Another job may use the same name.
    pub references: Vec<String>,
}

/// By the ids of their jobs, which sort by creation.
const IDEMPOTENCY: &str = "DELETE FROM idempotency WHERE job IN \
    (SELECT job FROM idempotency WHERE job < $1 ORDER BY job LIMIT $2)";
/// Noted first: the audit asks for the message of every job that ended since.
const NOTE: &str = "INSERT INTO sweeps (name, before_ms) VALUES ($1, $2) \
    ON CONFLICT (name) DO UPDATE SET before_ms = excluded.before_ms \
    WHERE sweeps.before_ms < excluded.before_ms";
/// By its creation too: a clock that was set back may have settled it before its job ended.
const SETTLED: &str = "DELETE FROM deliveries WHERE id IN \
    (SELECT id FROM deliveries WHERE settled IS NOT NULL AND settled < $1 AND created < $1 \
    ORDER BY settled LIMIT $2)";
/// Not while anything was sent there that is still remembered.
const DELETED: &str = "DELETE FROM webhook_endpoints WHERE id IN \
    (SELECT hook.id FROM webhook_endpoints AS hook WHERE hook.deleted < $1 \
    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.endpoint = hook.id) \
    ORDER BY hook.deleted LIMIT $2)";
const FILES: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM jobs WHERE finished IS NOT NULL AND removed IS NULL AND finished < $1 \
     ORDER BY finished LIMIT $2"
);
const REMOVED: &str = "UPDATE jobs SET removed = $1 \
    WHERE id = $2 AND finished IS NOT NULL AND removed IS NULL";

impl Store {
    /// Forgets idempotency keys that are older than `idempotency::KEEP_MS`; answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_idempotency(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = JobId::new(now.plus_ms(-idempotency::KEEP_MS), 0);
        self.db
            .write(move |tx| {
                Box::pin(async move { tx.execute(IDEMPOTENCY, &values![before, BATCH_MAX]).await })
            })
            .await
    }

    /// Forgets deliveries that arrived or were given up before `before`, with their attempts, and
    /// endpoints that were deleted before and have none left; answers how many deliveries.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db.write(move |tx| Box::pin(deliveries(tx, before))).await
    }

    /// Jobs that ended before `before` and still have files, up to [`BATCH_MAX`].
    ///
    /// Delete the files, then call [`Store::mark_removed`]: a crash in between only means that they
    /// are deleted again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn removable(&self, before: Timestamp) -> Result<Vec<Removable>, StoreError> {
        self.db.read_long(move |tx| Box::pin(removable(tx, before))).await
    }

    /// Notes that the files of these jobs are gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_removed(
        &self,
        mut jobs: Vec<JobId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        jobs.sort_unstable();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sets: Vec<Vec<Value<'_>>> =
                        jobs.into_iter().map(|id| Vec::from(values![now, id])).collect();
                    tx.execute_each(REMOVED, &sets).await.map(drop)
                })
            })
            .await
    }
}

async fn deliveries(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(NOTE, &values![DELIVERIES, before]).await?;
    let forgotten = tx.execute(SETTLED, &values![before, BATCH_MAX]).await?;
    tx.execute(DELETED, &values![before, ENDPOINTS_MAX]).await?;
    Ok(forgotten)
}

async fn removable(tx: &mut Tx, before: Timestamp) -> Result<Vec<Removable>, StoreError> {
    let mut found = Vec::new();
    for row in tx.query(FILES, &values![before, BATCH_MAX]).await? {
        match rows::job(row) {
            Ok(job) => found.push(files(job)),
            Err(error) => tracing::error!(%error, "a finished job cannot be read"),
        }
    }
    Ok(found)
}

fn files(job: Job) -> Removable {
    let outputs = match job.state {
        State::Succeeded { output, .. } => {
            let mut files = vec![output.video, output.poster, output.last_frame];
            files.extend(output.thumbnail);
            files
        }
        _ => Vec::new(),
    };
    let references = job.order.media.into_iter().map(|media| media.stored).collect();
    Removable { job: job.id, outputs, references }
}
