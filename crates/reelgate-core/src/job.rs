//! A job's life: its states, what may happen in each, and what that does to money and callers.
//!
//! [`next`] is the only place that decides. The store reads a job, asks here, and writes the answer
//! with one guarded statement; a refusal changes nothing.

use crate::credits::Credits;
use crate::engine::{EngineError, FailureClass, Retry, Ticket};
use crate::id::{AccountId, JobId, KeyId};
use crate::order::Order;
use crate::price::Price;
use crate::size::Size;
use crate::time::Timestamp;
use crate::webhook::EventKind;

/// One accepted order and everything that has happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// Who pays and may read it.
    pub account: AccountId,
    /// The key it came with.
    pub key: KeyId,
    /// The dialect it came through: the shape of its webhook.
    pub dialect: String,
    /// What was ordered.
    pub order: Order,
    /// What it costs at most; held while the job lives.
    pub price: Price,
    /// Pixels of the clip.
    pub size: Size,
    /// The caller's seed, or the one chosen at acceptance.
    pub seed: u32,
    /// Where it stands.
    pub state: State,
    /// Attempts begun and not handed back.
    pub attempt: u32,
    /// Attempts it may have.
    pub attempts_max: u32,
    /// Leases ever given out for it; the number of the newest is its token.
    pub leases: u64,
    /// What is known about a remote service's copy.
    pub ticket: Ticket,
    /// It fails when it has no end by then.
    pub deadline: Timestamp,
    /// What its account could still spend right after it was accepted; unknown for jobs that are
    /// older than the question. The store says so.
    pub remaining: Option<Credits>,
    /// Since when its record is hidden from APIs that remove records.
    pub hidden: Option<Timestamp>,
    /// When it was accepted.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
}

/// Where a job stands, with what is true only there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Waiting for a worker.
    Queued {
        /// No worker takes it before this moment.
        not_before: Timestamp,
    },
    /// In a worker's hands.
    Running {
        /// Whose, and until when.
        lease: Lease,
        /// How far it is.
        progress: Progress,
        /// The caller wants it stopped; from here it can only end as cancelled.
        cancel_requested: bool,
    },
    /// Done; the clip is there and paid for.
    Succeeded {
        /// When.
        finished: Timestamp,
        /// What came out.
        output: Output,
        /// What was captured of the held price.
        charged: Credits,
    },
    /// Given up; the held price was released.
    Failed {
        /// When.
        finished: Timestamp,
        /// Why.
        failure: Failure,
    },
    /// Stopped by its owner; the held price was released.
    Cancelled {
        /// When.
        finished: Timestamp,
    },
}

/// A state without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateName {
    /// [`State::Queued`]
    Queued,
    /// [`State::Running`]
    Running,
    /// [`State::Succeeded`]
    Succeeded,
    /// [`State::Failed`]
    Failed,
    /// [`State::Cancelled`]
    Cancelled,
}

/// A worker's hold on a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The fencing token: grows with every lease of this job, so a late worker is recognised.
    pub token: u64,
    /// It is over at this moment unless extended.
    pub expires: Timestamp,
}

/// How far an attempt is, in thousandths; only ever shown, never decided upon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress(u16);

impl Progress {
    /// `done` of `all` steps.
    #[must_use]
    pub fn of(done: u32, all: u32) -> Self {
        let permille = u64::from(done.min(all)) * 1000 / u64::from(all.max(1));
        Self(u16::try_from(permille).unwrap_or(1000))
    }

    /// From thousandths; more than 1000 counts as 1000.
    #[must_use]
    pub fn from_permille(permille: u16) -> Self {
        Self(permille.min(1000))
    }

    /// Thousandths done.
    #[must_use]
    pub const fn permille(self) -> u16 {
        self.0
    }
}

/// What a succeeded job made, under its names in media storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The MP4; of a still picture, the PNG.
    pub video: String,
    /// Its length in bytes.
    pub video_bytes: u64,
    /// Its SHA-256, in lower-case hex.
    pub video_sha256: String,
    /// The poster.
    pub poster: String,
    /// A small moving picture, if its engine made one.
    pub thumbnail: Option<String>,
    /// The last frame.
    pub last_frame: String,
    /// Pixels.
    pub size: Size,
    /// Frames.
    pub frames: u32,
    /// Length in milliseconds.
    pub duration_ms: u32,
    /// Whether there is sound.
    pub has_audio: bool,
    /// The engine that made it.
    pub engine: String,
    /// When the files were swept away, once they were.
    pub removed: Option<Timestamp>,
}

/// Why a job failed, for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub class: FailureClass,
    /// A sentence for the caller.
    pub message: String,
}

/// Something that happens to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker takes it.
    Claim {
        /// For so long.
        lease_ms: i64,
    },
    /// Its worker is alive.
    Heartbeat {
        /// Under this lease.
        token: u64,
        /// Extended by so long.
        lease_ms: i64,
        /// And this far.
        progress: Progress,
    },
    /// Its worker has the clip safely stored.
    Succeed {
        /// Under this lease.
        token: u64,
        /// What came out.
        output: Box<Output>,
        /// What to charge for it.
        charge: Credits,
    },
    /// Its worker gave up or was told to stop.
    Fail {
        /// Under this lease.
        token: u64,
        /// Why.
        error: EngineError,
        /// When another attempt may begin, if there is to be one.
        retry_at: Timestamp,
    },
    /// Its lease ran out.
    LeaseExpired,
    /// Its owner wants it stopped.
    Cancel,
    /// Its deadline passed.
    Overdue,
}

/// What to write after an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The new state.
    pub state: State,
    /// Attempts begun.
    pub attempt: u32,
    /// Leases given out.
    pub leases: u64,
    /// What happens to the held price.
    pub money: Money,
    /// What to tell whoever listens.
    pub announce: Option<EventKind>,
}

/// What an event does to the held price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// It stays held.
    Keep,
    /// This much is charged, the rest released.
    Capture(Credits),
    /// All of it is released.
    Release,
}

/// Why an event does not apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The job has ended like this.
    Final(StateName),
    /// The lease under which this was reported is not the newest, or not running any more.
    StaleLease,
    /// It is not time for that, or not possible in this state.
    NotNow(StateName),
}

impl State {
    /// The state's name.
    #[must_use]
    pub const fn name(&self) -> StateName {
        match self {
            Self::Queued { .. } => StateName::Queued,
            Self::Running { .. } => StateName::Running,
            Self::Succeeded { .. } => StateName::Succeeded,
            Self::Failed { .. } => StateName::Failed,
            Self::Cancelled { .. } => StateName::Cancelled,
        }
    }

    /// When the job ended, if it has.
    #[must_use]
    pub const fn finished(&self) -> Option<Timestamp> {
        match self {
            Self::Queued { .. } | Self::Running { .. } => None,
            Self::Succeeded { finished, .. }
            | Self::Failed { finished, .. }
            | Self::Cancelled { finished } => Some(*finished),
        }
    }
}

impl StateName {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// Its name in the store and in the native API.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.text() == text)
    }

    /// Whether nothing can happen to the job any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

impl Job {
    /// Credits taken for good so far.
    #[must_use]
    pub const fn charged(&self) -> Credits {
        match &self.state {
            State::Succeeded { charged, .. } => *charged,
            _ => Credits::ZERO,
        }
    }

    /// Whether an upstream was asked for this very attempt. Whoever takes the job then follows what
    /// was asked for: that is the same attempt, however often it changes hands.
    #[must_use]
    pub fn is_underway(&self) -> bool {
        self.ticket != Ticket::None
    }

    /// Credits of the price that went back to the account.
    #[must_use]
    pub fn refunded(&self) -> Credits {
        match &self.state {
            State::Queued { .. } | State::Running { .. } => Credits::ZERO,
            State::Succeeded { charged, .. } => {
                self.price.credits.checked_sub(*charged).unwrap_or(Credits::ZERO)
            }
            State::Failed { .. } | State::Cancelled { .. } => self.price.credits,
        }
    }
}

/// Decides what `event` does to `job` at `now`.
///
/// # Errors
/// A [`Refusal`] when it does nothing.
pub fn next(job: &Job, event: &Event, now: Timestamp) -> Result<Next, Refusal> {
    match &job.state {
        State::Queued { not_before } => queued(job, *not_before, event, now),
        State::Running { lease, progress, cancel_requested } => {
            running(job, *lease, *progress, *cancel_requested, event, now)
        }
        State::Succeeded { .. } | State::Failed { .. } | State::Cancelled { .. } => {
            Err(Refusal::Final(job.state.name()))
        }
    }
}

fn queued(
    job: &Job,
    not_before: Timestamp,
    event: &Event,
    now: Timestamp,
) -> Result<Next, Refusal> {
    match event {
        Event::Claim { .. } if now < not_before => Err(Refusal::NotNow(StateName::Queued)),
        Event::Claim { lease_ms } => {
            let leases = job.leases.saturating_add(1);
            let lease = Lease { token: leases, expires: now.plus_ms(*lease_ms) };
            let state =
                State::Running { lease, progress: Progress::default(), cancel_requested: false };
            Ok(Next {
                state,
                attempt: if job.is_underway() { job.attempt } else { job.attempt + 1 },
                leases,
                money: Money::Keep,
                announce: Some(EventKind::Running),
            })
        }
        Event::Cancel => Ok(end_cancelled(job, now)),
        Event::Overdue if now >= job.deadline => Ok(end_overdue(job, now)),
        Event::Heartbeat { .. } | Event::Succeed { .. } | Event::Fail { .. } => {
            Err(Refusal::StaleLease)
        }
        Event::LeaseExpired | Event::Overdue => Err(Refusal::NotNow(StateName::Queued)),
    }
}

fn running(
    job: &Job,
    lease: Lease,
    progress: Progress,
    cancel_requested: bool,
    event: &Event,
    now: Timestamp,
) -> Result<Next, Refusal> {
    let keep = |lease, progress, cancel_requested| {
        let state = State::Running { lease, progress, cancel_requested };
        stay(job, state)
    };
    match event {
        Event::Heartbeat { token, .. }
        | Event::Succeed { token, .. }
        | Event::Fail { token, .. }
            if *token != lease.token =>
        {
            Err(Refusal::StaleLease)
        }
        Event::Heartbeat { lease_ms, progress: reported, .. } => {
            let lease = Lease { expires: now.plus_ms(*lease_ms), ..lease };
            Ok(keep(lease, progress.max(*reported), cancel_requested))
        }
        Event::Succeed { .. } | Event::Fail { .. } if cancel_requested => {
            Ok(end_cancelled(job, now))
        }
        Event::Succeed { output, charge, .. } => {
            let charged = (*charge).min(job.price.credits).max(Credits::ZERO);
            let state = State::Succeeded { finished: now, output: (**output).clone(), charged };
            Ok(end(job, state, Money::Capture(charged), EventKind::Succeeded))
        }
        Event::Fail { error, retry_at, .. } => Ok(after_failure(job, error, *retry_at, now)),
        Event::LeaseExpired if now < lease.expires => Err(Refusal::NotNow(StateName::Running)),
        Event::LeaseExpired if cancel_requested => Ok(end_cancelled(job, now)),
        // Its server is gone, the upstream's work is not: somebody else follows it to its end.
        Event::LeaseExpired if job.is_underway() => {
            Ok(stay(job, State::Queued { not_before: now }))
        }
        Event::LeaseExpired => {
            let message = "the worker was lost and no attempts are left";
            let error = EngineError::passing(FailureClass::WorkerLost, message);
            Ok(after_failure(job, &error, now, now))
        }
        Event::Cancel => Ok(keep(lease, progress, true)),
        Event::Overdue if now >= job.deadline && cancel_requested => Ok(end_cancelled(job, now)),
        Event::Overdue if now >= job.deadline => Ok(end_overdue(job, now)),
        Event::Claim { .. } | Event::Overdue => Err(Refusal::NotNow(StateName::Running)),
    }
}

fn after_failure(job: &Job, error: &EngineError, retry_at: Timestamp, now: Timestamp) -> Next {
    // A hand-back is no attempt: the worker went away in good order and the job lost nothing.
    let handed_back = error.class == FailureClass::Stopped;
    let uncounted = handed_back && !job.is_underway();
    let attempt = if uncounted { job.attempt.saturating_sub(1) } else { job.attempt };
    let again = error.retry != Retry::Never && attempt < job.attempts_max;
    if again || handed_back {
        let not_before = if handed_back { now } else { retry_at };
        return Next { attempt, ..stay(job, State::Queued { not_before }) };
    }
    end_failed(job, error.class, &error.message, now)
}

fn stay(job: &Job, state: State) -> Next {
    Next { state, attempt: job.attempt, leases: job.leases, money: Money::Keep, announce: None }
}

fn end(job: &Job, state: State, money: Money, announce: EventKind) -> Next {
    Next { money, announce: Some(announce), ..stay(job, state) }
}

fn end_cancelled(job: &Job, now: Timestamp) -> Next {
    end(job, State::Cancelled { finished: now }, Money::Release, EventKind::Cancelled)
}

fn end_failed(job: &Job, class: FailureClass, message: &str, now: Timestamp) -> Next {
    let failure = Failure { class, message: message.to_owned() };
    end(job, State::Failed { finished: now, failure }, Money::Release, EventKind::Failed)
}

fn end_overdue(job: &Job, now: Timestamp) -> Next {
    let message = "the job did not finish before its deadline";
    end_failed(job, FailureClass::Timeout, message, now)
}
