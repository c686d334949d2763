//! Who is asking.

use crate::app::App;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use reelgate_core::key::ApiKey;
use reelgate_core::{AccountId, Error, KeyHash, KeyId, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

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
}

/// Finds the caller by `Authorization: Bearer KEY`.
///
/// # Errors
/// `Unauthorized`, the same for every way in which a key can be wrong.
pub async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Caller, Error> {
    let key = bearer(headers).and_then(ApiKey::parse).ok_or_else(Error::unauthorized)?;
    let (hash, now) = (key.hash(), app.now());
    if let Some(caller) = app.known_keys.find(hash, now) {
        return Ok(caller);
    }
    let found = app.store.key_by_hash(hash).await.map_err(super::reply::store_error)?;
    match found {
        Some(key) if key.revoked.is_none() => {
            let caller = Caller { account: key.account, key: key.id };
            app.known_keys.note(hash, caller, now);
            Ok(caller)
        }
        _ => Err(Error::unauthorized()),
    }
}

/// Good keys that were looked up a moment ago: whoever has one asks many times a second. Bad ones
/// are never kept, so nobody can fill this with them.
#[derive(Debug, Default)]
pub struct KnownKeys(Mutex<HashMap<KeyHash, (Caller, Timestamp)>>);

impl KnownKeys {
    fn find(&self, hash: KeyHash, now: Timestamp) -> Option<Caller> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, seen) = known.get(&hash)?;
        is_fresh(*seen, now).then_some(*caller)
    }

    fn note(&self, hash: KeyHash, caller: Caller, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.retain(|_, (_, seen)| is_fresh(*seen, now));
        }
        if known.len() < KNOWN_MAX {
            known.insert(hash, (caller, now));
        }
    }
}

/// A clock that was set back must not keep a key alive.
fn is_fresh(seen: Timestamp, now: Timestamp) -> bool {
    now >= seen && now.since_ms(seen) < KNOWN_MS
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
