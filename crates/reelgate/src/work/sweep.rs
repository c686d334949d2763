//! Forgetting what nobody needs any more, a bounded batch at a time.

use super::{Step, leftovers};
use crate::app::App;
use crate::media::MediaError;
use reelgate_store::StoreError;

/// Settled deliveries can be looked up for a week.
pub(crate) const DELIVERIES_KEPT_MS: i64 = 7 * 24 * 3_600_000;

/// Removes old idempotency keys, settled deliveries, ended sessions, files past their retention,
/// and those of lost attempts.
///
/// # Errors
/// When the store fails. Files that cannot be removed are logged and tried again the next time.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    let now = app.now();
    let keys = app.store.sweep_idempotency(now).await?;
    let deliveries = app.store.sweep_deliveries(now.plus_ms(-DELIVERIES_KEPT_MS)).await?;
    let rates = app.store.sweep_rates(now).await?;
    let sessions = app.store.sweep_sessions(now).await?;
    let files = match app.config.jobs.retention_ms {
        0 => 0,
        kept_ms => files(app, kept_ms).await?,
    };
    let folders = leftovers::remove(app).await?;
    Ok(if keys + deliveries + rates + sessions + files + folders == 0 {
        Step::Idle
    } else {
        Step::Did
    })
}

/// A job is marked only after its files are gone: a crash in between means that they are looked for
/// once more, never that a dead link is shown as a success for long.
async fn files(app: &App, kept_ms: i64) -> Result<u64, StoreError> {
    let now = app.now();
    let before = now.plus_ms(-kept_ms);
    let mut gone = Vec::new();
    for removable in app.store.removable(before).await? {
        match remove(app, &removable.outputs).await {
            Ok(()) => gone.push(removable.job),
            Err(error) => tracing::warn!(job = %removable.job, %error, "files were not removed"),
        }
    }
    let removed = gone.len() as u64;
    if removed > 0 {
        app.store.mark_removed(gone, now).await?;
        tracing::info!(removed, "removed the files of old jobs");
    }
    // Their rows first: a file whose row is gone is like any other reference.
    let assets = app.store.sweep_assets(before).await?;
    if assets > 0 {
        tracing::info!(assets, "forgot uploads that nobody used");
    }
    if let Err(error) = app.media.sweep_references(before).await {
        tracing::warn!(%error, "old references were not removed");
    }
    Ok(removed)
}

async fn remove(app: &App, names: &[String]) -> Result<(), MediaError> {
    for name in names {
        app.media.remove(name).await?;
    }
    Ok(())
}
