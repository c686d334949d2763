//! Answers to status requests that are asked again and again.
//!
//! An answer is given again while the store has committed nothing since, and for half a second at
//! most: its links and its place in the queue depend on the time. It is kept when it is asked for
//! the second time, so that a walk over many jobs fills nothing.

use super::auth::Caller;
use axum::body::Bytes;
use http::{HeaderMap, HeaderValue};
use reelgate_core::Timestamp;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How long an answer may be given again.
const KEEP_MS: i64 = 500;
/// Answers kept at the same time.
const ANSWERS_MAX: usize = 2_000;
/// Larger answers are not kept.
const BYTES_MAX: usize = 16 * 1024;
/// Remembered first requests.
const ASKED_MAX: usize = 4_096;

/// What makes two status requests the same.
#[derive(Clone, Copy)]
pub(super) struct Poll<'r> {
    pub(super) caller: Caller,
    /// With it comes the dialect.
    pub(super) path: &'r str,
    /// How the caller reaches the server: links begin with it.
    pub(super) host: &'r [u8],
    /// The store's commits before anything was read for the answer.
    pub(super) commits: u64,
    pub(super) now: Timestamp,
}

/// A body and its mark.
#[derive(Clone)]
pub struct Marked {
    /// The API's own headers.
    pub headers: HeaderMap,
    /// The JSON.
    pub body: Bytes,
    /// Changes whenever the body does.
    pub etag: HeaderValue,
}

struct Kept {
    caller: Caller,
    path: Box<str>,
    host: Box<[u8]>,
    commits: u64,
    until: Timestamp,
    answer: Marked,
}

/// The answers.
pub struct Polls {
    hasher: RandomState,
    asked: Box<[AtomicU64]>,
    kept: Mutex<HashMap<u64, Kept>>,
}

impl Default for Polls {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            asked: (0..ASKED_MAX).map(|_| AtomicU64::new(0)).collect(),
            kept: Mutex::default(),
        }
    }
}

impl Polls {
    /// The answer, if it still holds.
    pub(super) fn find(&self, poll: &Poll<'_>) -> Option<Marked> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&self.name(poll))?;
        let same = found.caller == poll.caller
            && *found.path == *poll.path
            && *found.host == *poll.host
            && found.commits == poll.commits
            && (found.until.plus_ms(-KEEP_MS)..found.until).contains(&poll.now);
        same.then(|| found.answer.clone())
    }

    /// Keeps an answer that was asked for before.
    pub(super) fn keep(&self, poll: &Poll<'_>, answer: &Marked) {
        let name = self.name(poll);
        let slot = usize::try_from(name).unwrap_or(0) % self.asked.len();
        let before = self.asked.get(slot).map(|asked| asked.swap(name, Ordering::Relaxed));
        if before != Some(name) || answer.body.len() > BYTES_MAX {
            return;
        }
        let until = poll.now.plus_ms(KEEP_MS);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= ANSWERS_MAX {
            kept.retain(|_, old| old.commits == poll.commits && poll.now < old.until);
        }
        if kept.len() < ANSWERS_MAX || kept.contains_key(&name) {
            let (path, host) = (poll.path.into(), poll.host.into());
            let (caller, commits) = (poll.caller, poll.commits);
            let answer = answer.clone();
            kept.insert(name, Kept { caller, path, host, commits, until, answer });
        }
    }

    fn name(&self, poll: &Poll<'_>) -> u64 {
        self.hasher.hash_one((poll.caller.account, poll.path, poll.host))
    }
}
