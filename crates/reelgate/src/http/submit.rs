//! Accepting an order: everything that can be refused is refused before any credit is held.

use super::actions::{job_of, model_of, policy, price_for};
use super::auth::Caller;
use super::derive;
use super::references::{Fetched, fetch_all};
use super::rehearse;
use super::reply::store_error;
use crate::app::App;
use crate::fault::{self, Point};
use reelgate_core::check::check;
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey, Verdict, judge, mismatch};
use reelgate_core::media::{check_kinds, settle_roles};
use reelgate_core::order::{Draft, Media, Order};
use reelgate_core::price::price;
use reelgate_core::size::{Ratio, Size};
use reelgate_core::{
    Error, Field, Guard, Job, JobId, Kind, MediaKind, MediaSource, Model, Price, State, Ticket,
    Timestamp,
};
use reelgate_store::{Person, StoreError, Submission, Submitted};
use std::sync::Arc;

/// How often an order draws an id: one in a millisecond's half a thousand million is taken.
const ID_TRIES_MAX: u32 = 4;

/// Where a call comes from.
pub struct Origin {
    /// Who asks.
    pub caller: Caller,
    /// What its key may do.
    pub guard: Arc<Guard>,
    /// Who that is, where somebody is signed in instead of sending a key.
    pub person: Option<Arc<Person>>,
    /// Through which API.
    pub dialect: &'static str,
    /// The caller's key against doing it twice, and what the request said.
    pub idempotency: Option<(IdempotencyKey, Fingerprint)>,
}

/// Accepts an order, or answers with the job that an earlier request with the same key made.
///
/// # Errors
/// The first thing that is wrong; nothing was created or held then.
pub async fn submit(app: &App, origin: Origin, draft: Draft) -> Result<Submitted, Error> {
    let _flight = enter(app, &origin)?;
    let mut draft = draft;
    if draft.from.is_some() {
        // The earlier job may be gone by the time of a repeat.
        if let Some(replayed) = replay(app, &origin).await? {
            return Ok(replayed);
        }
        draft = Box::pin(derive::fill(app, origin.caller, draft)).await?;
    }
    if !draft.media.is_empty() {
        draft = Box::pin(derive::fit(app, draft)).await?;
    }
    if origin.caller.test {
        return Box::pin(rehearse::submit(app, origin, draft)).await;
    }
    submit_checked(app, origin, draft).await
}

/// Accepts an order that nothing else stands in the way of.
pub(super) async fn submit_checked(
    app: &App,
    origin: Origin,
    draft: Draft,
) -> Result<Submitted, Error> {
    match checked(app, &origin, &draft) {
        // With nothing to fetch the transaction comes next anyway, and it looks at the key and at
        // the funds itself, in this order.
        Ok((_, mut order, price)) if draft.media.is_empty() => {
            fault::point(Point::ReferencesKept);
            settle(&mut order, &draft, Vec::new(), &[]);
            let dialect = origin.dialect;
            store(app, origin, dialect, order, price).await
        }
        checked => Box::pin(submit_with_references(app, origin, &draft, checked)).await,
    }
}

/// Goes on with an order that something has to be fetched for, or that is to be refused.
async fn submit_with_references(
    app: &App,
    origin: Origin,
    draft: &Draft,
    checked: Result<(&Model, Order, Price), Error>,
) -> Result<Submitted, Error> {
    // A repeat is answered as the first time, whatever there is to say about the order by now.
    if let Some(replayed) = replay(app, &origin).await? {
        return Ok(replayed);
    }
    let (model, mut order, price) = checked?;
    check_funds(app, origin.caller, &order, &price).await?;
    let fetched = fetch_all(app, origin.caller, &draft.media).await?;
    fault::point(Point::ReferencesKept);
    let kinds: Vec<_> = fetched.iter().map(|found| found.kind).collect();
    check_kinds(&draft.media, &kinds, &model.media)?;
    settle(&mut order, draft, fetched, &kinds);
    let dialect = origin.dialect;
    store(app, origin, dialect, order, price).await
}

/// An order as far as it can be judged without looking anything up.
pub(super) fn checked<'a>(
    app: &'a App,
    origin: &Origin,
    draft: &Draft,
) -> Result<(&'a Model, Order, Price), Error> {
    let model = model_of(app, draft)?;
    let (order, price) = check(draft, model, policy(app), &app.catalogue.price_version)?;
    check_callback(app, &order)?;
    origin.guard.check(&order)?;
    let price = price_for(origin.caller, price);
    if draft.media.is_empty() {
        check_kinds(&draft.media, &[], &model.media)?;
    }
    Ok((model, order, price))
}

/// Accepts the order of an earlier job of the same account once more, at today's price and with the
/// seed it had.
///
/// # Errors
/// As [`submit`], and `Conflict` when the references of that job are gone.
pub async fn rerun(app: &App, origin: Origin, earlier: JobId) -> Result<Submitted, Error> {
    let _flight = enter(app, &origin)?;
    if let Some(replayed) = replay(app, &origin).await? {
        return Ok(replayed);
    }
    let earlier = job_of(app, origin.caller, earlier).await?;
    let mut order = earlier.order;
    order.seed = Some(earlier.seed);
    let now = app.now();
    for media in &order.media {
        app.media.touch(&media.stored, now).await.map_err(|error| {
            tracing::info!(%error, "a reference is not there any more");
            let message = "the references of this task were removed; send the order again";
            Error::new(Kind::Conflict, message)
        })?;
    }
    let offered = app.catalogue.find(&order.model).and_then(|model| {
        let with_media = !order.media.is_empty();
        let version = &app.catalogue.price_version;
        let paid_s = order.reserved_s.unwrap_or(order.duration_s);
        price(model, order.resolution, paid_s, with_media, version)
    });
    let price = offered.ok_or_else(|| Error::invalid(Field::Model, "is not on sale any more"))?;
    origin.guard.check(&order)?;
    let price = price_for(origin.caller, price);
    check_funds(app, origin.caller, &order, &price).await?;
    // A webhook's receiver knows the shape that the first order asked for.
    store(app, origin, &earlier.dialect, order, price).await
}

/// Keeps a second request with the same key waiting until the first is answered.
fn enter(app: &App, origin: &Origin) -> Result<Option<super::once::Flight>, Error> {
    let key = origin.idempotency.as_ref().map(|(key, _)| key);
    key.map(|key| app.in_flight.enter(origin.caller.account, key)).transpose()
}

/// The answer to an earlier request with the same key.
pub(super) async fn replay(app: &App, origin: &Origin) -> Result<Option<Submitted>, Error> {
    let Some((key, fingerprint)) = &origin.idempotency else { return Ok(None) };
    let account = origin.caller.account;
    let first = app.store.find_idempotent(account, key).await.map_err(store_error)?;
    let Some(first) = first else { return Ok(None) };
    match judge(first, *fingerprint) {
        Verdict::Mismatch => Err(mismatch()),
        Verdict::Replay(id) => {
            let job = app.store.job_of(account, id).await.map_err(store_error)?;
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
async fn check_funds(app: &App, caller: Caller, order: &Order, price: &Price) -> Result<(), Error> {
    let account = app.store.account(caller.account).await.map_err(store_error)?;
    let account = account.ok_or_else(Error::unauthorized)?;
    if !caller.test && needs_purchase(app, order) && account.purchased.is_none() {
        return Err(Error::purchase_required());
    }
    reelgate_core::ledger::hold(account.funds, price.credits).map(drop)
}

/// Whether the operator keeps this order's model for accounts that have paid. Tests cost nothing.
fn needs_purchase(app: &App, order: &Order) -> bool {
    let is_gated = || app.catalogue.find(&order.model).is_some_and(|model| model.gated);
    app.config.limits.purchase_gate && !order.test && is_gated()
}

/// Completes the order with what was learnt from the references.
fn settle(order: &mut Order, draft: &Draft, fetched: Vec<Fetched>, kinds: &[MediaKind]) {
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
                MediaSource::Kept(media) => media.url.clone(),
                MediaSource::Data(_)
                | MediaSource::Bytes(_)
                | MediaSource::Asset(_)
                | MediaSource::Clip(_) => None,
            },
            kind: fetched.kind,
            role,
            stored: fetched.stored,
            size: fetched.size,
        })
        .collect();
}

async fn store(
    app: &App,
    origin: Origin,
    dialect: &str,
    mut order: Order,
    price: Price,
) -> Result<Submitted, Error> {
    let test = origin.caller.test;
    order.test = test;
    order.remote = !test && app.upstreams.makes(&order.model);
    if order.remote {
        app.upstreams.check(&order)?;
    }
    let mut job = new_job(app, origin.caller, dialect, order, price);
    // What costs nothing cannot be too much.
    let daily_cap = if test { None } else { origin.guard.daily_cap(job.created) };
    let needs_purchase = needs_purchase(app, &job.order);
    fault::point(Point::SubmitDecided);
    // Also when the caller hangs up before the answer: the job may be accepted all the same.
    let _bell = Bell(app, test);
    let mut tries = ID_TRIES_MAX;
    let submitted = loop {
        let idempotency = origin.idempotency.clone();
        let submission = Submission { job: job.clone(), idempotency, needs_purchase, daily_cap };
        tries -= 1;
        match app.store.submit(submission, app.now()).await {
            // Another order of this millisecond drew the same id: nothing was written.
            Err(StoreError::Taken) if tries > 0 => job.id = job_id(app, job.created),
            stored => break stored.map_err(store_error)?,
        }
    };
    fault::point(Point::SubmitCommitted);
    Ok(submitted)
}

/// As the order says, but never so late that its references could be gone by then.
fn deadline_ms(app: &App, order: &Order) -> i64 {
    let jobs = &app.config.jobs;
    let asked = order.expires_in_s.map(|s| i64::from(s) * 1000);
    match (asked, jobs.retention_ms) {
        (None, _) => jobs.deadline_ms,
        (Some(ms), 0) => ms,
        (Some(ms), retention_ms) => ms.min(retention_ms - 1),
    }
}

fn size_of(app: &App, order: &Order) -> Size {
    let grid = app.catalogue.find(&order.model).map(|model| model.grid).unwrap_or_default();
    order.size.unwrap_or_else(|| grid.pixels(order.resolution, order.ratio))
}

fn job_id(app: &App, now: Timestamp) -> JobId {
    JobId::new(now, app.entropy.bits())
}

/// Rings for the workers when dropped.
struct Bell<'a>(&'a App, bool);

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        self.0.job_is_ready(self.1);
    }
}

fn new_job(app: &App, caller: Caller, dialect: &str, order: Order, price: Price) -> Job {
    let now = app.now();
    let low_bits = u32::try_from(app.entropy.bits() >> 32).unwrap_or(0);
    let deadline = now.plus_ms(deadline_ms(app, &order));
    Job {
        id: job_id(app, now),
        account: caller.account,
        key: caller.key,
        dialect: dialect.to_owned(),
        size: size_of(app, &order),
        seed: order.seed.unwrap_or(low_bits),
        order,
        price,
        state: State::Queued { not_before: now },
        attempt: 0,
        attempts_max: app.config.jobs.attempts_max,
        leases: 0,
        ticket: Ticket::None,
        deadline,
        remaining: None,
        hidden: None,
        created: now,
        updated: now,
    }
}
