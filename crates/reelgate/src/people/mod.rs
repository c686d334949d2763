//! What signing in needs beside the store: slow hashes of passwords, and a brake for guesses.

pub mod openid;
pub mod password;
pub mod throttle;

use crate::app::App;
use password::Passwords;
use reelgate_core::token::{ENTROPY_BYTES, Token, TokenKind};
use throttle::Throttle;

/// What the platform keeps for people.
#[derive(Debug)]
pub struct People {
    /// Makes and checks hashes of passwords.
    pub passwords: Passwords,
    /// Who guessed how often.
    pub throttle: Throttle,
    /// Who was signed in a moment ago.
    pub known: crate::http::session::KnownPeople,
}

impl People {
    /// With nobody known yet; `seed`, a secret, keeps strangers from choosing whom they share a
    /// brake with.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Self {
        Self {
            passwords: Passwords::default(),
            throttle: Throttle::new(*seed),
            known: crate::http::session::KnownPeople::default(),
        }
    }
}

/// A new token.
#[must_use]
pub fn token(app: &App, kind: TokenKind) -> Token {
    let mut entropy = [0; ENTROPY_BYTES];
    app.entropy.fill(&mut entropy);
    Token::new(kind, &entropy)
}
