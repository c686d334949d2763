//! Who is asking.

use crate::app::App;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use reelgate_core::key::ApiKey;
use reelgate_core::{AccountId, Error, Guard, KeyHash, KeyId, Timestamp};
use reelgate_store::{Key, Person};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The store is asked whether keys were changed once in so long; and so long, at most, may a key
/// that was revoked elsewhere still open something.
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
    if !app.known_keys.are_checked(now) {
        let changes = app.store.key_changes().await.map_err(super::reply::store_error)?;
        app.known_keys.check(changes, now);
    }
    let state = match app.known_keys.find(hash, now) {
        Ok(known) => return Ok(known),
        Err(state) => state,
    };
    let found = app.store.key_by_hash(hash).await.map_err(super::reply::store_error)?;
    let known = found.and_then(|key| Known::of(key, now)).ok_or_else(Error::unauthorized)?;
    app.known_keys.note(hash, known.clone(), state);
    Ok(known)
}

impl Known {
    /// A key that opens something at `now`.
    fn of(key: Key, now: Timestamp) -> Option<Self> {
        let caller = Caller { account: key.account, key: key.id, test: key.style.is_test() };
        let (guard, expires) = (Arc::new(key.settings.guard), key.settings.expires);
        let known = Self { caller, guard, person: None, expires, seen: now };
        (key.revoked.is_none() && !known.is_expired(now)).then_some(known)
    }

    fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// Good keys that were looked up before: whoever has one asks many times a second. Bad ones are
/// never kept, so nobody can fill this with them.
#[derive(Debug, Default)]
pub struct KnownKeys {
    known: Mutex<Remembered>,
    /// When keys were used, as far as the store has not been told.
    used: Mutex<HashMap<KeyId, Timestamp>>,
}

/// Keys as they were when the store was asked last.
#[derive(Debug, Default)]
struct Remembered {
    keys: HashMap<KeyHash, Known>,
    /// The store's count of changes to keys, and when it was asked for.
    checked: Option<(u64, Timestamp)>,
    /// How often everything was forgotten. What was read before that must not come in after it.
    state: u64,
}

impl Remembered {
    fn clear(&mut self) {
        self.keys.clear();
        self.state = self.state.wrapping_add(1);
    }
}

impl KnownKeys {
    /// Forgets a key that was changed, so that this server need not wait to notice.
    pub fn forget(&self, id: KeyId) {
        let mut known = self.lock();
        known.keys.retain(|_, known| known.caller.key != id);
        known.state = known.state.wrapping_add(1);
    }

    /// Hands over when keys were used since the last time.
    #[must_use]
    pub fn take_used(&self) -> Vec<(KeyId, Timestamp)> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.drain().collect()
    }

    /// Whether the store was asked a moment ago. A clock that was set back must not keep a key
    /// alive.
    fn are_checked(&self, now: Timestamp) -> bool {
        let checked = self.lock().checked;
        checked.is_some_and(|(_, at)| now >= at && now.since_ms(at) < KNOWN_MS)
    }

    /// Forgets everything unless the store's count, asked for at `now`, is the one before.
    fn check(&self, changes: u64, now: Timestamp) {
        let mut known = self.lock();
        if known.checked.is_none_or(|(before, _)| before != changes) {
            known.clear();
        }
        known.checked = Some((changes, now));
    }

    /// A key that is known; or what [`KnownKeys::note`] has to be told with it, once it is.
    fn find(&self, hash: KeyHash, now: Timestamp) -> Result<Known, u64> {
        let mut remembered = self.lock();
        let state = remembered.state;
        let known = remembered.keys.get_mut(&hash).filter(|known| !known.is_expired(now));
        let known = known.ok_or(state)?;
        // Its use is written down twice a second and not for each request.
        let is_noted = now >= known.seen && now.since_ms(known.seen) < KNOWN_MS;
        known.seen = if is_noted { known.seen } else { now };
        let found = known.clone();
        drop(remembered);
        if !is_noted {
            self.note_use(found.caller.key, now);
        }
        Ok(found)
    }

    fn note(&self, hash: KeyHash, new: Known, state: u64) {
        self.note_use(new.caller.key, new.seen);
        let mut remembered = self.lock();
        if remembered.state != state {
            return;
        }
        if remembered.keys.len() >= KNOWN_MAX {
            remembered.clear();
        }
        remembered.keys.insert(hash, new);
    }

    fn note_use(&self, key: KeyId, now: Timestamp) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() < KNOWN_MAX || used.contains_key(&key) {
            used.insert(key, now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
