//! What followed jobs need besides being looked at: longer leases, an ear for cancels, and somebody
//! who clears up upstream behind jobs that ended without their clips.

use super::pool::Seat;
use super::{ask, lease_ms, settle};
use crate::app::App;
use crate::outbound::{Given, SendError};
use reelgate_core::EngineError;
use reelgate_engines::remote::wire::Request;
use reelgate_engines::remote::{Found, Recovery};
use reelgate_store::upstream::RENEW_MAX;
use reelgate_store::{Orphan, StoreError};
use std::time::Duration;

/// Jobs that ended longer ago were cleared up, or never will be.
const ORPHANS_MS: i64 = 7 * 24 * 3_600_000;
/// A request whose answer is still missing may yet get one.
const LATE_MS: i64 = 600_000;
/// Time for one cancel.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(30);
/// Jobs handed back at the same time when the server stops.
const BACK_MAX: usize = 200;

/// Extends every lease; jobs whose leases are lost are followed no more.
pub(super) async fn renew(app: &App) -> Result<(), StoreError> {
    let leases = app.upstreams.following.leases();
    for some in leases.chunks(RENEW_MAX) {
        for job in app.store.renew(some.to_vec(), lease_ms(app), app.now()).await? {
            tracing::info!(%job, "the job ended, or somebody else follows it");
            settle::forget(app, job);
        }
    }
    Ok(())
}

/// Ends followed jobs whose owners want them stopped; [`clear`] then stops them upstream.
pub(super) async fn stop(app: &App) -> Result<usize, StoreError> {
    let mut stopped = 0;
    for (job, token) in app.store.stopping().await? {
        if app.upstreams.following.has(job, token) {
            settle::failed(app, job, token, EngineError::stopped()).await?;
            stopped += 1;
        }
    }
    Ok(stopped)
}

/// Cancels upstream what nobody waits for any more; answers how many.
pub(super) async fn clear(app: &App) -> Result<usize, StoreError> {
    let orphans = app.store.orphans(app.now().plus_ms(-ORPHANS_MS)).await?;
    let mut cleared = 0;
    for orphan in orphans {
        if let Some(outcome) = Box::pin(clear_one(app, &orphan)).await {
            app.store.close_orphan(&orphan, outcome, app.now()).await?;
            cleared += 1;
        }
    }
    Ok(cleared)
}

/// What became of a copy upstream; nothing while it is not known.
async fn clear_one(app: &App, orphan: &Orphan) -> Option<&'static str> {
    let pool = &app.upstreams.pool;
    let seat = pool.seat_of(&orphan.engine, &orphan.credential)?;
    let engine = pool.engine(seat);
    let mut id = orphan.upstream_id.clone();
    let late = app.now().since_ms(orphan.asked) > LATE_MS;
    let marker = ask::marker_of(orphan.job, orphan.number);
    if id.is_none() && engine.adapter.recovery() == Recovery::IsKnown {
        // To cancel what is not there does no harm.
        id = Some(marker);
    } else if id.is_none()
        && let Some(request) = engine.adapter.look(&marker)
        && let Ok(given) = send(app, seat, request).await
        && let Found::Known(found) = engine.adapter.found(&marker, &given.answer())
    {
        id = Some(found);
    }
    let Some(id) = id else { return late.then_some("unknown") };
    let mut settled = true;
    for request in engine.adapter.cancel(&id) {
        settled &= match send(app, seat, request).await {
            Ok(given) => {
                let (job, engine, said) = (orphan.job, &engine.config.name, given.excerpt());
                tracing::info!(%job, engine, upstream_id = id, said, "asked an upstream to stop");
                given.answer().status < 500 && given.answer().status != 429
            }
            Err(_) => false,
        };
    }
    (settled || late).then_some("abandoned")
}

async fn send(app: &App, seat: Seat, request: Request) -> Result<Given, SendError> {
    let engine = app.upstreams.pool.engine(seat);
    let (base, authorization) = (&engine.config.base_url, engine.authorization(seat.key));
    app.upstreams.client.send(base, authorization, request, CANCEL_TIMEOUT).await
}

/// Gives every followed job back, for another process to follow.
pub(super) async fn hand_back(app: &App) {
    let leases = app.upstreams.following.leases();
    for some in leases.chunks(BACK_MAX) {
        let back = some.iter().map(|lease| async {
            let error = EngineError::stopped();
            if let Err(error) = settle::failed(app, lease.job, lease.token, error).await {
                tracing::warn!(job = %lease.job, %error, "a job was not handed back");
            }
        });
        futures_util::future::join_all(back).await;
    }
}
