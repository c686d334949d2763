//! Orders under a key with a daily cap: counted and checked in the transaction that accepts them.
//! Keys without one never come here.

use super::Submission;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::{DailyCap, Job};

/// What was given back is not spent.
const SPENT: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN finished IS NULL THEN price \
    ELSE COALESCE(charged, 0) END), 0) AS BIGINT) FROM jobs \
    WHERE api_key = $1 AND capped_day = $2";
const COUNT: &str = "UPDATE jobs SET capped_day = $1 WHERE id = $2";

/// Whether a submission may be done together with others.
pub(super) const fn is_plain(submission: &Submission) -> bool {
    submission.daily_cap.is_none() && !submission.job.order.test
}

/// Refuses a job that would bring its key over the cap. The account must be locked.
pub(super) async fn check(tx: &mut Tx, job: &Job, cap: DailyCap) -> Result<(), StoreError> {
    let row = tx.first(SPENT, &values![job.key, cap.day]).await?.unwrap_or_default();
    let spent = Reader::new("jobs", row).credits("price")?;
    Ok(cap.check(spent, job.price.credits)?)
}

/// Counts an accepted job against the day.
pub(super) async fn count(tx: &mut Tx, job: &Job, cap: DailyCap) -> Result<(), StoreError> {
    let changed = tx.execute(COUNT, &values![cap.day, job.id]).await?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Busy) }
}
