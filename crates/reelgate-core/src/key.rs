//! API keys: how they look, and the only form in which they are kept.
//!
//! A key is a prefix, forty random base-62 characters (238 bits) and six that check them, so a
//! mistyped key is recognised without a lookup. Only its SHA-256 is stored: with that much
//! randomness a slow password hash would cost time and add nothing.

use sha2::{Digest, Sha256};
use std::fmt;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_CHARS: usize = 40;
const CHECK_CHARS: usize = 6;

/// Random bytes that [`ApiKey::new`] takes.
pub const ENTROPY_BYTES: usize = RANDOM_CHARS;

/// Which look a key has; every key works on every API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyStyle {
    /// `sk_live_`, as API C.
    Sk,
    /// `sd2_live_`, as API A.
    Sd2,
    /// `dk-`, as API B.
    Dk,
    /// `sk_test_`: rehearses at no cost. Its jobs are made up and never charged.
    Test,
    /// What a signed-in person orders under: a row that no secret opens, one for each member of an
    /// account. Not among [`KeyStyle::ALL`], since nobody can make or present one.
    Studio,
}

/// A key as its owner sees it, once. Never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// A key as the store knows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyStyle {
    /// Every style that a key can be made in.
    pub const ALL: [Self; 4] = [Self::Sk, Self::Sd2, Self::Dk, Self::Test];

    /// Its short name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sk => "sk",
            Self::Sd2 => "sd2",
            Self::Dk => "dk",
            Self::Test => "test",
            Self::Studio => "studio",
        }
    }

    /// The style with this short name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter().chain([Self::Studio]);
        all.find(|style| style.name() == name)
    }

    /// How its keys begin.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Sk => "sk_live_",
            Self::Sd2 => "sd2_live_",
            Self::Dk => "dk-",
            Self::Test => "sk_test_",
            Self::Studio => "",
        }
    }

    /// Whether its keys only rehearse.
    #[must_use]
    pub const fn is_test(self) -> bool {
        matches!(self, Self::Test)
    }
}

impl ApiKey {
    /// A new key from fresh random bytes.
    #[must_use]
    pub fn new(style: KeyStyle, entropy: &[u8; ENTROPY_BYTES]) -> Self {
        let random = base62(entropy);
        let check = check_chars(&random);
        Self(format!("{}{random}{check}", style.prefix()))
    }

    /// Recognises a key that was made here; anything else is nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let style = KeyStyle::ALL.into_iter().find(|style| text.starts_with(style.prefix()))?;
        let body = text.strip_prefix(style.prefix())?;
        if body.len() != RANDOM_CHARS + CHECK_CHARS || !body.is_ascii() {
            return None;
        }
        let (random, check) = body.split_at(RANDOM_CHARS);
        (check_chars(random) == check).then(|| Self(text.to_owned()))
    }

    /// The form that may be stored.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The key itself, for the one moment in which its owner is shown it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What may be shown in lists: the prefix, three dots and the last four characters.
    #[must_use]
    pub fn hint(&self) -> String {
        let prefix = KeyStyle::ALL
            .into_iter()
            .find(|style| self.0.starts_with(style.prefix()))
            .map_or("", KeyStyle::prefix);
        format!("{prefix}...{}", &self.0[self.0.len().saturating_sub(4)..])
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({})", self.hint())
    }
}

impl KeyHash {
    /// The hash with these bytes.
    pub(crate) const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A hash that the store kept, in lower-case hex.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0_u8; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Lower-case hex, as the store keeps it.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(..)")
    }
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    text
}

/// One character for each random byte.
pub(crate) fn base62(entropy: &[u8]) -> String {
    // 256 is no multiple of 62; the bias costs less than a tenth of a bit a character.
    entropy.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % 62])).collect()
}

fn check_chars(random: &str) -> String {
    let digest = Sha256::digest(random.as_bytes());
    digest
        .iter()
        .take(CHECK_CHARS)
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % 62]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_recognised_and_its_text_is_never_printed() {
        for style in KeyStyle::ALL {
            let key = ApiKey::new(style, &[7; ENTROPY_BYTES]);
            assert!(key.reveal().starts_with(style.prefix()));
            assert_eq!(ApiKey::parse(key.reveal()).as_ref(), Some(&key));
            assert!(!format!("{key:?}").contains(&key.reveal()[12..30]));
            assert_eq!(KeyHash::from_hex(&key.hash().hex()), Some(key.hash()));
        }
    }

    #[test]
    fn a_mistyped_key_is_no_key() {
        let key = ApiKey::new(KeyStyle::Dk, &[9; ENTROPY_BYTES]);
        let wrong = format!("{}x", &key.reveal()[..key.reveal().len() - 1]);
        for text in ["", "dk-", "dk-1234567890abcdef", "sk_live_your_api_key", wrong.as_str()] {
            assert_eq!(ApiKey::parse(text), None, "{text}");
        }
    }
}
