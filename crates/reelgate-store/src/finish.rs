//! The end of an attempt: the job's new state, its money and its message, in one commit. Ends that
//! wait at the same time share one.

use crate::Store;
use crate::db::{self, Outcomes, Tx};
use crate::error::StoreError;
use crate::ledger::{self, Till};
use crate::transition::{self, Decided, Ids};
use reelgate_core::job::{Money, Refusal};
use reelgate_core::{
    Credits, DeliveryId, EngineError, EntryId, Event, Job, JobId, Output, Timestamp,
};
use std::collections::HashMap;

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
        self.lanes.finishes.run(Ending { job, event, ids, now }).await
    }
}

/// The end of an attempt, on its way to the database.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    job: JobId,
    event: Event,
    ids: Ids,
    now: Timestamp,
}

/// What an end came to.
type Ended = Result<Job, Refusal>;

/// Where ends meet, to be written together.
pub(crate) type Lane = db::Lane<Ending, Ended>;

pub(crate) fn forms() -> db::Forms<Ending, Ended> {
    db::Forms {
        many_postgres: |tx, items| Box::pin(many(tx, items)),
        many_sqlite: |tx, items| Box::pin(round(tx, items)),
        one: |tx, item| Box::pin(one(tx, item)),
        // The second time the job refuses, and whoever asked looks what became of it.
        again: |tx, item| Box::pin(one(tx, item)),
    }
}

async fn one(tx: &mut Tx, end: Ending) -> Result<Ended, StoreError> {
    let job = transition::load_to_end(tx, end.job).await?;
    transition::apply(tx, job, &end.event, end.ids, end.now).await
}

/// Many on SQLite: totals of an account are read once and written once.
async fn round(tx: &mut Tx, items: Vec<Ending>) -> Result<Outcomes<Ended>, StoreError> {
    let mut till = Till::default();
    let mut outcomes = Vec::with_capacity(items.len());
    for Ending { job, event, ids, now } in items {
        let ended = match transition::load_to_end(tx, job).await {
            Ok(job) => transition::apply_with(tx, &mut till, job, &event, ids, now).await?,
            Err(unknown @ StoreError::Refused(_)) => {
                outcomes.push(Some(Err(unknown)));
                continue;
            }
            Err(fault) => return Err(fault),
        };
        outcomes.push(Some(Ok(ended)));
    }
    till.write(tx).await?;
    Ok(outcomes)
}

/// Many on PostgreSQL, in a few round trips: jobs are locked before accounts and both in the order
/// of their ids, as by everybody else.
async fn many(tx: &mut Tx, items: Vec<Ending>) -> Result<Outcomes<Ended>, StoreError> {
    let mut outcomes: Outcomes<Ended> = items.iter().map(|_| None).collect();
    let loaded = transition::load_all_to_end(tx, items.iter().map(|end| end.job)).await?;
    // One that cannot be read is left to the form for one, which says so.
    let mut loaded: HashMap<JobId, _> =
        loaded.into_iter().flatten().map(|one| (one.id(), one)).collect();
    let mut decided = Vec::with_capacity(items.len());
    for (n, end) in items.iter().enumerate() {
        // Unknown, or here for the second time: by itself.
        let Some(job) = loaded.remove(&end.job) else { continue };
        match job.decide(&end.event, end.now) {
            Ok(next) => decided.push((n, next)),
            Err(refusal) => outcomes[n] = Some(Ok(Err(refusal))),
        }
    }
    if decided.is_empty() {
        return Ok(outcomes);
    }
    write(tx, &items, &decided).await?;
    for (n, next) in decided {
        let Ending { ids, now, .. } = items[n];
        outcomes[n] = Some(Ok(Ok(transition::tell(tx, next, ids, now).await?)));
    }
    Ok(outcomes)
}

/// States, entries and totals, in one round trip after that for the accounts.
async fn write(
    tx: &mut Tx,
    items: &[Ending],
    decided: &[(usize, Decided)],
) -> Result<(), StoreError> {
    let settled = decided.iter().filter(|(_, one)| one.next.money != Money::Keep);
    let accounts = Till::ask(settled.map(|(_, one)| &one.job));
    let mut till = Till::of(tx.query_all(vec![accounts]).await?.into_iter().flatten().collect())?;
    let mut entries = Vec::with_capacity(decided.len());
    for (n, one) in decided {
        let Ending { ids, now, .. } = items[*n];
        entries.extend(till.settle(tx, ids.entry, &one.job, one.next.money, now).await?);
    }
    let states = decided.iter().map(|(n, one)| ((&one.job, &one.next), items[*n].now));
    let states = transition::write_many_at(states)?;
    let (moves, accounts) = till.write_all();
    let expected = [decided.len(), entries.len(), accounts];
    let changed = tx.execute_all(&[states, ledger::enter_all(&entries), moves]).await?;
    let all = |(rows, all): (&u64, usize)| usize::try_from(*rows) == Ok(all);
    // A name that was taken, or a row that is not as it was locked: none of it may stand.
    if changed.iter().zip(expected).all(all) { Ok(()) } else { Err(StoreError::Busy) }
}
