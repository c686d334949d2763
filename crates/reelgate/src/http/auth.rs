//! Who is asking.

use crate::app::App;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use reelgate_core::key::ApiKey;
use reelgate_core::{AccountId, Error, Guard, KeyHash, KeyId, Timestamp};
use reelgate_store::{Key, Person};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A good key is not looked up again for so long; and so long, at most, may a key that was revoked
/// elsewhere still open something.
const KNOWN_MS: i64 = 500;
/// Good keys remembered at the same time.
const KNOWN_MAX: usize = 10_000;

/// A caller with a good key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whose balance and jobs.
    pub account: AccountId,
    /// Which of its keys.
    pub key: KeyId,
    /// Whether the key only rehearses.
    pub test: bool,
}

/// A good key, as it was a moment ago.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who has it.
    pub caller: Caller,
    /// What it may do.
    pub guard: Arc<Guard>,
    /// Who it is, where somebody is signed in instead of sending a key.
    pub person: Option<Arc<Person>>,
    pub(super) expires: Option<Timestamp>,
    pub(super) seen: Timestamp,
}

/// Finds the caller by `Authorization: Bearer KEY`.
///
/// # Errors
/// `Unauthorized`, the same for every way in which a key can be wrong.
pub async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Known, Error> {
    let key = bearer(headers).and_then(ApiKey::parse).ok_or_else(Error::unauthorized)?;
    let (hash, now) = (key.hash(), app.now());
    if let Some(known) = app.known_keys.find(hash, now) {
        return Ok(known);
    }
    let found = app.store.key_by_hash(hash).await.map_err(super::reply::store_error)?;
    let known = found.and_then(|key| Known::of(key, now)).ok_or_else(Error::unauthorized)?;
    app.known_keys.note(hash, known.clone());
    Ok(known)
}

impl Known {
    /// A key that opens something at `now`.
    fn of(key: Key, now: Timestamp) -> Option<Self> {
        let caller = Caller { account: key.account, key: key.id, test: key.style.is_test() };
        let (guard, expires) = (Arc::new(key.settings.guard), key.settings.expires);
        let known = Self { caller, guard, person: None, expires, seen: now };
        (key.revoked.is_none() && known.is_fresh(now)).then_some(known)
    }

    /// A clock that was set back must not keep a key alive.
    fn is_fresh(&self, now: Timestamp) -> bool {
        let expired = self.expires.is_some_and(|expires| expires <= now);
        now >= self.seen && now.since_ms(self.seen) < KNOWN_MS && !expired
    }
}

/// Good keys that were looked up a moment ago: whoever has one asks many times a second. Bad ones
/// are never kept, so nobody can fill this with them.
#[derive(Debug, Default)]
pub struct KnownKeys {
    known: Mutex<HashMap<KeyHash, Known>>,
    /// When keys were used, as far as the store has not been told.
    used: Mutex<HashMap<KeyId, Timestamp>>,
}

impl KnownKeys {
    /// Forgets a key that was changed, so that this server need not wait to notice.
    pub fn forget(&self, id: KeyId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, known| known.caller.key != id);
    }

    /// Hands over when keys were used since the last time.
    #[must_use]
    pub fn take_used(&self) -> Vec<(KeyId, Timestamp)> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.drain().collect()
    }

    fn find(&self, hash: KeyHash, now: Timestamp) -> Option<Known> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&hash).filter(|known| known.is_fresh(now)).cloned()
    }

    fn note(&self, hash: KeyHash, new: Known) {
        let now = new.seen;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() < KNOWN_MAX || used.contains_key(&new.caller.key) {
            used.insert(new.caller.key, now);
        }
        drop(used);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.retain(|_, known| known.is_fresh(now));
        }
        if known.len() < KNOWN_MAX {
            known.insert(hash, new);
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
