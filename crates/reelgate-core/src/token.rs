//! Tokens that stand for a person: of a session, kept in a cookie, and of a link that signs in
//! once.
//!
//! Forty random base-62 characters (238 bits), so that a plain hash is enough to keep them by, and
//! a prefix each, so that neither is ever taken for the other.

use crate::key::{KeyHash, base62};
use sha2::{Digest, Sha256};
use std::fmt;

const CHARS: usize = 40;

/// Random bytes that [`Token::new`] takes, one for each character.
pub const ENTROPY_BYTES: usize = CHARS;

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A session, until it ends.
    Session,
    /// One sign-in, for some minutes.
    Link,
}

/// A token as its owner has it. Never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl TokenKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "rgs_",
            Self::Link => "rgl_",
        }
    }
}

impl Token {
    /// A new token from fresh random bytes.
    #[must_use]
    pub fn new(kind: TokenKind, entropy: &[u8; ENTROPY_BYTES]) -> Self {
        Self(format!("{}{}", kind.prefix(), base62(entropy)))
    }

    /// Recognises the look of such a token; anything else is nothing.
    #[must_use]
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let body = text.strip_prefix(kind.prefix())?;
        let plain = body.len() == CHARS && body.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| Self(text.to_owned()))
    }

    /// The form that may be stored.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The token itself, for the one answer that hands it out.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_as_its_own_kind_and_never_printed() {
        let token = Token::new(TokenKind::Session, &[7; ENTROPY_BYTES]);
        assert_eq!(Token::parse(TokenKind::Session, token.reveal()).as_ref(), Some(&token));
        assert_eq!(Token::parse(TokenKind::Link, token.reveal()), None);
        assert_eq!(format!("{token:?}"), "Token(..)");
        for wrong in ["", "rgs_", "rgs_0123456789", &format!("{}x", token.reveal())] {
            assert_eq!(Token::parse(TokenKind::Session, wrong), None, "{wrong}");
        }
    }
}
