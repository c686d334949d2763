//! What upstreams were asked to make. A job is asked for once: the row is there before the request
//! leaves, and a unique index allows one without an end. Every write names the lease's token.

pub(crate) mod asking;
pub(crate) mod known;

use crate::Store;
use crate::db::{Row, Value, values};
use crate::error::StoreError;
use crate::rows::Reader;
use asking::Asking;
use known::Known;
use reelgate_core::{JobId, Progress, Timestamp};

/// Jobs in one renewal.
pub const RENEW_MAX: usize = 1000;
/// Rows of one list.
const LIST_MAX: i64 = 200;

/// One request to make something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// For which job.
    pub job: JobId,
    /// The how many-th for this job, from 1.
    pub number: u64,
    /// The engine that was asked.
    pub engine: String,
    /// The name of the key it was asked with.
    pub credential: String,
    /// What the upstream calls it, once it has answered.
    pub upstream_id: Option<String>,
    /// When it was asked.
    pub asked: Timestamp,
    /// Why it counts no more: `refused`, `failed`, `lost`, `unknown` or `abandoned`.
    pub outcome: Option<String>,
}

/// A copy upstream that nobody waits for any more.
pub type Orphan = Ask;

/// A lease to extend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// Whose.
    pub job: JobId,
    /// The lease's token.
    pub token: u64,
    /// How far the job is.
    pub progress: Progress,
}

const LATE: &str = "UPDATE upstream_asks SET upstream_id = $1, answered = $2 \
    WHERE job = $3 AND number = $4 AND upstream_id IS NULL";
const FORGET: &str = "UPDATE jobs SET ticket = 'none', ticket_id = NULL, updated = $1 \
    WHERE id = $2 AND state = 'running' AND leases = $3 AND ticket <> 'none'";
const END: &str = "UPDATE upstream_asks SET ended = $1, outcome = $2 \
    WHERE job = $3 AND ended IS NULL";
const END_ORPHAN: &str = "UPDATE upstream_asks SET ended = $1, outcome = $2 \
    WHERE job = $3 AND number = $4 AND ended IS NULL";
const OF_JOB: &str = "SELECT job, number, engine, credential, upstream_id, asked, outcome \
    FROM upstream_asks WHERE job = $1 ORDER BY number";
const ORPHANS: &str = "SELECT a.job, a.number, a.engine, a.credential, a.upstream_id, a.asked, \
    a.outcome FROM jobs AS j JOIN upstream_asks AS a ON a.job = j.id AND a.ended IS NULL \
    WHERE j.finished > $1 AND j.state IN ('failed', 'cancelled') LIMIT $2";
const UNKNOWN: &str = "SELECT job, number, engine, credential, upstream_id, asked, outcome \
    FROM upstream_asks WHERE outcome = 'unknown' ORDER BY asked DESC LIMIT $1";
const RENEW: &str = "UPDATE jobs SET lease_expires = $1, \
    progress = CASE WHEN progress < $2 THEN $2 ELSE progress END \
    WHERE id = $3 AND state = 'running' AND leases = $4";
const STOPPING: &str = "SELECT id, leases FROM jobs WHERE cancel_requested = 1 LIMIT $1";

impl Store {
    /// Notes that an upstream is about to be asked for this job; durable when this returns. Answers
    /// the how many-th request it is, or nothing when there must be none: the lease is lost, the
    /// job is to be cancelled, or something was asked for it already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ask_upstream(
        &self,
        job: JobId,
        token: u64,
        engine: &str,
        credential: &str,
        now: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let (engine, credential) = (engine.to_owned(), credential.to_owned());
        self.lanes.askings.run(Asking { job, token, engine, credential, now }).await
    }

    /// Keeps the name that the upstream gave it; durable when this returns. False when the lease is
    /// lost: whoever has the job then knows only that somebody was asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upstream_answered(
        &self,
        job: JobId,
        token: u64,
        upstream_id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.lanes.answers.run(Known { job, token, id: upstream_id.to_owned(), now }).await
    }

    /// Notes an answer that came after its job had ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upstream_answered_late(
        &self,
        job: JobId,
        number: u64,
        upstream_id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = upstream_id.to_owned();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(LATE, &values![&id, now, job, number]).await.map(drop)
                })
            })
            .await
    }

    /// Notes that nothing is upstream for this job any more, so that somebody may be asked again.
    /// False when the lease is lost.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_upstream(
        &self,
        job: JobId,
        token: u64,
        outcome: &'static str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    if tx.execute(FORGET, &values![now, job, token]).await? != 1 {
                        return Ok(false);
                    }
                    tx.execute(END, &values![now, outcome, job]).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Everything that was asked for a job, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn asks(&self, job: JobId) -> Result<Vec<Ask>, StoreError> {
        self.db
            .read(move |tx| Box::pin(async move { read(tx.query(OF_JOB, &values![job]).await?) }))
            .await
    }

    /// Copies upstream of jobs that ended without them since `after`: to be cancelled there, then
    /// closed with [`Store::close_orphan`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn orphans(&self, after: Timestamp) -> Result<Vec<Orphan>, StoreError> {
        self.db
            .read_long(move |tx| {
                Box::pin(async move { read(tx.query(ORPHANS, &values![after, LIST_MAX]).await?) })
            })
            .await
    }

    /// Requests whose outcome was never learnt, newest first: for the operator to compare with the
    /// upstream's bill.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unknown_asks(&self) -> Result<Vec<Ask>, StoreError> {
        self.db
            .read_long(|tx| {
                Box::pin(async move { read(tx.query(UNKNOWN, &values![LIST_MAX]).await?) })
            })
            .await
    }

    /// Closes a copy that nobody waits for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_orphan(
        &self,
        orphan: &Orphan,
        outcome: &'static str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (job, number) = (orphan.job, orphan.number);
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let row = values![now, outcome, job, number];
                    tx.execute(END_ORPHAN, &row).await.map(drop)
                })
            })
            .await
    }

    /// Extends many leases, at most [`RENEW_MAX`], in one transaction; answers which were lost.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew(
        &self,
        mut leases: Vec<Renewal>,
        lease_ms: i64,
        now: Timestamp,
    ) -> Result<Vec<JobId>, StoreError> {
        leases.truncate(RENEW_MAX);
        // One order for all, so that two servers never wait for each other.
        leases.sort_unstable_by_key(|one| one.job);
        let until = now.plus_ms(lease_ms);
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let set = |one: &Renewal| {
                        let permille = i64::from(one.progress.permille());
                        Vec::from(values![until, permille, one.job, one.token])
                    };
                    let sets: Vec<Vec<Value<'_>>> = leases.iter().map(set).collect();
                    let changed = tx.execute_each(RENEW, &sets).await?;
                    let lost = leases.iter().zip(changed).filter(|(_, rows)| *rows == 0);
                    Ok(lost.map(|(one, _)| one.job).collect())
                })
            })
            .await
    }

    /// Running jobs whose owners want them stopped, and the tokens of their leases.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stopping(&self) -> Result<Vec<(JobId, u64)>, StoreError> {
        self.db
            .read(|tx| {
                Box::pin(async move {
                    let rows = tx.query(STOPPING, &values![LIST_MAX]).await?;
                    rows.into_iter()
                        .map(|row| {
                            let mut r = Reader::new("jobs", row);
                            Ok((r.parsed("id", JobId::parse)?, r.number("leases")?))
                        })
                        .collect()
                })
            })
            .await
    }
}

fn read(rows: Vec<Row>) -> Result<Vec<Ask>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let mut r = Reader::new("upstream_asks", row);
            Ok(Ask {
                job: r.parsed("job", JobId::parse)?,
                number: r.number("number")?,
                engine: r.text("engine")?,
                credential: r.text("credential")?,
                upstream_id: r.maybe_text("upstream_id")?,
                asked: r.time("asked")?,
                outcome: r.maybe_text("outcome")?,
            })
        })
        .collect()
}
