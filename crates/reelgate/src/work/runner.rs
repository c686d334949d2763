//! The loops around the steps: woken by a bell, polled as the net, stopped together.

use super::{Step, deliver, note, rehearse, render, rescue, sweep, upstream};
use crate::app::App;
use reelgate_core::engine::BoxFuture;
use reelgate_store::StoreError;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// A bell may be lost, and deliveries of other processes have none: look at least this often.
const POLL: Duration = Duration::from_millis(500);
const RESCUE_EVERY: Duration = Duration::from_secs(2);
const NOTE_EVERY: Duration = Duration::from_secs(20);
const SWEEP_EVERY: Duration = Duration::from_secs(600);
const AFTER_FAULT: Duration = Duration::from_secs(2);

/// The background work of one server process.
pub struct Runner(JoinSet<()>);

/// One kind of work: its step, the bell that announces it, and how long to wait without a bell.
#[derive(Clone, Copy)]
struct Loop {
    step: for<'a> fn(&'a App) -> BoxFuture<'a, Result<Step, StoreError>>,
    bell: Bell,
    poll: Duration,
}

#[derive(Clone, Copy)]
enum Bell {
    Jobs,
    Deliveries,
    None,
}

const RENDER: Loop = Loop { step: |app| Box::pin(render::step(app)), bell: Bell::Jobs, poll: POLL };
const DELIVER: Loop =
    Loop { step: |app| Box::pin(deliver::step(app)), bell: Bell::Deliveries, poll: POLL };
const RESCUE: Loop =
    Loop { step: |app| Box::pin(rescue::step(app)), bell: Bell::None, poll: RESCUE_EVERY };
const NOTE: Loop =
    Loop { step: |app| Box::pin(note::step(app)), bell: Bell::None, poll: NOTE_EVERY };
const SWEEP: Loop =
    Loop { step: |app| Box::pin(sweep::step(app)), bell: Bell::None, poll: SWEEP_EVERY };

impl Runner {
    /// Starts every loop.
    #[must_use]
    pub fn start(app: &Arc<App>) -> Self {
        let mut tasks = JoinSet::new();
        let renderers = std::iter::repeat_n(RENDER, app.config.workers);
        for one in renderers.chain([DELIVER, RESCUE, NOTE, SWEEP]) {
            tasks.spawn(repeat(Arc::clone(app), one));
        }
        tasks.spawn(listen(Arc::clone(app)));
        if !app.upstreams.is_empty() {
            tasks.spawn(upstream::serve(Arc::clone(app)));
        }
        if app.config.workers > 0 {
            tasks.spawn(rehearse::serve(Arc::clone(app)));
        }
        Self(tasks)
    }

    /// Waits until a loop ends, which none does before the app is stopping unless it broke.
    pub async fn broken(&mut self) {
        match self.0.join_next().await {
            Some(ended) => report(ended),
            None => std::future::pending().await,
        }
    }

    /// Waits until every loop has ended; they do once the app is stopping.
    pub async fn finish(mut self) {
        while let Some(ended) = self.0.join_next().await {
            report(ended);
        }
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a background loop broke off");
    }
}

async fn repeat(app: Arc<App>, one: Loop) {
    while !app.stopping.is_cancelled() {
        let wait = match (one.step)(&app).await {
            Ok(Step::Did) => continue,
            Ok(Step::Idle) => one.poll,
            Err(error) if app.store.is_stopped() => {
                // It will never write again: only a fresh process can go on.
                tracing::error!(%error, "the store has stopped");
                return;
            }
            Err(error) => {
                tracing::error!(%error, "background work failed, trying again");
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = rung(&app, one.bell) => {}
            () = tokio::time::sleep(wait) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// Hears of jobs that other processes queued. One ring may stand for many, so every worker looks.
async fn listen(app: Arc<App>) {
    while !app.stopping.is_cancelled() {
        tokio::select! {
            () = app.store.heard() => {
                for bell in [&app.jobs_ready, &app.tests_ready, &app.upstreams.bell] {
                    bell.notify_waiters();
                    // For whoever is just about to wait.
                    bell.notify_one();
                }
            }
            () = app.stopping.cancelled() => {}
        }
    }
}

async fn rung(app: &App, bell: Bell) {
    match bell {
        Bell::Jobs => app.jobs_ready.notified().await,
        Bell::Deliveries => app.deliveries_ready.notified().await,
        Bell::None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Parts;
    use crate::config::Config;

    #[tokio::test]
    async fn a_store_that_will_never_write_again_breaks_the_work_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::for_data(&folder.path().join("data"));
        let app = App::open(config, Parts::default()).await.expect("it opens");
        app.store.close().await;
        let mut runner = Runner::start(&app);
        let broken = tokio::time::timeout(Duration::from_secs(30), runner.broken()).await;
        assert!(broken.is_ok(), "the loops go on with a store that is gone");
    }
}
