//! Test jobs: apart from real ones, so that neither waits for the other.

use super::{Step, render};
use crate::app::App;
use reelgate_core::Job;
use reelgate_store::StoreError;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Rehearsals at the same time. Most of them only let time pass.
const RUNNING_MAX: usize = 32;
/// Of one account.
const RUNNING_PER_ACCOUNT_MAX: u32 = 8;
/// Another process may have queued one: look at least this often.
const POLL: Duration = Duration::from_secs(1);

/// Claims one test job and carries it to its end.
///
/// # Errors
/// When the store fails; the job's lease then runs out and it is rescued.
pub async fn step(app: &App) -> Result<Step, StoreError> {
    match claim(app, 1).await?.pop() {
        Some(job) => {
            Box::pin(render::carry(app, job)).await?;
            Ok(Step::Did)
        }
        None => Ok(Step::Idle),
    }
}

/// Carries test jobs, many at a time, until the app is stopping.
pub(super) async fn serve(app: Arc<App>) {
    let mut running = JoinSet::new();
    while !app.stopping.is_cancelled() {
        let free = RUNNING_MAX.saturating_sub(running.len());
        let claimed = match free {
            0 => Vec::new(),
            free => claim(&app, free).await.unwrap_or_else(|error| {
                tracing::error!(%error, "test jobs could not be claimed, trying again");
                Vec::new()
            }),
        };
        if app.store.is_stopped() {
            break;
        }
        let more = !claimed.is_empty();
        for job in claimed {
            let app = Arc::clone(&app);
            running.spawn(async move {
                if let Err(error) = Box::pin(render::carry(&app, job)).await {
                    tracing::error!(%error, "a test job broke off");
                }
            });
        }
        // Behind the jobs of one account there may be those of others.
        if more {
            continue;
        }
        tokio::select! {
            Some(_) = running.join_next() => {}
            () = app.tests_ready.notified(), if free > 0 => {}
            () = tokio::time::sleep(POLL) => {}
            () = app.stopping.cancelled() => {}
        }
    }
    while running.join_next().await.is_some() {}
}

async fn claim(app: &App, max: usize) -> Result<Vec<Job>, StoreError> {
    let lease_ms = app.config.jobs.lease_ms;
    app.store.claim_tests(app.now(), lease_ms, max, RUNNING_PER_ACCOUNT_MAX).await
}
