//! Who is asking.

use crate::app::App;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use reelgate_core::key::ApiKey;
use reelgate_core::{AccountId, Error, KeyId};

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
    let found = app.store.key_by_hash(key.hash()).await.map_err(super::reply::store_error)?;
    match found {
        Some(key) if key.revoked.is_none() => Ok(Caller { account: key.account, key: key.id }),
        _ => Err(Error::unauthorized()),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
