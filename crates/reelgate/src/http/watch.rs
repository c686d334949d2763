//! Streams of events: a job, or all jobs of an account, at every change.
//!
//! The database is asked again and again, so a stream also tells what another server process did.
//! An event's id is the moment of the change and the job. After a break, `Last-Event-ID` goes on a
//! little before it: an event may come twice, and none is left out.

use super::actions::job_of;
use super::auth::Caller;
use super::places::{Full, Place};
use super::reply::store_error;
use super::view::view;
use crate::app::App;
use axum::body::Body;
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use reelgate_core::{
    AccountId, Error, Field, Job, JobId, Kind, Progress, State, StateName, Timestamp,
};
use reelgate_dialects::Dialect;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Sleep;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Changes are looked for this often.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A comment is sent after so long without an event.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// A stream ends after so long: a revoked key must not listen for ever. Clients come back.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// A change may become visible so much later than the moment it carries.
const OVERLAP_MS: i64 = 2000;
/// Jobs read at once.
const PAGE: usize = 200;

/// What is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// One job, until its end.
    Job(JobId),
    /// All jobs of the account.
    Account,
}

/// What tells two states of a job apart. A worker's sign of life is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    state: StateName,
    leases: u64,
    running: Option<(Progress, bool)>,
    glimpse: Option<u32>,
    removed: bool,
}

/// A stream that is open.
struct Follow {
    app: Arc<App>,
    dialect: Arc<dyn Dialect>,
    account: AccountId,
    tests_only: bool,
    scope: Scope,
    base_url: String,
    /// Changes from here on are still to be told.
    since: Timestamp,
    /// What was told, and the moment it carried.
    told: HashMap<JobId, (Timestamp, Mark)>,
    waiting: VecDeque<Event>,
    is_new: bool,
    is_over: bool,
    ends: Pin<Box<Sleep>>,
    _place: Place,
}

/// Opens a stream.
///
/// # Errors
/// `NotFound` for a job that is not the caller's, `Invalid` for a `Last-Event-ID` that no stream
/// gave out, `RateLimited` or `Busy` when too many are open.
pub(super) async fn open(
    app: &Arc<App>,
    dialect: &Arc<dyn Dialect>,
    caller: Caller,
    scope: Scope,
    headers: &HeaderMap,
    base_url: &str,
) -> Result<Response<Body>, Error> {
    let last = last_event(headers)?;
    if let Scope::Job(id) = scope {
        let job = job_of(app, caller, id).await?;
        // What was told last was the end: this answer tells a browser not to come back.
        if last == Some((job.updated, id)) && job.state.finished().is_some() {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
    }
    let place = app.places.enter(caller.account).map_err(full)?;
    let now = app.now();
    let mut follow = Follow {
        app: Arc::clone(app),
        dialect: Arc::clone(dialect),
        account: caller.account,
        tests_only: caller.test,
        scope,
        base_url: base_url.to_owned(),
        since: last.map_or(now, |(moment, _)| moment),
        told: HashMap::new(),
        waiting: VecDeque::new(),
        is_new: true,
        is_over: false,
        ends: Box::pin(tokio::time::sleep(LIFE)),
        _place: place,
    };
    match (scope, last) {
        // Without a place to go on from, what is there already is not news.
        (Scope::Account, None) => drop(follow.changed().await?),
        (_, Some(last)) => follow.skip(last).await?,
        (Scope::Job(_), None) => {}
    }
    let events = futures_util::stream::unfold(follow, |mut follow| async move {
        let event = follow.next().await?;
        Some((Ok::<Event, Infallible>(event), follow))
    });
    let alive = KeepAlive::new().interval(ALIVE_EVERY);
    let mut response = Sse::new(events).keep_alive(alive).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Proxies that collect answers before they pass them on would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn full(full: Full) -> Error {
    let message = "too many streams and waiting requests are open on this account";
    match full {
        Full::Account => Error::new(Kind::RateLimited { retry_after_s: 5 }, message),
        Full::Server => Error::busy(5),
    }
}

/// Reads `MILLISECONDS-JOB`.
fn last_event(headers: &HeaderMap) -> Result<Option<(Timestamp, JobId)>, Error> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let read = || {
        let (ms, id) = value.to_str().ok()?.split_once('-')?;
        Some((Timestamp::from_ms(ms.parse().ok()?), JobId::parse(id)?))
    };
    let field = Field::Named("Last-Event-ID".to_owned());
    read().map(Some).ok_or_else(|| Error::invalid(field, "must be the id of an event"))
}

impl Follow {
    /// The next event; nothing at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.is_over || self.app.stopping.is_cancelled() {
                return None;
            }
            if !std::mem::take(&mut self.is_new) {
                tokio::select! {
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = &mut self.ends => return None,
                    () = self.app.stopping.cancelled() => return None,
                }
            }
            // A fault was logged; the client comes back and goes on where it was.
            let jobs = self.changed().await.ok()?;
            for job in jobs {
                self.tell(job);
            }
        }
    }

    /// Jobs whose present state was not told yet; they count as told from here on.
    async fn changed(&mut self) -> Result<Vec<Job>, Error> {
        let jobs = match self.scope {
            Scope::Job(id) => {
                let job = self.app.store.job_of(self.account, id).await.map_err(store_error)?;
                job.into_iter().collect()
            }
            Scope::Account => self.changed_of_account().await?,
        };
        let latest = jobs.iter().map(|job| job.updated).max();
        self.since = self.since.max(latest.unwrap_or(self.since));
        let is_news = |job: &Job| {
            let mark = Mark::of(&self.app, job);
            let before = self.told.insert(job.id, (job.updated, mark));
            before.map(|(_, mark)| mark) != Some(mark)
        };
        let may_see = |job: &Job| job.order.test || !self.tests_only;
        let news = jobs.into_iter().filter(may_see).filter(is_news).collect();
        // One job is asked for by its name, however long ago it changed.
        if self.scope == Scope::Account {
            let kept_from = self.since.plus_ms(-OVERLAP_MS);
            self.told.retain(|_, (moment, _)| *moment >= kept_from);
        }
        Ok(news)
    }

    async fn changed_of_account(&self) -> Result<Vec<Job>, Error> {
        let begin = self.since.plus_ms(-OVERLAP_MS);
        let mut jobs = Vec::new();
        let mut behind = JobId::first_of(begin);
        loop {
            let part = self.app.store.new_jobs(self.account, behind, PAGE).await;
            let part = part.map_err(store_error)?;
            let last = part.last().map(|job| job.id).filter(|_| part.len() >= PAGE);
            jobs.extend(part);
            let Some(last) = last else { break };
            behind = last;
        }
        let (mut from, mut after) = (begin, None);
        loop {
            let part = self.app.store.changed_jobs(self.account, from, after, PAGE).await;
            let part = part.map_err(store_error)?;
            let last = part.last().map(|job| (job.updated, job.id));
            let last = last.filter(|_| part.len() >= PAGE);
            jobs.extend(part);
            let Some((moment, id)) = last else { return Ok(jobs) };
            (from, after) = (moment, Some(id));
        }
    }

    /// Takes the last event that the client has for told.
    async fn skip(&mut self, (moment, id): (Timestamp, JobId)) -> Result<(), Error> {
        let job = self.app.store.job_of(self.account, id).await.map_err(store_error)?;
        if let Some(job) = job.filter(|job| job.updated == moment) {
            self.told.insert(id, (job.updated, Mark::of(&self.app, &job)));
        }
        Ok(())
    }

    fn tell(&mut self, job: Job) {
        let id = format!("{}-{}", job.updated.ms(), job.id);
        if let Scope::Job(_) = self.scope {
            self.is_over = job.state.finished().is_some();
        }
        let view = view(&self.app, job, &self.base_url);
        let body = self.dialect.render_event(&view);
        let data = String::from_utf8_lossy(&body);
        self.waiting.push_back(Event::default().id(id).event("job").data(data));
    }
}

impl Mark {
    fn of(app: &App, job: &Job) -> Self {
        let glimpse = app.glimpses.of(job.id).map(|seen| seen.frame);
        let running = match &job.state {
            State::Running { progress, cancel_requested, .. } => {
                Some((*progress, *cancel_requested))
            }
            _ => None,
        };
        let removed =
            matches!(&job.state, State::Succeeded { output, .. } if output.removed.is_some());
        Self { state: job.state.name(), leases: job.leases, running, glimpse, removed }
    }
}
