//! What our own API asks beyond the documented ones, and what it gets back.

use crate::asset::Asset;
use crate::call::JobView;
use crate::credits::Credits;
use crate::engine::Glimpse;
use crate::id::{AssetId, EntryId, JobId, KeyId};
use crate::job::StateName;
use crate::ledger::{Entry, Funds};
use crate::model::ModelId;
use crate::time::Timestamp;
use std::sync::Arc;

/// Rows of one page, at most.
pub const PAGE_MAX: usize = 100;
/// Rows of a page when nothing is said.
pub const PAGE_DEFAULT: usize = 20;
/// Seconds a request may wait for a job's end.
pub const WAIT_MAX_S: u32 = 60;
/// Days a usage report may cover.
pub const USAGE_DAYS_MAX: i64 = 92;
/// Jobs a usage report may cover.
pub const USAGE_JOBS_MAX: u64 = 200_000;
/// Seconds that a shared link works, at most: thirty days.
pub const SHARE_S_MAX: i64 = 30 * 86_400;
/// Seconds that a shared link works when nothing is said: a week.
pub const SHARE_S_DEFAULT: i64 = 7 * 86_400;
/// Milliseconds in a day; days begin at midnight, UTC.
pub const DAY_MS: i64 = 24 * 3_600_000;

/// A request that only our own API has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnCall {
    /// List jobs, newest first.
    Jobs(JobFilter, Page<JobId>),
    /// Remove the files of a job that has ended.
    DeleteJob(JobId),
    /// Make a link to a job's clip that needs no key, for so many seconds.
    Share(JobId, i64),
    /// Show a small picture of the clip while it is made.
    Glimpse(JobId),
    /// Follow one job until its end.
    WatchJob(JobId),
    /// Follow every job of the account.
    Watch,
    /// Show the balance.
    Balance,
    /// List ledger entries, newest first.
    Statement(Page<EntryId>),
    /// Sum up what was ordered.
    Usage(UsageQuery),
    /// Keep a file.
    Upload(Upload),
    /// List uploaded files, newest first.
    Assets(Page<AssetId>),
    /// Show an uploaded file.
    Asset(AssetId),
    /// Forget an uploaded file.
    DeleteAsset(AssetId),
}

/// An answer that only our own API has a shape for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnReply {
    /// Jobs.
    Jobs(Listing<JobView, JobId>),
    /// A link to a clip, and when it ends.
    Shared {
        /// Where the clip is to be had.
        url: String,
        /// Until when.
        expires: Timestamp,
    },
    /// A small picture of a clip that is being made.
    Glimpse(Arc<Glimpse>),
    /// The balance.
    Balance(Funds),
    /// Ledger entries.
    Statement(Listing<Entry, EntryId>),
    /// What was ordered.
    Usage(UsageQuery, Vec<UsageRow>),
    /// An uploaded file.
    Asset(Asset),
    /// A file that was just uploaded.
    Uploaded(Asset),
    /// Uploaded files.
    Assets(Listing<Asset, AssetId>),
}

/// Which part of a long list is wanted: what comes after a cursor, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<C> {
    /// The last row that the caller has; rows older than it follow.
    pub after: Option<C>,
    /// Rows wanted, 1 to [`PAGE_MAX`].
    pub limit: usize,
}

/// A part of a long list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T, C> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next part begins; none at the end. A filtered list may give a short or an empty
    /// part and still go on.
    pub next: Option<C>,
}

/// Which jobs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// In this state.
    pub state: Option<Shown>,
    /// Of this model.
    pub model: Option<ModelId>,
    /// Accepted at this moment or later.
    pub from: Option<Timestamp>,
    /// Accepted before this moment.
    pub until: Option<Timestamp>,
    /// All of these stand in the prompt, in any case; in lower case here.
    pub words: Vec<String>,
    /// Rehearsals only: what a test key may see.
    pub tests_only: bool,
}

impl JobFilter {
    /// Whether all words that are wanted stand in this prompt.
    #[must_use]
    pub fn is_about(&self, prompt: &str) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let prompt = prompt.to_lowercase();
        self.words.iter().all(|word| prompt.contains(word))
    }
}

/// A job's state as our own API shows it: one more than there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As it is; a succeeded job still has its files.
    State(StateName),
    /// Succeeded, and its files are gone.
    Expired,
}

/// A report that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    /// One row for each of these.
    pub by: UsageBy,
    /// Jobs accepted at this moment or later.
    pub from: Timestamp,
    /// Jobs accepted before this moment.
    pub until: Timestamp,
    /// Rehearsals only: what a test key may see.
    pub tests_only: bool,
}

/// What a report has rows for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsageBy {
    /// Days, in UTC.
    #[default]
    Day,
    /// Models.
    Model,
    /// API keys.
    Key,
}

/// What a row of a report is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageGroup {
    /// The day that begins at this moment.
    Day(Timestamp),
    /// A model.
    Model(ModelId),
    /// An API key.
    Key(KeyId),
}

/// A row of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// What it is about.
    pub group: UsageGroup,
    /// Jobs accepted.
    pub jobs: u64,
    /// Those of them that succeeded.
    pub succeeded: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were cancelled.
    pub cancelled: u64,
    /// What they cost, up to now.
    pub charged: Credits,
}

/// A file that is to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// What its owner calls it; may be empty.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upload({:?}, {} bytes)", self.name, self.bytes.len())
    }
}

impl Shown {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::State(StateName::Queued),
        Self::State(StateName::Running),
        Self::State(StateName::Succeeded),
        Self::State(StateName::Failed),
        Self::State(StateName::Cancelled),
        Self::Expired,
    ];

    /// Its name in our own API.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::State(name) => name.text(),
            Self::Expired => "expired",
        }
    }
}

impl UsageBy {
    /// Every grouping.
    pub const ALL: [Self; 3] = [Self::Day, Self::Model, Self::Key];

    /// `day`, `model` or `key`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Model => "model",
            Self::Key => "key",
        }
    }
}
