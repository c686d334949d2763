//! Counts requests by account and dialect, in this process.

use reelgate_core::limit::{Allowance, Rule, Window};
use reelgate_core::{AccountId, Error, Timestamp};
use std::collections::HashMap;
use std::sync::Mutex;

/// Windows kept before closed ones are thrown out.
const WINDOWS_MAX: usize = 10_000;

/// The counters.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<HashMap<(AccountId, &'static str), Window>>);

impl Limiter {
    /// Counts one request.
    ///
    /// # Errors
    /// `RateLimited` when the account's window is full.
    pub fn admit(
        &self,
        account: AccountId,
        dialect: &'static str,
        rule: Rule,
        now: Timestamp,
    ) -> Result<Allowance, Error> {
        let mut windows = self.0.lock().map_err(|_| Error::internal())?;
        if windows.len() >= WINDOWS_MAX {
            windows.retain(|_, window| !window.is_over(rule, now));
        }
        windows.entry((account, dialect)).or_default().admit(rule, now)
    }
}
