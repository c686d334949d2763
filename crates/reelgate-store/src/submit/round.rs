//! Accepting many jobs in one go on SQLite: account totals and the head of the line are read once
//! and written once, and nothing but its key is written of a job before it is known to be allowed.
//!
//! It decides as the form for one job does. A key that was used before is left to that form.

use super::line::Line;
use super::{Fate, INSERT, Item, remember, remembered, row_of};
use crate::db::{Outcomes, Tx};
use crate::error::StoreError;
use crate::ledger::{self, Purse};
use crate::outbox;

pub(super) async fn submit_round(
    tx: &mut Tx,
    items: Vec<Item>,
) -> Result<Outcomes<Fate>, StoreError> {
    let (mut purse, mut line) = (Purse::default(), Line::default());
    let mut outcomes = Vec::with_capacity(items.len());
    for item in &items {
        outcomes.push(accept(tx, &mut purse, &mut line, item).await?);
    }
    purse.write(tx).await?;
    Ok(outcomes)
}

/// An error undoes the whole round.
async fn accept(
    tx: &mut Tx,
    purse: &mut Purse,
    line: &mut Line,
    (new, now): &Item,
) -> Result<Option<Result<Fate, StoreError>>, StoreError> {
    let (job, now) = (&new.job, *now);
    let owner = match purse.cover(tx, job, new.needs_purchase).await {
        Ok(owner) => owner,
        Err(refusal @ StoreError::Refused(_)) => {
            // A repeat is answered as the first time, whatever the account could pay by now.
            let is_repeat = match &new.idempotency {
                Some((key, _)) => remembered(tx, job.account, key).await?.is_some(),
                None => false,
            };
            return Ok((!is_repeat).then_some(Err(refusal)));
        }
        Err(fault) => return Err(fault),
    };
    let (has_listeners, remaining) = (owner.has_listeners, owner.remaining());
    if let Some((key, fingerprint)) = &new.idempotency
        && !remember(tx, job, key, *fingerprint, now).await?
    {
        purse.uncover(job)?;
        return Ok(None);
    }
    let turn = line.turn(tx, job, &mut owner.last_turn, now).await?;
    if tx.execute(INSERT, &row_of(job, turn, remaining)?).await? == 0 {
        return Err(StoreError::Taken);
    }
    ledger::enter_hold(tx, job, now).await?;
    outbox::stage_order(tx, job, has_listeners, now).await?;
    Ok(Some(Ok(Fate::Accepted(Some(remaining)))))
}
