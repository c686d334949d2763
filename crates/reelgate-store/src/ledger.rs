//! The only statements that write ledger entries and account totals. `reelgate_core::ledger`
//! decides the amounts.

use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::job::Money;
use reelgate_core::ledger::{self, Delta, Entry, EntryKind, Funds};
use reelgate_core::{AccountId, Credits, EntryId, Error, Job, JobId, Timestamp};

/// Reads the totals; on PostgreSQL nobody else changes them until the transaction ends.
const FUNDS: &str = "SELECT id, balance, held FROM accounts WHERE id = $1";
/// Moves the totals, but only from where they were read: the rule and the row agree or nothing
/// happens.
const MOVE: &str = "UPDATE accounts SET balance = $1, held = $2 \
    WHERE id = $3 AND balance = $4 AND held = $5";
const ENTER: &str = "INSERT INTO ledger_entries \
    (id, account, job, kind, balance_delta, held_delta, note, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";

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
        Err(StoreError::Busy) => {
            Err(Error::new(Kind::Conflict, "this grant was entered already").into())
        }
        written => written,
    }
}

/// A hold that the account can cover, as long as its row stays locked.
pub(crate) struct Hold {
    funds: Funds,
    delta: Delta,
}

/// Whether the account can cover a job's price. Locks the account: nobody spends in between.
pub(crate) async fn cover(
    tx: &mut Tx,
    account: AccountId,
    price: Credits,
) -> Result<Hold, StoreError> {
    let funds = funds(tx, account).await?;
    let delta = ledger::hold(funds, price)?;
    Ok(Hold { funds, delta })
}

/// Sets a new job's price aside. The job's row must be there already.
pub(crate) async fn hold(
    tx: &mut Tx,
    id: EntryId,
    job: &Job,
    hold: Hold,
    now: Timestamp,
) -> Result<(), StoreError> {
    let entry = of_job(id, job, EntryKind::Hold, hold.delta, now);
    write(tx, hold.funds, &entry).await.map(drop)
}

/// Does with a job's hold what its new state asks for.
pub(crate) async fn settle(
    tx: &mut Tx,
    id: EntryId,
    job: &Job,
    money: Money,
    now: Timestamp,
) -> Result<(), StoreError> {
    let held = job.price.credits;
    let (kind, delta) = match money {
        Money::Keep => return Ok(()),
        Money::Capture(charge) => (EntryKind::Capture, ledger::capture(held, charge)),
        Money::Release => (EntryKind::Release, ledger::release(held)),
    };
    let funds = funds(tx, job.account).await?;
    write(tx, funds, &of_job(id, job, kind, delta, now)).await.map(drop)
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
    let row = tx.first_locked(FUNDS, &values![account]).await?;
    let row = row.ok_or_else(|| Error::new(Kind::NotFound, "there is no such account"))?;
    let mut r = Reader::new("accounts", row);
    r.text("id")?;
    Ok(Funds { balance: r.credits("balance")?, held: r.credits("held")? })
}

/// Writes an entry and moves the totals with it.
///
/// Busy when the entry's id is taken: two ids of one millisecond can meet, and a new one will do.
async fn write(tx: &mut Tx, funds: Funds, entry: &Entry) -> Result<Funds, StoreError> {
    let impossible = || StoreError::Corrupt {
        table: "accounts",
        column: "held",
        id: entry.account.to_string(),
        detail: format!("{:?} of {:?} is impossible for {funds:?}", entry.kind, entry.delta),
    };
    let after = funds.after(entry.delta).ok_or_else(impossible)?;
    let Entry { id, account, job, kind, delta, note, at } = entry;
    let row = values![*id, *account, *job, kind.name(), delta.balance, delta.held, note, *at];
    if tx.execute(ENTER, &row).await? == 0 {
        return Err(StoreError::Busy);
    }
    let guarded = values![after.balance, after.held, *account, funds.balance, funds.held];
    if tx.execute(MOVE, &guarded).await? == 0 {
        return Err(StoreError::Busy);
    }
    Ok(after)
}
