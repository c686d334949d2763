//! What must hold at every moment, and what must hold once everything has healed.

use super::act::{DELIVER, RESCUE, SWEEP};
use super::engine::Act;
use super::receiver::Mood;
use super::world::World;
use crate::fault;
use reelgate_core::retry::WEBHOOK_ATTEMPTS_MAX;
use reelgate_core::{Credits, Job, State, StateName};
use std::path::Path;

/// Rounds in which everything must come to its end.
const ROUNDS_MAX: usize = 400;
/// Longer than any wait between two attempts at a job.
const JOB_WAIT_MS: i64 = 400_000;
/// Longer than any wait between two attempts at a webhook.
const WEBHOOK_WAIT_MS: i64 = 8 * 3_600_000;

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

impl World {
    /// What must hold at every moment.
    pub(super) async fn check(&mut self) -> Result<(), String> {
        let store = self.app().store.clone();
        let found = store.audit().await.map_err(|error| error.to_string())?;
        ensure(found.is_empty(), || format!("audit: {found:?}"))?;
        for (number, order) in self.orders.iter().enumerate() {
            let Some((_, id)) = &order.accepted else { continue };
            let job = store.job(*id).await.map_err(|error| error.to_string())?;
            let job = job.ok_or_else(|| format!("order {number} was accepted and is lost"))?;
            let account = self.accounts[order.account].id;
            ensure(job.account == account, || format!("order {number} is somebody else's"))?;
            if job.state.finished().is_none() {
                ensure(!self.ended.contains_key(id), || format!("order {number} came back"))?;
                continue;
            }
            let before = self.ended.entry(*id).or_insert_with(|| job.clone());
            ensure(*before == job, || format!("order {number} changed: {before:?} {job:?}"))?;
            let cancelled = job.state.name() == StateName::Cancelled;
            // A cancel of a running job is a promise too: it ends as cancelled or is overdue.
            ensure(!order.cancel_answered || cancelled, || {
                format!("order {number} was cancelled and is {:?}", job.state)
            })?;
            self.files_are_there(&job)?;
        }
        Ok(())
    }

    /// A success has its files.
    fn files_are_there(&self, job: &Job) -> Result<(), String> {
        let State::Succeeded { output, .. } = &job.state else { return Ok(()) };
        for name in [&output.video, &output.poster, &output.last_frame] {
            let file = self.app().media.file(name);
            let length = file.and_then(|file| std::fs::metadata(file).ok()).map(|meta| meta.len());
            ensure(length.is_some_and(|length| length > 0), || format!("{name} is not there"))?;
        }
        Ok(())
    }

    /// Ends every fault, lets everything come to its end, and checks what must hold then.
    pub(super) async fn heal(&mut self) -> Result<(), String> {
        self.note("healing");
        fault::arm(None);
        self.process.armed = false;
        self.receiver.set_mood(Mood::Status(200));
        let behind_ms = self.latest.since_ms(self.app().now());
        self.advance_ms(behind_ms);
        for number in 0..self.orders.len() {
            // Whoever got no answer asks again.
            if self.orders[number].accepted.is_none() && self.is_remembered(&self.orders[number]) {
                self.send(number).await?;
            }
        }
        let mut rounds = 0;
        while !self.is_over().await? {
            rounds += 1;
            ensure(rounds < ROUNDS_MAX, || "it never comes to an end".to_owned())?;
            while let Some(worker) = self.process.workers.first() {
                // It may be a zombie or be asked to stop: either way this ends it.
                let _ = worker.acts.send(Act::Look);
                self.end_worker(0, Act::Clip).await?;
            }
            self.work("rescue", RESCUE).await?;
            while self.start_worker().await? {
                if !self.process.workers.is_empty() {
                    self.end_worker(0, Act::Clip).await?;
                }
            }
            while self.work("deliver", DELIVER).await? {}
            let jobs_left = !self.jobs_are_over().await?;
            self.advance_ms(if jobs_left { JOB_WAIT_MS } else { WEBHOOK_WAIT_MS });
        }
        while self.work("sweep", SWEEP).await? {}
        self.check().await?;
        self.accounts_are_right().await?;
        self.webhooks_are_right().await?;
        self.folders_are_right().await?;
        self.downloads_work().await
    }

    async fn jobs_are_over(&self) -> Result<bool, String> {
        let stats = self.app().store.stats().await.map_err(|error| error.to_string())?;
        Ok(stats.queued == 0 && stats.running == 0)
    }

    async fn is_over(&self) -> Result<bool, String> {
        let stats = self.app().store.stats().await.map_err(|error| error.to_string())?;
        let idle = self.process.workers.is_empty();
        Ok(idle && self.jobs_are_over().await? && stats.deliveries_pending == 0)
    }

    async fn accounts_are_right(&self) -> Result<(), String> {
        for account in &self.accounts {
            let id = account.id;
            let (jobs, found) = (self.jobs_of(id).await?, self.app().store.account(id).await);
            let found = found.map_err(|error| error.to_string())?.ok_or("an account is lost")?;
            let mut left = account.granted;
            for job in &jobs {
                left = left.checked_sub(job.charged()).ok_or("charges are too large")?;
            }
            let funds = found.funds;
            ensure(funds.held == Credits::ZERO, || format!("still held: {funds:?}"))?;
            ensure(funds.balance == left, || format!("{funds:?} where {left} is left"))?;
        }
        let remembered = self.orders.iter().filter(|order| order.accepted.is_some()).count();
        let mut jobs = 0;
        for account in &self.accounts {
            jobs += self.jobs_of(account.id).await?.len();
        }
        // A job whose answer was lost and whose order had no key cannot be asked for again.
        let unanswered = self.orders.len() - remembered;
        ensure((remembered..=remembered + unanswered).contains(&jobs), || {
            format!("{jobs} jobs for {remembered} accepted and {unanswered} unanswered orders")
        })
    }

    async fn jobs_of(&self, account: reelgate_core::AccountId) -> Result<Vec<Job>, String> {
        self.app().store.jobs(account, None, 1000).await.map_err(|error| error.to_string())
    }

    /// Every end that somebody listens for was told under one id, until it was taken.
    async fn webhooks_are_right(&self) -> Result<(), String> {
        let calls = self.receiver.calls();
        for (id, calls) in calls.iter().filter(|(_, calls)| calls.to_endpoint) {
            let mut heads = calls.bodies.iter().map(|body| body.split("\"data\"").next());
            let first = heads.next();
            let same = heads.all(|head| Some(head) == first);
            ensure(same, || format!("{id} tells of different things: {calls:?}"))?;
        }
        let own = calls.values().filter(|calls| !calls.to_endpoint);
        for order in self.orders.iter().filter(|order| order.has_hook) {
            let Some((_, id)) = &order.accepted else { continue };
            let shown: Vec<String> = {
                let dialects = &self.app().dialects;
                dialects.iter().map(|dialect| format!("\"{}\"", dialect.show_id(*id))).collect()
            };
            let is_about = |body: &String| shown.iter().any(|id| body.contains(id.as_str()));
            let about: Vec<_> =
                own.clone().filter(|calls| calls.bodies.iter().any(is_about)).collect();
            ensure(about.len() <= 1, || format!("{id} is told under {} ids", about.len()))?;
            let taken = about.iter().any(|calls| calls.taken || calls.refused);
            let tries = about.iter().map(|calls| calls.bodies.len()).sum::<usize>();
            // A crash may cost an attempt whose message never left.
            let spent = tries + self.crashes >= WEBHOOK_ATTEMPTS_MAX as usize;
            ensure(taken || spent, || format!("{id} was never told: {about:?}"))?;
        }
        Ok(())
    }

    /// No file is left that nobody refers to.
    async fn folders_are_right(&self) -> Result<(), String> {
        let scratch = count(&self.app().config.data.join("scratch"));
        ensure(scratch == 0, || format!("{scratch} scratch folders are left"))?;
        let mut successes = 0;
        for account in &self.accounts {
            let jobs = self.jobs_of(account.id).await?;
            successes += jobs.iter().filter(|job| job.state.name() == StateName::Succeeded).count();
        }
        let clips = self.app().media.attempts().await.map_err(|error| error.to_string())?.len();
        ensure(clips == successes, || format!("{clips} clips for {successes} successes"))
    }

    /// Every success downloads through its link.
    async fn downloads_work(&mut self) -> Result<(), String> {
        for job in self.ended.clone().into_values() {
            let State::Succeeded { output, .. } = &job.state else { continue };
            let link = self.app().media.link(&output.video, self.app().now());
            let answer = self.get(0, &link).await?.ok_or("no answer")?;
            let whole = answer.body.len() as u64 == output.video_bytes;
            ensure(answer.is_success() && whole, || format!("{link}: {}", answer.status))?;
        }
        Ok(())
    }
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}
