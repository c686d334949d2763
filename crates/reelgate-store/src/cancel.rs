//! Stopping a job for its owner: at once while it waits, through its worker while it runs.

use crate::Store;
use crate::db::Tx;
use crate::error::StoreError;
use crate::transition::{self, Ids};
use reelgate_core::job::Refusal;
use reelgate_core::{AccountId, DeliveryId, EntryId, Error, Event, Job, JobId, Timestamp};

impl Store {
    /// Cancels a waiting job, or asks a running one's worker to stop: then the job that comes back
    /// is still running. `entry` and `delivery` name the rows that an end adds.
    ///
    /// # Errors
    /// Refused with `NotFound` for a job that does not exist or is not this account's; otherwise
    /// when the database fails.
    pub async fn cancel(
        &self,
        account: AccountId,
        job: JobId,
        entry: EntryId,
        delivery: DeliveryId,
        now: Timestamp,
    ) -> Result<Result<Job, Refusal>, StoreError> {
        let ids = Ids { entry, delivery };
        self.db.write(move |tx| Box::pin(cancel(tx, account, job, ids, now))).await
    }
}

async fn cancel(
    tx: &mut Tx,
    account: AccountId,
    id: JobId,
    ids: Ids,
    now: Timestamp,
) -> Result<Result<Job, Refusal>, StoreError> {
    let loaded = transition::load_to_end(tx, id).await?;
    if loaded.job.account != account {
        return Err(Error::job_not_found().into());
    }
    transition::apply(tx, loaded, &Event::Cancel, ids, now).await
}
