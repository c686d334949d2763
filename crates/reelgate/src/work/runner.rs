//! The loops around the steps: woken by a bell, polled as the net, stopped together.

use super::{Step, deliver, render, rescue, sweep};
use crate::app::App;
use reelgate_store::StoreError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Another process may have queued a job or a delivery: look at least this often.
const POLL: Duration = Duration::from_millis(500);
const RESCUE_EVERY: Duration = Duration::from_secs(2);
const SWEEP_EVERY: Duration = Duration::from_secs(600);
const AFTER_FAULT: Duration = Duration::from_secs(2);

/// The background work of one server process.
pub struct Runner(JoinSet<()>);

impl Runner {
    /// Starts every loop.
    #[must_use]
    pub fn start(app: &Arc<App>) -> Self {
        let mut tasks = JoinSet::new();
        for _ in 0..app.config.workers {
            let app = Arc::clone(app);
            tasks.spawn(async move {
                repeat(&app, &app.jobs_ready, POLL, async || render::step(&app).await).await;
            });
        }
        let app = Arc::clone(app);
        let never = Arc::new(Notify::new());
        tasks.spawn({
            let app = Arc::clone(&app);
            async move {
                repeat(&app, &app.deliveries_ready, POLL, async || deliver::step(&app).await).await;
            }
        });
        tasks.spawn({
            let (app, never) = (Arc::clone(&app), Arc::clone(&never));
            async move {
                repeat(&app, &never, RESCUE_EVERY, async || rescue::step(&app).await).await;
            }
        });
        tasks.spawn(async move {
            repeat(&app, &never, SWEEP_EVERY, async || sweep::step(&app).await).await;
        });
        Self(tasks)
    }

    /// Waits until every loop has ended; they do once the app is stopping.
    pub async fn finish(mut self) {
        while let Some(ended) = self.0.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a background loop broke off");
            }
        }
    }
}

async fn repeat(
    app: &App,
    bell: &Notify,
    poll: Duration,
    step: impl AsyncFn() -> Result<Step, StoreError>,
) {
    while !app.stopping.is_cancelled() {
        let wait = match step().await {
            Ok(Step::Did) => continue,
            Ok(Step::Idle) => poll,
            Err(error) => {
                tracing::error!(%error, "background work failed, trying again");
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}
