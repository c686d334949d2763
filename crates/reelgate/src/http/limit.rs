//! Counts requests: of an account on each API, and of a key that has a limit of its own.
//!
//! A server that has its database to itself counts here and asks nobody. Servers that share one
//! take slices of the windows that lie there.

use super::auth::Known;
use super::reply::store_error;
use crate::app::App;
use reelgate_core::limit::{Allowance, Rule, Window};
use reelgate_core::{AccountId, Error, KeyId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Windows kept before closed ones are thrown out.
const WINDOWS_MAX: usize = 10_000;

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Bucket {
    /// An account's requests to an API.
    Account(AccountId, &'static str),
    /// A key's requests to all of them.
    Key(KeyId),
}

/// The counters.
#[derive(Debug, Default)]
pub struct Limiter {
    own: Mutex<HashMap<Bucket, (Window, Rule)>>,
    shared: Mutex<HashMap<Bucket, Arc<tokio::sync::Mutex<Share>>>>,
}

/// This server's part of a shared window.
#[derive(Debug, Default)]
struct Share {
    /// The window when it was last looked at; what was promised to this server counts as used.
    window: Window,
    /// Requests that may still be let in without asking.
    spare: u32,
}

/// Counts one request; `allowance` becomes what is left, also when the request is refused.
///
/// # Errors
/// `RateLimited` when a window of the account or of the key is full.
pub async fn admit(
    app: &App,
    known: &Known,
    dialect: &'static str,
    allowance: &mut Option<Allowance>,
) -> Result<(), Error> {
    let caller = known.caller;
    let account =
        app.config.rate(dialect).map(|rule| (Bucket::Account(caller.account, dialect), rule));
    let key = known.guard.requests_per_minute;
    let key = key.map(|requests| (Bucket::Key(caller.key), Rule::per_minute(requests)));
    for (bucket, rule) in account.into_iter().chain(key) {
        let admitted = match app.store.is_shared() {
            false => app.limiter.count(bucket, rule, app),
            true => app.limiter.count_shared(bucket, rule, app).await?,
        };
        let left = admitted.unwrap_or_else(|left| left);
        // Headers tell of the narrower limit.
        if allowance.is_none_or(|known| left.remaining < known.remaining) {
            *allowance = Some(left);
        }
        if let Err(left) = admitted {
            return Err(left.refusal(rule));
        }
    }
    Ok(())
}

impl Limiter {
    fn count(&self, bucket: Bucket, rule: Rule, app: &App) -> Result<Allowance, Allowance> {
        let now = app.now();
        let mut windows = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= WINDOWS_MAX {
            windows.retain(|_, (window, rule)| !window.is_over(*rule, now));
        }
        let (window, counted_by) =
            windows.entry(bucket).or_insert_with(|| (Window::default(), rule));
        *counted_by = rule;
        window.admit(rule, now)
    }

    async fn count_shared(
        &self,
        bucket: Bucket,
        rule: Rule,
        app: &App,
    ) -> Result<Result<Allowance, Allowance>, Error> {
        let share = self.share(bucket);
        // Requests of one bucket wait for each other here, so that one of them asks for all.
        let mut share = share.lock().await;
        let now = app.now();
        let over = share.window.is_over(rule, now);
        if over {
            share.spare = 0;
        }
        if share.spare == 0 && (over || share.window.used < rule.requests) {
            let taken = app.store.take_requests(&bucket.name(), rule, now).await;
            let (window, granted) = taken.map_err(store_error)?;
            *share = Share { window, spare: granted };
        }
        let admitted = share.spare > 0;
        share.spare = share.spare.saturating_sub(1);
        let mut left = share.window.allowance(rule, now);
        left.remaining = left.remaining.saturating_add(share.spare);
        Ok(if admitted { Ok(left) } else { Err(left) })
    }

    fn share(&self, bucket: Bucket) -> Arc<tokio::sync::Mutex<Share>> {
        let mut shares = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shares.len() >= WINDOWS_MAX {
            // What a share still had is lost: fewer requests than allowed, never more.
            shares.retain(|_, share| Arc::strong_count(share) > 1);
        }
        Arc::clone(shares.entry(bucket).or_default())
    }
}

impl Bucket {
    /// Its name in the database.
    fn name(self) -> String {
        match self {
            Self::Account(account, dialect) => format!("account/{account}/{dialect}"),
            Self::Key(key) => format!("key/{key}"),
        }
    }
}
