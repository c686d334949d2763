//! How many requests may be made: so many in a window that opens with the first.
//!
//! Servers that share a database share their windows too: each takes a slice of what is left, large
//! while there is much and one by one towards the end, so no limit is ever exceeded and small ones
//! are exact.

use crate::error::{Error, Kind};
use crate::time::Timestamp;

/// A server takes this part of what is left of a shared window.
const SLICES: u32 = 16;
/// Clocks of servers that share a window may differ by so much; a clock that jumps further back
/// opens a new window instead of locking callers out.
const SKEW_MS: i64 = 10_000;

/// A rule such as "30 requests in 60 seconds".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Requests in one window.
    pub requests: u32,
    /// Length of a window in milliseconds.
    pub window_ms: i64,
}

/// What has been used of the current window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// When its first request came.
    pub opened: Timestamp,
    /// Requests let in since, or promised to servers.
    pub used: u32,
}

/// What is left after a request: for the `RateLimit-*` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests in one window.
    pub limit: u32,
    /// Requests left in this one.
    pub remaining: u32,
    /// Seconds until the next window, rounded up.
    pub reset_s: u32,
}

impl Rule {
    /// So many requests in a minute.
    #[must_use]
    pub const fn per_minute(requests: u32) -> Self {
        Self { requests, window_ms: 60_000 }
    }
}

impl Window {
    /// Counts one request at `now`.
    ///
    /// # Errors
    /// What is left (nothing) when the window is full; [`Allowance::refusal`] says so.
    pub fn admit(&mut self, rule: Rule, now: Timestamp) -> Result<Allowance, Allowance> {
        let granted = self.take(rule, now, 1);
        let allowance = self.allowance(rule, now);
        if granted == 1 { Ok(allowance) } else { Err(allowance) }
    }

    /// Promises a slice of what is left at `now` to one server: how many requests, at least one
    /// unless the window is full.
    pub fn take_slice(&mut self, rule: Rule, now: Timestamp) -> u32 {
        let left = match self.is_over(rule, now) {
            true => rule.requests,
            false => rule.requests.saturating_sub(self.used),
        };
        self.take(rule, now, (left / SLICES).max(1))
    }

    /// What is left at `now`.
    #[must_use]
    pub fn allowance(&self, rule: Rule, now: Timestamp) -> Allowance {
        let open_ms = now.since_ms(self.opened).min(rule.window_ms);
        let left_ms = rule.window_ms.saturating_sub(open_ms).max(1);
        let reset_s = u32::try_from(left_ms.saturating_add(999) / 1000).unwrap_or(u32::MAX);
        let remaining = rule.requests.saturating_sub(self.used);
        Allowance { limit: rule.requests, remaining, reset_s }
    }

    /// Whether this window can be forgotten.
    #[must_use]
    pub fn is_over(&self, rule: Rule, now: Timestamp) -> bool {
        let ahead_ms = self.opened.since_ms(now);
        self.used == 0 || now.since_ms(self.opened) >= rule.window_ms || ahead_ms > SKEW_MS
    }

    fn take(&mut self, rule: Rule, now: Timestamp, wanted: u32) -> u32 {
        if self.is_over(rule, now) {
            *self = Self { opened: now, used: 0 };
        }
        let granted = wanted.min(rule.requests.saturating_sub(self.used));
        self.used = self.used.saturating_add(granted);
        granted
    }
}

impl Allowance {
    /// The refusal of a request beyond the limit.
    #[must_use]
    pub fn refusal(&self, rule: Rule) -> Error {
        let (limit, window_s) = (rule.requests, rule.window_ms / 1000);
        let message = format!("Too many requests: the limit is {limit} per {window_s} seconds");
        Error::new(Kind::RateLimited { retry_after_s: self.reset_s.max(1) }, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { requests: 2, window_ms: 60_000 };

    #[test]
    fn a_full_window_refuses_until_it_closes() {
        let start = Timestamp::from_ms(1_000_000);
        let mut window = Window::default();
        let first = window.admit(RULE, start).expect("first");
        assert_eq!(first, Allowance { limit: 2, remaining: 1, reset_s: 60 });
        window.admit(RULE, start.plus_ms(10_000)).expect("second");
        let refused = window.admit(RULE, start.plus_ms(23_500)).expect_err("third");
        assert_eq!(refused, Allowance { limit: 2, remaining: 0, reset_s: 37 });
        assert_eq!(refused.refusal(RULE).kind, Kind::RateLimited { retry_after_s: 37 });
        window.admit(RULE, start.plus_ms(60_000)).expect("a new window");
    }

    #[test]
    fn a_clock_that_jumps_back_opens_a_new_window_and_one_that_lags_does_not() {
        let mut window = Window::default();
        let start = Timestamp::from_ms(5_000_000);
        window.admit(RULE, start).expect("first");
        window.admit(RULE, start).expect("second");
        window.admit(RULE, start.plus_ms(-5)).expect_err("another server's clock lags");
        window.admit(RULE, Timestamp::from_ms(1)).expect("not locked out for years");
    }

    #[test]
    fn slices_shrink_and_never_add_up_to_more_than_the_limit() {
        let rule = Rule::per_minute(600);
        let (mut window, now) = (Window::default(), Timestamp::from_ms(1_000));
        let slices: Vec<u32> = std::iter::repeat_with(|| window.take_slice(rule, now))
            .take_while(|n| *n > 0)
            .collect();
        assert_eq!(slices.iter().sum::<u32>(), 600);
        assert_eq!((slices[0], slices[slices.len() - 1]), (37, 1));
        assert!(slices.len() < 100, "few of them: {}", slices.len());
        // What API C documents is small enough to be taken one by one.
        let mut window = Window::default();
        assert_eq!(window.take_slice(Rule::per_minute(30), now), 1);
    }
}
