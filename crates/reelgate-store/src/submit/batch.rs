//! Accepting many jobs in one transaction of three round trips, on PostgreSQL: what is asked, what
//! is written, and the commit.
//!
//! It decides as the form for one job does, one submission after the other; only the reading and
//! the writing is done for all of them at once. Whatever is out of the ordinary, a key that was
//! used before above all, is left to the form for one job.

use super::line::Line;
use super::{Fate, Item, row_of};
use crate::db::{Ask, Lock, Outcomes, Row, Tx, Value, columns, values};
use crate::error::StoreError;
use crate::ledger::{self, Purse};
use crate::outbox;
use crate::rows::Reader;
use reelgate_core::key;
use std::collections::HashSet;

/// In the order of the keys, so that two batches never wait for each other in a circle.
const REMEMBER: &str = "INSERT INTO idempotency \
    (account, idempotency_key, fingerprint, job, created) \
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), \
    CAST($4 AS TEXT[]), CAST($5 AS BIGINT[])) AS i (account, idempotency_key, a, b, c) \
    ORDER BY account, idempotency_key \
    ON CONFLICT DO NOTHING RETURNING job";
const FORGET: &str = "DELETE FROM idempotency WHERE job = ANY(CAST($1 AS TEXT[]))";
const INSERT: &str = "INSERT INTO jobs (id, account, api_key, dialect, ordered, callback_url, \
    priority, price, price_version, width, height, seed, state, not_before, attempt, \
    attempts_max, leases, ticket, ticket_id, deadline, created, updated, turn, remaining) \
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), \
    CAST($4 AS TEXT[]), CAST($5 AS TEXT[]), CAST($6 AS TEXT[]), CAST($7 AS BIGINT[]), \
    CAST($8 AS BIGINT[]), CAST($9 AS TEXT[]), CAST($10 AS BIGINT[]), CAST($11 AS BIGINT[]), \
    CAST($12 AS BIGINT[]), CAST($13 AS TEXT[]), CAST($14 AS BIGINT[]), CAST($15 AS BIGINT[]), \
    CAST($16 AS BIGINT[]), CAST($17 AS BIGINT[]), CAST($18 AS TEXT[]), CAST($19 AS TEXT[]), \
    CAST($20 AS BIGINT[]), CAST($21 AS BIGINT[]), CAST($22 AS BIGINT[]), CAST($23 AS BIGINT[]), \
    CAST($24 AS BIGINT[])) \
    ON CONFLICT (id) DO NOTHING";
/// Which of those columns are texts.
const ARE_TEXTS: [bool; 24] = [
    true, true, true, true, true, true, false, false, true, false, false, false, true, false,
    false, false, false, true, true, false, false, false, false, false,
];

pub(super) async fn submit_many(
    tx: &mut Tx,
    items: Vec<Item>,
) -> Result<Outcomes<Fate>, StoreError> {
    let mut outcomes: Outcomes<Fate> = items.iter().map(|_| None).collect();
    let keys = Keys::of(&items);
    let asks = vec![keys.ask(), Purse::ask(items.iter().map(|(new, _)| &new.job)), Line::ask()];
    let answers: [Vec<Row>; 3] = tx.query_all(asks).await?.try_into().unwrap_or_default();
    let [claimed, funds, served] = answers;
    let fresh = keys.fresh(claimed, &items)?;
    let (mut purse, mut line) = (Purse::of(funds)?, Line::of(served)?);
    let (mut covered, mut refused, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for n in fresh {
        let (new, now) = &items[n];
        match purse.cover(tx, &new.job, new.needs_purchase).await {
            Ok(owner) => {
                let turn = line.turn(tx, &new.job, &mut owner.last_turn, *now).await?;
                told.push((n, owner.has_listeners));
                covered.push((n, turn, owner.remaining()));
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
    let (seats, accounts) = purse.write_all();
    let rows = covered.iter().map(|(n, turn, left)| row_of(&items[*n].0.job, *turn, *left));
    let jobs = (INSERT, columns(rows.collect::<Result<_, _>>()?, &ARE_TEXTS));
    let holds = covered.iter().map(|(n, ..)| (&items[*n].0.job, items[*n].1));
    let holds: Vec<_> = holds.collect();
    let changed = tx.execute_all(&[jobs, ledger::enter_holds(&holds), seats]).await?;
    // A name that was taken, or a row that is not as it was locked: none of it may stand.
    let expected = [covered.len(), covered.len(), accounts];
    if !changed.iter().zip(expected).all(|(rows, all)| usize::try_from(*rows) == Ok(all)) {
        return Err(StoreError::Busy);
    }
    for (n, has_listeners) in told {
        outbox::stage_order(tx, &items[n].0.job, has_listeners, items[n].1).await?;
    }
    for (n, _, remaining) in covered {
        outcomes[n] = Some(Ok(Fate::Accepted(Some(remaining))));
    }
    Ok(outcomes)
}

/// The idempotency keys of a batch.
struct Keys {
    /// The rows that claim them.
    rows: Vec<Vec<Value<'static>>>,
    /// Items whose key an earlier item of the batch has too.
    again: HashSet<usize>,
}

impl Keys {
    fn of(items: &[Item]) -> Self {
        let (mut rows, mut again) = (Vec::new(), HashSet::new());
        let mut keyed = HashSet::new();
        for (n, (submission, now)) in items.iter().enumerate() {
            let Some((key, fingerprint)) = &submission.idempotency else { continue };
            let job = &submission.job;
            if !keyed.insert((job.account, key.as_str())) {
                again.insert(n);
                continue;
            }
            let (key, print) = (key.as_str().to_owned(), key::hex(&fingerprint.0));
            rows.push(Vec::from(values![job.account, key, print, job.id, *now]));
        }
        Self { rows, again }
    }

    /// Claims them; the jobs of those that were free come back.
    fn ask(&self) -> Ask<'static> {
        let values = columns(self.rows.clone(), &[true, true, true, true, false]);
        Ask { sql: REMEMBER, lock: Lock::None, values }
    }

    /// The items that may go on here.
    fn fresh(&self, claimed: Vec<Row>, items: &[Item]) -> Result<Vec<usize>, StoreError> {
        let jobs = claimed.into_iter().map(|row| Reader::new("idempotency", row).text("job"));
        let claimed: HashSet<String> = jobs.collect::<Result<_, _>>()?;
        let may_go_on = |(n, (new, _)): (usize, &Item)| {
            let id = new.job.id.to_string();
            let free = new.idempotency.is_none() || claimed.contains(&id);
            (free && !self.again.contains(&n)).then_some(n)
        };
        Ok(items.iter().enumerate().filter_map(may_go_on).collect())
    }
}
