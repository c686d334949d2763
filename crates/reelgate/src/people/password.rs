//! Hashes of passwords: Argon2id with the parameters that OWASP recommends (19 MiB, two passes).
//!
//! One takes tens of milliseconds and much memory on purpose, so it never runs on the threads that
//! answer requests, and only few run at the same time. Whoever has to wait too long is told to come
//! back.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use reelgate_core::{Error, Secret};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Hashes that are computed at the same time.
const AT_ONCE_MAX: usize = 2;
/// Hashes that may be waiting or computed.
const WAITING_MAX: usize = 64;
/// Random bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// Stands in for the hash of somebody who does not exist, so that this takes as long. No password
/// fits it: its output is not that of its salt.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Room for hashes.
#[derive(Debug)]
pub struct Passwords {
    room: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(AT_ONCE_MAX)), waiting: AtomicUsize::new(0) }
    }
}

impl Passwords {
    /// The form of a password that may be stored.
    ///
    /// # Errors
    /// `Busy` when too many wait.
    pub async fn hash(&self, password: Secret, salt: [u8; SALT_BYTES]) -> Result<String, Error> {
        self.aside(move || hash(&password, &salt)).await?.ok_or_else(Error::internal)
    }

    /// Whether the password has this hash; no hash, and a damaged one, fits none and takes as long.
    ///
    /// # Errors
    /// `Busy` when too many wait.
    pub async fn fits(&self, password: Secret, hash: Option<String>) -> Result<bool, Error> {
        self.aside(move || fits(&password, hash.as_deref())).await
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _place = Place::take(&self.waiting)?;
        let room = Arc::clone(&self.room).acquire_owned().await;
        let room = room.map_err(|_| Error::busy(1))?;
        let done = tokio::task::spawn_blocking(move || {
            let _room = room;
            work()
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "the hash of a password broke off");
            Error::internal()
        })
    }
}

/// A place among those who wait.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, Error> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(waiting);
        if before >= WAITING_MAX { Err(Error::busy(2)) } else { Ok(place) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The hash at once, for the command line, which has nobody to keep waiting.
#[must_use]
pub fn hash(Secret(password): &Secret, salt: &[u8; SALT_BYTES]) -> Option<String> {
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hashed.ok().map(|hash: PasswordHash| hash.to_string())
}

fn fits(Secret(password): &Secret, hash: Option<&str>) -> bool {
    let is_known = hash.is_some();
    let Ok(hash) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && is_known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let secret = |text: &str| Secret(text.to_owned());
        let hashed = hash(&secret("correct horse"), &[7; SALT_BYTES]).expect("a hash");
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(fits(&secret("correct horse"), Some(&hashed)));
        for (password, hash) in
            [("correct horsf", Some(hashed.as_str())), ("", None), ("x", Some("damaged"))]
        {
            assert!(!fits(&secret(password), hash), "{password}");
        }
    }

    #[test]
    fn nobody_has_a_hash_that_can_be_read() {
        assert!(PasswordHash::new(NOBODY).is_ok(), "or a missing name would answer sooner");
    }
}
