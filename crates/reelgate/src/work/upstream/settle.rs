//! How an upstream's job ends here: in the store first, then in the list of what is followed.

use super::follow::Followed;
use crate::app::App;
use crate::fault::{self, Point};
use reelgate_core::job::{Output, Refusal};
use reelgate_core::{Credits, EngineError, FailureClass, Job, JobId, Retry, State};
use reelgate_store::{Outcome, StoreError};
use std::future::Future;
use std::time::Duration;

/// A store that is full, or whose database went away, is asked again after so long.
const AGAIN_WAITS_MS: [u64; 8] = [20, 100, 300, 1000, 2000, 4000, 4000, 8000];

/// Ends the attempt without a clip, while nothing is upstream or what is there stays as it is.
pub(super) async fn failed(
    app: &App,
    job: JobId,
    token: u64,
    error: EngineError,
) -> Result<(), StoreError> {
    if error.class != FailureClass::Stopped {
        tracing::warn!(job = %job, %error, "an upstream's attempt ended without a clip");
    }
    let one = forget(app, job);
    let attempt = one.map_or(1, |one| one.attempt);
    let delay_ms = reelgate_core::retry::JOB.delay_ms(attempt, app.entropy.bits());
    let retry_at = app.now().plus_ms(delay_ms);
    finish(app, job, token, Outcome::Failed { error, retry_at }).await.map(drop)
}

/// Ends the attempt after the upstream's own end, which is noted as `outcome`.
pub(super) async fn failed_there(
    app: &App,
    one: &Followed,
    error: EngineError,
    outcome: &'static str,
) -> Result<(), StoreError> {
    // Only then may somebody be asked again, so it comes before the attempt's end. For good, it is
    // the other way round: nobody may be asked however this ends.
    let again = error.retry == Retry::Later;
    if again && !app.store.forget_upstream(one.job, one.token, outcome, app.now()).await? {
        forget(app, one.job);
        return Ok(());
    }
    failed(app, one.job, one.token, error).await?;
    if !again {
        close(app, one, outcome).await?;
    }
    Ok(())
}

/// Ends the job with its clip, and pays for it.
pub(super) async fn succeeded(
    app: &App,
    one: &Followed,
    output: Output,
    charge: Credits,
) -> Result<bool, StoreError> {
    fault::point(Point::FinishDecided);
    let name = output.video.clone();
    let ended = finish(app, one.job, one.token, Outcome::Clip { output, charge }).await?;
    fault::point(Point::FinishCommitted);
    forget(app, one.job);
    app.upstreams.bell.notify_one();
    Ok(match ended {
        Ok(job) => matches!(job.state, State::Succeeded { .. }),
        // It may have ended with this very clip, and only the answer was lost.
        Err(Refusal::Final(_)) => app.store.job(one.job).await?.is_some_and(
            |job| matches!(job.state, State::Succeeded { output, .. } if output.video == name),
        ),
        Err(Refusal::StaleLease | Refusal::NotNow(_)) => false,
    })
}

/// Follows a job no more, and gives its place back.
pub(super) fn forget(app: &App, job: JobId) -> Option<Followed> {
    let one = app.upstreams.following.remove(job)?;
    if let Some(seat) = one.seat {
        app.upstreams.pool.leave(seat);
    }
    Some(one)
}

/// Asks the store until it answers, as long as it may only be busy or away.
pub(super) async fn surely<T, F>(app: &App, ask: impl Fn() -> F + Send) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>> + Send,
{
    let mut waits = AGAIN_WAITS_MS.into_iter();
    loop {
        let answer = ask().await;
        let again = match &answer {
            Err(StoreError::Busy) => true,
            Err(StoreError::Unavailable(_) | StoreError::Database(_)) => {
                !app.stopping.is_cancelled() && !app.store.is_stopped()
            }
            _ => false,
        };
        match waits.next() {
            Some(wait_ms) if again => tokio::time::sleep(Duration::from_millis(wait_ms)).await,
            _ => return answer,
        }
    }
}

/// Notes what became of a job's open request, once the job has ended.
async fn close(app: &App, one: &Followed, outcome: &'static str) -> Result<(), StoreError> {
    let asks = app.store.asks(one.job).await?;
    for ask in asks.into_iter().filter(|ask| ask.outcome.is_none()) {
        app.store.close_orphan(&ask, outcome, app.now()).await?;
    }
    Ok(())
}

async fn finish(
    app: &App,
    job: JobId,
    token: u64,
    outcome: Outcome,
) -> Result<Result<Job, Refusal>, StoreError> {
    let (entry, delivery) = (app.entry_id(), app.delivery_id());
    let now = app.now();
    let ended =
        surely(app, || app.store.finish(job, token, outcome.clone(), entry, delivery, now)).await?;
    app.deliveries_ready.notify_one();
    Ok(ended)
}
