//! Noting that upstreams are about to be asked: what waits at the same time is one commit.

use crate::db::{self, Ask, Lock, Outcomes, Tx, Value, columns, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::{JobId, Timestamp};
use std::collections::HashMap;

/// Somebody is about to be asked for a job.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(super) job: JobId,
    /// Of the lease under which the job is.
    pub(super) token: u64,
    pub(super) engine: String,
    pub(super) credential: String,
    pub(super) now: Timestamp,
}

/// Where those who are about to ask meet. Answers the how many-th request of its job it is, or
/// nothing when there must be none.
pub(crate) type Lane = db::Lane<Asking, Option<u64>>;

const TAKE: &str = "UPDATE jobs SET ticket = 'asked', updated = $1 \
    WHERE id = $2 AND state = 'running' AND leases = $3 AND ticket = 'none' \
    AND cancel_requested = 0";
const INSERT: &str = "INSERT INTO upstream_asks (job, number, engine, credential, asked) \
    SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, CAST($4 AS BIGINT) \
    FROM upstream_asks WHERE job = $5 RETURNING number";
const ASKED: &str = "SELECT number FROM upstream_asks AS a JOIN jobs AS j ON j.id = a.job \
    WHERE a.job = $1 AND a.ended IS NULL AND a.engine = $2 AND a.credential = $3 \
    AND a.asked = $4 AND j.state = 'running' AND j.leases = $5 AND j.ticket = 'asked'";

/// Jobs that may be asked for, locked in the order of their ids, and the next number of each.
const FREE: &str = "SELECT jobs.id, (SELECT CAST(COALESCE(MAX(a.number), 0) + 1 AS BIGINT) \
    FROM upstream_asks AS a WHERE a.job = jobs.id) AS number \
    FROM jobs JOIN unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[])) AS d (id, token) \
    ON jobs.id = d.id WHERE jobs.state = 'running' AND jobs.leases = d.token \
    AND jobs.ticket = 'none' AND jobs.cancel_requested = 0 ORDER BY jobs.id";
const TAKE_MANY: &str = "UPDATE jobs SET ticket = 'asked', updated = d.asked \
    FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[])) \
    AS d (id, token, asked) WHERE jobs.id = d.id AND jobs.state = 'running' \
    AND jobs.leases = d.token AND jobs.ticket = 'none' AND jobs.cancel_requested = 0";
const INSERT_MANY: &str = "INSERT INTO upstream_asks (job, number, engine, credential, asked) \
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]), \
    CAST($4 AS TEXT[]), CAST($5 AS BIGINT[]))";

pub(crate) fn forms() -> db::Forms<Asking, Option<u64>> {
    db::Forms {
        many_postgres: |tx, items| Box::pin(many(tx, items)),
        many_sqlite: |tx, items| Box::pin(round(tx, items)),
        one: |tx, item| Box::pin(async move { one(tx, &item).await }),
        again: |tx, item| Box::pin(async move { again(tx, &item).await }),
    }
}

async fn one(tx: &mut Tx, ask: &Asking) -> Result<Option<u64>, StoreError> {
    if tx.execute(TAKE, &values![ask.now, ask.job, ask.token]).await? != 1 {
        return Ok(None);
    }
    let row = values![ask.job, &ask.engine, &ask.credential, ask.now, ask.job];
    let row = tx.first(INSERT, &row).await?.unwrap_or_default();
    Reader::new("upstream_asks", row).number("number").map(Some)
}

/// As [`one`], where it may have been noted already.
async fn again(tx: &mut Tx, ask: &Asking) -> Result<Option<u64>, StoreError> {
    let noted = values![ask.job, &ask.engine, &ask.credential, ask.now, ask.token];
    match tx.first(ASKED, &noted).await? {
        Some(row) => Reader::new("upstream_asks", row).number("number").map(Some),
        None => one(tx, ask).await,
    }
}

async fn round(tx: &mut Tx, items: Vec<Asking>) -> Result<Outcomes<Option<u64>>, StoreError> {
    let mut outcomes = Vec::with_capacity(items.len());
    for item in &items {
        outcomes.push(Some(Ok(one(tx, item).await?)));
    }
    Ok(outcomes)
}

async fn many(tx: &mut Tx, items: Vec<Asking>) -> Result<Outcomes<Option<u64>>, StoreError> {
    let leases = items.iter().map(|ask| Vec::from(values![ask.job, ask.token]));
    let values = columns(leases.collect(), &[true, false]);
    let free = tx.query_all(vec![Ask { sql: FREE, lock: Lock::Wait, values }]).await?;
    let mut numbers = HashMap::new();
    for row in free.into_iter().flatten() {
        let mut r = Reader::new("jobs", row);
        numbers.insert(r.parsed("id", JobId::parse)?, r.number("number")?);
    }
    let mut outcomes = Vec::with_capacity(items.len());
    let (mut takes, mut rows): (Vec<Vec<Value<'_>>>, Vec<Vec<Value<'_>>>) = Default::default();
    for ask in &items {
        // Whoever comes twice is answered no the second time, as one after the other would be.
        let number = numbers.remove(&ask.job);
        outcomes.push(Some(Ok(number)));
        if let Some(number) = number {
            takes.push(values![ask.job, ask.token, ask.now].into());
            let row = values![ask.job, number, &ask.engine, &ask.credential, ask.now];
            rows.push(row.into());
        }
    }
    if takes.is_empty() {
        return Ok(outcomes);
    }
    let count = takes.len();
    let takes = (TAKE_MANY, columns(takes, &[true, false, false]));
    let rows = (INSERT_MANY, columns(rows, &[true, false, true, true, false]));
    let changed = tx.execute_all(&[takes, rows]).await?;
    let all = changed.iter().all(|rows| usize::try_from(*rows) == Ok(count));
    if all { Ok(outcomes) } else { Err(StoreError::Busy) }
}
