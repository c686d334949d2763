//! Forgetting what nobody needs any more.

use super::Step;
use crate::app::App;
use reelgate_store::StoreError;

/// Removes old idempotency keys and settled deliveries, a bounded batch at a time.
///
/// # Errors
/// When the store fails.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    let swept = app.store.sweep(app.now()).await?;
    Ok(if swept == 0 { Step::Idle } else { Step::Did })
}
