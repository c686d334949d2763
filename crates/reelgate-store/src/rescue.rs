//! Jobs whose worker was lost, and jobs that took too long.

use crate::Store;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::rows::Reader;
use crate::transition::{self, Ids};
use reelgate_core::{DeliveryId, EntryId, Event, JobId, Timestamp};

/// Jobs of either kind in one rescue.
pub const BATCH_MAX: i64 = 100;

const OVERDUE: &str = "SELECT id FROM jobs WHERE finished IS NULL AND deadline <= $1 \
    ORDER BY deadline LIMIT $2";
const EXPIRED: &str = "SELECT id FROM jobs WHERE lease_expires IS NOT NULL \
    AND lease_expires <= $1 ORDER BY lease_expires LIMIT $2";

impl Store {
    /// Ends overdue jobs and takes back those whose lease ran out, up to [`BATCH_MAX`] of each;
    /// answers how many changed. Call again at once while that is not zero.
    ///
    /// `entropy` is asked twice for each job, for the ids of the rows that an end adds. Each job is
    /// a transaction of its own: one that cannot be rescued is logged and does not hold up others.
    ///
    /// # Errors
    /// When the database fails before any job was tried.
    pub async fn rescue(
        &self,
        now: Timestamp,
        entropy: &mut (dyn FnMut() -> u64 + Send),
    ) -> Result<usize, StoreError> {
        let lost = self.db.read(move |tx| Box::pin(candidates(tx, now))).await?;
        let rescues = lost.into_iter().map(|id| {
            let entry = EntryId::new(now, entropy());
            let ids = Ids { entry, delivery: DeliveryId::new(now, entropy()) };
            let write = self.db.write(move |tx| Box::pin(rescue_one(tx, id, ids, now)));
            async move { (id, write.await) }
        });
        // All at once, so that SQLite commits them together.
        let rescues: Vec<_> = rescues.collect();
        let mut rescued = 0;
        for (id, result) in futures_util::future::join_all(rescues).await {
            match result {
                Ok(changed) => rescued += usize::from(changed),
                Err(error) => tracing::error!(job = %id, %error, "a job could not be rescued"),
            }
        }
        Ok(rescued)
    }
}

async fn candidates(tx: &mut Tx, now: Timestamp) -> Result<Vec<JobId>, StoreError> {
    let mut rows = tx.query(OVERDUE, &values![now, BATCH_MAX]).await?;
    rows.extend(tx.query(EXPIRED, &values![now, BATCH_MAX]).await?);
    let ids = rows.into_iter().map(|row| Reader::new("jobs", row).parsed("id", JobId::parse));
    let mut ids = ids.collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// False when somebody else was faster, or the worker came back in time.
async fn rescue_one(tx: &mut Tx, id: JobId, ids: Ids, now: Timestamp) -> Result<bool, StoreError> {
    let loaded = transition::load_to_end(tx, id).await?;
    let overdue = now >= loaded.job.deadline;
    let event = if overdue { Event::Overdue } else { Event::LeaseExpired };
    Ok(transition::apply(tx, loaded, &event, ids, now).await?.is_ok())
}
