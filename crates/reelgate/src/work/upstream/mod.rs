//! Jobs that upstreams make: asked for once, followed to their end, fetched before they are
//! charged.
//!
//! `ask` sends an order on, `look` asks how far it is, `fetch` brings the clip here, `tend`
//! renews leases, stops what was cancelled and clears up behind ended jobs. None of them holds a
//! worker: `follow` is the list of what goes on, and one loop serves all of it.

mod ask;
mod examine;
mod fetch;
mod follow;
mod look;
pub mod pool;
mod serve;
mod settle;
mod tend;

use crate::app::App;
use crate::config::EngineConfig;
use crate::outbound::UpstreamClient;
use follow::Following;
use pool::{KeyHealth, Pool};
use reelgate_core::{Catalogue, Error, JobId, ModelId, Order, Timestamp};
use reelgate_store::StoreError;
use reqwest::dns::Resolve;
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};

pub(super) use serve::serve;

/// A lease of a followed job is this many times as long as a worker's: it is renewed in bulk.
const LEASES: i64 = 2;
/// Clips that are fetched and looked at at the same time.
const FETCHES_MAX: usize = 4;

/// Everything about upstreams that lives in this process.
pub struct Upstreams {
    pool: Pool,
    following: Following,
    client: UpstreamClient,
    fetching: Semaphore,
    /// Rings when there may be something to ask for, or to stop.
    pub bell: Notify,
}

impl Upstreams {
    /// The engines of the settings.
    ///
    /// # Errors
    /// A sentence about the first that cannot be used.
    pub fn new(configs: &[EngineConfig], names: Arc<dyn Resolve>) -> Result<Self, String> {
        Ok(Self {
            pool: Pool::new(configs)?,
            following: Following::default(),
            client: UpstreamClient::new(names),
            fetching: Semaphore::new(FETCHES_MAX),
            bell: Notify::new(),
        })
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pool.engines.is_empty()
    }

    /// A model that an engine is to make and that nobody can order.
    #[must_use]
    pub fn unknown_model(&self, catalogue: &Catalogue) -> Option<ModelId> {
        self.pool.models().into_iter().find(|model| catalogue.find(model).is_none())
    }

    /// Whether an upstream makes this model.
    #[must_use]
    pub fn makes(&self, model: &ModelId) -> bool {
        self.pool.makes(model)
    }

    /// Refuses an order that no engine can make as it is.
    ///
    /// # Errors
    /// `Invalid`, naming what cannot be made.
    pub fn check(&self, order: &Order) -> Result<(), Error> {
        let misfit = self.pool.misfit(order);
        misfit.map_or(Ok(()), |misfit| Err(Error::invalid(misfit.field, misfit.message)))
    }

    /// Has a job looked at soon, if this process follows it: its upstream says that it has ended.
    /// Nothing that the upstream sent along is believed.
    pub fn nudge(&self, job: JobId, now: Timestamp) {
        if self.following.look_now(job, now) {
            self.bell.notify_one();
        }
    }

    /// Jobs that are followed here.
    #[must_use]
    pub fn followed(&self) -> usize {
        self.following.len()
    }

    /// Seconds until a job behind so many others will have ended; unknown before one was seen to
    /// its end, or when no engine takes new ones.
    #[must_use]
    pub fn eta_s(&self, model: &ModelId, ahead: u32) -> Option<u32> {
        let typical_ms = self.following.fastest_ms(model)?;
        let places = i64::from(self.pool.places(model));
        let rounds = i64::from(ahead).checked_div(places)? + 1;
        u32::try_from(typical_ms.saturating_mul(rounds) / 1000).ok().map(|s| s.max(1))
    }

    /// Milliseconds that a model takes, once one was seen to its end.
    #[must_use]
    pub fn typical_ms(&self, model: &ModelId) -> Option<i64> {
        self.following.fastest_ms(model)
    }

    /// How the keys are doing.
    #[must_use]
    pub fn health(&self, now: Timestamp) -> Vec<KeyHealth> {
        self.pool.health(now)
    }
}

/// Does once everything that is due: for tests, which need no loops.
///
/// # Errors
/// When the store fails.
pub async fn step(app: &App) -> Result<super::Step, StoreError> {
    let mut did = false;
    let mut jobs = ask::claim_underway(app, serve::CLAIM_MAX).await?;
    jobs.extend(ask::claim(app, serve::CLAIM_MAX - jobs.len()).await?);
    for job in jobs {
        ask::begin(app, job).await?;
        did = true;
    }
    tend::renew(app).await?;
    did |= tend::stop(app).await? > 0;
    for one in app.upstreams.following.due(app.now(), serve::LOOKS_MAX) {
        Box::pin(look::look(app, one)).await?;
        did = true;
    }
    did |= tend::clear(app).await? > 0;
    Ok(if did { super::Step::Did } else { super::Step::Idle })
}

fn lease_ms(app: &App) -> i64 {
    app.config.jobs.lease_ms.saturating_mul(LEASES)
}
