//! The end of an attempt: the job's new state, its money and its message, in one commit.

use crate::Store;
use crate::db::Tx;
use crate::error::StoreError;
use crate::transition::{self, Ids};
use reelgate_core::job::Refusal;
use reelgate_core::{
    Credits, DeliveryId, EngineError, EntryId, Event, Job, JobId, Output, Timestamp,
};

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The clip is safely stored.
    Clip {
        /// What came out.
        output: Output,
        /// What to charge for it; never more than the held price is taken.
        charge: Credits,
    },
    /// There is none.
    Failed {
        /// Why.
        error: EngineError,
        /// When another attempt may begin, if there is to be one.
        retry_at: Timestamp,
    },
}

impl Store {
    /// Ends the attempt under lease `token`. The job that comes back has ended, or waits for its
    /// next attempt. `entry` and `delivery` name the rows that an end adds.
    ///
    /// Safe to repeat: the second time the job refuses, because it has ended or the lease has.
    ///
    /// # Errors
    /// Refused with `NotFound` for an unknown job; otherwise when the database fails.
    pub async fn finish(
        &self,
        job: JobId,
        token: u64,
        outcome: Outcome,
        entry: EntryId,
        delivery: DeliveryId,
        now: Timestamp,
    ) -> Result<Result<Job, Refusal>, StoreError> {
        let ids = Ids { entry, delivery };
        let event = match outcome {
            Outcome::Clip { output, charge } => {
                Event::Succeed { token, output: Box::new(output), charge }
            }
            Outcome::Failed { error, retry_at } => Event::Fail { token, error, retry_at },
        };
        self.db.write(move |tx| Box::pin(finish(tx, job, event, ids, now))).await
    }
}

async fn finish(
    tx: &mut Tx,
    id: JobId,
    event: Event,
    ids: Ids,
    now: Timestamp,
) -> Result<Result<Job, Refusal>, StoreError> {
    let job = transition::load_to_end(tx, id).await?;
    transition::apply(tx, job, &event, ids, now).await
}
