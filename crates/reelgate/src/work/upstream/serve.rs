//! The loop around it all.

use super::{ask, look, settle, tend};
use crate::app::App;
use reelgate_core::Job;
use reelgate_store::StoreError;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// Jobs that are asked for at the same time, and so at most taken at a time.
pub(super) const CLAIM_MAX: usize = 128;
/// With fewer places than this nothing is taken: one claim for many costs little more than for one.
const CLAIM_MIN: usize = 32;
/// Looks on the way at the same time.
pub(super) const LOOKS_MAX: usize = 128;
/// Nothing rings when a moment comes: look this often.
const TICK: Duration = Duration::from_millis(100);
/// Others may have put a job into line, or left one that they followed.
const CLAIM_TICKS: u64 = 5;
const STOP_TICKS: u64 = 10;
const CLEAR_TICKS: u64 = 50;
/// When the server stops, requests on the way get this long.
const GRACE: Duration = Duration::from_secs(10);

/// What goes on beside the loop.
#[derive(Default)]
struct Running {
    asks: JoinSet<()>,
    looks: JoinSet<()>,
    /// The line had more than was taken.
    is_more: bool,
}

/// Serves upstreams until the app is stopping.
pub(in crate::work) async fn serve(app: Arc<App>) {
    let mut running = Running::default();
    let renewing = tokio::spawn(renew(Arc::clone(&app)));
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut count, mut ticked, mut rung) = (0_u64, true, true);
    while !app.stopping.is_cancelled() && !app.store.is_stopped() {
        let tick = ticked.then_some(count);
        if let Err(error) = Box::pin(turn(&app, &mut running, tick, rung)).await {
            tracing::error!(%error, "upstreams could not be served, trying again");
        }
        (ticked, rung) = tokio::select! {
            () = app.upstreams.bell.notified() => (false, true),
            _ = ticks.tick() => (true, false),
            () = running.has_room(), if running.is_more => (false, true),
            () = app.stopping.cancelled() => (false, false),
        };
        count += u64::from(ticked);
    }
    let rest = async {
        while running.asks.join_next().await.is_some() {}
        while running.looks.join_next().await.is_some() {}
    };
    if tokio::time::timeout(GRACE, rest).await.is_err() {
        tracing::warn!("requests to upstreams were left behind; their leases will run out");
    }
    renewing.abort();
    Box::pin(tend::hand_back(&app)).await;
}

/// Does what is due at this tick, or since somebody rang.
async fn turn(
    app: &Arc<App>,
    running: &mut Running,
    tick: Option<u64>,
    rung: bool,
) -> Result<(), StoreError> {
    while running.looks.try_join_next().is_some() {}
    let due = |ticks| tick.is_some_and(|tick| tick.is_multiple_of(ticks));
    if due(STOP_TICKS) {
        let stopped = tend::stop(app).await?;
        if stopped > 0 || due(CLEAR_TICKS) {
            let app = Arc::clone(app);
            spawn(&mut running.looks, async move { tend::clear(&app).await.map(drop) });
        }
    }
    if due(CLAIM_TICKS) {
        let taken = ask::claim_underway(app, running.places()).await?;
        running.begin(app, taken);
    }
    if rung || due(CLAIM_TICKS) {
        let places = running.places();
        running.is_more = places < CLAIM_MIN;
        if !running.is_more {
            let taken = ask::claim(app, places).await?;
            running.is_more = taken.len() == places;
            running.begin(app, taken);
        }
    }
    let free = LOOKS_MAX.saturating_sub(running.looks.len());
    for one in app.upstreams.following.due(app.now(), free) {
        let (app, again) = (Arc::clone(app), one.clone());
        spawn(&mut running.looks, async move {
            let looked = Box::pin(look::look(&app, one)).await;
            if looked.is_err() {
                app.upstreams.following.look_in(again.job, 2_000, app.now());
            }
            looked
        });
    }
    Ok(())
}

impl Running {
    /// Jobs that may be asked for beside those that are being asked for.
    fn places(&mut self) -> usize {
        while self.asks.try_join_next().is_some() {}
        CLAIM_MAX.saturating_sub(self.asks.len())
    }

    /// Waits until there are places for a claim.
    async fn has_room(&mut self) {
        while self.places() < CLAIM_MIN {
            self.asks.join_next().await;
        }
    }

    fn begin(&mut self, app: &Arc<App>, jobs: Vec<Job>) {
        for job in jobs {
            let app = Arc::clone(app);
            spawn(&mut self.asks, async move {
                let id = job.id;
                let began = Box::pin(ask::begin(&app, job)).await;
                if began.is_err() {
                    // Nobody would look at it: its lease is to run out, and then somebody does.
                    settle::forget(&app, id);
                }
                began
            });
        }
    }
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
    let every = u64::try_from((app.config.jobs.lease_ms / 2).max(100)).unwrap_or(1000);
    loop {
        tokio::time::sleep(Duration::from_millis(every)).await;
        if let Err(error) = tend::renew(&app).await {
            tracing::warn!(%error, "leases could not be renewed");
        }
    }
}
