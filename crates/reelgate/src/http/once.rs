//! Idempotency keys whose first request has not been answered yet.
//!
//! Fetching references takes time before anything is written. Until then the database knows nothing
//! of the key, so a repeat that arrives meanwhile is recognised here and told to wait. Between
//! several server processes the submit transaction itself is the judge.

use reelgate_core::idempotency::{IdempotencyKey, in_flight};
use reelgate_core::{AccountId, Error};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

type Keys = Arc<Mutex<HashSet<(AccountId, IdempotencyKey)>>>;

/// The keys in flight.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Keys);

/// Holds a key until dropped.
#[derive(Debug)]
pub struct Flight {
    keys: Keys,
    key: (AccountId, IdempotencyKey),
}

impl InFlight {
    /// Marks a key as being answered.
    ///
    /// # Errors
    /// `IdempotencyInFlight` when it already is.
    pub fn enter(&self, account: AccountId, key: &IdempotencyKey) -> Result<Flight, Error> {
        let key = (account, key.clone());
        let mut keys = self.0.lock().map_err(|_| Error::internal())?;
        if keys.insert(key.clone()) {
            Ok(Flight { keys: Arc::clone(&self.0), key })
        } else {
            Err(in_flight())
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Ok(mut keys) = self.keys.lock() {
            keys.remove(&self.key);
        }
    }
}
