//! How the place is doing, for its operators.

use super::reply::store_error;
use crate::app::App;
use reelgate_core::Error;
use reelgate_core::operator::{EngineRow, Overview};
use std::path::{Path, PathBuf};

/// Milliseconds that the figures of ended jobs look back.
const RECENT_MS: i64 = 86_400_000;
/// Files that are counted; with more of them their size is not told.
const FILES_MAX: usize = 200_000;

/// Everything at once.
///
/// # Errors
/// When the store fails.
pub(super) async fn overview(app: &App) -> Result<Overview, Error> {
    let now = app.now();
    let stats = app.store.stats().await.map_err(store_error)?;
    let oldest = app.store.oldest_in_line().await.map_err(store_error)?;
    let ended = app.store.ended_since(now.plus_ms(-RECENT_MS)).await.map_err(store_error)?;
    // How full a bucket is only its service knows.
    let (storage, (used_bytes, free_bytes)) = match app.media.file("") {
        Some(folder) => ("folder", disk(folder).await),
        None => ("bucket", (None, None)),
    };
    Ok(Overview {
        version: env!("CARGO_PKG_VERSION"),
        uptime_ms: now.since_ms(app.started),
        database: app.store.kind(),
        storage,
        used_bytes,
        free_bytes,
        waiting: stats.queued,
        running: stats.running,
        oldest_wait_ms: oldest.map(|since| now.since_ms(since).max(0)),
        ended,
        engines: engines(app, stats.running),
    })
}

/// The embedded engine, then every key of every upstream.
fn engines(app: &App, running: u64) -> Vec<EngineRow> {
    let now = app.now();
    let health = app.upstreams.health(now);
    let elsewhere: u64 = health.iter().map(|key| u64::from(key.running)).sum();
    let slots = u64::try_from(app.config.workers).unwrap_or(u64::MAX);
    let embedded = EngineRow {
        name: app.engine.name().to_owned(),
        state: if slots == 0 { "off" } else { "ready" },
        running: running.saturating_sub(elsewhere),
        slots,
        detail: String::new(),
    };
    let keys = health.into_iter().map(|key| {
        let engine = app.config.engines.iter().find(|one| one.name == key.engine);
        let rests = key.rests.map(|(why, until)| {
            format!(", rests for {} s: {why}", until.since_ms(now).max(0) / 1000)
        });
        EngineRow {
            state: match (&rests, engine.is_some_and(|one| one.drain)) {
                (Some(_), _) => "resting",
                (None, true) => "draining",
                (None, false) => "ready",
            },
            running: u64::from(key.running),
            slots: engine.map_or(0, |one| u64::from(one.concurrency)),
            detail: format!("key {}{}", key.key, rests.unwrap_or_default()),
            name: key.engine,
        }
    });
    std::iter::once(embedded).chain(keys).collect()
}

/// Bytes of the files in a folder, and bytes that are free there.
async fn disk(folder: PathBuf) -> (Option<u64>, Option<u64>) {
    let counted = tokio::task::spawn_blocking(move || (used(&folder), free(&folder))).await;
    counted.unwrap_or_default()
}

fn used(folder: &Path) -> Option<u64> {
    let (mut folders, mut files, mut bytes) = (vec![folder.to_owned()], 0, 0);
    while let Some(folder) = folders.pop() {
        // What goes away meanwhile counts as gone.
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            files += 1;
            if files > FILES_MAX {
                return None;
            }
            if facts.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += facts.len();
            }
        }
    }
    Some(bytes)
}

fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}
