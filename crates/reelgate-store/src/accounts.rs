//! Accounts: who has money here.

use crate::Store;
use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::ledger;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::ledger::Funds;
use reelgate_core::{AccountId, Credits, EntryId, Error, Priority, Timestamp};

/// Most accounts that [`Store::accounts`] lists.
pub const LIST_MAX: i64 = 10_000;

/// An account to create.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// Its name; unique.
    pub name: String,
    /// Signs its webhooks.
    pub webhook_secret: String,
}

/// An account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name; unique.
    pub name: String,
    /// What it has and what is set aside.
    pub funds: Funds,
    /// Signs its webhooks.
    pub webhook_secret: String,
    /// The most urgent that its jobs may be.
    pub priority_max: Priority,
    /// When it first paid for credits, if it has.
    pub purchased: Option<Timestamp>,
    /// When it was created.
    pub created: Timestamp,
}

impl std::fmt::Debug for Account {
    // Without the secret: values like this end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({} {:?} {:?})", self.id, self.name, self.funds)
    }
}

const CREATE: &str = "INSERT INTO accounts (id, name, balance, held, webhook_secret, created) \
    VALUES ($1, $2, 0, 0, $3, $4) ON CONFLICT DO NOTHING";
const BY_ID: &str = "SELECT id, name, balance, held, webhook_secret, priority_max, \
    purchased, created FROM accounts WHERE id = $1";
const BY_NAME: &str = "SELECT id, name, balance, held, webhook_secret, priority_max, \
    purchased, created FROM accounts WHERE name = $1";
const LIST: &str = "SELECT id, name, balance, held, webhook_secret, priority_max, \
    purchased, created FROM accounts ORDER BY id LIMIT $1";
const PURCHASED: &str = "UPDATE accounts SET purchased = COALESCE(purchased, $1) WHERE id = $2";
const PRIORITY_MAX: &str = "UPDATE accounts SET priority_max = $1 WHERE id = $2";

impl Store {
    /// Creates an account without credits.
    ///
    /// # Errors
    /// Refused with `Conflict` when the name is taken.
    pub async fn create_account(
        &self,
        new: NewAccount,
        now: Timestamp,
    ) -> Result<Account, StoreError> {
        self.db.write(move |tx| Box::pin(create(tx, new, now))).await
    }

    /// Creates an account with an opening balance: both or neither.
    ///
    /// # Errors
    /// Refused as [`Store::create_account`] and [`Store::grant`] refuse.
    pub async fn open_account(
        &self,
        new: NewAccount,
        entry: EntryId,
        amount: Credits,
        note: &str,
        now: Timestamp,
    ) -> Result<Account, StoreError> {
        let note = note.to_owned();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let account = create(tx, new, now).await?;
                    let funds = ledger::grant(tx, entry, account.id, amount, note, now).await?;
                    Ok(Account { funds, ..account })
                })
            })
            .await
    }

    /// The account with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(
                    async move { tx.first(BY_ID, &values![id]).await?.map(account).transpose() },
                )
            })
            .await
    }

    /// The account with this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_by_name(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let name = name.to_owned();
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    tx.first(BY_NAME, &values![&name]).await?.map(account).transpose()
                })
            })
            .await
    }

    /// The oldest accounts, up to [`LIST_MAX`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.db
            .read_long(|tx| {
                Box::pin(async move {
                    let rows = tx.query(LIST, &values![LIST_MAX]).await?;
                    rows.into_iter().map(account).collect()
                })
            })
            .await
    }

    /// Sets the most urgent that an account's jobs may be; false when there is no such account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_priority_max(
        &self,
        account: AccountId,
        highest: Priority,
    ) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let values = values![highest.rank(), account];
                    Ok(tx.execute(PRIORITY_MAX, &values).await? == 1)
                })
            })
            .await
    }

    /// Adds credits to an account, with the operator's words. Answers the account's totals.
    ///
    /// # Errors
    /// Refused with `Invalid` for an amount that may not be granted, with `NotFound` for an unknown
    /// account, and with `Conflict` when `entry` exists already: a repeated grant adds nothing.
    pub async fn grant(
        &self,
        entry: EntryId,
        account: AccountId,
        amount: Credits,
        note: &str,
        now: Timestamp,
    ) -> Result<Funds, StoreError> {
        let note = note.to_owned();
        self.db
            .write(move |tx| Box::pin(ledger::grant(tx, entry, account, amount, note, now)))
            .await
    }

    /// As [`Store::grant`], for credits that the account has paid for.
    ///
    /// # Errors
    /// As there.
    pub async fn grant_paid(
        &self,
        entry: EntryId,
        account: AccountId,
        amount: Credits,
        note: &str,
        now: Timestamp,
    ) -> Result<Funds, StoreError> {
        let note = note.to_owned();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let funds = ledger::grant(tx, entry, account, amount, note, now).await?;
                    note_purchase(tx, account, now).await?;
                    Ok(funds)
                })
            })
            .await
    }
}

/// Notes that an account has paid; the first time counts.
pub(crate) async fn note_purchase(
    tx: &mut Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(PURCHASED, &values![now, account]).await.map(drop)
}

pub(crate) async fn create(
    tx: &mut Tx,
    new: NewAccount,
    now: Timestamp,
) -> Result<Account, StoreError> {
    let values = values![new.id, &new.name, &new.webhook_secret, now];
    if tx.execute(CREATE, &values).await? == 0 {
        let message = format!("there is an account with the name {:?} already", new.name);
        return Err(Error::new(Kind::Conflict, message).into());
    }
    Ok(Account {
        id: new.id,
        name: new.name,
        funds: Funds::default(),
        webhook_secret: new.webhook_secret,
        priority_max: Priority::default(),
        purchased: None,
        created: now,
    })
}

fn account(row: Row) -> Result<Account, StoreError> {
    let mut r = Reader::new("accounts", row);
    Ok(Account {
        id: r.parsed("id", AccountId::parse)?,
        name: r.text("name")?,
        funds: Funds { balance: r.credits("balance")?, held: r.credits("held")? },
        webhook_secret: r.text("webhook_secret")?,
        priority_max: {
            let highest = Priority::from_rank(r.int("priority_max")?);
            highest.ok_or_else(|| r.corrupt("priority_max", "there is no such priority"))?
        },
        purchased: r.maybe_time("purchased")?,
        created: r.time("created")?,
    })
}
