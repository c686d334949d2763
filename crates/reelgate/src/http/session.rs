//! Who is asking, where a browser says so with its session's cookie instead of a key.
//!
//! A cookie comes along whoever wrote the page that asks, so a request that changes something has
//! to prove that it comes from our own pages: by a header that other sites cannot send without
//! asking, and by the origin where the browser names it.

use super::auth::{Caller, Known};
use super::gateway::base_url;
use super::reply::store_error;
use crate::app::App;
use http::header::{COOKIE, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method};
use reelgate_core::people::Seat;
use reelgate_core::token::{Token, TokenKind};
use reelgate_core::{AccountId, Error, Guard, KeyHash, Kind, SessionId, Timestamp, UserId};
use reelgate_store::Person;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Holds the token of a session.
const NAME: &str = "reelgate_session";
/// Our own pages send it with everything that changes something.
const STUDIO: HeaderName = HeaderName::from_static("reelgate-studio");
/// For which of their accounts a person acts.
const ACCOUNT: HeaderName = HeaderName::from_static("reelgate-account");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// How ids of accounts begin.
const ACCOUNT_PREFIX: &str = "acc_";

/// As with keys: so long is nobody looked up again, and so long at most may a session that was
/// ended elsewhere still open something.
const KNOWN_MS: i64 = 500;
/// People remembered at the same time.
const KNOWN_MAX: usize = 10_000;

/// Whether the request comes with a session's cookie.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<Token> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
    let mut ours = pairs.filter(|(name, _)| name.trim() == NAME);
    ours.find_map(|(_, value)| Token::parse(TokenKind::Session, value.trim()))
}

/// Finds the person and the account by the cookie.
///
/// # Errors
/// `Unauthorized` for a session that has ended, `Forbidden` for a change that another site may have
/// asked for, `NotFound` for an account that the person does not belong to.
pub async fn authenticate(app: &App, parts: &Parts, token: &Token) -> Result<Known, Error> {
    let person = person(app, token).await?.ok_or_else(signed_out)?;
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        if parts.headers.get(STUDIO).is_none_or(|value| value != "1") {
            let message = "With a cookie this needs the header reelgate-studio: 1";
            return Err(Error::new(Kind::Forbidden, message));
        }
        check_origin(app, &parts.headers)?;
    }
    let seat = seat(&person, &parts.headers)?;
    let caller = Caller { account: seat.account, key: seat.key, test: false };
    // In the studio its owner may do everything that a key can be allowed to.
    let guard = Guard { manages: true, ..Guard::default() };
    let expires = Some(person.expires);
    Ok(Known { caller, guard: Arc::new(guard), expires, seen: app.now(), person: Some(person) })
}

/// Refuses what a page of another site asks for.
///
/// # Errors
/// `Forbidden` when the browser says that it comes from elsewhere.
pub fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Error> {
    let refuse = || Err(Error::new(Kind::Forbidden, "This must come from a page of this server"));
    match headers.get(FETCH_SITE).map(|value| value.as_bytes()) {
        None | Some(b"same-origin" | b"none") => {}
        Some(_) => return refuse(),
    }
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or("");
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    // Behind a proxy that ends TLS the scheme is not known here, so only the host is compared.
    let same_host = origin.split_once("://").is_some_and(|(_, rest)| Some(rest) == host);
    if same_host || origin == base_url(app, headers) { Ok(()) } else { refuse() }
}

/// The person of a session, looked up at most twice a second.
async fn person(app: &App, token: &Token) -> Result<Option<Arc<Person>>, Error> {
    let (hash, now) = (token.hash(), app.now());
    if let Some(person) = app.people.known.find(hash, now) {
        return Ok(Some(person));
    }
    let found = app.store.person_by_session(hash, now).await.map_err(store_error)?;
    Ok(found.map(|person| app.people.known.note(hash, Arc::new(person), now)))
}

/// The place that the person acts from: the one that is named, or their own.
fn seat<'p>(person: &'p Person, headers: &HeaderMap) -> Result<&'p Seat, Error> {
    let Some(named) = headers.get(ACCOUNT) else {
        return person.seats.first().ok_or_else(signed_out);
    };
    let id = named.to_str().ok().and_then(|text| text.strip_prefix(ACCOUNT_PREFIX));
    let id = id.and_then(AccountId::parse);
    let found = person.seats.iter().find(|seat| Some(seat.account) == id);
    found.ok_or_else(|| Error::new(Kind::NotFound, "account not found"))
}

/// The one answer to every cookie that opens nothing.
pub(super) fn signed_out() -> Error {
    Error::new(Kind::Unauthorized, "Sign in first")
}

/// People who were looked up a moment ago.
#[derive(Debug, Default)]
pub struct KnownPeople {
    known: Mutex<HashMap<KeyHash, (Arc<Person>, Timestamp)>>,
    /// When sessions were used, as far as the store has not been told.
    seen: Mutex<HashMap<SessionId, Timestamp>>,
}

impl KnownPeople {
    /// Forgets somebody, so that this server need not wait to notice a change.
    pub fn forget(&self, user: UserId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (person, _)| person.user != user);
    }

    /// Forgets all people.
    pub fn forget_everybody(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Forgets everybody who belongs to an account.
    pub fn forget_account(&self, account: AccountId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (person, _)| person.seats.iter().all(|seat| seat.account != account));
    }

    /// Hands over when sessions were used since the last time.
    #[must_use]
    pub fn take_seen(&self) -> Vec<(SessionId, Timestamp)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.drain().collect()
    }

    fn find(&self, hash: KeyHash, now: Timestamp) -> Option<Arc<Person>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (person, at) = known.get(&hash)?;
        (is_fresh(*at, now) && person.expires > now).then(|| Arc::clone(person))
    }

    fn note(&self, hash: KeyHash, person: Arc<Person>, now: Timestamp) -> Arc<Person> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < KNOWN_MAX || seen.contains_key(&person.session) {
            seen.insert(person.session, now);
        }
        drop(seen);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.retain(|_, (_, at)| is_fresh(*at, now));
        }
        if known.len() < KNOWN_MAX {
            known.insert(hash, (Arc::clone(&person), now));
        }
        person
    }
}

/// A clock that was set back must not keep a session alive.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    now >= at && now.since_ms(at) < KNOWN_MS
}
