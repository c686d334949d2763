//! Telling callers that something happened to their job.

use crate::endpoint::Endpoint;
use crate::id::{DeliveryId, EndpointId, JobId};
use crate::job::{Job, Lease, Progress, State};
use crate::retry::WEBHOOK;
use crate::time::Timestamp;
use sha2::{Digest as _, Sha256};

/// Attempts that one delivery may have in all, those that its owner asked for included.
pub const TRIES_MAX: u64 = 100;

/// A receiver that asks for more patience than this gets this much, in milliseconds.
pub const RETRY_AFTER_MAX_MS: i64 = 24 * 3_600_000;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// An order was accepted.
    Queued,
    /// A worker took the job; again, when an earlier attempt did not end it.
    Running,
    /// The clip is ready.
    Succeeded,
    /// The job was given up.
    Failed,
    /// The job was stopped by its owner.
    Cancelled,
    /// Nothing: the owner of an endpoint wants to see whether it works.
    Test,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled, Self::Test];

    /// Those that an endpoint may ask for.
    pub const OF_JOBS: [Self; 5] =
        [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// Its name in the store and in our own envelope.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "job.queued",
            Self::Running => "job.running",
            Self::Succeeded => "job.succeeded",
            Self::Failed => "job.failed",
            Self::Cancelled => "job.cancelled",
            Self::Test => "webhook.test",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it ends the job: the documented per-request webhooks report nothing else.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// What is to be told, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its name, the same at every attempt: receivers drop repeats by it.
    pub id: DeliveryId,
    /// The endpoint that listens; none for the address that came with the order.
    pub endpoint: Option<EndpointId>,
    /// About which job; none for a test.
    pub job: Option<JobId>,
    /// What happened.
    pub kind: EventKind,
    /// Leases that the job had been given by then.
    pub lease: u64,
    /// Attempts that the job had begun by then.
    pub attempt: u32,
    /// When it happened.
    pub at: Timestamp,
}

impl Message {
    /// What to tell the address that came with an order of a job that is as `kind` says, under the
    /// name `id`, or under one that follows from what is told.
    #[must_use]
    pub fn of_order(job: &Job, kind: EventKind, id: Option<DeliveryId>, now: Timestamp) -> Self {
        Self {
            id: id.unwrap_or_else(|| message_id(job, kind, "order", now)),
            endpoint: None,
            job: Some(job.id),
            kind,
            lease: job.leases,
            attempt: job.attempt,
            at: now,
        }
    }

    /// What to tell an endpoint of a job that is as `kind` says.
    #[must_use]
    pub fn of_job(job: &Job, kind: EventKind, endpoint: EndpointId, now: Timestamp) -> Self {
        Self {
            id: message_id(job, kind, &endpoint.to_string(), now),
            endpoint: Some(endpoint),
            job: Some(job.id),
            kind,
            lease: job.leases,
            attempt: job.attempt,
            at: now,
        }
    }

    /// The job as it was when this happened, as far as that is told: a job that has run on since
    /// is shown as waiting or begun, so that every attempt at a message says the same.
    #[must_use]
    pub fn as_told(&self, job: Job) -> Job {
        let lease = Lease { token: self.lease, expires: self.at };
        let progress = Progress::default();
        let state = match self.kind {
            EventKind::Queued => State::Queued { not_before: self.at },
            EventKind::Running => State::Running { lease, progress, cancel_requested: false },
            _ => return job,
        };
        Job { state, attempt: self.attempt, leases: self.lease, updated: self.at, ..job }
    }
}

/// A message's name follows from what it tells: whoever stages it needs no entropy of its own, and
/// what is random in it is the job's name.
fn message_id(job: &Job, kind: EventKind, listener: &str, now: Timestamp) -> DeliveryId {
    let text = format!("{} {} {} {listener}", job.id, kind.name(), job.leases);
    let digest = Sha256::digest(text);
    let mut low = [0; 8];
    low.copy_from_slice(&digest[..8]);
    DeliveryId::new(now, u64::from_le_bytes(low))
}

/// One message to one address, tried until it arrives or its attempts are spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What is told.
    pub message: Message,
    /// Where to.
    pub url: String,
    /// Attempts made since it was staged or replayed, this one included.
    pub attempt: u32,
    /// Proves that the claimer still owns this attempt; counts every attempt ever made.
    pub token: u64,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be tried.
    Pending {
        /// Not before this moment; while it is being tried, when that counts as lost.
        next: Timestamp,
    },
    /// It arrived.
    Delivered {
        /// When.
        settled: Timestamp,
    },
    /// It was given up.
    Dead {
        /// When.
        settled: Timestamp,
    },
}

impl DeliveryState {
    /// Its name in the store and in the native API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Delivered { .. } => "delivered",
            Self::Dead { .. } => "dead",
        }
    }
}

/// A delivery as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What is told.
    pub message: Message,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts ever begun.
    pub tries: u64,
    /// The newest answer, if there was one.
    pub last_status: Option<u16>,
}

/// How one attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The how-manieth, from 1. One whose sender died has left nothing.
    pub number: u64,
    /// When it ended.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer, if there was one.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
}

/// What a signature covers (Standard Webhooks): id, seconds since 1970 and body, joined by dots.
#[must_use]
pub fn signed_content(id: DeliveryId, sent_s: i64, body: &[u8]) -> Vec<u8> {
    let mut content = format!("msg_{id}.{sent_s}.").into_bytes();
    content.extend_from_slice(body);
    content
}

/// What to do after an attempt that answered with `status`, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Delivered,
    /// Try again later.
    Retry,
    /// Never try again: the receiver says it is gone.
    Gone,
}

/// Judges an attempt: any 2xx is delivered, 410 ends it, all else is tried again.
#[must_use]
pub const fn judge(status: Option<u16>) -> Verdict {
    match status {
        Some(200..=299) => Verdict::Delivered,
        Some(410) => Verdict::Gone,
        _ => Verdict::Retry,
    }
}

/// When to try again after `failures` failures: never sooner than the schedule says, and not before
/// the receiver asks for it either (`retry_after_ms`), up to [`RETRY_AFTER_MAX_MS`].
#[must_use]
pub fn retry_at(
    now: Timestamp,
    failures: u32,
    retry_after_ms: Option<i64>,
    entropy: u64,
) -> Timestamp {
    let asked_ms = retry_after_ms.unwrap_or(0).clamp(0, RETRY_AFTER_MAX_MS);
    now.plus_ms(WEBHOOK.delay_ms(failures, entropy).max(asked_ms))
}

/// The endpoints among `all` that are to hear of `kind`.
pub fn listeners(all: &[Endpoint], kind: EventKind) -> impl Iterator<Item = &Endpoint> {
    all.iter().filter(move |endpoint| endpoint.hears(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_may_ask_for_more_patience_but_not_for_less_nor_for_ever() {
        let now = Timestamp::from_ms(1_000_000);
        let wait_ms = |asked_ms| retry_at(now, 1, asked_ms, 0).since_ms(now);
        assert_eq!(wait_ms(None), 5_000);
        assert_eq!(wait_ms(Some(1_000)), 5_000);
        assert_eq!(wait_ms(Some(120_000)), 120_000);
        assert_eq!(wait_ms(Some(i64::MAX)), RETRY_AFTER_MAX_MS);
        assert_eq!(wait_ms(Some(-5)), 5_000);
    }
}
