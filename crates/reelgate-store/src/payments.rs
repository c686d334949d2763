//! Payments by card: begun here, done elsewhere, credited once however often that is reported.

use crate::Store;
use crate::accounts;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::ledger;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::{AccountId, Credits, EntryId, Error, PaymentId, Plan, Timestamp};

/// Payments that one account may begin in a day: each asks the payment service for a page.
pub const BEGUN_MAX: i64 = 50;
const DAY_MS: i64 = 86_400_000;

/// A payment to begin.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// Its id; the payment service is told.
    pub id: PaymentId,
    /// Whom it brings credits.
    pub account: AccountId,
    /// What is bought.
    pub plan: Plan,
}

const BEGUN: &str = "SELECT COUNT(*) FROM payments WHERE account = $1 AND id >= $2";
const BEGIN: &str = "INSERT INTO payments \
    (id, account, plan, credits, amount, currency, created) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
const BY_ID: &str = "SELECT id, account, plan, credits, amount, currency, credited FROM payments \
    WHERE id = $1";
const CREDIT: &str = "UPDATE payments SET entry = $1, credited = $2 \
    WHERE id = $3 AND credited IS NULL";

impl Store {
    /// Notes a payment that is about to begin.
    ///
    /// # Errors
    /// Refused with `RateLimited` when the account has begun too many of late; busy when the id is
    /// taken.
    pub async fn begin_payment(&self, new: NewPayment, now: Timestamp) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(begin(tx, new, now))).await
    }

    /// Credits a payment that was paid with this amount in this currency; false when that happened
    /// before.
    ///
    /// # Errors
    /// Refused with `NotFound` for a payment that was never begun, with `Invalid` for another
    /// amount or currency than it was begun with.
    pub async fn credit_payment(
        &self,
        id: PaymentId,
        (amount, currency): (i64, String),
        entry: EntryId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.db.write(move |tx| Box::pin(credit(tx, id, (amount, currency), entry, now))).await
    }
}

async fn begin(tx: &mut Tx, new: NewPayment, now: Timestamp) -> Result<(), StoreError> {
    let since = PaymentId::first_of(now.plus_ms(-DAY_MS));
    let row = tx.first(BEGUN, &values![new.account, since]).await?.unwrap_or_default();
    if Reader::new("payments", row).int("id")? >= BEGUN_MAX {
        let kind = Kind::RateLimited { retry_after_s: 3600 };
        return Err(Error::new(kind, "This account has begun too many payments today").into());
    }
    let Plan { id, credits, amount, currency, .. } = new.plan;
    let row = values![new.id, new.account, &id, credits, amount, &currency, now];
    if tx.execute(BEGIN, &row).await? == 1 { Ok(()) } else { Err(StoreError::Busy) }
}

async fn credit(
    tx: &mut Tx,
    id: PaymentId,
    (amount, currency): (i64, String),
    entry: EntryId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let unknown = || Error::new(Kind::NotFound, "there is no such payment");
    let row = tx.first_locked(BY_ID, &values![id]).await?.ok_or_else(unknown)?;
    let mut r = Reader::new("payments", row);
    r.parsed("id", PaymentId::parse)?;
    let account = r.parsed("account", AccountId::parse)?;
    let plan = r.text("plan")?;
    let credits: Credits = r.credits("credits")?;
    let (due, due_in) = (r.int("amount")?, r.text("currency")?);
    if (amount, currency.as_str()) != (due, due_in.as_str()) {
        let message = format!("{amount} {currency} were paid where {due} {due_in} are due");
        return Err(Error::new(Kind::Invalid, message).into());
    }
    if r.maybe_time("credited")?.is_some() {
        return Ok(false);
    }
    ledger::grant(tx, entry, account, credits, format!("bought by card: {plan}"), now).await?;
    accounts::note_purchase(tx, account, now).await?;
    if tx.execute(CREDIT, &values![entry, now, id]).await? == 0 {
        return Err(StoreError::Busy);
    }
    Ok(true)
}
