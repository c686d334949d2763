//! API keys: only their hashes.

use crate::Store;
use crate::db::{Row, Tx, Value, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::error::Kind;
use reelgate_core::{AccountId, Error, KeyHash, KeyId, KeyStyle, Timestamp};

/// Most keys that [`Store::keys`] lists.
pub const LIST_MAX: i64 = 10_000;

/// A key to create.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub account: AccountId,
    /// The only form of it that is kept.
    pub hash: KeyHash,
    /// What lists show of it.
    pub hint: String,
    /// Its look.
    pub style: KeyStyle,
    /// The owner's word for it.
    pub label: String,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub account: AccountId,
    /// What lists show of it.
    pub hint: String,
    /// Its look.
    pub style: KeyStyle,
    /// The owner's word for it.
    pub label: String,
    /// When it was created.
    pub created: Timestamp,
    /// Since when it opens nothing any more.
    pub revoked: Option<Timestamp>,
    /// When it was last used, as far as that was noted.
    pub last_used: Option<Timestamp>,
}

const CREATE: &str = "INSERT INTO keys (id, account, hash, hint, style, label, created) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
const HAS_ACCOUNT: &str = "SELECT id FROM accounts WHERE id = $1";
const BY_HASH: &str = "SELECT id, account, hint, style, label, created, revoked, last_used \
    FROM keys WHERE hash = $1";
const LIST: &str = "SELECT id, account, hint, style, label, created, revoked, last_used \
    FROM keys ORDER BY id LIMIT $1";
const LIST_OF: &str = "SELECT id, account, hint, style, label, created, revoked, last_used \
    FROM keys WHERE account = $1 ORDER BY id LIMIT $2";
const REVOKE: &str = "UPDATE keys SET revoked = $1 WHERE id = $2 AND revoked IS NULL";
const USED: &str = "UPDATE keys SET last_used = $1 \
    WHERE id = $2 AND (last_used IS NULL OR last_used < $1)";

impl Store {
    /// Creates a key.
    ///
    /// # Errors
    /// Refused with `NotFound` for an unknown account, with `Conflict` for a key that exists.
    pub async fn create_key(&self, new: NewKey, now: Timestamp) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(create(tx, new, now))).await
    }

    /// The key with this hash, revoked or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key_by_hash(&self, hash: KeyHash) -> Result<Option<Key>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    tx.first(BY_HASH, &values![hash.hex()]).await?.map(key).transpose()
                })
            })
            .await
    }

    /// The oldest keys of an account or of all, up to [`LIST_MAX`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys(&self, account: Option<AccountId>) -> Result<Vec<Key>, StoreError> {
        self.db
            .read_long(move |tx| {
                Box::pin(async move {
                    let rows = match account {
                        Some(account) => tx.query(LIST_OF, &values![account, LIST_MAX]).await?,
                        None => tx.query(LIST, &values![LIST_MAX]).await?,
                    };
                    rows.into_iter().map(key).collect()
                })
            })
            .await
    }

    /// Makes a key open nothing any more; false when there is no such key, or it is revoked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_key(&self, id: KeyId, now: Timestamp) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move { Ok(tx.execute(REVOKE, &values![now, id]).await? == 1) })
            })
            .await
    }

    /// Notes when keys were last used: collected and handed over now and then, since a write for
    /// every request would cost more than the request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys_used(&self, used: Vec<(KeyId, Timestamp)>) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(note_used(tx, used))).await
    }
}

async fn create(tx: &mut Tx, new: NewKey, now: Timestamp) -> Result<(), StoreError> {
    if tx.first(HAS_ACCOUNT, &values![new.account]).await?.is_none() {
        return Err(Error::new(Kind::NotFound, "there is no such account").into());
    }
    let style = new.style.name();
    let hash = new.hash.hex();
    let values = values![new.id, new.account, hash, &new.hint, style, &new.label, now];
    if tx.execute(CREATE, &values).await? == 0 {
        return Err(Error::new(Kind::Conflict, "this key exists already").into());
    }
    Ok(())
}

async fn note_used(tx: &mut Tx, mut used: Vec<(KeyId, Timestamp)>) -> Result<(), StoreError> {
    // In the order of ids, so that two servers that note the same keys never wait in a circle.
    used.sort_unstable();
    let sets: Vec<Vec<Value<'_>>> =
        used.into_iter().map(|(id, at)| Vec::from(values![at, id])).collect();
    tx.execute_each(USED, &sets).await.map(drop)
}

fn key(row: Row) -> Result<Key, StoreError> {
    let mut r = Reader::new("keys", row);
    Ok(Key {
        id: r.parsed("id", KeyId::parse)?,
        account: r.parsed("account", AccountId::parse)?,
        hint: r.text("hint")?,
        style: r.parsed("style", KeyStyle::parse)?,
        label: r.text("label")?,
        created: r.time("created")?,
        revoked: r.maybe_time("revoked")?,
        last_used: r.maybe_time("last_used")?,
    })
}
