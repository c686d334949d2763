//! Accepting many jobs in one transaction of few statements, on PostgreSQL.
//!
//! It decides as the form for one job does, one submission after the other; only the reading and
//! the writing is done for all of them at once. Whatever is out of the ordinary, a key that was
//! used before above all, is left to the form for one job.

use super::line::Line;
use super::{Item, Submitted, row_of};
use crate::db::{Outcomes, Tx, Value, columns, values};
use crate::error::StoreError;
use crate::ledger::{self, Purse};
use crate::rows::Reader;
use reelgate_core::{Job, key};
use std::collections::HashSet;

/// In the order of the keys, so that two batches never wait for each other in a circle.
const REMEMBER: &str = "INSERT INTO idempotency \
    (account, idempotency_key, fingerprint, job, created) \
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), \
    CAST($4 AS TEXT[]), CAST($5 AS BIGINT[])) AS i (account, idempotency_key, a, b, c) \
    ORDER BY account, idempotency_key \
    ON CONFLICT (account, idempotency_key) DO NOTHING RETURNING job";
const FORGET: &str = "DELETE FROM idempotency WHERE job = ANY(CAST($1 AS TEXT[]))";
const INSERT: &str = "INSERT INTO jobs (id, account, api_key, dialect, ordered, callback_url, \
    priority, price, price_version, width, height, seed, state, not_before, attempt, \
    attempts_max, leases, ticket, ticket_id, deadline, created, updated, turn) \
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), \
    CAST($4 AS TEXT[]), CAST($5 AS TEXT[]), CAST($6 AS TEXT[]), CAST($7 AS BIGINT[]), \
    CAST($8 AS BIGINT[]), CAST($9 AS TEXT[]), CAST($10 AS BIGINT[]), CAST($11 AS BIGINT[]), \
    CAST($12 AS BIGINT[]), CAST($13 AS TEXT[]), CAST($14 AS BIGINT[]), CAST($15 AS BIGINT[]), \
    CAST($16 AS BIGINT[]), CAST($17 AS BIGINT[]), CAST($18 AS TEXT[]), CAST($19 AS TEXT[]), \
    CAST($20 AS BIGINT[]), CAST($21 AS BIGINT[]), CAST($22 AS BIGINT[]), CAST($23 AS BIGINT[])) \
    ON CONFLICT (id) DO NOTHING";
/// Which of those columns are texts.
const ARE_TEXTS: [bool; 23] = [
    true, true, true, true, true, true, false, false, true, false, false, false, true, false,
    false, false, false, true, true, false, false, false, false,
];

pub(super) async fn submit_many(
    tx: &mut Tx,
    items: Vec<Item>,
) -> Result<Outcomes<Submitted>, StoreError> {
    let mut outcomes: Outcomes<Submitted> = items.iter().map(|_| None).collect();
    let fresh = remember(tx, &items).await?;
    let jobs: Vec<&Job> = fresh.iter().map(|n| &items[*n].0.job).collect();
    let mut purse = Purse::open(tx, &jobs).await?;
    let mut line = Line::default();
    let (mut rows, mut holds, mut covered) = (Vec::new(), Vec::new(), Vec::new());
    let mut refused = Vec::new();
    for n in fresh {
        let (new, now) = &items[n];
        match purse.cover(tx, &new.job).await {
            Ok(owner) => {
                let turn = line.turn(tx, &new.job, &mut owner.last_turn, *now).await?;
                rows.push(row_of(&new.job, turn)?);
                holds.push((new.hold_entry, &new.job, *now));
                covered.push(n);
            }
            Err(error) => {
                outcomes[n] = Some(Err(error));
                refused.push(Some(new.job.id.to_string()));
            }
        }
    }
    if !refused.is_empty() {
        tx.execute(FORGET, &[Value::Texts(refused)]).await?;
    }
    if covered.is_empty() {
        return Ok(outcomes);
    }
    let inserted = tx.execute(INSERT, &columns(rows, &ARE_TEXTS)).await?;
    if usize::try_from(inserted) != Ok(covered.len()) {
        return Err(StoreError::Busy);
    }
    ledger::enter_holds(tx, &holds).await?;
    purse.write_all(tx).await?;
    for n in covered {
        outcomes[n] = Some(Ok(Submitted::Accepted(items[n].0.job.clone())));
    }
    Ok(outcomes)
}

/// Claims the idempotency keys; answers which items may go on here.
async fn remember(tx: &mut Tx, items: &[Item]) -> Result<Vec<usize>, StoreError> {
    let (mut rows, mut keyed) = (Vec::new(), HashSet::new());
    let mut again = HashSet::new();
    for (n, (submission, now)) in items.iter().enumerate() {
        let Some((key, fingerprint)) = &submission.idempotency else { continue };
        let job = &submission.job;
        if !keyed.insert((job.account, key.as_str())) {
            again.insert(n);
            continue;
        }
        let print = key::hex(&fingerprint.0);
        rows.push(Vec::from(values![job.account, key.as_str(), print, job.id, *now]));
    }
    let mut claimed = HashSet::new();
    if !rows.is_empty() {
        let values = columns(rows, &[true, true, true, true, false]);
        for row in tx.query(REMEMBER, &values).await? {
            claimed.insert(Reader::new("idempotency", row).text("job")?);
        }
    }
    let may_go_on = |(n, (new, _)): (usize, &Item)| {
        let id = new.job.id.to_string();
        let free = new.idempotency.is_none() || claimed.contains(&id);
        (free && !again.contains(&n)).then_some(n)
    };
    Ok(items.iter().enumerate().filter_map(may_go_on).collect())
}
