//! Sending a request twice without doing it twice.

use crate::error::{Error, Field, Kind};
use crate::id::JobId;

/// Longest key a caller may choose.
pub const KEY_CHARS_MAX: usize = 255;

/// How long a key is remembered: two days.
pub const KEEP_MS: i64 = 48 * 3_600_000;

/// A key that a caller chose, printable ASCII, 1 to 255 characters; unique within an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// What the request said: a SHA-256 over its route and its body in canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// What a repeated key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same request again: answer with this job, charge nothing.
    Replay(JobId),
    /// Another request under the same key.
    Mismatch,
}

impl IdempotencyKey {
    /// Accepts a header's value.
    ///
    /// # Errors
    /// `Invalid` when it is empty, too long or not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if text.trim().is_empty() || text.len() > KEY_CHARS_MAX || !printable {
            let message = "must be 1 to 255 printable ASCII characters";
            return Err(Error::invalid(Field::IdempotencyKey, message));
        }
        Ok(Self(text.to_owned()))
    }

    /// The same key in the hands of a test key: another one. Going live with the keys of the
    /// rehearsal must order, not repeat what was rehearsed.
    #[must_use]
    pub fn for_test(&self) -> Self {
        // No caller can write a tab.
        Self(format!("test\t{}", self.0))
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Compares a request with the one that used its key first.
#[must_use]
pub fn judge(first: (Fingerprint, JobId), again: Fingerprint) -> Verdict {
    if first.0 == again { Verdict::Replay(first.1) } else { Verdict::Mismatch }
}

/// The refusal for [`Verdict::Mismatch`].
#[must_use]
pub fn mismatch() -> Error {
    let message = "Idempotency-Key was already used with a different request body";
    Error::new(Kind::IdempotencyMismatch, message)
}

/// The refusal while the first request with a key is still being answered.
#[must_use]
pub fn in_flight() -> Error {
    let message = "The first request with this Idempotency-Key is still being processed";
    Error::new(Kind::IdempotencyInFlight, message)
}
