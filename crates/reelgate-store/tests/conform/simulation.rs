//! Any order of events, drawn from a seed: the rules hold after every step, and once the world is
//! healed nothing is left open. A seed that fails is named; run it alone by putting it into
//! [`SEEDS`].

use crate::fixture::{Owner, START, World, clip, fatal, on_postgres, on_sqlite, order, passing};
use reelgate_core::check::Policy;
use reelgate_core::endpoint::{Change, Listener};
use reelgate_core::error::Kind;
use reelgate_core::idempotency::{Fingerprint, IdempotencyKey};
use reelgate_core::job::Refusal;
use reelgate_core::webhook::{Delivery, EventKind};
use reelgate_core::{
    EngineError, Job, JobId, Order, Progress, State, StateName, Ticket, Timestamp,
};
use reelgate_store::{Outcome, Settled, StoreError, Submission, Submitted, Tried};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

const SEEDS: std::ops::Range<u64> = 0..12;
const STEPS: usize = 120;
const EMPTY: Change =
    Change { url: None, events: None, format: None, description: None, enabled: None };

#[test]
fn sqlite_keeps_the_rules_whatever_happens() {
    for seed in SEEDS {
        watch(seed, |trace| on_sqlite(async |world: &World| simulate(world, seed, trace).await));
    }
}

#[test]
fn postgres_keeps_the_rules_whatever_happens() {
    for seed in SEEDS.take(4) {
        watch(seed, |trace| on_postgres(async |world: &World| simulate(world, seed, trace).await));
    }
}

/// Says which seed failed, and after what.
fn watch(seed: u64, run: impl FnOnce(&Mutex<Vec<String>>)) {
    let trace = Mutex::new(Vec::new());
    if catch_unwind(AssertUnwindSafe(|| run(&trace))).is_err() {
        let steps = trace.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        panic!("seed {seed} fails after {} steps:\n{}", steps.len(), steps.join("\n"));
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn ms(&mut self, below: u64) -> i64 {
        i64::try_from(self.roll(below)).expect("small")
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let sides = u64::try_from(from.len()).expect("small").max(1);
        from.get(usize::try_from(self.roll(sides)).expect("small")).cloned()
    }
}

/// What happened so far, as far as the outside can know.
struct Simulation<'w> {
    world: &'w World,
    dice: Dice,
    now: Timestamp,
    owners: Vec<Owner>,
    jobs: Vec<Job>,
    /// Every lease ever given out, lost ones too: late workers report under them.
    leases: Vec<Job>,
    newest_lease: HashMap<JobId, u64>,
    deliveries: Vec<Delivery>,
    ended: HashMap<JobId, Job>,
}

async fn simulate(world: &World, seed: u64, trace: &Mutex<Vec<String>>) {
    let owners = vec![world.owner("a", 60).await, world.owner("b", 9).await];
    world.endpoint(owners[0], &EventKind::OF_JOBS, START).await;
    let mut simulation = Simulation {
        world,
        dice: Dice(seed),
        now: START,
        owners,
        jobs: Vec::new(),
        leases: Vec::new(),
        newest_lease: HashMap::new(),
        deliveries: Vec::new(),
        ended: HashMap::new(),
    };
    for _ in 0..STEPS {
        let step = simulation.step().await;
        trace.lock().expect("not poisoned").push(step);
        world.audit().await;
        simulation.check_ends().await;
    }
    simulation.heal().await;
}

impl Simulation<'_> {
    async fn step(&mut self) -> String {
        match self.dice.roll(22) {
            0..=4 => self.submit().await,
            5..=7 => self.claim().await,
            8 | 9 => self.heartbeat().await,
            10..=12 => self.finish().await,
            13 => self.cancel().await,
            14 => format!("rescue: {}", self.world.rescue(self.now).await),
            15 => self.ticket().await,
            16 => self.deliver().await,
            17 => self.sweep().await,
            18 => self.endpoint().await,
            19 => self.replay().await,
            _ => self.clock(),
        }
    }

    async fn submit(&mut self) -> String {
        let owner = self.dice.pick(&self.owners).expect("there are two");
        let price = self.dice.ms(12);
        let url = format!("https://example.com/{}", self.dice.roll(2));
        let callback_url = (self.dice.roll(2) == 0).then_some(url);
        let deadline = self.now.plus_ms(60_000 + self.dice.ms(600_000));
        let job = Job {
            order: Order { callback_url, ..order() },
            state: State::Queued { not_before: self.now },
            deadline,
            ..self.world.new_job(owner, price)
        };
        let key = IdempotencyKey::parse(&format!("k{}", self.dice.roll(6))).expect("a key");
        let body = u8::try_from(self.dice.roll(2)).expect("small");
        let keyed = self.dice.roll(2) == 0;
        let first = self.world.store.find_idempotent(owner.account, &key).await.expect("a read");
        let (balance, held) = self.world.funds(owner).await;
        let submission = Submission {
            job,
            idempotency: keyed.then_some((key, Fingerprint([body; 32]))),
            needs_purchase: false,
            daily_cap: None,
        };
        let submitted = self.world.store.submit(submission, self.now).await;
        let first = first.filter(|_| keyed);
        match (&submitted, first) {
            (Ok(Submitted::Replayed(job)), Some((Fingerprint(bytes), id))) => {
                assert_eq!((bytes, id), ([body; 32], job.id));
            }
            (Ok(Submitted::Accepted(job)), None) => {
                assert!(price <= balance - held, "overdrawn");
                self.jobs.push(job.clone());
            }
            (Err(StoreError::Refused(error)), first) => match &error.kind {
                Kind::InsufficientCredits { .. } => assert!(price > balance - held),
                kind => {
                    assert_eq!(*kind, Kind::IdempotencyMismatch);
                    assert_ne!(first.expect("a first request").0, Fingerprint([body; 32]));
                }
            },
            other => panic!("{other:?}"),
        }
        format!("submit for {price}: {}", submitted.is_ok())
    }

    async fn claim(&mut self) -> String {
        let max = usize::try_from(self.dice.roll(3)).expect("small") + 1;
        let lease_ms = 1 + self.dice.ms(60_000);
        let jobs = self.world.store.claim(self.now, lease_ms, max).await.expect("a claim");
        for job in &jobs {
            let before = self.newest_lease.insert(job.id, job.leases);
            assert!(before.unwrap_or(0) < job.leases, "a token was given out twice");
            assert!(!self.ended.contains_key(&job.id), "a finished job was given out");
            self.leases.push(job.clone());
        }
        format!("claim: {:?}", jobs.iter().map(|job| job.id).collect::<Vec<_>>())
    }

    async fn heartbeat(&mut self) -> String {
        let Some(lease) = self.dice.pick(&self.leases) else { return "no lease".to_owned() };
        let progress = Progress::of(u32::try_from(self.dice.roll(10)).expect("small"), 10);
        let lease_ms = 1 + self.dice.ms(60_000);
        let heartbeat =
            self.world.store.heartbeat(lease.id, lease.leases, lease_ms, progress, self.now);
        format!("heartbeat {} {}: {:?}", lease.id, lease.leases, heartbeat.await.expect("beats"))
    }

    async fn finish(&mut self) -> String {
        let Some(lease) = self.dice.pick(&self.leases) else { return "no lease".to_owned() };
        let outcome = match self.dice.roll(6) {
            0..=2 => clip(self.dice.ms(14)),
            3 => passing(self.now.plus_ms(self.dice.ms(30_000))),
            4 => fatal(),
            _ => Outcome::Failed { error: EngineError::stopped(), retry_at: self.now },
        };
        let result = self.world.finish(&lease, outcome, self.now).await;
        if self.newest_lease[&lease.id] != lease.leases {
            assert!(matches!(result, Err(Refusal::StaleLease | Refusal::Final(_))), "{result:?}");
        }
        format!("finish {} {}: {:?}", lease.id, lease.leases, result.map(|job| job.state.name()))
    }

    async fn cancel(&mut self) -> String {
        let Some(job) = self.dice.pick(&self.jobs) else { return "no job".to_owned() };
        let result = self.world.cancel(&job, self.now).await;
        assert_eq!(result.is_err(), self.ended.contains_key(&job.id));
        format!("cancel {}: {:?}", job.id, result.map(|job| job.state.name()))
    }

    async fn ticket(&mut self) -> String {
        let Some(lease) = self.dice.pick(&self.leases) else { return "no lease".to_owned() };
        let ticket = self.dice.pick(&[Ticket::Asked, Ticket::Known("r".to_owned())]);
        let ticket = ticket.expect("there are two");
        let kept = self.world.store.store_ticket(lease.id, lease.leases, &ticket, self.now).await;
        format!("ticket {} {}: {:?}", lease.id, lease.leases, kept.expect("a write"))
    }

    async fn deliver(&mut self) -> String {
        let claimed = self.world.store.claim_deliveries(self.now, 20_000, 2).await;
        self.deliveries.extend(claimed.expect("a claim"));
        let Some(delivery) = self.dice.pick(&self.deliveries) else { return "none due".to_owned() };
        let result = match self.dice.roll(5) {
            0 | 1 => Settled::Delivered { status: 200 },
            2 => Settled::Gone { status: 410 },
            3 => Settled::Retry { at: self.now.plus_ms(self.dice.ms(90_000)), status: Some(503) },
            _ => Settled::Dead { status: Some(410) },
        };
        let settle =
            self.world.store.settle_delivery(&delivery, result, Tried::default(), self.now);
        format!("settle {} {result:?}: {}", delivery.message.id, settle.await.expect("a write"))
    }

    /// An owner changes an endpoint, or makes one where there is none left.
    async fn endpoint(&mut self) -> String {
        let owner = self.dice.pick(&self.owners).expect("there are two");
        let (account, store) = (owner.account, &self.world.store);
        let all = store.endpoints(account).await.expect("a list");
        let Some(endpoint) = self.dice.pick(&all) else {
            let made = self.world.endpoint(owner, &EventKind::OF_JOBS, self.now).await;
            return format!("endpoint {} made", made.id);
        };
        let id = endpoint.id;
        let some = self.dice.pick(&[EventKind::Running, EventKind::Failed, EventKind::Succeeded]);
        match self.dice.roll(5) {
            0 => {
                assert!(store.delete_endpoint(account, id, self.now).await.expect("deleted"));
                format!("endpoint {id} deleted")
            }
            1 => {
                let test = store.test_endpoint(account, id, self.world.delivery_id(), self.now);
                format!("endpoint {id} tested: {}", test.await.is_ok())
            }
            _ => {
                let enabled = Some(self.dice.roll(3) > 0);
                let change = Change { enabled, events: some.map(|kind| vec![kind]), ..EMPTY };
                let policy = Policy::default();
                let changed = store.change_endpoint(account, id, change, policy, self.now).await;
                format!("endpoint {id}: {:?}", changed.expect("changed").standing)
            }
        }
    }

    async fn replay(&mut self) -> String {
        let Some(delivery) = self.dice.pick(&self.deliveries) else { return "none".to_owned() };
        let Some(endpoint) = delivery.message.endpoint else { return "no endpoint".to_owned() };
        let (owner, id) = (self.dice.pick(&self.owners).expect("two"), delivery.message.id);
        let replay = self
            .world
            .store
            .replay_delivery(owner.account, Listener::Endpoint(endpoint), id, self.now)
            .await;
        format!("replay {id}: {}", replay.is_ok())
    }

    async fn sweep(&mut self) -> String {
        let store = &self.world.store;
        let keys = store.sweep_idempotency(self.now.plus_ms(self.dice.ms(400_000_000))).await;
        let sent = store.sweep_deliveries(self.now.plus_ms(-self.dice.ms(200_000))).await;
        let files = store.removable(self.now.plus_ms(-self.dice.ms(200_000))).await;
        let files = files.expect("a list").into_iter().map(|removable| removable.job);
        let files = files.collect::<Vec<_>>();
        for id in &files {
            // The one change that a finished job may see.
            self.ended.remove(id);
        }
        store.mark_removed(files, self.now).await.expect("marked");
        format!("sweep: {} keys, {} deliveries", keys.expect("swept"), sent.expect("swept"))
    }

    fn clock(&mut self) -> String {
        let step_ms = match self.dice.roll(8) {
            0 => -self.dice.ms(60_000),
            1 => self.dice.ms(900_000),
            _ => self.dice.ms(20_000),
        };
        self.now = self.now.plus_ms(step_ms);
        format!("clock {step_ms:+} ms")
    }

    /// A job that has ended never changes again.
    async fn check_ends(&mut self) {
        for job in &self.jobs {
            let stored = self.world.stored(job.id).await;
            if let Some(ended) = self.ended.get(&job.id) {
                assert_eq!(stored, *ended, "a finished job changed");
            } else if stored.state.name().is_final() {
                self.ended.insert(job.id, stored);
            }
        }
    }

    /// Workers and receivers that work: nothing may stay open.
    async fn heal(&mut self) {
        for _ in 0..20 {
            self.now = self.now.plus_ms(61_000);
            self.world.rescue(self.now).await;
            let jobs = self.world.store.claim(self.now, 60_000, 99).await.expect("a claim");
            for job in jobs {
                let done = self.world.finish(&job, clip(1), self.now).await.expect("ended");
                assert_eq!(done.state.name(), StateName::Succeeded);
            }
            let due = self.world.store.claim_deliveries(self.now, 60_000, 99).await;
            for delivery in due.expect("a claim") {
                let result = Settled::Delivered { status: 200 };
                let settle =
                    self.world.store.settle_delivery(&delivery, result, Tried::default(), self.now);
                assert!(settle.await.expect("a write"));
            }
        }
        let stats = self.world.store.stats().await.expect("counts");
        assert_eq!(stats, reelgate_store::Stats::default(), "something stayed open");
        for owner in &self.owners {
            assert_eq!(self.world.funds(*owner).await.1, 0, "a hold stayed open");
        }
    }
}
