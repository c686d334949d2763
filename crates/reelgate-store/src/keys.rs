//! API keys: only their hashes.

use crate::Store;
use crate::db::{Row, Tx, Value, values};
use crate::error::StoreError;
use crate::rows::{Reader, guard};
use reelgate_core::error::Kind;
use reelgate_core::guard::{day, day_start};
use reelgate_core::user::AccountKind;
use reelgate_core::{
    AccountId, Error, JobId, KeyChange, KeyHash, KeyId, KeySettings, KeyStyle, Timestamp,
};

/// Most keys that [`Store::keys`] lists.
pub const LIST_MAX: i64 = 10_000;
/// Most keys that an account may have which are not revoked.
pub const LIVING_MAX: i64 = 1_000;

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
    /// What it is called, when it ends, what it may do.
    pub settings: KeySettings,
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
    /// What it is called, when it ends, what it may do.
    pub settings: KeySettings,
    /// When it was created.
    pub created: Timestamp,
    /// Since when it opens nothing any more.
    pub revoked: Option<Timestamp>,
    /// When it was last used, as far as that was noted.
    pub last_used: Option<Timestamp>,
}

const CREATE: &str = "INSERT INTO keys \
    (id, account, hash, hint, style, label, created, expires, guard) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
const LIVING: &str = "SELECT COUNT(*) FROM keys WHERE account = $1 AND revoked IS NULL \
    AND style <> 'studio'";
const KIND: &str = "SELECT kind FROM accounts WHERE id = $1";
const BY_HASH: &str = "SELECT id, account, hint, style, label, created, revoked, last_used, \
    expires, guard FROM keys WHERE hash = $1";
const LIST: &str = "SELECT id, account, hint, style, label, created, revoked, last_used, \
    expires, guard FROM keys WHERE style <> 'studio' ORDER BY id LIMIT $1";
const LIST_OF: &str = "SELECT id, account, hint, style, label, created, revoked, last_used, \
    expires, guard FROM keys WHERE account = $1 AND style <> 'studio' ORDER BY id LIMIT $2";
const BY_ID: &str = "SELECT id, account, hint, style, label, created, revoked, last_used, expires, \
    guard FROM keys WHERE id = $1 AND style <> 'studio'";
const UPDATE: &str = "UPDATE keys SET label = $1, expires = $2, guard = $3 \
    WHERE id = $4 AND revoked IS NULL";
/// What a key ordered on the day on which its limit changes counts against the new one.
const COUNT_FROM: &str = "UPDATE jobs SET capped_day = $1 \
    WHERE account = $2 AND id >= $3 AND api_key = $4 AND capped_day IS NULL";
const REVOKE: &str = "UPDATE keys SET revoked = $1 WHERE id = $2 AND revoked IS NULL";
const CHANGES: &str = "SELECT changes FROM key_changes";
const USED: &str = "UPDATE keys SET last_used = $1 \
    WHERE id = $2 AND (last_used IS NULL OR last_used < $1)";

impl Store {
    /// Creates a key.
    ///
    /// # Errors
    /// Refused with `NotFound` for an unknown account, with `Forbidden` for a team, with `Conflict`
    /// for a key that exists.
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

    /// How often something was changed about a key that existed, by whichever process: as long as
    /// this number stays, so does what [`Store::key_by_hash`] found. New keys and their use do not
    /// count.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key_changes(&self) -> Result<u64, StoreError> {
        self.db
            .read(|tx| {
                Box::pin(async move {
                    let row = tx.first(CHANGES, &[]).await?.unwrap_or_default();
                    Reader::new("key_changes", row).number("changes")
                })
            })
            .await
    }

    /// The key with this id, revoked or not, whosever it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key(&self, id: KeyId) -> Result<Option<Key>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move { tx.first(BY_ID, &values![id]).await?.map(key).transpose() })
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

    /// Changes what a key of this account is called, when it ends and what it may do. A daily cap
    /// counts what the key ordered before on the same day.
    ///
    /// # Errors
    /// Refused with `NotFound` for a key that this account does not have or that was revoked, with
    /// `Invalid` for a setting out of its range.
    pub async fn update_key(
        &self,
        account: AccountId,
        id: KeyId,
        change: KeyChange,
        now: Timestamp,
    ) -> Result<Key, StoreError> {
        self.db.write(move |tx| Box::pin(update(tx, account, id, change, now))).await
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
    let kind = tx.first(KIND, &values![new.account]).await?;
    let kind = kind.ok_or_else(|| Error::new(Kind::NotFound, "there is no such account"))?;
    if Reader::new("accounts", kind).parsed("kind", AccountKind::parse)? == AccountKind::Team {
        let message = "a team has no API keys: its pool is spent in the studio only";
        return Err(Error::new(Kind::Forbidden, message).into());
    }
    let row = tx.first(LIVING, &values![new.account]).await?.unwrap_or_default();
    if Reader::new("keys", row).int("id")? >= LIVING_MAX {
        let message = format!("an account has at most {LIVING_MAX} keys, revoke one first");
        return Err(Error::new(Kind::Conflict, message).into());
    }
    let KeySettings { label, expires, guard } = &new.settings;
    let (style, hash, guard) = (new.style.name(), new.hash.hex(), guard::write(guard)?);
    let values = values![new.id, new.account, hash, &new.hint, style, label, now, *expires, guard];
    if tx.execute(CREATE, &values).await? == 0 {
        return Err(Error::new(Kind::Conflict, "this key exists already").into());
    }
    Ok(())
}

async fn update(
    tx: &mut Tx,
    account: AccountId,
    id: KeyId,
    change: KeyChange,
    now: Timestamp,
) -> Result<Key, StoreError> {
    let row = tx.first_locked(BY_ID, &values![id]).await?;
    let before = row.map(key).transpose()?;
    let before = before.filter(|key| key.account == account && key.revoked.is_none());
    let before = before.ok_or_else(no_key)?;
    let settings = change.apply(before.settings.clone(), now)?;
    let KeySettings { label, expires, guard } = &settings;
    let text = guard::write(guard)?;
    if tx.execute(UPDATE, &values![label, *expires, text, id]).await? == 0 {
        return Err(no_key().into());
    }
    if let Some(cap) = guard.daily_cap(now) {
        let first = JobId::new(day_start(day(now)), 0);
        tx.execute(COUNT_FROM, &values![cap.day, account, first, id]).await?;
    }
    Ok(Key { settings, ..before })
}

fn no_key() -> Error {
    Error::new(Kind::NotFound, "there is no such key")
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
    let id = r.parsed("id", KeyId::parse)?;
    let account = r.parsed("account", AccountId::parse)?;
    let hint = r.text("hint")?;
    let style = r.parsed("style", KeyStyle::parse)?;
    let label = r.text("label")?;
    let created = r.time("created")?;
    let revoked = r.maybe_time("revoked")?;
    let last_used = r.maybe_time("last_used")?;
    let expires = r.maybe_time("expires")?;
    let guard = r.maybe_text("guard")?.map(|text| guard::read(&text)).transpose();
    let guard = guard.map_err(|detail| r.corrupt("guard", detail))?.unwrap_or_default();
    let settings = KeySettings { label, expires, guard };
    Ok(Key { id, account, hint, style, settings, created, revoked, last_used })
}
