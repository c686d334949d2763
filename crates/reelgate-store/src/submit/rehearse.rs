//! Test jobs: in a line of their own, so that they never keep a worker from a real one.

use super::line::Line;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::{Error, Job, Timestamp, rehearsal};

const WAITING: &str = "SELECT COUNT(*) FROM jobs \
    WHERE account = $1 AND priority < -5 AND turn IS NOT NULL";

/// A test job's turn. The account must be locked; its real jobs lose nothing by this one, so its
/// last turn stays.
pub(super) async fn turn(
    tx: &mut Tx,
    job: &Job,
    last_of_account: i64,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let row = tx.first(WAITING, &values![job.account]).await?.unwrap_or_default();
    if Reader::new("jobs", row).int("turn")? >= rehearsal::WAITING_MAX {
        // They cost nothing, so something else has to bound them.
        let message =
            format!("At most {} test jobs of an account may wait", rehearsal::WAITING_MAX);
        return Err(Error::new(Kind::RateLimited { retry_after_s: 5 }, message).into());
    }
    let mut last = last_of_account;
    Line::default().turn(tx, job, &mut last, now).await
}
