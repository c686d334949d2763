//! Test jobs: in a line of their own, so that they never keep a worker from a real one.
//!
//! That line is the one of priorities below zero. Everything else about them is as it is for real
//! jobs, with a price of nothing.

use super::columns_of;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::{Error, Job, Timestamp, rehearsal};

const WAITING: &str = "SELECT COUNT(*) FROM jobs \
    WHERE account = $1 AND priority = -1 AND turn IS NOT NULL";
/// Turns are given out as in the line of real jobs.
const INSERT: &str = "INSERT INTO jobs (id, account, api_key, dialect, ordered, callback_url, \
    price, price_version, width, height, seed, state, not_before, attempt, attempts_max, leases, \
    ticket, ticket_id, deadline, created, updated, priority, turn) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
    $19, $20, $21, -1, CASE WHEN CAST($13 AS BIGINT) <= CAST($22 AS BIGINT) THEN \
    (SELECT MAX(place) FROM (\
    SELECT MAX(turn) + 1 AS place FROM jobs \
    WHERE account = $2 AND priority = -1 AND turn IS NOT NULL \
    UNION ALL SELECT MIN(turn) FROM jobs WHERE priority = -1 AND turn IS NOT NULL \
    UNION ALL SELECT 0) AS places) END) \
    ON CONFLICT (id) DO NOTHING";

/// Puts a test job in line. The account must be locked.
pub(super) async fn insert(tx: &mut Tx, job: &Job, now: Timestamp) -> Result<(), StoreError> {
    let row = tx.first(WAITING, &values![job.account]).await?.unwrap_or_default();
    let waiting = Reader::new("jobs", row).int("turn")?;
    if waiting >= rehearsal::WAITING_MAX {
        // They cost nothing, so something else has to bound them.
        let message =
            format!("At most {} test jobs of an account may wait", rehearsal::WAITING_MAX);
        return Err(Error::new(Kind::RateLimited { retry_after_s: 5 }, message).into());
    }
    let mut row = columns_of(job)?;
    row.push(now.into());
    if tx.execute(INSERT, &row).await? == 1 { Ok(()) } else { Err(StoreError::Busy) }
}
