//! The loop around it all.

use super::{ask, look, tend};
use crate::app::App;
use reelgate_store::StoreError;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Jobs that are taken at a time.
pub(super) const CLAIM_MAX: usize = 64;
/// Requests to upstreams on the way at the same time.
pub(super) const LOOKS_MAX: usize = 128;
/// Nothing rings when a moment comes: look this often.
const TICK: Duration = Duration::from_millis(100);
/// Others may have put a job into line.
const CLAIM_TICKS: u64 = 5;
const STOP_TICKS: u64 = 10;
const CLEAR_TICKS: u64 = 50;
/// When the server stops, requests on the way get this long.
const GRACE: Duration = Duration::from_secs(10);

/// Serves upstreams until the app is stopping.
pub(in crate::work) async fn serve(app: Arc<App>) {
    let mut running = JoinSet::new();
    let renewing = tokio::spawn(renew(Arc::clone(&app)));
    let (mut tick, mut rung) = (0_u64, true);
    while !app.stopping.is_cancelled() && !app.store.is_stopped() {
        if let Err(error) = Box::pin(turn(&app, &mut running, tick, rung)).await {
            tracing::error!(%error, "upstreams could not be served, trying again");
        }
        while running.try_join_next().is_some() {}
        let full = running.len() >= LOOKS_MAX;
        rung = tokio::select! {
            () = app.upstreams.bell.notified() => true,
            Some(_) = running.join_next(), if full => false,
            () = tokio::time::sleep(TICK) => false,
            () = app.stopping.cancelled() => false,
        };
        tick += 1;
    }
    let rest = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, rest).await.is_err() {
        tracing::warn!("requests to upstreams were left behind; their leases will run out");
    }
    renewing.abort();
    Box::pin(tend::hand_back(&app)).await;
}

async fn turn(
    app: &Arc<App>,
    running: &mut JoinSet<()>,
    tick: u64,
    rung: bool,
) -> Result<(), StoreError> {
    let due = |ticks| rung || tick.is_multiple_of(ticks);
    if due(STOP_TICKS) {
        let stopped = tend::stop(app).await?;
        if stopped > 0 || tick.is_multiple_of(CLEAR_TICKS) {
            let app = Arc::clone(app);
            spawn(running, async move { tend::clear(&app).await.map(drop) });
        }
    }
    let free = LOOKS_MAX.saturating_sub(running.len());
    if due(CLAIM_TICKS) && free > 0 {
        for job in ask::claim(app, free.min(CLAIM_MAX)).await? {
            let app = Arc::clone(app);
            spawn(running, async move { Box::pin(ask::begin(&app, job)).await });
        }
    }
    let free = LOOKS_MAX.saturating_sub(running.len());
    for one in app.upstreams.following.due(app.now(), free) {
        let (app, again) = (Arc::clone(app), one.clone());
        spawn(running, async move {
            let looked = Box::pin(look::look(&app, one)).await;
            if looked.is_err() {
                app.upstreams.following.look_in(again.job, 2_000, app.now());
            }
            looked
        });
    }
    Ok(())
}

fn spawn(
    running: &mut JoinSet<()>,
    work: impl Future<Output = Result<(), StoreError>> + Send + 'static,
) {
    running.spawn(async move {
        if let Err(error) = work.await {
            tracing::error!(%error, "work with an upstream broke off");
        }
    });
}

/// Renews leases well before they end, however busy the loop is.
async fn renew(app: Arc<App>) {
    let every = u64::try_from(app.config.jobs.lease_ms.max(100)).unwrap_or(1000);
    loop {
        tokio::time::sleep(Duration::from_millis(every)).await;
        if let Err(error) = tend::renew(&app).await {
            tracing::warn!(%error, "leases could not be renewed");
        }
    }
}
