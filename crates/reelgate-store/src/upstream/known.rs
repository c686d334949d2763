//! Keeping what upstreams call the jobs that they were asked for: what waits at the same time is
//! one commit.

use crate::db::{self, Ask, Lock, Outcomes, Tx, Value, columns, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::{JobId, Timestamp};
use std::collections::HashSet;

/// What an upstream calls a job.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(super) job: JobId,
    /// Of the lease under which the job is.
    pub(super) token: u64,
    pub(super) id: String,
    pub(super) now: Timestamp,
}

/// Where answers meet. False when the lease is lost.
pub(crate) type Lane = db::Lane<Known, bool>;

const KNOW: &str = "UPDATE jobs SET ticket = 'known', ticket_id = $1, updated = $2 \
    WHERE id = $3 AND state = 'running' AND leases = $4 AND ticket = 'asked'";
const ANSWERED: &str = "UPDATE upstream_asks SET upstream_id = $1, answered = $2 \
    WHERE job = $3 AND ended IS NULL AND upstream_id IS NULL";
const KEPT: &str = "SELECT id FROM jobs WHERE id = $1 AND state = 'running' AND leases = $2 \
    AND ticket = 'known' AND ticket_id = $3";

/// Jobs whose answer may be kept, locked in the order of their ids.
const WAITING: &str = "SELECT jobs.id FROM jobs \
    JOIN unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[])) AS d (id, token) ON jobs.id = d.id \
    WHERE jobs.state = 'running' AND jobs.leases = d.token AND jobs.ticket = 'asked' \
    ORDER BY jobs.id";
const KNOW_MANY: &str = "UPDATE jobs SET ticket = 'known', ticket_id = d.name, \
    updated = d.answered FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), \
    CAST($3 AS TEXT[]), CAST($4 AS BIGINT[])) AS d (id, token, name, answered) \
    WHERE jobs.id = d.id AND jobs.state = 'running' AND jobs.leases = d.token \
    AND jobs.ticket = 'asked'";
const ANSWERED_MANY: &str = "UPDATE upstream_asks AS a SET upstream_id = d.name, \
    answered = d.answered FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), \
    CAST($3 AS TEXT[]), CAST($4 AS BIGINT[])) AS d (id, token, name, answered) \
    WHERE a.job = d.id AND a.ended IS NULL AND a.upstream_id IS NULL";

pub(crate) fn forms() -> db::Forms<Known, bool> {
    db::Forms {
        many_postgres: |tx, items| Box::pin(many(tx, items)),
        many_sqlite: |tx, items| Box::pin(round(tx, items)),
        one: |tx, item| Box::pin(async move { one(tx, &item).await }),
        again: |tx, item| Box::pin(async move { again(tx, &item).await }),
    }
}

async fn one(tx: &mut Tx, known: &Known) -> Result<bool, StoreError> {
    let Known { job, token, id, now } = known;
    if tx.execute(KNOW, &values![id, *now, *job, *token]).await? != 1 {
        return Ok(false);
    }
    tx.execute(ANSWERED, &values![id, *now, *job]).await?;
    Ok(true)
}

/// As [`one`], where it may have been kept already.
async fn again(tx: &mut Tx, known: &Known) -> Result<bool, StoreError> {
    let kept = values![known.job, known.token, &known.id];
    if tx.first(KEPT, &kept).await?.is_some() {
        return Ok(true);
    }
    one(tx, known).await
}

async fn round(tx: &mut Tx, items: Vec<Known>) -> Result<Outcomes<bool>, StoreError> {
    let mut outcomes = Vec::with_capacity(items.len());
    for item in &items {
        outcomes.push(Some(Ok(one(tx, item).await?)));
    }
    Ok(outcomes)
}

async fn many(tx: &mut Tx, items: Vec<Known>) -> Result<Outcomes<bool>, StoreError> {
    let leases = items.iter().map(|known| Vec::from(values![known.job, known.token]));
    let values = columns(leases.collect(), &[true, false]);
    let found = tx.query_all(vec![Ask { sql: WAITING, lock: Lock::Wait, values }]).await?;
    let mut waiting = HashSet::new();
    for row in found.into_iter().flatten() {
        waiting.insert(Reader::new("jobs", row).parsed("id", JobId::parse)?);
    }
    let mut outcomes = Vec::with_capacity(items.len());
    let mut rows: Vec<Vec<Value<'_>>> = Vec::new();
    for known in &items {
        let is_ours = waiting.remove(&known.job);
        outcomes.push(Some(Ok(is_ours)));
        if is_ours {
            rows.push(values![known.job, known.token, &known.id, known.now].into());
        }
    }
    if rows.is_empty() {
        return Ok(outcomes);
    }
    let count = rows.len();
    let rows = columns(rows, &[true, false, true, false]);
    let changed = tx.execute_all(&[(KNOW_MANY, rows.clone()), (ANSWERED_MANY, rows)]).await?;
    let all = changed.first().is_some_and(|rows| usize::try_from(*rows) == Ok(count));
    if all { Ok(outcomes) } else { Err(StoreError::Busy) }
}
