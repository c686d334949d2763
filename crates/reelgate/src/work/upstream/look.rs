//! Asking an upstream how far a job is, and finding out about one whose answer was lost.
//!
//! What goes wrong with a look never ends a job: its deadline does, or the upstream's own word.

use super::ask::{self, LOST_MS};
use super::follow::{Followed, wait_ms};
use super::pool::Seat;
use super::{fetch, settle};
use crate::app::App;
use reelgate_core::{EngineError, FailureClass, Progress};
use reelgate_engines::remote::refusal::{Created, Refused};
use reelgate_engines::remote::wire::Request;
use reelgate_engines::remote::{Found, Recovery, Seen};
use reelgate_store::StoreError;
use std::time::Duration;

/// Time for one look.
const LOOK_TIMEOUT: Duration = Duration::from_secs(30);
/// An engine that is not in the settings may come back with them.
const STRANDED_MS: i64 = 60_000;
/// Answers in a row that know of no such job, before it is believed: new ones take a moment.
const GONE_MAX: u32 = 6;
/// Time between them.
const GONE_MS: i64 = 5_000;
/// Looks for a request whose answer was lost; the time between them doubles. A list may lag behind;
/// what an upstream knows by our own name for it, it knows at once.
const LOST_LOOKS_MAX: u32 = 6;
const OWN_NAME_LOOKS_MAX: u32 = 4;
/// Requests that one look may lead to.
const STEPS_MAX: usize = 3;
/// Shown of a job whose upstream says nothing, at most: in thousandths.
const GUESS_MAX: i64 = 950;

/// Looks at one job.
pub(super) async fn look(app: &App, one: Followed) -> Result<(), StoreError> {
    let following = &app.upstreams.following;
    let Some(seat) = one.seat else {
        following.look_in(one.job, STRANDED_MS, app.now());
        return Ok(());
    };
    let engine = app.upstreams.pool.engine(seat);
    if !engine.spend(seat.key, app.now()) {
        following.look_in(one.job, 1_000, app.now());
        return Ok(());
    }
    let Some(id) = one.upstream_id.as_deref() else {
        return Box::pin(recover(app, &one, seat)).await;
    };
    match seen(app, seat, id).await {
        Seen::Waiting => go_on(app, &one, seat, None),
        Seen::Running(progress) => go_on(app, &one, seat, Some(progress)),
        Seen::Unclear(seconds) => unclear(app, &one, seat, seconds),
        Seen::Then(_) => unclear(app, &one, seat, None),
        Seen::Done(made) => {
            following.learn(&one, app.now().since_ms(one.asked));
            return Box::pin(fetch::fetch(app, &one, seat, *made)).await;
        }
        Seen::Failed(error) => return settle::failed_there(app, &one, error, "failed").await,
        Seen::Stopped => {
            let message = "the provider stopped the job";
            let error = EngineError::passing(FailureClass::Provider, message);
            return settle::failed_there(app, &one, error, "failed").await;
        }
        Seen::Gone => return gone(app, &one, seat).await,
    }
    Ok(())
}

/// Asks, and asks on where the answer leads to another question.
async fn seen(app: &App, seat: Seat, id: &str) -> Seen {
    let engine = app.upstreams.pool.engine(seat);
    let mut request = engine.adapter.poll(id);
    for _ in 0..STEPS_MAX {
        let authorization = engine.authorization(seat.key);
        let base = &engine.config.base_url;
        let sent = app.upstreams.client.send(base, authorization, request, LOOK_TIMEOUT).await;
        let Ok(given) = sent else { return Seen::Unclear(None) };
        match engine.adapter.seen(id, &given.answer()) {
            Seen::Then(next) => request = *next,
            seen => {
                if matches!(seen, Seen::Failed(_) | Seen::Gone | Seen::Unclear(_)) {
                    let (name, said) = (&engine.config.name, given.excerpt());
                    tracing::info!(engine = name, upstream_id = id, said, "an upstream's answer");
                }
                return seen;
            }
        }
    }
    Seen::Unclear(None)
}

fn go_on(app: &App, one: &Followed, seat: Seat, running: Option<Option<Progress>>) {
    let now = app.now();
    let elapsed_ms = now.since_ms(one.asked);
    let typical_ms = app.upstreams.following.typical_ms(seat, &one.model);
    let progress = running.map(|said| said.unwrap_or_else(|| guess(elapsed_ms, typical_ms)));
    app.upstreams.following.update(one.job, one.token, |one| {
        (one.strikes, one.gone) = (0, 0);
        one.progress = one.progress.max(progress.unwrap_or_default());
    });
    let following = &app.upstreams.following;
    following.look_in(one.job, following.paced_ms(wait_ms(elapsed_ms, typical_ms)), now);
}

fn guess(elapsed_ms: i64, typical_ms: Option<i64>) -> Progress {
    let permille = typical_ms.map_or(0, |typical| elapsed_ms * 1000 / typical.max(1));
    Progress::from_permille(u16::try_from(permille.clamp(0, GUESS_MAX)).unwrap_or(0))
}

/// Neither good nor bad news: looks again, more and more seldom.
fn unclear(app: &App, one: &Followed, seat: Seat, seconds: Option<u32>) {
    let now = app.now();
    app.upstreams.following.update(one.job, one.token, |one| {
        // An error is no word about the job, and breaks the row of those that are.
        (one.strikes, one.gone) = (one.strikes + 1, 0);
    });
    let own_ms = wait_ms(now.since_ms(one.asked), None).max(1_000 << one.strikes.min(5));
    let typical_ms = app.upstreams.following.typical_ms(seat, &one.model);
    let asked_ms = seconds.map_or(0, |seconds| i64::from(seconds) * 1000);
    let wait_ms = asked_ms.max(own_ms.min(typical_ms.unwrap_or(own_ms).max(2_000)));
    let following = &app.upstreams.following;
    following.look_in(one.job, following.paced_ms(wait_ms), now);
}

async fn gone(app: &App, one: &Followed, seat: Seat) -> Result<(), StoreError> {
    if one.gone + 1 < GONE_MAX {
        app.upstreams.following.update(one.job, one.token, |one| one.gone += 1);
        app.upstreams.following.look_in(one.job, GONE_MS, app.now());
        return Ok(());
    }
    let message = "the provider does not know the job any more";
    let error = match app.upstreams.pool.engine(seat).adapter.keeps_jobs() {
        // It may be done and paid for: another one would be paid for twice.
        true => EngineError::fatal(FailureClass::Provider, message),
        false => EngineError::passing(FailureClass::Provider, message),
    };
    settle::failed_there(app, one, error, "lost").await
}

/// Finds out about a request whose answer was lost, without making it twice.
async fn recover(app: &App, one: &Followed, seat: Seat) -> Result<(), StoreError> {
    let Some(job) = app.store.job(one.job).await? else {
        settle::forget(app, one.job);
        return Ok(());
    };
    let engine = app.upstreams.pool.engine(seat);
    let marker = ask::marker(&job, one.number);
    let recovery = engine.adapter.recovery();
    let found = match recovery {
        Recovery::None => return unknown(app, one).await,
        Recovery::AskAgain => ask_again(app, &job, one, seat, &marker).await,
        Recovery::IsKnown => match seen(app, seat, &marker).await {
            Seen::Gone => Again::Absent,
            Seen::Unclear(_) | Seen::Then(_) => Again::Unclear,
            _ => Again::Known(marker.clone()),
        },
        Recovery::Look => {
            let request = engine.adapter.look(&marker);
            match send(app, seat, request).await {
                Some(given) => Again::of(engine.adapter.found(&marker, &given.answer())),
                None => Again::Unclear,
            }
        }
    };
    match found {
        Again::Known(id) => {
            tracing::info!(job = %one.job, upstream_id = id, "a lost answer was found again");
            if !ask::known(app, &job, one.token, one.number, &id).await? {
                settle::forget(app, one.job);
            }
            return Ok(());
        }
        Again::Refused(error) => {
            return settle::failed_there(app, one, error, "refused").await;
        }
        Again::Absent | Again::Unclear => {}
    }
    // Not being reachable says nothing, so only answers count; the deadline ends the rest.
    let absent = found == Again::Absent;
    let own_name = recovery == Recovery::IsKnown;
    let looks_max = if own_name { OWN_NAME_LOOKS_MAX } else { LOST_LOOKS_MAX };
    if absent && one.strikes + 1 >= looks_max {
        if own_name {
            let message = "the provider never received the order";
            let error = EngineError::passing(FailureClass::Provider, message);
            return settle::failed_there(app, one, error, "refused").await;
        }
        return unknown(app, one).await;
    }
    app.upstreams.following.update(one.job, one.token, |one| one.strikes += u32::from(absent));
    app.upstreams.following.look_in(one.job, LOST_MS << one.strikes.min(5), app.now());
    Ok(())
}

/// Gives up on a request that nobody can find out about. It is not made again: the caller gets the
/// credits back, and the operator a line to compare with the provider's bill.
async fn unknown(app: &App, one: &Followed) -> Result<(), StoreError> {
    let (job, number) = (one.job, one.number);
    tracing::error!(%job, number, "an upstream may have made this; see engine unknown");
    let message = "the provider did not confirm the order, and it was not sent twice; nothing was \
                   charged, so it may be ordered again";
    let error = EngineError::fatal(FailureClass::Provider, message);
    settle::failed_there(app, one, error, "unknown").await
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Again {
    Known(String),
    Absent,
    Unclear,
    Refused(EngineError),
}

impl Again {
    fn of(found: Found) -> Self {
        match found {
            Found::Known(id) => Self::Known(id),
            Found::Absent => Self::Absent,
            Found::Unclear => Self::Unclear,
        }
    }
}

/// The very same request: the upstream knows it by its marker.
async fn ask_again(
    app: &App,
    job: &reelgate_core::Job,
    one: &Followed,
    seat: Seat,
    marker: &str,
) -> Again {
    let engine = app.upstreams.pool.engine(seat);
    let prepared = ask::prepare(app, job, engine, seat, one.asked).await;
    let Ok((references, uploaded)) = prepared else { return Again::Unclear };
    let callback = ask::callback(app, job, engine);
    let errand = ask::errand(job, engine, marker, callback.as_deref(), &references);
    let Ok(request) = engine.adapter.create(&errand, &uploaded) else { return Again::Unclear };
    let Some(given) = send(app, seat, Some(request)).await else { return Again::Unclear };
    match engine.adapter.created(marker, &given.answer()) {
        Created::Known(id) => Again::Known(id),
        Created::Refused(Refused::Order(error)) => Again::Refused(error),
        Created::Refused(_) | Created::Unclear => Again::Unclear,
    }
}

async fn send(app: &App, seat: Seat, request: Option<Request>) -> Option<crate::outbound::Given> {
    let engine = app.upstreams.pool.engine(seat);
    let authorization = engine.authorization(seat.key);
    let (base, timeout) = (&engine.config.base_url, engine.config.timeout);
    app.upstreams.client.send(base, authorization, request?, timeout).await.ok()
}
