//! Giving up a finished job's files for its owner. The job and its money stay.

use crate::Store;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::rows::{self, job_columns};
use reelgate_core::error::Kind;
use reelgate_core::{AccountId, Error, Job, JobId, State, Timestamp};

const JOB: &str = concat!("SELECT ", job_columns!(), " FROM jobs WHERE id = $1 AND account = $2");
const REMOVED: &str = "UPDATE jobs SET removed = $1, updated = $2 \
    WHERE id = $3 AND account = $4 AND finished IS NOT NULL AND removed IS NULL";

impl Store {
    /// Notes that the files of a job that has ended are to go; doing so again changes nothing.
    ///
    /// Delete them afterwards: what a crash leaves behind belongs to no job any more and is swept.
    ///
    /// # Errors
    /// Refused with `NotFound` for a job that is not this account's, with `Conflict` for one that
    /// has not ended.
    pub async fn delete_files(
        &self,
        account: AccountId,
        id: JobId,
        now: Timestamp,
    ) -> Result<Job, StoreError> {
        self.db.write(move |tx| Box::pin(delete(tx, account, id, now))).await
    }
}

async fn delete(
    tx: &mut Tx,
    account: AccountId,
    id: JobId,
    now: Timestamp,
) -> Result<Job, StoreError> {
    let row = tx.first_locked(JOB, &values![id, account]).await?;
    let mut job = rows::job(row.ok_or_else(Error::job_not_found)?)?;
    if job.state.finished().is_none() {
        let message = "the task has not ended, cancel it first";
        return Err(Error::new(Kind::Conflict, message).into());
    }
    if tx.execute(REMOVED, &values![now, now, id, account]).await? == 1 {
        job.updated = now;
        if let State::Succeeded { output, .. } = &mut job.state {
            output.removed = Some(now);
        }
    }
    Ok(job)
}
