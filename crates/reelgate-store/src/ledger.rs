//! The only statements that write ledger entries and account totals. `reelgate_core::ledger`
//! decides the amounts.

use crate::db::{Row, Tx, Value, columns, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::job::Money;
use reelgate_core::ledger::{self, Delta, Entry, EntryKind, Funds};
use reelgate_core::{AccountId, Credits, EntryId, Error, Job, JobId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Reads the totals; on PostgreSQL nobody else changes them until the transaction ends.
const FUNDS: &str = "SELECT id, balance, held FROM accounts WHERE id = $1";
/// Moves the totals, but only from where they were read: the rule and the row agree or nothing
/// happens.
const MOVE: &str = "UPDATE accounts SET balance = $1, held = $2 \
    WHERE id = $3 AND balance = $4 AND held = $5";
const ENTER: &str = "INSERT INTO ledger_entries \
    (id, account, job, kind, balance_delta, held_delta, note, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";

/// Locks many accounts, always in the same order.
const ALL_FUNDS: &str = "SELECT id, balance, held FROM accounts \
    WHERE id = ANY(CAST($1 AS TEXT[])) ORDER BY id";
const ENTER_HOLDS: &str = "INSERT INTO ledger_entries \
    (id, account, job, kind, balance_delta, held_delta, note, at) \
    SELECT e.id, e.account, e.job, 'hold', 0, e.held, '', e.at FROM unnest(CAST($1 AS TEXT[]), \
    CAST($2 AS TEXT[]), CAST($3 AS TEXT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[])) \
    AS e (id, account, job, held, at) ON CONFLICT (id) DO NOTHING";
const MOVE_HELD: &str = "UPDATE accounts SET held = m.held FROM unnest(CAST($1 AS TEXT[]), \
    CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[])) \
    AS m (id, held, balance_before, held_before) WHERE accounts.id = m.id \
    AND accounts.balance = m.balance_before AND accounts.held = m.held_before";

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

/// The locked accounts of a batch, as they were and as they will be.
pub(crate) struct Purse(BTreeMap<AccountId, (Funds, Funds)>);

impl Purse {
    /// Locks the accounts of these jobs.
    pub(crate) async fn open(tx: &mut Tx, jobs: &[&Job]) -> Result<Self, StoreError> {
        let ids: BTreeSet<AccountId> = jobs.iter().map(|job| job.account).collect();
        let ids = ids.into_iter().map(|id| Some(id.to_string())).collect();
        let mut funds = BTreeMap::new();
        for row in tx.query_locked(ALL_FUNDS, &[Value::Texts(ids)]).await? {
            let mut r = Reader::new("accounts", row);
            let id = r.parsed("id", AccountId::parse)?;
            let now = Funds { balance: r.credits("balance")?, held: r.credits("held")? };
            funds.insert(id, (now, now));
        }
        Ok(Self(funds))
    }

    /// Sets a price aside if the account can still cover it.
    pub(crate) fn cover(&mut self, account: AccountId, price: Credits) -> Result<(), StoreError> {
        let (_, funds) = self.0.get_mut(&account).ok_or_else(no_account)?;
        let delta = ledger::hold(*funds, price)?;
        *funds = funds.after(delta).ok_or_else(Error::internal)?;
        Ok(())
    }

    /// Writes the holds of these jobs, which have been covered, and moves the totals.
    pub(crate) async fn hold(
        self,
        tx: &mut Tx,
        holds: &[(EntryId, &Job, Timestamp)],
    ) -> Result<(), StoreError> {
        let entries = holds.iter().map(|(id, job, at)| {
            Vec::from(values![*id, job.account, job.id, job.price.credits, *at])
        });
        let entries = columns(entries.collect(), &[true, true, true, false, false]);
        let entered = tx.execute(ENTER_HOLDS, &entries).await?;
        let moved = self.0.into_iter().filter(|(_, (before, after))| before != after);
        let moves: Vec<_> = moved
            .map(|(id, (before, after))| {
                Vec::from(values![id, after.held, before.balance, before.held])
            })
            .collect();
        let expected = (holds.len(), moves.len());
        let moved = tx.execute(MOVE_HELD, &columns(moves, &[true, false, false, false])).await?;
        // A name that was taken, or a row that is not as it was locked: none of it may stand.
        let agree = (usize::try_from(entered), usize::try_from(moved));
        if agree == (Ok(expected.0), Ok(expected.1)) { Ok(()) } else { Err(StoreError::Busy) }
    }
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
    let row = row.ok_or_else(no_account)?;
    let mut r = Reader::new("accounts", row);
    r.text("id")?;
    Ok(Funds { balance: r.credits("balance")?, held: r.credits("held")? })
}

fn no_account() -> Error {
    Error::new(Kind::NotFound, "there is no such account")
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
