//! Names of things: 71 bits, time-ordered, written as twelve base-62 characters.
//!
//! Twelve such characters are the longest tail that every documented task id has room for
//! (`sd2_` and twelve characters in API C), so one id serves all dialects without a lookup table.
//! 42 bits hold the millisecond of creation (enough until 2109) and 29 bits come from the caller's
//! entropy. An id is not a secret: whoever reads a job must own it.

use crate::time::Timestamp;
use std::fmt;

const ENTROPY_BITS: u32 = 29;
const TIME_BITS: u32 = 42;
/// Characters of an id's text.
pub const TEXT_LEN: usize = 12;
// In ASCII order, so that ids sort the same as text and as numbers.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const NO_DIGIT: u8 = u8::MAX;
/// What each byte stands for in an id's text.
const DIGITS: [u8; 256] = digits();

/// What the first half of an id's text counts in.
const HALF: u128 = 62_u128.pow(6);

/// The number behind every id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Number(u128);

impl Number {
    fn new(now: Timestamp, entropy: u64) -> Self {
        let ms = u128::from(now.ms().max(0).unsigned_abs()) & ((1 << TIME_BITS) - 1);
        let low = u128::from(entropy) & ((1 << ENTROPY_BITS) - 1);
        Self((ms << ENTROPY_BITS) | low)
    }

    fn from_bits(bits: u128) -> Option<Self> {
        (bits < 1 << (TIME_BITS + ENTROPY_BITS)).then_some(Self(bits))
    }

    fn parse(text: &str) -> Option<Self> {
        if text.len() != TEXT_LEN {
            return None;
        }
        let mut bits: u128 = 0;
        for byte in text.bytes() {
            let digit = DIGITS[usize::from(byte)];
            if digit == NO_DIGIT {
                return None;
            }
            bits = bits * 62 + u128::from(digit);
        }
        Self::from_bits(bits)
    }

    fn text(self) -> [u8; TEXT_LEN] {
        let mut text = [b'0'; TEXT_LEN];
        // In halves: dividing 128 bits twelve times is many times slower.
        let half = |bits: u128| u64::try_from(bits).unwrap_or(0);
        let (high, low) = text.split_at_mut(TEXT_LEN / 2);
        write_base62(half(self.0 / HALF), high);
        write_base62(half(self.0 % HALF), low);
        text
    }
}

const fn digits() -> [u8; 256] {
    let mut digits = [NO_DIGIT; 256];
    let mut digit: u8 = 0;
    while digit < 62 {
        digits[ALPHABET[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
}

fn write_base62(mut rest: u64, text: &mut [u8]) {
    for slot in text.iter_mut().rev() {
        let digit = usize::try_from(rest % 62).unwrap_or(0);
        *slot = ALPHABET[digit];
        rest /= 62;
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Number);

        impl $name {
            /// A new id from the present moment and fresh entropy (the low 29 bits are used).
            #[must_use]
            pub fn new(now: Timestamp, entropy: u64) -> Self {
                Self(Number::new(now, entropy))
            }

            /// The smallest id of this moment: ids that are not smaller are not older.
            #[must_use]
            pub fn first_of(moment: Timestamp) -> Self {
                Self(Number::new(moment, 0))
            }

            /// The id with these bits, or nothing when there are more than 71.
            #[must_use]
            pub fn from_bits(bits: u128) -> Option<Self> {
                Number::from_bits(bits).map(Self)
            }

            /// The 71 bits of this id.
            #[must_use]
            pub const fn bits(self) -> u128 {
                self.0.0
            }

            /// Reads the twelve characters that `Display` writes.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Number::parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text = self.0.text();
                f.pad(std::str::from_utf8(&text).unwrap_or("invalid-id"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    )*};
}

ids! {
    /// Names a job.
    JobId;
    /// Names an account.
    AccountId;
    /// Names an API key; not the secret.
    KeyId;
    /// Names a redeem code; not the secret.
    CodeId;
    /// Names a ledger entry.
    EntryId;
    /// Names one webhook delivery; the same at every attempt.
    DeliveryId;
    /// Names a file that an account uploaded.
    AssetId;
    /// Names an account's webhook endpoint.
    EndpointId;
    /// Names a person who can sign in.
    UserId;
    /// Names one sign-in of a person; not the secret.
    SessionId;
    /// Names a payment by card, begun or done.
    PaymentId;
}

impl EntryId {
    /// The name of the entry that sets a job's price aside: a job has exactly one, so it is the
    /// job's own.
    #[must_use]
    pub const fn of_hold(job: JobId) -> Self {
        Self(job.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_and_its_bits() {
        for (ms, entropy) in [(0, 0), (1_763_690_000_000, 77), ((1 << 42) - 1, u64::MAX)] {
            let id = JobId::new(Timestamp::from_ms(ms), entropy);
            assert_eq!(id.to_string().len(), TEXT_LEN);
            assert_eq!(JobId::parse(&id.to_string()), Some(id));
            assert_eq!(JobId::from_bits(id.bits()), Some(id));
        }
    }

    #[test]
    fn ids_sort_by_creation_as_numbers_and_as_text() {
        let older = JobId::new(Timestamp::from_ms(1_763_690_000_000), u64::MAX);
        let newer = JobId::new(Timestamp::from_ms(1_763_690_000_001), 0);
        assert!(older < newer);
        assert!(older.to_string() < newer.to_string());
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        for text in ["", "short", "0123456789ab!", "zzzzzzzzzzzz", "0123456789ä", "___________-"] {
            assert_eq!(JobId::parse(text), None, "{text}");
        }
    }
}
