//! How many requests an account may make: so many in a window that opens with the first.

use crate::error::{Error, Kind};
use crate::time::Timestamp;

/// A rule such as "30 requests in 60 seconds".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Requests in one window.
    pub requests: u32,
    /// Length of a window in milliseconds.
    pub window_ms: i64,
}

/// What an account has used of its current window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    opened: Timestamp,
    used: u32,
}

/// What is left after a request was let in: for the `RateLimit-*` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests in one window.
    pub limit: u32,
    /// Requests left in this one.
    pub remaining: u32,
    /// Seconds until the next window, rounded up.
    pub reset_s: u32,
}

impl Window {
    /// Counts one request at `now`.
    ///
    /// # Errors
    /// `RateLimited` with the seconds until the window closes.
    pub fn admit(&mut self, rule: Rule, now: Timestamp) -> Result<Allowance, Error> {
        if self.is_over(rule, now) || self.used == 0 {
            *self = Self { opened: now, used: 0 };
        }
        let left_ms = rule.window_ms.saturating_sub(now.since_ms(self.opened)).max(1);
        let reset_s = u32::try_from(left_ms.saturating_add(999) / 1000).unwrap_or(u32::MAX);
        if self.used >= rule.requests {
            let message = format!(
                "Too many requests: the limit is {} per {} seconds",
                rule.requests,
                rule.window_ms / 1000
            );
            return Err(Error::new(Kind::RateLimited { retry_after_s: reset_s }, message));
        }
        self.used = self.used.saturating_add(1);
        let remaining = rule.requests.saturating_sub(self.used);
        Ok(Allowance { limit: rule.requests, remaining, reset_s })
    }

    /// Whether this window can be forgotten.
    #[must_use]
    pub fn is_over(&self, rule: Rule, now: Timestamp) -> bool {
        now.since_ms(self.opened) >= rule.window_ms || now < self.opened
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
        assert_eq!(refused.kind, Kind::RateLimited { retry_after_s: 37 });
        window.admit(RULE, start.plus_ms(60_000)).expect("a new window");
    }

    #[test]
    fn a_clock_that_jumps_back_opens_a_new_window() {
        let mut window = Window::default();
        window.admit(RULE, Timestamp::from_ms(5_000_000)).expect("first");
        window.admit(RULE, Timestamp::from_ms(5_000_000)).expect("second");
        window.admit(RULE, Timestamp::from_ms(1)).expect("not locked out for years");
    }
}
