//! Accepting many jobs in one transaction of few statements, on PostgreSQL.
//!
//! It decides as the form for one job does, one submission after the other; only the reading and
//! the writing is done for all of them at once. Whatever is out of the ordinary, a key that was
//! used before above all, is left to the form for one job.

use super::{Submission, Submitted, columns_of};
use crate::db::{Outcomes, Tx, Value, columns, values};
use crate::error::StoreError;
use crate::ledger::Purse;
use crate::rows::Reader;
use reelgate_core::{AccountId, Job, State, Timestamp, key};
use std::collections::{BTreeMap, HashSet};

/// In the order of the keys, so that two batches never wait for each other in a circle.
const REMEMBER: &str = "INSERT INTO idempotency \
    (account, idempotency_key, fingerprint, job, created) \
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), \
    CAST($4 AS TEXT[]), CAST($5 AS BIGINT[])) AS i (account, idempotency_key, a, b, c) \
    ORDER BY account, idempotency_key \
    ON CONFLICT (account, idempotency_key) DO NOTHING RETURNING job";
const FORGET: &str = "DELETE FROM idempotency WHERE job = ANY(CAST($1 AS TEXT[]))";
const HEAD: &str = "SELECT 'head', MIN(turn) FROM jobs WHERE priority = 0 AND turn IS NOT NULL";
const LAST: &str = "SELECT a.id, (SELECT MAX(turn) FROM jobs WHERE account = a.id \
    AND priority = 0 AND turn IS NOT NULL) FROM unnest(CAST($1 AS TEXT[])) AS a (id)";
const INSERT: &str = "INSERT INTO jobs (id, account, api_key, dialect, ordered, callback_url, \
    price, price_version, width, height, seed, state, not_before, attempt, attempts_max, leases, \
    ticket, ticket_id, deadline, created, updated, turn) \
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), \
    CAST($4 AS TEXT[]), CAST($5 AS TEXT[]), CAST($6 AS TEXT[]), CAST($7 AS BIGINT[]), \
    CAST($8 AS TEXT[]), CAST($9 AS BIGINT[]), CAST($10 AS BIGINT[]), CAST($11 AS BIGINT[]), \
    CAST($12 AS TEXT[]), CAST($13 AS BIGINT[]), CAST($14 AS BIGINT[]), CAST($15 AS BIGINT[]), \
    CAST($16 AS BIGINT[]), CAST($17 AS TEXT[]), CAST($18 AS TEXT[]), CAST($19 AS BIGINT[]), \
    CAST($20 AS BIGINT[]), CAST($21 AS BIGINT[]), CAST($22 AS BIGINT[])) \
    ON CONFLICT (id) DO NOTHING";
/// Which of those columns are texts.
const ARE_TEXTS: [bool; 22] = [
    true, true, true, true, true, true, false, true, false, false, false, true, false, false,
    false, false, true, true, false, false, false, false,
];

type Item = (Submission, Timestamp);

pub(super) async fn submit_many(
    tx: &mut Tx,
    items: Vec<Item>,
) -> Result<Outcomes<Submitted>, StoreError> {
    let mut outcomes: Outcomes<Submitted> = items.iter().map(|_| None).collect();
    let fresh = remember(tx, &items).await?;
    let jobs: Vec<&Job> = fresh.iter().map(|n| &items[*n].0.job).collect();
    let mut purse = Purse::open(tx, &jobs).await?;
    let (mut covered, mut poor) = (Vec::new(), Vec::new());
    for n in fresh {
        let job = &items[n].0.job;
        match purse.cover(job.account, job.price.credits) {
            Ok(()) => covered.push(n),
            Err(error) => {
                outcomes[n] = Some(Err(error));
                poor.push(Some(job.id.to_string()));
            }
        }
    }
    if !poor.is_empty() {
        tx.execute(FORGET, &[Value::Texts(poor)]).await?;
    }
    if covered.is_empty() {
        return Ok(outcomes);
    }
    let accepted: Vec<&Item> = covered.iter().map(|n| &items[*n]).collect();
    insert(tx, &accepted).await?;
    let holds: Vec<_> =
        accepted.iter().map(|(new, now)| (new.hold_entry, &new.job, *now)).collect();
    purse.hold(tx, &holds).await?;
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

async fn insert(tx: &mut Tx, items: &[&Item]) -> Result<(), StoreError> {
    let mut line = Line::read(tx, items).await?;
    let mut rows = Vec::with_capacity(items.len());
    for (new, now) in items {
        let mut row = columns_of(&new.job)?;
        row.push(line.turn(&new.job, *now).into());
        rows.push(row);
    }
    let inserted = tx.execute(INSERT, &columns(rows, &ARE_TEXTS)).await?;
    if usize::try_from(inserted) == Ok(items.len()) { Ok(()) } else { Err(StoreError::Busy) }
}

/// The line for a worker, as far as new turns depend on it: the same rule as the form for one job.
struct Line {
    head: Option<i64>,
    next: BTreeMap<AccountId, i64>,
}

impl Line {
    async fn read(tx: &mut Tx, items: &[&Item]) -> Result<Self, StoreError> {
        let head = match tx.first(HEAD, &[]).await? {
            Some(row) => {
                let mut r = Reader::new("jobs", row);
                r.text("id")?;
                r.maybe_int("turn")?
            }
            None => None,
        };
        let ids: HashSet<AccountId> = items.iter().map(|(new, _)| new.job.account).collect();
        let ids = ids.into_iter().map(|id| Some(id.to_string())).collect();
        let mut next = BTreeMap::new();
        for row in tx.query(LAST, &[Value::Texts(ids)]).await? {
            let mut r = Reader::new("jobs", row);
            let id = r.parsed("account", AccountId::parse)?;
            if let Some(last) = r.maybe_int("turn")? {
                next.insert(id, last.saturating_add(1));
            }
        }
        Ok(Self { head, next })
    }

    /// A new job's turn, unless it waits for its moment first.
    fn turn(&mut self, job: &Job, now: Timestamp) -> Option<i64> {
        let State::Queued { not_before } = job.state else { return None };
        if not_before > now {
            return None;
        }
        let own = self.next.get(&job.account).copied().unwrap_or(0);
        let turn = own.max(self.head.unwrap_or(0));
        self.head.get_or_insert(turn);
        self.next.insert(job.account, turn.saturating_add(1));
        Some(turn)
    }
}
