//! Redeem codes: what an operator hands out and an account turns into credits.
//!
//! A code is twenty characters of Crockford's base 32 (100 random bits) in groups of five, written
//! so that it can be read over a telephone. Like keys, codes are kept as hashes.

use crate::error::Error;
use crate::guard::EXPIRES_S_MAX;
use crate::key::KeyHash;
use crate::owner::{check_label, within};
use sha2::{Digest, Sha256};
use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PREFIX: &str = "RG";
const GROUP_CHARS: usize = 5;

/// Random bytes that [`RedeemCode::new`] takes, one for each character.
pub const ENTROPY_BYTES: usize = 20;
/// Most accounts that one code may serve.
pub const USES_MAX: u32 = 1_000_000;

/// How many accounts a new code may serve, where everything about it is within its range.
///
/// # Errors
/// `Invalid` with the first field that is not.
pub fn check(uses: i64, expires_in_s: Option<i64>, label: &str) -> Result<u32, Error> {
    check_label(label)?;
    if let Some(seconds) = expires_in_s {
        within("expires_in_s", seconds, 1, EXPIRES_S_MAX)?;
    }
    let uses = within("uses", uses, 1, i64::from(USES_MAX))?;
    u32::try_from(uses).map_err(|_| Error::internal())
}

/// A code as it is handed out, once. Never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct RedeemCode(String);

impl RedeemCode {
    /// A new code from fresh random bytes.
    #[must_use]
    pub fn new(entropy: &[u8; ENTROPY_BYTES]) -> Self {
        Self(entropy.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % 32])).collect())
    }

    /// Reads a code as people type it: in any case, with or without the prefix, dashes and spaces,
    /// with an O for a zero and an I or L for a one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let plain = text.trim().to_ascii_uppercase();
        let body = plain.strip_prefix(PREFIX).filter(|rest| rest.starts_with(['-', ' ']));
        let mut chars = String::with_capacity(ENTROPY_BYTES);
        for c in body.unwrap_or(&plain).chars().filter(|c| !"- ".contains(*c)) {
            let c = match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if !c.is_ascii() || !ALPHABET.contains(&(c as u8)) {
                return None;
            }
            chars.push(c);
        }
        (chars.len() == ENTROPY_BYTES).then_some(Self(chars))
    }

    /// The form that may be stored.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The code itself, for the one moment in which it is shown.
    #[must_use]
    pub fn reveal(&self) -> String {
        let groups = self.0.as_bytes().chunks(GROUP_CHARS);
        let groups = groups.map(|group| group.iter().map(|byte| char::from(*byte)).collect());
        let groups: Vec<String> = groups.collect();
        format!("{PREFIX}-{}", groups.join("-"))
    }

    /// What may be shown in lists.
    #[must_use]
    pub fn hint(&self) -> String {
        format!("{PREFIX}-...-{}", &self.0[self.0.len().saturating_sub(GROUP_CHARS)..])
    }
}

impl fmt::Debug for RedeemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedeemCode({})", self.hint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_never_printed() {
        let mut entropy = [0; ENTROPY_BYTES];
        for (byte, n) in entropy.iter_mut().zip(0..) {
            *byte = n;
        }
        let code = RedeemCode::new(&entropy);
        assert_eq!(code.reveal(), "RG-01234-56789-ABCDE-FGHJK");
        for typed in [
            "RG-01234-56789-ABCDE-FGHJK",
            " rg 01234 56789 abcde fghjk ",
            "O1234-56789-ABCDE-FGHJK",
            "0l23456789abcdefghjk",
        ] {
            assert_eq!(RedeemCode::parse(typed), Some(code.clone()), "{typed}");
        }
        assert!(!format!("{code:?}").contains("56789"));
    }

    #[test]
    fn text_that_is_no_code_is_none() {
        let long = "0".repeat(1000);
        for typed in ["", "RG-", "RG-01234-56789-ABCDE-FGHJ", "RG-01234-56789-ABCDE-FGHJU", &long] {
            assert_eq!(RedeemCode::parse(typed), None, "{typed}");
        }
    }
}
