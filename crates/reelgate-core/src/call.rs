//! What any API can ask of the platform, and what it gets back: shaped for an ideal client.

use crate::endpoint::{EndpointCall, EndpointReply};
use crate::id::JobId;
use crate::job::Job;
use crate::model::Model;
use crate::order::Draft;
use crate::own::{OwnCall, OwnReply};
use crate::owner::{OwnerCall, OwnerReply};
use crate::people::{PeopleCall, PeopleReply};
use crate::price::Price;
use crate::record::{RecordQuery, Removal};

/// A request, freed of its dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Accept an order.
    Submit(Box<Draft>),
    /// Say what an order would cost, and whether it would be accepted; its references are not
    /// fetched for that.
    Quote(Box<Draft>),
    /// Accept the order of an earlier job again, under today's prices.
    Rerun(JobId),
    /// Show a job.
    Get(JobId),
    /// Stop a job.
    Cancel(JobId),
    /// List jobs as records.
    Records(Box<RecordQuery>),
    /// Remove a job's record, as far as the API lets its callers.
    Remove(JobId, Removal),
    /// Send one of the files of a job that is done.
    Content(JobId, Content),
    /// List what this dialect offers. Needs no key.
    Models,
    /// Something that only our own API has.
    Own(OwnCall),
    /// Do something about the account's webhook endpoints.
    Endpoint(Box<EndpointCall>),
    /// Ask or do something about the account itself.
    Owner(OwnerCall),
    /// Ask or do something as a person: sign in, sessions.
    People(PeopleCall),
}

/// A file that shows what a job made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The clip itself.
    Video,
    /// A small still picture (WebP).
    Thumbnail,
    /// Moments of the clip, side by side (JPEG).
    Spritesheet,
}

impl Content {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Video, Self::Thumbnail, Self::Spritesheet];

    /// `video`, `thumbnail` or `spritesheet`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Thumbnail => "thumbnail",
            Self::Spritesheet => "spritesheet",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|content| content.name() == name)
    }
}

/// An answer, before a dialect gives it a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The order was accepted, now or by an earlier request with the same idempotency key.
    ///
    /// A dialect shows only what never changes about the job, so that a replay reads the same.
    Accepted(Box<Job>),
    /// What the order would cost.
    Quote(Price),
    /// The job as it is.
    Job(Box<JobView>),
    /// The job was stopped, or will be as soon as its worker hears of it.
    Cancelled(Box<JobView>),
    /// Records, how many there are in all, and whether there are more behind these.
    Records {
        /// The page.
        rows: Vec<JobView>,
        /// All that the question finds.
        total: u64,
        /// Whether something follows the page.
        has_more: bool,
    },
    /// A record is gone.
    Removed(JobId),
    /// The models.
    Models(Vec<Model>),
    /// The answer to a call that only our own API has.
    Own(OwnReply),
    /// What was done about webhook endpoints.
    Endpoint(Box<EndpointReply>),
    /// Something about the account itself.
    Owner(OwnerReply),
    /// Something about a person.
    People(PeopleReply),
}

/// A job and the addresses of what it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    /// The job.
    pub job: Job,
    /// Where its files are to be had; present exactly while a succeeded job's files exist.
    pub links: Option<Links>,
    /// Its place in the queue; present only while it waits, and only where an API shows it.
    pub queue: Option<QueuePlace>,
    /// The frame of which there is a glimpse; present only while it is being made.
    pub glimpse: Option<u32>,
    /// Milliseconds until it is worth asking again; present only until it has ended.
    pub poll_after_ms: Option<u32>,
}

impl JobView {
    /// Shortest and longest wait between two questions about a job, in milliseconds.
    pub const POLL_AFTER_MS: [u32; 2] = [1_000, 10_000];

    /// How long to wait before asking again after a job that was ordered `elapsed_ms` ago, where
    /// jobs of its model take `typical_ms`, as far as that is known: most of what is left of that,
    /// and short waits about when it should be done.
    #[must_use]
    pub fn poll_after(elapsed_ms: i64, typical_ms: Option<i64>) -> u32 {
        let [least, most] = Self::POLL_AFTER_MS;
        let left_ms = typical_ms.map_or(0, |typical| typical.saturating_sub(elapsed_ms));
        // Never past its end, as far as anybody can tell, and not so seldom that progress stands.
        u32::try_from(left_ms).unwrap_or(if left_ms > 0 { most } else { least }).clamp(least, most)
    }
}

/// Where a waiting job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// Jobs that will be taken before it, counted up to [`QueuePlace::AHEAD_MAX`].
    pub ahead: u32,
    /// Seconds until it should be done, where enough jobs have been done to guess.
    pub eta_s: Option<u32>,
}

impl QueuePlace {
    /// Counting stops here: a longer queue is only "long".
    pub const AHEAD_MAX: u32 = 1000;
}

/// Absolute addresses that a plain HTTP client can download from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The MP4; of a still picture, the PNG.
    pub video: String,
    /// The poster.
    pub poster: String,
    /// A small moving picture (GIF), if there is one.
    pub thumbnail: Option<String>,
    /// The last frame.
    pub last_frame: String,
}
