//! The only statements that write ledger entries and account totals. `reelgate_core::ledger`
//! decides the amounts.

use crate::db::{Ask, Lock, Row, Tx, Value, columns, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::job::Money;
use reelgate_core::ledger::{self, Delta, Entry, EntryKind, Funds};
use reelgate_core::{AccountId, Credits, EntryId, Error, Job, JobId, Priority, Timestamp};
use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of an owner, in the order in which [`owner`] reads them; the last one is more than
/// zero when an endpoint of the account hears of orders.
macro_rules! owner_columns {
    () => {
        "id, balance, held, last_turn, priority_max, purchased, \
         (SELECT COUNT(*) FROM webhook_endpoints AS hook WHERE hook.account = accounts.id \
         AND hook.disabled IS NULL AND hook.events LIKE '%job.queued%')"
    };
}

/// Reads the totals; on PostgreSQL nobody else changes them until the transaction ends.
const FUNDS: &str = concat!("SELECT ", owner_columns!(), " FROM accounts WHERE id = $1");
/// Moves the totals, but only from where they were read: the rule and the row agree or nothing
/// happens.
const MOVE: &str = "UPDATE accounts SET balance = $1, held = $2 \
    WHERE id = $3 AND balance = $4 AND held = $5";
/// As [`MOVE`], with the last turn its jobs were given.
const SEAT: &str = "UPDATE accounts SET held = $1, last_turn = $2 \
    WHERE id = $3 AND balance = $4 AND held = $5";
const ENTER: &str = "INSERT INTO ledger_entries \
    (id, account, job, kind, balance_delta, held_delta, note, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";

/// Locks many accounts, always in the same order.
const ALL_FUNDS: &str = concat!(
    "SELECT ",
    owner_columns!(),
    " FROM accounts WHERE id = ANY(CAST($1 AS TEXT[])) ORDER BY id"
);
const ENTER_HOLDS: &str = "INSERT INTO ledger_entries \
    (id, account, job, kind, balance_delta, held_delta, note, at) \
    SELECT e.id, e.account, e.job, 'hold', 0, e.held, '', e.at FROM unnest(CAST($1 AS TEXT[]), \
    CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[])) \
    AS e (id, account, job, held, at) ON CONFLICT (id) DO NOTHING";
const SEAT_ALL: &str = "UPDATE accounts SET held = m.held, last_turn = m.last_turn \
    FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), \
    CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[])) \
    AS m (id, held, last_turn, balance_before, held_before) WHERE accounts.id = m.id \
    AND accounts.balance = m.balance_before AND accounts.held = m.held_before";

const MOVE_ALL: &str = "UPDATE accounts SET balance = m.balance, held = m.held \
    FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), \
    CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[])) \
    AS m (id, balance, held, balance_before, held_before) WHERE accounts.id = m.id \
    AND accounts.balance = m.balance_before AND accounts.held = m.held_before";
const ENTER_ALL: &str = "INSERT INTO ledger_entries \
    (id, account, job, kind, balance_delta, held_delta, note, at) \
    SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), \
    CAST($4 AS TEXT[]), CAST($5 AS BIGINT[]), CAST($6 AS BIGINT[]), CAST($7 AS TEXT[]), \
    CAST($8 AS BIGINT[])) ON CONFLICT (id) DO NOTHING";

/// A statement with its values.
type Write = (&'static str, Vec<Value<'static>>);

/// Adds credits to an account.
pub(crate) async fn grant(
    tx: &mut Tx,
    id: EntryId,
    account: AccountId,
    amount: Credits,
    note: String,
    now: Timestamp,
) -> Result<Funds, StoreError> {
    let funds = funds(tx, account).await?;
    let delta = ledger::grant(funds, amount)?;
    let kind = EntryKind::Grant;
    let entry = Entry { id, account, job: None, kind, delta, note, at: now };
    match write(tx, funds, &entry).await {
        Err(StoreError::Taken) => {
            Err(Error::new(Kind::Conflict, "this grant was entered already").into())
        }
        written => written,
    }
}

/// Moves credits from one account to another, by two entries. Answers what both have then.
///
/// Locks both, always in the same order, so that two transfers never wait for each other.
pub(crate) async fn transfer(
    tx: &mut Tx,
    (leaves, from): (EntryId, AccountId),
    (arrives, to): (EntryId, AccountId),
    amount: Credits,
    notes: (String, String),
    at: Timestamp,
) -> Result<(Funds, Funds), StoreError> {
    let (first, second) = (funds(tx, from.min(to)).await?, funds(tx, from.max(to)).await?);
    let (giver, taker) = if from < to { (first, second) } else { (second, first) };
    let (out, into) = ledger::transfer(giver, taker, amount)?;
    let kind = EntryKind::Transfer;
    let (note, other) = notes;
    let entry = Entry { id: leaves, account: from, job: None, kind, delta: out, note, at };
    let giver = write(tx, giver, &entry).await?;
    let (note, delta) = (other, into);
    let entry = Entry { id: arrives, account: to, job: None, kind, delta, note, at };
    let taker = write(tx, taker, &entry).await?;
    Ok((giver, taker))
}

/// What a submit needs to know of an account, and changes about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    funds: Funds,
    /// The last turn in line that one of its jobs was given.
    pub(crate) last_turn: i64,
    priority_max: Priority,
    has_paid: bool,
    /// Whether somebody wants to hear of its orders.
    pub(crate) has_listeners: bool,
}

impl Owner {
    /// What it can still spend.
    pub(crate) fn remaining(&self) -> Credits {
        self.funds.available()
    }
}

/// The locked accounts of a transaction, as they were and as they will be.
#[derive(Default)]
pub(crate) struct Purse(BTreeMap<AccountId, (Owner, Owner)>);

impl Purse {
    /// Asks for the accounts of these jobs and locks them, all at once; only PostgreSQL can.
    pub(crate) fn ask<'j>(jobs: impl Iterator<Item = &'j Job>) -> Ask<'static> {
        let ids: BTreeSet<AccountId> = jobs.map(|job| job.account).collect();
        let ids = ids.into_iter().map(|id| Some(id.to_string())).collect();
        Ask { sql: ALL_FUNDS, lock: Lock::Wait, values: vec![Value::Texts(ids)] }
    }

    /// What [`Purse::ask`] was answered.
    pub(crate) fn of(rows: Vec<Row>) -> Result<Self, StoreError> {
        let mut owners = BTreeMap::new();
        for row in rows {
            let (id, owner) = owner(row)?;
            owners.insert(id, (owner, owner));
        }
        Ok(Self(owners))
    }

    /// Sets a job's price aside if its account can still cover it, and may ask for its priority and
    /// its model. Locks the account where that was not done yet.
    ///
    /// # Errors
    /// Refused when it cannot or may not; nothing is set aside then.
    pub(crate) async fn cover(
        &mut self,
        tx: &mut Tx,
        job: &Job,
        needs_purchase: bool,
    ) -> Result<&mut Owner, StoreError> {
        let (_, owner) = match self.0.entry(job.account) {
            Slot::Occupied(known) => known.into_mut(),
            Slot::Vacant(unknown) => {
                let found = locked(tx, job.account).await?;
                unknown.insert((found, found))
            }
        };
        job.order.priority.check(owner.priority_max)?;
        if needs_purchase && !owner.has_paid {
            return Err(Error::purchase_required().into());
        }
        let delta = ledger::hold(owner.funds, job.price.credits)?;
        owner.funds = owner.funds.after(delta).ok_or_else(Error::internal)?;
        Ok(owner)
    }

    /// Takes back what [`Purse::cover`] did for a job of which nothing was written.
    pub(crate) fn uncover(&mut self, job: &Job) -> Result<(), StoreError> {
        let delta = ledger::release(job.price.credits);
        let (_, owner) = self.0.get_mut(&job.account).ok_or_else(no_account)?;
        owner.funds = owner.funds.after(delta).ok_or_else(Error::internal)?;
        Ok(())
    }

    /// Writes what became of the accounts, one after the other.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<(), StoreError> {
        for (id, before, after) in self.changed() {
            let funds = before.funds;
            let row = values![after.funds.held, after.last_turn, id, funds.balance, funds.held];
            if tx.execute(SEAT, &row).await? == 0 {
                return Err(StoreError::Busy);
            }
        }
        Ok(())
    }

    /// As [`Purse::write`] in one statement, on PostgreSQL, and how many rows it must change.
    pub(crate) fn write_all(self) -> (Write, usize) {
        let rows: Vec<_> = self
            .changed()
            .map(|(id, before, after)| {
                let funds = before.funds;
                let row = values![id, after.funds.held, after.last_turn, funds.balance, funds.held];
                Vec::from(row)
            })
            .collect();
        let count = rows.len();
        ((SEAT_ALL, columns(rows, &[true, false, false, false, false])), count)
    }

    fn changed(self) -> impl Iterator<Item = (AccountId, Owner, Owner)> {
        let all = self.0.into_iter().map(|(id, (before, after))| (id, before, after));
        all.filter(|(_, before, after)| before != after)
    }
}

/// Enters a new job's hold, which its account covers. The job's row must be there already.
pub(crate) async fn enter_hold(tx: &mut Tx, job: &Job, now: Timestamp) -> Result<(), StoreError> {
    let delta = Delta { balance: Credits::ZERO, held: job.price.credits };
    enter(tx, &of_job(EntryId::of_hold(job.id), job, EntryKind::Hold, delta, now)).await
}

/// As [`enter_hold`] for many jobs in one statement, on PostgreSQL. It must change a row for each.
pub(crate) fn enter_holds(holds: &[(&Job, Timestamp)]) -> Write {
    let entries = holds
        .iter()
        .map(|(job, at)| Vec::from(values![job.id, job.account, job.id, job.price.credits, *at]));
    (ENTER_HOLDS, columns(entries.collect(), &[true, true, true, false, false]))
}

/// The accounts whose jobs' holds are settled in one transaction, as they were and as they will be.
#[derive(Default)]
pub(crate) struct Till(BTreeMap<AccountId, (Funds, Funds)>);

impl Till {
    /// Asks for the accounts of these jobs and locks them, all at once; only PostgreSQL can.
    pub(crate) fn ask<'j>(jobs: impl Iterator<Item = &'j Job>) -> Ask<'static> {
        Purse::ask(jobs)
    }

    /// What [`Till::ask`] was answered.
    pub(crate) fn of(rows: Vec<Row>) -> Result<Self, StoreError> {
        let owners = rows.into_iter().map(owner);
        let funds = owners.map(|one| one.map(|(id, owner)| (id, (owner.funds, owner.funds))));
        Ok(Self(funds.collect::<Result<_, _>>()?))
    }

    /// The entry that does with a job's hold what its new state asks for, if that is anything.
    /// Locks the account where that was not done yet.
    pub(crate) async fn settle(
        &mut self,
        tx: &mut Tx,
        id: EntryId,
        job: &Job,
        money: Money,
        now: Timestamp,
    ) -> Result<Option<Entry>, StoreError> {
        let held = job.price.credits;
        let (kind, delta) = match money {
            Money::Keep => return Ok(None),
            Money::Capture(charge) => (EntryKind::Capture, ledger::capture(held, charge)),
            Money::Release => (EntryKind::Release, ledger::release(held)),
        };
        let (_, known) = match self.0.entry(job.account) {
            Slot::Occupied(known) => known.into_mut(),
            Slot::Vacant(unknown) => {
                let found = funds(tx, job.account).await?;
                unknown.insert((found, found))
            }
        };
        let entry = of_job(id, job, kind, delta, now);
        *known = known.after(delta).ok_or_else(|| impossible(*known, &entry))?;
        Ok(Some(entry))
    }

    /// Writes what became of the accounts, one after the other.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<(), StoreError> {
        for (id, before, after) in self.changed() {
            move_funds(tx, id, before, after).await?;
        }
        Ok(())
    }

    /// As [`Till::write`] in one statement, on PostgreSQL, and how many rows it must change.
    pub(crate) fn write_all(self) -> (Write, usize) {
        let rows: Vec<_> = self
            .changed()
            .map(|(id, before, after)| {
                let row = values![id, after.balance, after.held, before.balance, before.held];
                Vec::from(row)
            })
            .collect();
        let count = rows.len();
        ((MOVE_ALL, columns(rows, &[true, false, false, false, false])), count)
    }

    fn changed(self) -> impl Iterator<Item = (AccountId, Funds, Funds)> {
        let all = self.0.into_iter().map(|(id, (before, after))| (id, before, after));
        all.filter(|(_, before, after)| before != after)
    }
}

/// As [`enter`] for many entries in one statement, on PostgreSQL. It must change a row for each.
pub(crate) fn enter_all(entries: &[Entry]) -> Write {
    let rows = entries.iter().map(|entry| Vec::from(entry_values(entry)));
    let are_texts = [true, true, true, true, false, false, true, false];
    (ENTER_ALL, columns(rows.collect(), &are_texts))
}

/// An entry from the columns id, account, job, kind, both deltas, note and at.
pub(crate) fn entry(row: Row) -> Result<Entry, StoreError> {
    let mut r = Reader::new("ledger_entries", row);
    let id = r.parsed("id", EntryId::parse)?;
    let account = r.parsed("account", AccountId::parse)?;
    let job = match r.maybe_text("job")? {
        Some(text) => {
            Some(JobId::parse(&text).ok_or_else(|| r.corrupt("job", "it is no job's id"))?)
        }
        None => None,
    };
    let kind = r.parsed("kind", EntryKind::parse)?;
    let delta = Delta { balance: r.credits("balance_delta")?, held: r.credits("held_delta")? };
    Ok(Entry { id, account, job, kind, delta, note: r.text("note")?, at: r.time("at")? })
}

fn of_job(id: EntryId, job: &Job, kind: EntryKind, delta: Delta, at: Timestamp) -> Entry {
    Entry { id, account: job.account, job: Some(job.id), kind, delta, note: String::new(), at }
}

/// An account's totals, locked.
async fn funds(tx: &mut Tx, account: AccountId) -> Result<Funds, StoreError> {
    Ok(locked(tx, account).await?.funds)
}

async fn locked(tx: &mut Tx, account: AccountId) -> Result<Owner, StoreError> {
    let row = tx.first_locked(FUNDS, &values![account]).await?;
    Ok(owner(row.ok_or_else(no_account)?)?.1)
}

fn owner(row: Row) -> Result<(AccountId, Owner), StoreError> {
    let mut r = Reader::new("accounts", row);
    let id = r.parsed("id", AccountId::parse)?;
    let funds = Funds { balance: r.credits("balance")?, held: r.credits("held")? };
    let last_turn = r.int("last_turn")?;
    let highest = Priority::from_rank(r.int("priority_max")?);
    let priority_max = highest.ok_or_else(|| r.corrupt("priority_max", "there is no such"))?;
    let has_paid = r.maybe_time("purchased")?.is_some();
    let has_listeners = r.int("webhook_endpoints")? > 0;
    Ok((id, Owner { funds, last_turn, priority_max, has_paid, has_listeners }))
}

fn no_account() -> Error {
    Error::new(Kind::NotFound, "there is no such account")
}

/// Writes an entry and moves the totals with it.
///
/// Taken when the entry's id is: two ids of one millisecond can meet.
async fn write(tx: &mut Tx, funds: Funds, entry: &Entry) -> Result<Funds, StoreError> {
    let after = funds.after(entry.delta).ok_or_else(|| impossible(funds, entry))?;
    enter(tx, entry).await?;
    move_funds(tx, entry.account, funds, after).await?;
    Ok(after)
}

fn impossible(funds: Funds, entry: &Entry) -> StoreError {
    StoreError::Corrupt {
        table: "accounts",
        column: "held",
        id: entry.account.to_string(),
        detail: format!("{:?} of {:?} is impossible for {funds:?}", entry.kind, entry.delta),
    }
}

async fn move_funds(
    tx: &mut Tx,
    account: AccountId,
    before: Funds,
    after: Funds,
) -> Result<(), StoreError> {
    let guarded = values![after.balance, after.held, account, before.balance, before.held];
    if tx.execute(MOVE, &guarded).await? == 1 { Ok(()) } else { Err(StoreError::Busy) }
}

/// Taken when the entry's id is.
pub(crate) async fn enter(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    let entered = tx.execute(ENTER, &entry_values(entry)).await?;
    if entered == 1 { Ok(()) } else { Err(StoreError::Taken) }
}

fn entry_values(entry: &Entry) -> [Value<'_>; 8] {
    let Entry { id, account, job, kind, delta, note, at } = entry;
    values![*id, *account, *job, kind.name(), delta.balance, delta.held, note, *at]
}
