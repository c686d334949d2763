//! Telling callers that something happened to their job.

use crate::id::{DeliveryId, JobId};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A worker took the job.
    Started,
    /// The clip is ready.
    Succeeded,
    /// The job was given up.
    Failed,
    /// The job was stopped by its owner.
    Cancelled,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Started, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// Its name in the store and in our own envelope.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "job.started",
            Self::Succeeded => "job.succeeded",
            Self::Failed => "job.failed",
            Self::Cancelled => "job.cancelled",
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
        !matches!(self, Self::Started)
    }
}

/// One message to one address, tried until it arrives or its attempts are spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its name, the same at every attempt: receivers drop repeats by it.
    pub id: DeliveryId,
    /// About which job.
    pub job: JobId,
    /// What happened.
    pub kind: EventKind,
    /// Where to.
    pub url: String,
    /// Attempts made, this one included.
    pub attempt: u32,
    /// Proves that the claimer still owns this attempt.
    pub token: u64,
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
    GiveUp,
}

/// Judges an attempt: any 2xx is delivered, 410 ends it, all else is tried again.
#[must_use]
pub const fn judge(status: Option<u16>) -> Verdict {
    match status {
        Some(200..=299) => Verdict::Delivered,
        Some(410) => Verdict::GiveUp,
        _ => Verdict::Retry,
    }
}
