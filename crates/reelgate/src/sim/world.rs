//! The platform under simulation: opened, crashed, stopped and opened again on the same files.

use super::dice::Dice;
use super::engine::{Act, Begun, Scripted};
use super::orders::{Account, Order};
use super::receiver::Receiver;
use crate::app::{App, Parts};
use crate::config::Config;
use crate::entropy::SeededEntropy;
use crate::fault;
use crate::outbound::Outbound;
use crate::work::{Step, render};
use axum::Router;
use reelgate_core::{Job, JobId, ManualClock, State, Timestamp};
use reelgate_sandbox::Decoder;
use reelgate_store::StoreError;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// 2026-06-03T10:00:00Z.
const START_MS: i64 = 1_780_480_800_000;
/// Heartbeats come when the simulator rings for them, never by themselves.
const NEVER_MS: u64 = 86_400_000;
/// Attempts of a job.
const ATTEMPTS_MAX: u32 = 4;

/// Everything that outlives a crash, and the process of the moment.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) clock: Arc<ManualClock>,
    /// The latest moment it has shown.
    pub(super) latest: Timestamp,
    pub(super) receiver: Receiver,
    pub(super) accounts: Vec<Account>,
    pub(super) orders: Vec<Order>,
    /// How jobs ended, once they did.
    pub(super) ended: BTreeMap<JobId, Job>,
    pub(super) process: Process,
    /// Processes that are no more.
    pub(super) crashes: usize,
    pub(super) log: Vec<String>,
    entropy: Arc<SeededEntropy>,
    config: Config,
    outbound: Outbound,
    _folder: TempDir,
}

/// What a crash takes away.
pub(super) struct Process {
    pub(super) app: Arc<App>,
    pub(super) router: Router,
    pub(super) workers: Vec<Worker>,
    begun: mpsc::UnboundedReceiver<Begun>,
    /// Whether a moment to break off at was set.
    pub(super) armed: bool,
}

/// An attempt in an engine's hands.
pub(super) struct Worker {
    pub(super) job: JobId,
    token: u64,
    pub(super) acts: mpsc::UnboundedSender<Act>,
    task: JoinHandle<Result<Step, StoreError>>,
}

impl World {
    pub(super) async fn new(seed: u64) -> Result<Self, String> {
        let folder = folder().map_err(|error| error.to_string())?;
        let receiver = Receiver::start().await.map_err(|error| error.to_string())?;
        let mut config = Config::for_data(&folder.path().join("data"));
        config.credentials.sign = false;
        config.jobs.heartbeat_ms = NEVER_MS;
        config.jobs.attempts_max = ATTEMPTS_MAX;
        config.jobs.retention_ms = 0;
        config.limits.rate_limit = false;
        config.outbound.allow_private = true;
        let clock = Arc::new(ManualClock::new(Timestamp::from_ms(START_MS)));
        let entropy = Arc::new(SeededEntropy::new(seed));
        let outbound = Outbound::new(Parts::default().names, true);
        let process = open(&config, &clock, &entropy, &outbound).await?;
        Ok(Self {
            dice: Dice::new(seed),
            clock,
            latest: Timestamp::from_ms(START_MS),
            receiver,
            accounts: Vec::new(),
            orders: Vec::new(),
            ended: BTreeMap::new(),
            process,
            crashes: 0,
            log: Vec::new(),
            entropy,
            config,
            outbound,
            _folder: folder,
        })
    }

    pub(super) fn app(&self) -> &Arc<App> {
        &self.process.app
    }

    pub(super) fn note(&mut self, line: impl Into<String>) {
        self.log.push(line.into());
    }

    /// Moves the clock.
    pub(super) fn advance_ms(&mut self, ms: i64) {
        self.clock.advance_ms(ms);
        self.latest = self.latest.max(self.process.app.now());
    }

    /// Whether the process has met the moment it was to break off at.
    pub(super) fn is_broken(&self) -> bool {
        self.process.armed && !fault::is_armed()
    }

    /// The process is gone, without a goodbye; another one starts on the same files.
    pub(super) async fn crash(&mut self) -> Result<(), String> {
        self.crashes += 1;
        fault::arm(None);
        for worker in &self.process.workers {
            worker.task.abort();
        }
        for worker in self.process.workers.drain(..) {
            // Aborted or broken off: both are expected.
            let _ = worker.task.await;
        }
        self.reopen().await
    }

    /// The process stops in good order, handing its jobs back; another one starts.
    pub(super) async fn stop(&mut self) -> Result<(), String> {
        self.process.app.stopping.cancel();
        self.settle().await;
        for worker in self.process.workers.drain(..) {
            let _ = worker.acts.send(Act::Look);
            match worker.task.await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(format!("a hand-back failed: {error}")),
                Err(_) if self.process.armed => {}
                Err(error) => return Err(format!("a hand-back broke off: {error}")),
            }
        }
        fault::arm(None);
        self.reopen().await
    }

    async fn reopen(&mut self) -> Result<(), String> {
        self.process.app.store.close().await;
        let (config, clock, entropy) = (&self.config, &self.clock, &self.entropy);
        self.process = open(config, clock, entropy, &self.outbound).await?;
        Ok(())
    }

    /// Lets every task get as far as it can without the simulator.
    pub(super) async fn settle(&self) {
        for _ in 0..3 {
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            // Whatever was asked of the store before is answered before this.
            let _ = self.process.app.store.keys_used(Vec::new()).await;
        }
    }

    /// Starts a worker; false when there is nothing to do.
    pub(super) async fn start_worker(&mut self) -> Result<bool, String> {
        let app = Arc::clone(&self.process.app);
        let mut task = tokio::spawn(async move { render::step(&app).await });
        let ended = tokio::select! {
            Some(begun) = self.process.begun.recv() => {
                let Begun { job, token, ticket, acts } = begun;
                self.note(format!("  attempt at {job}, told {ticket:?}"));
                self.process.workers.push(Worker { job, token, acts, task });
                return Ok(true);
            }
            ended = &mut task => ended,
        };
        match ended {
            Ok(Ok(step)) => Ok(step == Step::Did),
            Ok(Err(error)) => Err(format!("a worker failed: {error}")),
            Err(_) if self.is_broken() => Ok(true),
            Err(error) => Err(format!("a worker broke off: {error}")),
        }
    }

    /// Ends an attempt by `act`, which must end it.
    pub(super) async fn end_worker(&mut self, at: usize, act: Act) -> Result<(), String> {
        let worker = self.process.workers.swap_remove(at);
        let (id, token) = (worker.job, worker.token);
        self.note(format!("  {id} under {token}: {act:?}"));
        let before = self.process.app.store.job(id).await.map_err(|error| error.to_string())?;
        let _ = worker.acts.send(act);
        match worker.task.await {
            Ok(Ok(_)) => {
                let after = self.process.app.store.job(id).await;
                let after = after.map_err(|error| error.to_string())?;
                let mine = before.as_ref().is_some_and(|job| is_held(job, token));
                match mine || before == after {
                    true => Ok(()),
                    false => Err(format!("a late worker changed {before:?} to {after:?}")),
                }
            }
            Ok(Err(error)) => Err(format!("an attempt's end failed: {error}")),
            Err(_) if self.is_broken() => Ok(()),
            Err(error) => Err(format!("an attempt broke off: {error}")),
        }
    }

    /// Forgets workers whose attempt has ended by itself.
    pub(super) async fn reap(&mut self) -> Result<(), String> {
        for at in (0..self.process.workers.len()).rev() {
            if self.process.workers[at].task.is_finished() {
                let worker = self.process.workers.swap_remove(at);
                let broken = self.is_broken();
                match worker.task.await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return Err(format!("an attempt failed: {error}")),
                    Err(_) if broken => {}
                    Err(error) => return Err(format!("an attempt broke off: {error}")),
                }
            }
        }
        Ok(())
    }
}

/// Whether the job is in the hands of the worker with this token.
fn is_held(job: &Job, token: u64) -> bool {
    matches!(&job.state, State::Running { lease, .. } if lease.token == token)
}

async fn open(
    config: &Config,
    clock: &Arc<ManualClock>,
    entropy: &Arc<SeededEntropy>,
    outbound: &Outbound,
) -> Result<Process, String> {
    let (engine, begun) = Scripted::new();
    let parts = Parts {
        decoder: Decoder::unconfined(),
        clock: Arc::clone(clock) as Arc<_>,
        entropy: Arc::clone(entropy) as Arc<_>,
        engine: Some(Arc::new(engine)),
        ..Parts::default()
    };
    let app = App::open_with(config.clone(), parts, outbound.clone()).await;
    let app = app.map_err(|error| error.to_string())?;
    let router = crate::http::router(&app);
    Ok(Process { app, router, workers: Vec::new(), begun, armed: false })
}

/// In memory where the system has such a place: what is simulated is death, not power cuts.
fn folder() -> std::io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let named = tempfile::Builder::new().prefix("reelgate-sim-").tempdir_in(memory);
    named.or_else(|_| tempfile::tempdir())
}
