//! A waiting job's place in the line.

use crate::Store;
use crate::db::{Tx, values};
use crate::error::StoreError;
use crate::rows::Reader;
use reelgate_core::JobId;

/// Counted only as far as asked for: the line may be very long.
const BEFORE: &str = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM jobs AS mine \
    JOIN jobs AS other ON other.turn IS NOT NULL \
    AND (other.priority < -5) = (mine.priority < -5) AND other.priority < mine.priority + 5 \
    AND (other.priority > mine.priority OR \
    (other.priority = mine.priority AND (other.turn < mine.turn OR \
    (other.turn = mine.turn AND other.id < mine.id)))) \
    WHERE mine.id = $1 AND mine.turn IS NOT NULL LIMIT $2) AS line";

impl Store {
    /// How many jobs will be taken before this one, counted up to `max`; zero when it does not
    /// wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queued_before(&self, job: JobId, max: u32) -> Result<u32, StoreError> {
        self.db.read_long(move |tx| Box::pin(queued_before(tx, job, max))).await
    }
}

async fn queued_before(tx: &mut Tx, job: JobId, max: u32) -> Result<u32, StoreError> {
    let row = tx.first(BEFORE, &values![job, i64::from(max)]).await?.unwrap_or_default();
    Reader::new("jobs", row).number("turn")
}
