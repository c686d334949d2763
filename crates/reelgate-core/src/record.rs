//! Jobs as records: what APIs that list and remove them may ask, and what removing one does.

use crate::error::{Error, Kind};
use crate::id::JobId;
use crate::job::{Job, State};
use crate::model::ModelId;
use crate::time::Timestamp;

/// Rows of one page, at most.
pub const PAGE_MAX: usize = 500;
/// Ids that one question may name.
pub const IDS_MAX: usize = 500;
/// A cancelled job's record goes away so long after its end, where an API says so.
pub const CANCELLED_KEPT_MS: i64 = 24 * 3_600_000;

/// Which records are wanted: clips only, and none that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordQuery {
    /// Accepted so long ago at most, in milliseconds; nothing for any age.
    pub age_ms_max: Option<i64>,
    /// Whether records of cancelled jobs go away after [`CANCELLED_KEPT_MS`].
    pub drops_cancelled: bool,
    /// In this state.
    pub status: Option<RecordStatus>,
    /// Of this model.
    pub model: Option<ModelId>,
    /// Of low priority, or of any other.
    pub is_low: Option<bool>,
    /// With one of these names; any when it is empty.
    pub ids: Vec<JobId>,
    /// Behind this one in the order asked for.
    pub after: Option<JobId>,
    /// Without so many at the beginning.
    pub skip: usize,
    /// So many, 1 to [`PAGE_MAX`].
    pub limit: usize,
    /// The oldest first instead of the newest.
    pub oldest_first: bool,
}

/// A job's state as those APIs tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordStatus {
    /// Waiting.
    Queued,
    /// Being rendered.
    Running,
    /// Done, and its files are there.
    Succeeded,
    /// Given up.
    Failed,
    /// Stopped, or about to be.
    Cancelled,
    /// Not done in time, or its files are gone.
    Expired,
}

impl RecordQuery {
    /// The newest records of any kind, so many.
    #[must_use]
    pub const fn newest(limit: usize) -> Self {
        Self {
            age_ms_max: None,
            drops_cancelled: false,
            status: None,
            model: None,
            is_low: None,
            ids: Vec::new(),
            after: None,
            skip: 0,
            limit,
            oldest_first: false,
        }
    }
}

impl RecordStatus {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
    ];

    /// Its name in the store and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// What an API lets its callers remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// A waiting job is cancelled, and its record stays a while; one that runs or was cancelled is
    /// left alone; any other record goes.
    Idle,
    /// Whatever it does, it is stopped, and its record goes.
    Always,
}

/// What to do about a job that is to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removing {
    /// Cancel it, and keep the record.
    Cancel,
    /// Cancel it, and hide the record.
    CancelAndHide,
    /// Hide the record, and give up its files.
    Hide,
}

/// Decides what removing a job does.
///
/// # Errors
/// `Conflict` when it may not be removed as it is.
pub fn removing(job: &Job, removal: Removal) -> Result<Removing, Error> {
    let refuse = |message: &str| Err(Error::new(Kind::Conflict, message));
    match (removal, &job.state) {
        (Removal::Always, State::Queued { .. } | State::Running { .. }) => {
            Ok(Removing::CancelAndHide)
        }
        (Removal::Idle, State::Queued { .. }) => Ok(Removing::Cancel),
        (Removal::Idle, State::Running { cancel_requested: false, .. }) => {
            refuse("the task is running and cannot be cancelled")
        }
        (Removal::Idle, State::Running { .. } | State::Cancelled { .. }) => {
            refuse("the task was cancelled; its record goes away by itself")
        }
        (Removal::Always, State::Cancelled { .. })
        | (_, State::Succeeded { .. } | State::Failed { .. }) => Ok(Removing::Hide),
    }
}

/// Whether a job did not end in time: it failed at its deadline.
#[must_use]
pub fn is_overdue(job: &Job) -> bool {
    use crate::engine::FailureClass;
    matches!(&job.state, State::Failed { finished, failure }
        if failure.class == FailureClass::Timeout && *finished >= job.deadline)
}

/// Since when a query's cancelled jobs have to have ended to be listed.
#[must_use]
pub fn cancelled_since(query: &RecordQuery, now: Timestamp) -> Timestamp {
    match query.drops_cancelled {
        true => now.plus_ms(-CANCELLED_KEPT_MS),
        false => Timestamp::from_ms(i64::MIN),
    }
}
