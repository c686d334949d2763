//! Accepting many jobs in one go on SQLite: account totals and the head of the line are read once
//! and written once, and nothing is written before it is known to be allowed.
//!
//! It decides as the form for one job does. A key that was used before is left to that form.

use super::line::Line;
use super::{INSERT, Item, REMEMBER, REMEMBERED, Submitted, row_of};
use crate::db::{Outcomes, Tx, values};
use crate::error::StoreError;
use crate::ledger::{self, Purse};
use crate::outbox;
use reelgate_core::key;

pub(super) async fn submit_round(
    tx: &mut Tx,
    items: Vec<Item>,
) -> Result<Outcomes<Submitted>, StoreError> {
    let (mut purse, mut line) = (Purse::default(), Line::default());
    let mut outcomes = Vec::with_capacity(items.len());
    for item in items {
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
    (new, now): Item,
) -> Result<Option<Result<Submitted, StoreError>>, StoreError> {
    let mut job = new.job;
    if let Some((key, _)) = &new.idempotency
        && tx.first(REMEMBERED, &values![job.account, key.as_str()]).await?.is_some()
    {
        return Ok(None);
    }
    let owner = match purse.cover(tx, &mut job, new.needs_purchase).await {
        Ok(owner) => owner,
        Err(refusal @ StoreError::Refused(_)) => return Ok(Some(Err(refusal))),
        Err(fault) => return Err(fault),
    };
    let has_listeners = owner.has_listeners;
    let turn = line.turn(tx, &job, &mut owner.last_turn, now).await?;
    if tx.execute(INSERT, &row_of(&job, turn)?).await? == 0 {
        return Err(StoreError::Taken);
    }
    ledger::enter_hold(tx, &job, now).await?;
    outbox::stage_order(tx, &job, has_listeners, now).await?;
    if let Some((key, fingerprint)) = &new.idempotency {
        let text = key::hex(&fingerprint.0);
        let row = values![job.account, key.as_str(), text, job.id, now];
        if tx.execute(REMEMBER, &row).await? == 0 {
            return Err(StoreError::Taken);
        }
    }
    Ok(Some(Ok(Submitted::Accepted(job))))
}
