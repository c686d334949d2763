//! Forgetting what nobody needs any more.

use super::{Step, leftovers};
use crate::app::App;
use reelgate_store::StoreError;

/// Settled deliveries can be looked up for a week.
const DELIVERIES_KEPT_MS: i64 = 7 * 24 * 3_600_000;

/// Removes old idempotency keys and settled deliveries, a bounded batch at a time, and the files of
/// lost attempts.
///
/// # Errors
/// When the store fails.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    let now = app.now();
    let keys = app.store.sweep_idempotency(now).await?;
    let deliveries = app.store.sweep_deliveries(now.plus_ms(-DELIVERIES_KEPT_MS)).await?;
    let folders = leftovers::remove(app).await?;
    Ok(if keys + deliveries == 0 && folders == 0 { Step::Idle } else { Step::Did })
}
