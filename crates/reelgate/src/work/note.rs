//! Noting when keys and sessions were last used: now and then for all of them, since a write for
//! every request would cost more than the request.

use super::Step;
use crate::app::App;
use reelgate_store::StoreError;

/// Hands over what has been collected.
///
/// # Errors
/// When the store fails; what was collected is lost then, which is no loss to speak of.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    let used = app.known_keys.take_used();
    if !used.is_empty() {
        app.store.keys_used(used).await?;
    }
    let seen = app.people.known.take_seen();
    if !seen.is_empty() {
        app.store.sessions_seen(seen).await?;
    }
    Ok(Step::Idle)
}
