//! Accepting an order: everything that can be refused is refused before any credit is held.

use super::auth::Caller;
use super::references::{Fetched, fetch_all};
use super::reply::store_error;
use crate::app::App;
use crate::fault::{self, Point};
use reelgate_core::check::{Policy, check};
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey, Verdict, judge, mismatch};
use reelgate_core::media::{check_kinds, settle_roles};
use reelgate_core::order::{Draft, Media, Order};
use reelgate_core::size::{Ratio, pixels};
use reelgate_core::{Error, Field, Job, JobId, MediaSource, Price, State, Ticket};
use reelgate_store::{Submission, Submitted};

/// An order as it reached the gateway.
pub struct Incoming {
    /// Who asks.
    pub caller: Caller,
    /// Through which API.
    pub dialect: &'static str,
    /// What for.
    pub draft: Draft,
    /// The caller's key against doing it twice, and what the request said.
    pub idempotency: Option<(IdempotencyKey, Fingerprint)>,
}

/// Accepts an order, or answers with the job that an earlier request with the same key made.
///
/// # Errors
/// The first thing that is wrong; nothing was created or held then.
pub async fn submit(app: &App, incoming: Incoming) -> Result<Submitted, Error> {
    let Incoming { caller, dialect, draft, idempotency } = incoming;
    let _flight = match &idempotency {
        Some((key, _)) => Some(app.in_flight.enter(caller.account, key)?),
        None => None,
    };
    if let Some((key, fingerprint)) = &idempotency
        && let Some(replayed) = replay(app, caller, key, *fingerprint).await?
    {
        return Ok(replayed);
    }
    let model = app
        .catalogue
        .find(&draft.model)
        .ok_or_else(|| Error::invalid(Field::Model, "is not a model of this API"))?;
    let allow_private = app.config.outbound.allow_private;
    let policy = Policy { allow_http: allow_private, allow_data: true };
    let (mut order, price) = check(&draft, model, policy, &app.catalogue.price_version)?;
    check_callback(app, &order)?;
    check_funds(app, caller, &price).await?;
    let fetched = fetch_all(app, &draft.media).await?;
    fault::point(Point::ReferencesKept);
    let kinds: Vec<_> = fetched.iter().map(|found| found.kind).collect();
    check_kinds(&draft.media, &kinds, &model.media)?;
    settle(&mut order, &draft, fetched, &kinds);
    let job = new_job(app, caller, dialect, order, price);
    let submission = Submission { job, hold_entry: app.entry_id(), idempotency };
    fault::point(Point::SubmitDecided);
    let submitted = app.store.submit(submission, app.now()).await.map_err(store_error)?;
    fault::point(Point::SubmitCommitted);
    app.jobs_ready.notify_one();
    Ok(submitted)
}

async fn replay(
    app: &App,
    caller: Caller,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
) -> Result<Option<Submitted>, Error> {
    let first = app.store.find_idempotent(caller.account, key).await.map_err(store_error)?;
    let Some(first) = first else { return Ok(None) };
    match judge(first, fingerprint) {
        Verdict::Mismatch => Err(mismatch()),
        Verdict::Replay(id) => {
            let job = app.store.job_of(caller.account, id).await.map_err(store_error)?;
            Ok(job.map(Submitted::Replayed))
        }
    }
}

/// Refuses a webhook address that will never be dialled while the caller can still hear of it.
fn check_callback(app: &App, order: &Order) -> Result<(), Error> {
    match &order.callback_url {
        Some(url) => app
            .outbound
            .checked(url)
            .map(drop)
            .map_err(|error| Error::invalid(Field::Callback, error.to_string())),
        None => Ok(()),
    }
}

/// Spares a poor account the wait for its references; the submit transaction decides for good.
async fn check_funds(app: &App, caller: Caller, price: &Price) -> Result<(), Error> {
    let account = app.store.account(caller.account).await.map_err(store_error)?;
    let funds = account.ok_or_else(Error::unauthorized)?.funds;
    reelgate_core::ledger::hold(funds, price.credits).map(drop)
}

/// Completes the order with what was learnt from the references.
fn settle(
    order: &mut Order,
    draft: &Draft,
    fetched: Vec<Fetched>,
    kinds: &[reelgate_core::MediaKind],
) {
    let roles = settle_roles(&draft.media, kinds);
    if order.ratio == Ratio::Adaptive {
        let first = fetched.iter().find_map(|found| found.size);
        order.ratio = first.map_or(Ratio::R16x9, Ratio::nearest);
    }
    let found = draft.media.iter().zip(fetched).zip(roles);
    order.media = found
        .map(|((item, fetched), role)| Media {
            url: match &item.source {
                MediaSource::Url(url) => Some(url.clone()),
                MediaSource::Data(_) => None,
            },
            kind: fetched.kind,
            role,
            stored: fetched.stored,
            size: fetched.size,
        })
        .collect();
}

fn new_job(app: &App, caller: Caller, dialect: &'static str, order: Order, price: Price) -> Job {
    let now = app.now();
    let low_bits = u32::try_from(app.entropy.bits() >> 32).unwrap_or(0);
    Job {
        id: JobId::new(now, app.entropy.bits()),
        account: caller.account,
        key: caller.key,
        dialect: dialect.to_owned(),
        size: pixels(order.resolution, order.ratio),
        seed: order.seed.unwrap_or(low_bits),
        order,
        price,
        state: State::Queued { not_before: now },
        attempt: 0,
        attempts_max: app.config.jobs.attempts_max,
        leases: 0,
        ticket: Ticket::None,
        deadline: now.plus_ms(app.config.jobs.deadline_ms),
        created: now,
        updated: now,
    }
}
