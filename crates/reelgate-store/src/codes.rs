//! Redeem codes: made by the operator, turned into credits by an account, once each.

use crate::Store;
use crate::accounts;
use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::ledger;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::ledger::Funds;
use reelgate_core::{AccountId, CodeId, Credits, EntryId, Error, KeyHash, Timestamp};

/// Most codes that [`Store::codes`] lists.
pub const LIST_MAX: i64 = 10_000;

/// A code to make.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// Its id.
    pub id: CodeId,
    /// The only form of it that is kept.
    pub hash: KeyHash,
    /// What lists show of it.
    pub hint: String,
    /// The operator's word for it; on the statement of whoever redeems it.
    pub label: String,
    /// What it brings an account.
    pub credits: Credits,
    /// How many accounts may redeem it.
    pub uses_max: u32,
    /// From when on nobody can.
    pub expires: Option<Timestamp>,
}

/// A code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its id.
    pub id: CodeId,
    /// What lists show of it.
    pub hint: String,
    /// The operator's word for it.
    pub label: String,
    /// What it brings an account.
    pub credits: Credits,
    /// How many accounts have redeemed it.
    pub uses: u32,
    /// How many may.
    pub uses_max: u32,
    /// From when on nobody can.
    pub expires: Option<Timestamp>,
    /// Since when nobody can any more.
    pub revoked: Option<Timestamp>,
}

const CREATE: &str = "INSERT INTO codes \
    (id, hash, hint, label, credits, uses, uses_max, expires, created) \
    VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8) ON CONFLICT DO NOTHING";
const BY_HASH: &str = "SELECT id, hint, label, credits, uses, uses_max, expires, revoked \
    FROM codes WHERE hash = $1";
const LIST: &str = "SELECT id, hint, label, credits, uses, uses_max, expires, revoked \
    FROM codes ORDER BY id LIMIT $1";
const REVOKE: &str = "UPDATE codes SET revoked = $1 WHERE id = $2 AND revoked IS NULL";
const USE: &str = "UPDATE codes SET uses = uses + 1 WHERE id = $1 AND uses < uses_max \
    AND revoked IS NULL AND (expires IS NULL OR expires > $2)";
const REDEEMED: &str = "SELECT code FROM redemptions WHERE code = $1 AND account = $2";
const REDEEM: &str = "INSERT INTO redemptions (code, account, entry, at) \
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

impl Store {
    /// Makes a code.
    ///
    /// # Errors
    /// Refused with `Invalid` for credits that may not be granted, with `Conflict` for a code that
    /// exists.
    pub async fn create_code(&self, new: NewCode, now: Timestamp) -> Result<(), StoreError> {
        reelgate_core::ledger::grant(Funds::default(), new.credits)?;
        self.db.write(move |tx| Box::pin(create(tx, new, now))).await
    }

    /// The oldest codes, up to [`LIST_MAX`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn codes(&self) -> Result<Vec<Code>, StoreError> {
        self.db
            .read_long(|tx| {
                Box::pin(async move {
                    let rows = tx.query(LIST, &values![LIST_MAX]).await?;
                    rows.into_iter().map(code).collect()
                })
            })
            .await
    }

    /// Makes a code useless for good; false when there is none, or it is useless already. What was
    /// redeemed stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_code(&self, id: CodeId, now: Timestamp) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move { Ok(tx.execute(REVOKE, &values![now, id]).await? == 1) })
            })
            .await
    }

    /// Turns a code into credits of an account: the use, the redemption and the grant in one
    /// commit. Answers what it brought and what the account has now.
    ///
    /// # Errors
    /// Refused with `NotFound` for a code that is unknown, revoked, expired or used up, all alike;
    /// with `Conflict` when this account has redeemed it before.
    pub async fn redeem(
        &self,
        hash: KeyHash,
        account: AccountId,
        entry: EntryId,
        now: Timestamp,
    ) -> Result<(Credits, Funds), StoreError> {
        self.db.write(move |tx| Box::pin(redeem(tx, hash, account, entry, now))).await
    }
}

async fn create(tx: &mut Tx, new: NewCode, now: Timestamp) -> Result<(), StoreError> {
    let NewCode { id, hash, hint, label, credits, uses_max, expires } = new;
    let row = values![id, hash.hex(), hint, label, credits, uses_max, expires, now];
    if tx.execute(CREATE, &row).await? == 0 {
        return Err(Error::new(Kind::Conflict, "this code exists already").into());
    }
    Ok(())
}

async fn redeem(
    tx: &mut Tx,
    hash: KeyHash,
    account: AccountId,
    entry: EntryId,
    now: Timestamp,
) -> Result<(Credits, Funds), StoreError> {
    let useless = || Error::new(Kind::NotFound, "There is no such code, or it cannot be used now");
    let row = tx.first_locked(BY_HASH, &values![hash.hex()]).await?.ok_or_else(useless)?;
    let code = code(row)?;
    // Before its uses are looked at: who has redeemed it should hear that, not that it is used up.
    if tx.first(REDEEMED, &values![code.id, account]).await?.is_some() {
        let message = "This account has redeemed this code before";
        return Err(Error::new(Kind::Conflict, message).into());
    }
    if tx.execute(USE, &values![code.id, now]).await? == 0 {
        return Err(useless().into());
    }
    let note = format!("redeemed {} {}", code.hint, code.label).trim_end().to_owned();
    let funds = ledger::grant(tx, entry, account, code.credits, note, now).await?;
    accounts::note_purchase(tx, account, now).await?;
    if tx.execute(REDEEM, &values![code.id, account, entry, now]).await? == 0 {
        return Err(StoreError::Busy);
    }
    Ok((code.credits, funds))
}

fn code(row: Row) -> Result<Code, StoreError> {
    let mut r = Reader::new("codes", row);
    Ok(Code {
        id: r.parsed("id", CodeId::parse)?,
        hint: r.text("hint")?,
        label: r.text("label")?,
        credits: r.credits("credits")?,
        uses: r.number("uses")?,
        uses_max: r.number("uses_max")?,
        expires: r.maybe_time("expires")?,
        revoked: r.maybe_time("revoked")?,
    })
}
