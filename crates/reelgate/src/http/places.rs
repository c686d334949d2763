//! How many streams and waiting requests an account may hold open.

use reelgate_core::AccountId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Open at the same time for one account.
pub const ACCOUNT_MAX: u32 = 16;
/// Open at the same time for all accounts together.
pub const ALL_MAX: u32 = 512;

/// What is open.
#[derive(Clone, Debug, Default)]
pub struct Places(Arc<Mutex<HashMap<AccountId, u32>>>);

/// Holds a place until dropped.
#[derive(Debug)]
pub struct Place {
    places: Places,
    account: AccountId,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// This account has as many as it may.
    Account,
    /// The server has.
    Server,
}

impl Places {
    /// Takes a place.
    ///
    /// # Errors
    /// When none is left.
    pub fn enter(&self, account: AccountId) -> Result<Place, Full> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // An account without anything open has no entry, so this stays short.
        if open.values().sum::<u32>() >= ALL_MAX {
            return Err(Full::Server);
        }
        let mine = open.entry(account).or_default();
        if *mine >= ACCOUNT_MAX {
            return Err(Full::Account);
        }
        *mine += 1;
        Ok(Place { places: self.clone(), account })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mine) = open.get_mut(&self.account) {
            *mine -= 1;
            if *mine == 0 {
                open.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_holder_goes() {
        let places = Places::default();
        let account = |bits| AccountId::from_bits(bits).expect("an id");
        let mut held: Vec<Place> =
            (0..ACCOUNT_MAX).map(|_| places.enter(account(1)).expect("a place")).collect();
        assert_eq!(places.enter(account(1)).expect_err("full"), Full::Account);
        held.pop();
        held.push(places.enter(account(1)).expect("the freed place"));
        for other in 2..u128::from(ALL_MAX / ACCOUNT_MAX) + 1 {
            held.extend((0..ACCOUNT_MAX).map(|_| places.enter(account(other)).expect("a place")));
        }
        assert_eq!(places.enter(account(99)).expect_err("full"), Full::Server);
        drop(held);
        assert_eq!(places.0.lock().expect("no panic").len(), 0);
    }
}
