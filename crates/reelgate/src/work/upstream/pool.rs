//! The engines of the settings, their keys, and which of them takes the next order.
//!
//! Each key has its own jobs at the same time, its own requests in a minute and its own bad days: a
//! key whose account is empty rests, and the others go on.

use crate::config::EngineConfig;
use reelgate_core::retry::Schedule;
use reelgate_core::{ModelId, Order, Timestamp};
use reelgate_engines::remote::fit::Misfit;
use reelgate_engines::remote::{Adapter, adapter};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// A key that an upstream does not accept is tried again after so long, and each further time
/// after twice as long, up to the longest.
const ACCOUNT_REST_MS: i64 = 15_000;
const ACCOUNT_REST_MS_MAX: i64 = 60_000;
/// Refused so often in a row, over three quarters of a minute, a key is taken to stay refused.
const REFUSALS_MAX: u32 = 3;
/// And one whose upstream is full, when it does not say for how long, or for longer than is
/// believed. All of it varies by a quarter, so that servers do not come back together.
const BUSY_REST_MS: i64 = 2_000;
const BUSY_REST_MS_MAX: i64 = 300_000;
/// Failures in a row after which an upstream rests.
const FAILURES_MAX: u32 = 3;
/// The first such rest; each further one is twice as long, up to the longest.
const BROKEN_REST_MS: i64 = 5_000;
const BROKEN_REST_MS_MAX: i64 = 300_000;
const MINUTE_MS: i64 = 60_000;

/// An upstream and the state of its keys.
pub(crate) struct Engine {
    pub(crate) config: EngineConfig,
    pub(crate) adapter: Arc<dyn Adapter>,
    keys: Vec<Mutex<Key>>,
}

/// What is known about a key.
#[derive(Clone, Debug, Default)]
struct Key {
    /// Jobs that were asked for with it and have not ended.
    running: u32,
    /// Nothing new before then.
    rests_until: Option<Timestamp>,
    /// Why it rests, for the operator.
    why: &'static str,
    /// Failures since the last success.
    failures: u32,
    /// Times in a row that it was not accepted; what is refused while it rests counts once.
    refusals: u32,
    /// Requests it may make at once; refilled by time.
    tokens_milli: i64,
    refilled: Option<Timestamp>,
}

/// One key of one engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Seat {
    pub(crate) engine: usize,
    pub(crate) key: usize,
}

/// How a key is doing, for the operator.
#[derive(Clone, Debug)]
pub struct KeyHealth {
    /// The engine.
    pub engine: String,
    /// The variable that the key came from.
    pub key: String,
    /// Jobs under it.
    pub running: u32,
    /// Why it rests, and until when.
    pub rests: Option<(&'static str, Timestamp)>,
}

/// All of them.
pub(crate) struct Pool {
    pub(crate) engines: Vec<Engine>,
}

impl Pool {
    /// The engines of the settings.
    ///
    /// # Errors
    /// A sentence about the first that cannot be used.
    pub(crate) fn new(configs: &[EngineConfig]) -> Result<Self, String> {
        let mut engines = Vec::new();
        for config in configs {
            let name = &config.name;
            let adapter = adapter(&config.kind, config.file.as_ref());
            let adapter = adapter.map_err(|why| format!("engines.{name}: {why}"))?;
            for key in config.keys.iter().filter(|key| !key.name.is_empty()) {
                if key.reveal().is_empty() {
                    let variable = &key.name;
                    return Err(format!("engines.{name}: the variable {variable} holds no key"));
                }
            }
            let keys = config.keys.iter().map(|_| Mutex::default()).collect();
            engines.push(Engine { config: config.clone(), adapter, keys });
        }
        Ok(Self { engines })
    }

    /// Every model that an engine makes.
    pub(crate) fn models(&self) -> BTreeSet<ModelId> {
        self.engines.iter().flat_map(|engine| engine.config.models.keys().cloned()).collect()
    }

    /// Whether any engine makes this model.
    pub(crate) fn makes(&self, model: &ModelId) -> bool {
        self.engines.iter().any(|engine| engine.config.models.contains_key(model))
    }

    /// Why no engine can make this order, when none can: the first one's reason.
    pub(crate) fn misfit(&self, order: &Order) -> Option<Misfit> {
        let mut first = None;
        for engine in &self.engines {
            match engine.misfit(order) {
                None if engine.config.models.contains_key(&order.model) => return None,
                None => {}
                Some(misfit) => first = first.or(Some(misfit)),
            }
        }
        first
    }

    /// Orders for `model` that could be asked for now.
    pub(crate) fn free(&self, model: &ModelId, now: Timestamp) -> usize {
        let seats = self.seats_for(model);
        let free = seats.map(|seat| self.engine(seat).free(seat.key, now) as usize);
        free.fold(0, usize::saturating_add)
    }

    /// Orders for `model` that can be made at the same time, when nothing rests.
    pub(crate) fn places(&self, model: &ModelId) -> u32 {
        let all = self.seats_for(model).map(|seat| self.engine(seat).config.concurrency);
        all.fold(0, u32::saturating_add)
    }

    /// Takes a place for an order, at the engine that is least busy for its weight, and of several
    /// keys the one with the fewest jobs. `tried` are places that refused this very order.
    pub(crate) fn take(&self, order: &Order, tried: &[Seat], now: Timestamp) -> Option<Seat> {
        let fits = |seat: &Seat| {
            let engine = self.engine(*seat);
            !tried.contains(seat)
                && engine.misfit(order).is_none()
                && engine.free(seat.key, now) > 0
        };
        let load = |seat: &Seat| {
            let engine = self.engine(*seat);
            let weight = u64::from(engine.config.weight.max(1));
            let all: u64 =
                (0..engine.keys.len()).map(|key| u64::from(engine.key(key).running)).sum();
            ((all + 1) * 1000 / weight, engine.key(seat.key).running, *seat)
        };
        let seat = self.seats_for(&order.model).filter(fits).min_by_key(load)?;
        self.engine(seat).change(seat.key, |key| key.running += 1);
        self.engine(seat).spend(seat.key, now);
        Some(seat)
    }

    /// Whether every key that could be asked for such an order was refused for so long that nobody
    /// should go on waiting. One that may be tried again is tried, and then all is well.
    pub(crate) fn is_shut(&self, order: &Order, now: Timestamp) -> bool {
        let fits = |seat: &Seat| self.engine(*seat).misfit(order).is_none();
        self.are_shut(self.seats_for(&order.model).filter(fits), now)
    }

    /// The same of all orders for a model.
    pub(crate) fn is_model_shut(&self, model: &ModelId, now: Timestamp) -> bool {
        self.are_shut(self.seats_for(model), now)
    }

    fn are_shut(&self, seats: impl Iterator<Item = Seat>, now: Timestamp) -> bool {
        let mut seats = seats.peekable();
        let is_shut = |seat: Seat| {
            let key = self.engine(seat).key(seat.key);
            key.refusals >= REFUSALS_MAX && key.rests_until.is_some_and(|until| until > now)
        };
        seats.peek().is_some() && seats.all(is_shut)
    }

    /// Counts a job that was asked for before this process began.
    pub(crate) fn adopt(&self, seat: Seat) {
        self.engine(seat).change(seat.key, |key| key.running += 1);
    }

    /// Gives a place back.
    pub(crate) fn leave(&self, seat: Seat) {
        self.engine(seat).change(seat.key, |key| key.running = key.running.saturating_sub(1));
    }

    /// The place of an earlier request.
    pub(crate) fn seat_of(&self, engine: &str, key: &str) -> Option<Seat> {
        let index = self.engines.iter().position(|one| one.config.name == engine)?;
        let keys = &self.engines.get(index)?.config.keys;
        let key = keys.iter().position(|one| one.name == key)?;
        Some(Seat { engine: index, key })
    }

    pub(crate) fn engine(&self, seat: Seat) -> &Engine {
        // Seats come from this pool, whose engines never change.
        &self.engines[seat.engine]
    }

    pub(crate) fn health(&self, now: Timestamp) -> Vec<KeyHealth> {
        let mut all = Vec::new();
        for engine in &self.engines {
            for (index, secret) in engine.config.keys.iter().enumerate() {
                let key = engine.key(index);
                all.push(KeyHealth {
                    engine: engine.config.name.clone(),
                    key: secret.name.clone(),
                    running: key.running,
                    rests: key.rests_until.filter(|until| *until > now).map(|at| (key.why, at)),
                });
            }
        }
        all
    }

    fn seats_for<'a>(&'a self, model: &'a ModelId) -> impl Iterator<Item = Seat> + 'a {
        let engines = self.engines.iter().enumerate();
        let engines = engines
            .filter(|(_, engine)| !engine.config.drain && engine.config.models.contains_key(model));
        engines.flat_map(|(index, engine)| {
            (0..engine.keys.len()).map(move |key| Seat { engine: index, key })
        })
    }
}

impl Engine {
    /// What the upstream calls the model.
    pub(crate) fn model(&self, order: &Order) -> &str {
        self.config.models.get(&order.model).map_or("", String::as_str)
    }

    pub(crate) fn misfit(&self, order: &Order) -> Option<Misfit> {
        let model = self.config.models.get(&order.model)?;
        self.adapter.ability(model).misfit(order, self.config.ignored)
    }

    /// The header with this key, where there is one.
    pub(crate) fn authorization(&self, key: usize) -> Option<(&'static str, String)> {
        let secret = self.config.keys.get(key).map_or("", |key| key.reveal());
        (!secret.is_empty()).then(|| self.adapter.authorization(secret))
    }

    pub(crate) fn key_name(&self, key: usize) -> &str {
        self.config.keys.get(key).map_or("", |key| &key.name)
    }

    /// The upstream answered as it should.
    pub(crate) fn is_well(&self, key: usize) {
        self.change(key, |key| (key.failures, key.refusals) = (0, 0));
    }

    /// It is full, perhaps for so many seconds.
    pub(crate) fn is_busy(&self, key: usize, seconds: Option<u32>, entropy: u64, now: Timestamp) {
        let asked_ms = seconds.map_or(BUSY_REST_MS, |s| i64::from(s) * 1000);
        let max_ms = BUSY_REST_MS_MAX;
        let once = Schedule { first_ms: asked_ms.max(BUSY_REST_MS / 4), factor: 1, max_ms };
        self.rest(key, "the provider is busy", once.delay_ms(1, entropy), now);
    }

    /// It does not accept this key.
    pub(crate) fn is_shut(&self, key: usize, why: &'static str, now: Timestamp) {
        let refusals = self.change(key, |key| {
            let rests = key.rests_until.is_some_and(|until| until > now);
            key.refusals = key.refusals.saturating_add(u32::from(!rests));
            key.refusals
        });
        let doublings = refusals.saturating_sub(1).min(10);
        let rest_ms = (ACCOUNT_REST_MS << doublings).min(ACCOUNT_REST_MS_MAX);
        self.rest(key, why, rest_ms, now);
    }

    /// It failed; after some failures in a row it rests.
    pub(crate) fn is_broken(&self, key: usize, now: Timestamp) {
        let failures = self.change(key, |key| {
            key.failures = key.failures.saturating_add(1);
            key.failures
        });
        if failures >= FAILURES_MAX {
            let doublings = (failures - FAILURES_MAX).min(10);
            let rest_ms = (BROKEN_REST_MS << doublings).min(BROKEN_REST_MS_MAX);
            self.rest(key, "the provider fails", rest_ms, now);
        }
    }

    /// Counts a request; false when there have been enough in this minute.
    pub(crate) fn spend(&self, key: usize, now: Timestamp) -> bool {
        let per_minute = i64::from(self.config.requests_per_minute);
        if per_minute == 0 {
            return true;
        }
        self.change(key, |key| {
            key.refill(per_minute, now);
            let enough = key.tokens_milli >= 1000;
            if enough {
                key.tokens_milli -= 1000;
            }
            enough
        })
    }

    fn free(&self, index: usize, now: Timestamp) -> u32 {
        let per_minute = i64::from(self.config.requests_per_minute);
        self.change(index, |key| {
            if key.rests_until.is_some_and(|until| until > now) {
                return 0;
            }
            let free = self.config.concurrency.saturating_sub(key.running);
            if per_minute == 0 {
                return free;
            }
            key.refill(per_minute, now);
            free.min(u32::try_from(key.tokens_milli / 1000).unwrap_or(0))
        })
    }

    fn rest(&self, key: usize, why: &'static str, rest_ms: i64, now: Timestamp) {
        let (engine, name) = (&self.config.name, self.key_name(key));
        tracing::warn!(engine, key = name, why, rest_ms, "an upstream's key rests");
        self.change(key, |key| {
            key.rests_until = Some(now.plus_ms(rest_ms));
            key.why = why;
        });
    }

    fn key(&self, index: usize) -> Key {
        self.change(index, |key| key.clone())
    }

    fn change<T>(&self, index: usize, change: impl FnOnce(&mut Key) -> T) -> T {
        let mut key = self.keys[index].lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut key)
    }
}

impl Key {
    /// A tenth of a minute's requests may come at once.
    fn refill(&mut self, per_minute: i64, now: Timestamp) {
        let most = (per_minute * 100).max(1000);
        let refilled = self.refilled.replace(now);
        let gained =
            refilled.map_or(most, |last| now.since_ms(last).max(0) * per_minute * 1000 / MINUTE_MS);
        if gained == 0 {
            self.refilled = refilled;
        }
        self.tokens_milli = self.tokens_milli.saturating_add(gained).min(most);
    }
}
