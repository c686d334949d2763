//! Request limits of servers that share a database: each takes a slice of a window at a time.

use crate::Store;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::Timestamp;
use reelgate_core::limit::{Rule, Window};

/// Windows forgotten at once.
const BATCH_MAX: i64 = 5_000;
/// No window is longer.
const KEEP_MS: i64 = 24 * 3_600_000;

const OPEN: &str = "INSERT INTO rate_windows (bucket, opened, used) VALUES ($1, $2, 0) \
    ON CONFLICT (bucket) DO NOTHING";
const READ: &str = "SELECT bucket, opened, used FROM rate_windows WHERE bucket = $1";
const WRITE: &str = "UPDATE rate_windows SET opened = $1, used = $2 \
    WHERE bucket = $3 AND opened = $4 AND used = $5";
const FORGET: &str = "DELETE FROM rate_windows WHERE bucket IN \
    (SELECT bucket FROM rate_windows WHERE opened < $1 ORDER BY opened LIMIT $2)";

impl Store {
    /// Whether several servers may be using the database at the same time.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.db.is_shared()
    }

    /// Takes a slice of a bucket's window for this server: the window as it is now, and how many
    /// requests this server may let in; none when the window is full.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_requests(
        &self,
        bucket: &str,
        rule: Rule,
        now: Timestamp,
    ) -> Result<(Window, u32), StoreError> {
        let bucket = bucket.to_owned();
        self.db.write(move |tx| Box::pin(take(tx, bucket, rule, now))).await
    }

    /// Forgets windows that have long been over; answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_rates(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = now.plus_ms(-KEEP_MS);
        self.db
            .write(move |tx| {
                Box::pin(async move { tx.execute(FORGET, &values![before, BATCH_MAX]).await })
            })
            .await
    }
}

async fn take(
    tx: &mut Tx,
    bucket: String,
    rule: Rule,
    now: Timestamp,
) -> Result<(Window, u32), StoreError> {
    let mut row = tx.first_locked(READ, &values![&bucket]).await?;
    if row.is_none() {
        tx.execute(OPEN, &values![&bucket, now]).await?;
        row = tx.first_locked(READ, &values![&bucket]).await?;
    }
    // Swept away at this very moment: it will be made again.
    let mut r = Reader::new("rate_windows", row.ok_or(StoreError::Busy)?);
    r.text("bucket")?;
    let before = Window { opened: r.time("opened")?, used: r.number("used")? };
    let mut after = before;
    let granted = after.take_slice(rule, now);
    if after != before {
        let row = values![after.opened, after.used, &bucket, before.opened, before.used];
        if tx.execute(WRITE, &row).await? == 0 {
            return Err(StoreError::Busy);
        }
    }
    Ok((after, granted))
}
