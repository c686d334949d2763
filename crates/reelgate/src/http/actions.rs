//! What a parsed call does.

use super::auth::Caller;
use super::own;
use super::owner;
use super::people;
use super::records;
use super::reply::store_error;
use super::submit::{Origin, rerun, submit};
use super::view::{queue_place, view};
use super::wait;
use super::webhooks;
use crate::app::App;
use crate::fault::{self, Point};
use reelgate_core::check::{Policy, check};
use reelgate_core::job::Refusal;
use reelgate_core::order::Draft;
use reelgate_core::{
    Call, Credits, Error, Field, Job, JobId, Kind, Model, Price, Reply, StateName,
};
use reelgate_store::Submitted;
use std::pin::Pin;
use std::sync::Arc;

/// Our own API sells what every other one does, and shows more.
pub(super) const NATIVE: &str = "native";
/// APIs whose callers list and remove records.
const HAVE_RECORDS: [&str; 2] = ["ark", "openai"];

/// An answer, and whether it repeats an earlier one.
pub(super) struct Done {
    pub(super) reply: Reply,
    /// It was given before, to the same idempotency key.
    pub(super) replayed: bool,
    /// Seconds that the caller asked to wait for the job's end, where that was done.
    pub(super) waited_s: Option<u32>,
}

impl Done {
    pub(super) fn with(reply: Reply) -> Self {
        Self { reply, replayed: false, waited_s: None }
    }

    fn submitted(submitted: Submitted) -> Self {
        let (job, replayed) = match submitted {
            Submitted::Accepted(job) => (job, false),
            Submitted::Replayed(job) => (job, true),
        };
        Self { reply: Reply::Accepted(Box::new(job)), replayed, waited_s: None }
    }
}

/// What this dialect offers.
pub(super) fn models(app: &App, dialect: &str) -> Done {
    let models = match dialect {
        NATIVE => app.catalogue.models.clone(),
        name => app.catalogue.of_dialect(name).cloned().collect(),
    };
    Done::with(Reply::Models(models))
}

/// Does what a caller asked for.
///
/// What is not asked many times a second is boxed: a future is as large as the largest thing it may
/// have to wait for, and each request's is copied several times.
///
/// # Errors
/// Why it was not done; nothing has changed then.
pub(super) async fn act(
    app: &Arc<App>,
    call: Call,
    origin: Origin,
    base_url: &str,
) -> Result<Done, Error> {
    match call {
        Call::Models => Ok(models(app, origin.dialect)),
        Call::Own(call) => {
            Ok(Done::with(Box::pin(own::act(app, origin.caller, call, base_url)).await?))
        }
        Call::Quote(draft) => Ok(Done::with(Reply::Quote(quote(app, &origin, &draft)?))),
        // With nothing to fetch there is one step, and it happens whole or not at all.
        Call::Submit(draft) if draft.media.is_empty() && draft.from.is_none() => {
            submit(app, origin, *draft).await.map(Done::submitted)
        }
        Call::Submit(draft) => {
            let app = Arc::clone(app);
            to_the_end(Box::pin(async move { submit(&app, origin, *draft).await })).await
        }
        Call::Rerun(id) => {
            let app = Arc::clone(app);
            to_the_end(Box::pin(async move { rerun(&app, origin, id).await })).await
        }
        Call::Records(query) => {
            Ok(Done::with(Box::pin(records::list(app, origin.caller, *query, base_url)).await?))
        }
        Call::Remove(id, removal) => {
            Ok(Done::with(Box::pin(records::remove(app, origin.caller, id, removal)).await?))
        }
        // The gateway sends files itself.
        Call::Content(..) => Err(Error::internal()),
        Call::Get(id) => {
            // An API that removes records does not show those it removed.
            let job = match HAVE_RECORDS.contains(&origin.dialect) {
                true => records::record_of(app, origin.caller, id).await?,
                false => job_of(app, origin.caller, id).await?,
            };
            let mut view = view(app, job, base_url);
            if origin.dialect == NATIVE {
                view.queue = queue_place(app, &view.job).await?;
            }
            Ok(Done::with(Reply::Job(Box::new(view))))
        }
        Call::Cancel(id) => {
            let job = Box::pin(cancel(app, origin.caller, id)).await?;
            Ok(Done::with(Reply::Cancelled(Box::new(view(app, job, base_url)))))
        }
        Call::Endpoint(call) => {
            let reply = Box::pin(webhooks::act(app, origin.caller, *call)).await?;
            Ok(Done::with(Reply::Endpoint(Box::new(reply))))
        }
        Call::Owner(call) => {
            Ok(Done::with(Reply::Owner(Box::pin(owner::act(app, &origin, call)).await?)))
        }
        Call::People(call) => {
            Ok(Done::with(Reply::People(Box::pin(people::act(app, &origin, call)).await?)))
        }
    }
}

/// Answers with the job's end, when it comes within so many seconds; an order that has none by then
/// is answered as if nobody had waited.
///
/// # Errors
/// When the store fails.
pub(super) async fn wait(
    app: &App,
    done: Done,
    caller: Caller,
    seconds: u32,
    base_url: &str,
) -> Result<Done, Error> {
    let id = match &done.reply {
        Reply::Accepted(job) => job.id,
        Reply::Job(view) => view.job.id,
        _ => return Ok(done),
    };
    let Some(job) = wait::for_end(app, caller, id, seconds).await? else { return Ok(done) };
    let has_ended = job.state.finished().is_some();
    let waited_s = Some(seconds);
    if !has_ended && matches!(done.reply, Reply::Accepted(_)) {
        return Ok(Done { waited_s, ..done });
    }
    let mut view = view(app, job, base_url);
    view.queue = queue_place(app, &view.job).await?;
    Ok(Done { reply: Reply::Job(Box::new(view)), waited_s, ..done })
}

/// The catalogue's entry for a draft.
pub(super) fn model_of<'a>(app: &'a App, draft: &Draft) -> Result<&'a Model, Error> {
    let found = app.catalogue.find(&draft.model);
    found.ok_or_else(|| Error::invalid(Field::Model, "is not a model of this API"))
}

/// What the operator allows.
pub(super) fn policy(app: &App) -> Policy {
    Policy { allow_http: app.config.outbound.allow_private, allow_data: true }
}

/// A job that this caller may see: one of its account, and a test one for a test key. Such keys
/// lie in test suites and example code, and must not show or stop what is real.
pub(super) async fn job_of(app: &App, caller: Caller, id: JobId) -> Result<Job, Error> {
    let job = app.store.job_of(caller.account, id).await.map_err(store_error)?;
    let job = job.filter(|job| job.order.test || !caller.test);
    job.ok_or_else(Error::job_not_found)
}

/// Why a job has no files to send.
pub(super) fn job_not_made(job: &Job) -> Error {
    let message = match job.state.finished() {
        None => "The video is not ready yet",
        Some(_) => "The video was not made, so it has no files",
    };
    Error::new(Kind::NotFound, message)
}

fn quote(app: &App, origin: &Origin, draft: &Draft) -> Result<Price, Error> {
    let model = model_of(app, draft)?;
    let (order, price) = check(draft, model, policy(app), &app.catalogue.price_version)?;
    origin.guard.check(&order)?;
    Ok(price_for(origin.caller, price))
}

/// What an order costs this caller: a rehearsal is free.
pub(super) fn price_for(caller: Caller, price: Price) -> Price {
    let credits = if caller.test { Credits::ZERO } else { price.credits };
    Price { credits, ..price }
}

/// Runs a submit to its end even when the caller hangs up: its outcome must not depend on that.
async fn to_the_end(
    work: Pin<Box<dyn Future<Output = Result<Submitted, Error>> + Send>>,
) -> Result<Done, Error> {
    let submitted = tokio::spawn(work).await.map_err(|error| {
        tracing::error!(%error, "a submit broke off");
        Error::internal()
    })??;
    Ok(Done::submitted(submitted))
}

pub(super) async fn cancel(app: &App, caller: Caller, id: JobId) -> Result<Job, Error> {
    if caller.test {
        job_of(app, caller, id).await?;
    }
    let (entry, delivery) = (app.entry_id(), app.delivery_id());
    fault::point(Point::CancelAsked);
    let outcome = app.store.cancel(caller.account, id, entry, delivery, app.now()).await;
    fault::point(Point::CancelCommitted);
    let job = match outcome.map_err(store_error)? {
        Ok(job) => job,
        // Asking twice answers the same.
        Err(Refusal::Final(StateName::Cancelled)) => job_of(app, caller, id).await?,
        Err(Refusal::Final(state)) => {
            let message = format!("the task has already {}", state.text());
            return Err(Error::new(Kind::Conflict, message));
        }
        Err(refusal) => {
            tracing::error!(?refusal, %id, "a cancel was refused");
            return Err(Error::internal());
        }
    };
    app.deliveries_ready.notify_one();
    app.leases_due.notify_waiters();
    Ok(job)
}
