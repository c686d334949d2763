//! Uploaded files: the rows. Their bytes are in media storage under a name made from the content.

use crate::Store;
use crate::db::{Row, Tx, values};
use crate::error::StoreError;
use crate::query::AFTER_ALL;
use crate::rows::Reader;
use reelgate_core::asset::{Asset, Space, admit};
use reelgate_core::{AccountId, AssetId, Error, MediaKind, Size, Timestamp};

/// The columns of an asset, in the order in which [`asset`] reads them.
macro_rules! columns {
    () => {
        "id, account, name, kind, stored, bytes, width, height, test, created, used"
    };
}

const OWNER: &str = "SELECT id FROM accounts WHERE id = $1";
const SPACE: &str = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) \
    FROM assets WHERE account = $1";
const SAME: &str =
    concat!("SELECT ", columns!(), " FROM assets WHERE account = $1 AND stored = $2 AND test = $3");
const INSERT: &str = "INSERT INTO assets \
    (id, account, name, kind, stored, bytes, width, height, test, created, used) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const USE: &str = "UPDATE assets SET used = $1 WHERE id = $2 AND account = $3 AND used <= $4";
const ONE: &str = concat!("SELECT ", columns!(), " FROM assets WHERE id = $1 AND account = $2");
const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM assets WHERE account = $1 AND id < $2 AND test >= $3 ORDER BY id DESC LIMIT $4"
);
const DELETE: &str = "DELETE FROM assets WHERE id = $1 AND account = $2";
const SWEEP: &str = "DELETE FROM assets WHERE id IN \
    (SELECT id FROM assets WHERE used < $1 ORDER BY used LIMIT $2)";

impl Store {
    /// Keeps an uploaded file's row. The same content again is the row that there is, used now.
    ///
    /// # Errors
    /// Refused with `TooLarge` when the account has no room for it in `bytes_max`.
    pub async fn add_asset(&self, new: Asset, bytes_max: u64) -> Result<Asset, StoreError> {
        self.db.write(move |tx| Box::pin(add(tx, new, bytes_max))).await
    }

    /// Whether [`Store::add_asset`] would keep this content, as far as can be said before it does.
    ///
    /// # Errors
    /// Refused as there.
    pub async fn asset_fits(
        &self,
        account: AccountId,
        stored: &str,
        bytes: u64,
        test: bool,
        bytes_max: u64,
    ) -> Result<(), StoreError> {
        let stored = stored.to_owned();
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    if tx.first(SAME, &values![account, &stored, i64::from(test)]).await?.is_some()
                    {
                        return Ok(());
                    }
                    Ok(admit(space(tx, account).await?, bytes, bytes_max)?)
                })
            })
            .await
    }

    /// An upload of this account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn asset(
        &self,
        account: AccountId,
        id: AssetId,
    ) -> Result<Option<Asset>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    tx.first(ONE, &values![id, account]).await?.map(asset).transpose()
                })
            })
            .await
    }

    /// Notes that an upload is needed at `now`; false when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_asset(
        &self,
        account: AccountId,
        id: AssetId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let used = tx.execute(USE, &values![now, id, account, now]).await? == 1;
                    // A later use has been noted already: that is as good.
                    Ok(used || tx.first(ONE, &values![id, account]).await?.is_some())
                })
            })
            .await
    }

    /// An account's uploads, newest first, those before `before` where it is given; all of them, or
    /// those of test keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn assets(
        &self,
        account: AccountId,
        before: Option<AssetId>,
        tests_only: bool,
        limit: usize,
    ) -> Result<Vec<Asset>, StoreError> {
        let before = before.map_or_else(|| AFTER_ALL.to_owned(), |id| id.to_string());
        let limit = crate::query::page(limit);
        self.db
            .read_long(move |tx| {
                Box::pin(async move {
                    let rows = tx
                        .query(LIST, &values![account, before, i64::from(tests_only), limit])
                        .await?;
                    rows.into_iter().map(asset).collect()
                })
            })
            .await
    }

    /// Forgets an upload; answers it as it was, or nothing when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_asset(
        &self,
        account: AccountId,
        id: AssetId,
    ) -> Result<Option<Asset>, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let found = tx.first_locked(ONE, &values![id, account]).await?;
                    let Some(found) = found.map(asset).transpose()? else { return Ok(None) };
                    let gone = tx.execute(DELETE, &values![id, account]).await? == 1;
                    Ok(gone.then_some(found))
                })
            })
            .await
    }

    /// Forgets uploads that nobody needed since `before`; answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_assets(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(SWEEP, &values![before, crate::sweep::BATCH_MAX]).await
                })
            })
            .await
    }
}

/// The account's row is locked first, so that two uploads cannot share the last room.
async fn add(tx: &mut Tx, new: Asset, bytes_max: u64) -> Result<Asset, StoreError> {
    let owner = tx.first_locked(OWNER, &values![new.account]).await?;
    owner.ok_or_else(Error::unauthorized)?;
    if let Some(row) =
        tx.first(SAME, &values![new.account, &new.stored, i64::from(new.test)]).await?
    {
        let same = asset(row)?;
        let used = same.used.max(new.used);
        tx.execute(USE, &values![used, same.id, same.account, used]).await?;
        return Ok(Asset { used, ..same });
    }
    admit(space(tx, new.account).await?, new.bytes, bytes_max)?;
    let bytes = i64::try_from(new.bytes).unwrap_or(i64::MAX);
    let side = |read: fn(Size) -> u32| new.size.map(|size| i64::from(read(size)));
    let row = values![
        new.id,
        new.account,
        &new.name,
        new.kind.name(),
        &new.stored,
        bytes,
        side(|size| size.width),
        side(|size| size.height),
        i64::from(new.test),
        new.created,
        new.used,
    ];
    tx.execute(INSERT, &row).await?;
    Ok(new)
}

async fn space(tx: &mut Tx, account: AccountId) -> Result<Space, StoreError> {
    let row = tx.first(SPACE, &values![account]).await?.unwrap_or_default();
    let mut r = Reader::new("assets", row);
    Ok(Space { files: r.number("id")?, bytes: r.number("bytes")? })
}

fn asset(row: Row) -> Result<Asset, StoreError> {
    let mut r = Reader::new("assets", row);
    let id = r.parsed("id", AssetId::parse)?;
    let account = r.parsed("account", AccountId::parse)?;
    let name = r.text("name")?;
    let kind = r.parsed("kind", MediaKind::parse)?;
    let stored = r.text("stored")?;
    let bytes = r.number("bytes")?;
    let side = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let (width, height) = (side(r.maybe_int("width")?), side(r.maybe_int("height")?));
    let size = width.zip(height).map(|(width, height)| Size { width, height });
    let test = r.int("test")? == 1;
    let (created, used) = (r.time("created")?, r.time("used")?);
    Ok(Asset { id, account, name, kind, stored, bytes, size, test, created, used })
}
