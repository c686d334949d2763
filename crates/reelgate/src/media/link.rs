//! Addresses that only this server can make, for a day.

use hmac::{Hmac, KeyInit, Mac};
use reelgate_core::Timestamp;
use reelgate_core::key::hex;
use sha2::Sha256;

/// A link lives at least this long, and at most an hour longer.
pub const LINK_TTL_MS: i64 = 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;
const SIGNATURE_BYTES: usize = 16;

/// Makes and checks links.
#[derive(Clone)]
pub(super) struct Links {
    key: [u8; 32],
}

impl Links {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    pub(super) fn link(&self, name: &str, now: Timestamp) -> String {
        let expires_ms = (now.ms() + LINK_TTL_MS).div_euclid(HOUR_MS) * HOUR_MS + HOUR_MS;
        self.link_until(name, Timestamp::from_ms(expires_ms))
    }

    pub(super) fn link_until(&self, name: &str, expires: Timestamp) -> String {
        let expires_s = expires.ms() / 1000;
        format!("/files/{expires_s}-{}/{name}", hex(&self.signature(name, expires_s)))
    }

    pub(super) fn accepts(&self, ticket: &str, name: &str, now: Timestamp) -> bool {
        let Some((expires, signature)) = ticket.split_once('-') else { return false };
        let Ok(expires_s) = expires.parse::<i64>() else { return false };
        let expected = hex(&self.signature(name, expires_s));
        let same = expected.len() == signature.len()
            && expected.bytes().zip(signature.bytes()).fold(0, |acc, (a, b)| acc | (a ^ b)) == 0;
        same && now.ms() / 1000 < expires_s
    }

    /// A proof that `text` was written here; it never expires.
    pub(super) fn seal(&self, text: &str) -> String {
        hex(&self.signature(text, 0))
    }

    fn signature(&self, name: &str, expires_s: i64) -> [u8; SIGNATURE_BYTES] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key)
            .expect("HMAC takes a key of any length");
        mac.update(format!("{expires_s}:{name}").as_bytes());
        let full = mac.finalize().into_bytes();
        let mut short = [0; SIGNATURE_BYTES];
        short.copy_from_slice(&full[..SIGNATURE_BYTES]);
        short
    }
}
