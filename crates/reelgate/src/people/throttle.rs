//! A brake for guessing passwords: by the name that is tried, and by the address that tries.
//!
//! The counters are a fixed number of cells, chosen by a hash that nobody outside can compute, so
//! no storm of names needs more memory. Two names may share a cell; then they share its limit.

use reelgate_core::limit::{Rule, Window};
use reelgate_core::{Error, Kind, Timestamp};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Cells of each kind.
const CELLS: usize = 1 << 14;
/// Tries of one name.
pub const BY_NAME: Rule = Rule { requests: 10, window_ms: 5 * 60_000 };
/// Tries from one address; several people may share one.
pub const BY_ADDRESS: Rule = Rule { requests: 60, window_ms: 5 * 60_000 };

/// The counters.
pub struct Throttle {
    seed: [u8; 32],
    cells: Mutex<Cells>,
}

struct Cells {
    names: Vec<Window>,
    addresses: Vec<Window>,
}

impl std::fmt::Debug for Throttle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Throttle")
    }
}

impl Throttle {
    /// Counters at zero.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        let empty = || vec![Window::default(); CELLS];
        Self { seed, cells: Mutex::new(Cells { names: empty(), addresses: empty() }) }
    }

    /// Counts a try before it is looked at: so that of many at once no more are looked at.
    ///
    /// # Errors
    /// `RateLimited` beyond either limit.
    pub fn try_one(
        &self,
        name: Option<&str>,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = address.map(|address| self.cell(&network_of(address))) {
            count(&mut cells.addresses[at], BY_ADDRESS, now)?;
        }
        match name.map(|name| self.cell(name)) {
            Some(at) => count(&mut cells.names[at], BY_NAME, now),
            None => Ok(()),
        }
    }

    /// Forgets the tries of a name whose owner came in.
    pub fn forgive(&self, name: &str) {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.cell(name);
        cells.names[at] = Window::default();
    }

    fn cell(&self, text: &str) -> usize {
        let digest = Sha256::new().chain_update(self.seed).chain_update(text);
        let digest = digest.finalize();
        usize::from(u16::from_le_bytes([digest[0], digest[1]])) % CELLS
    }
}

fn count(window: &mut Window, rule: Rule, now: Timestamp) -> Result<(), Error> {
    window.admit(rule, now).map(drop).map_err(|left| {
        let kind = Kind::RateLimited { retry_after_s: left.reset_s.max(1) };
        Error::new(kind, "Too many tries to sign in, please wait")
    })
}

/// Whoever has one address of IPv6 has a whole network of them.
fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_780_480_800_000);

    #[test]
    fn a_name_is_tried_so_often_and_again_later_or_after_success() {
        let throttle = Throttle::new([7; 32]);
        for _ in 0..BY_NAME.requests {
            throttle.try_one(Some("anna"), None, NOW).expect("a try");
        }
        let refused = throttle.try_one(Some("anna"), None, NOW).expect_err("one too many");
        assert_eq!(refused.kind, Kind::RateLimited { retry_after_s: 300 });
        assert_eq!(throttle.try_one(Some("bela"), None, NOW), Ok(()));
        throttle.forgive("anna");
        assert_eq!(throttle.try_one(Some("anna"), None, NOW), Ok(()));
    }

    #[test]
    fn an_address_tries_so_many_names_and_a_network_is_one_address() {
        let throttle = Throttle::new([7; 32]);
        let address = |host: u16| Some(format!("2001:db8:1:2::{host:x}").parse().expect("one"));
        for n in 0..BY_ADDRESS.requests {
            let host = u16::try_from(n).expect("few");
            throttle.try_one(Some(&format!("n{n}")), address(host), NOW).expect("a try");
        }
        assert!(throttle.try_one(Some("other"), address(999), NOW).is_err());
        let later = NOW.plus_ms(BY_ADDRESS.window_ms);
        assert_eq!(throttle.try_one(Some("other"), address(999), later), Ok(()));
    }
}
