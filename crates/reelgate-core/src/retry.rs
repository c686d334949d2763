//! When to try again: growing delays with a bound and some scatter.

/// A bounded, growing schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Delay after the first failure, in milliseconds.
    pub first_ms: i64,
    /// Each further delay is this many times longer.
    pub factor: i64,
    /// No delay is longer, in milliseconds.
    pub max_ms: i64,
}

/// Between attempts of a job: 2 s, 10 s, 50 s, up to five minutes.
pub const JOB: Schedule = Schedule { first_ms: 2_000, factor: 5, max_ms: 300_000 };

/// Attempts a job has unless the operator says otherwise.
pub const JOB_ATTEMPTS_MAX: u32 = 3;

/// Between attempts of a webhook delivery: 5 s, 20 s, 80 s ... six hours; a day in all.
pub const WEBHOOK: Schedule = Schedule { first_ms: 5_000, factor: 4, max_ms: 21_600_000 };

/// Attempts a webhook delivery has.
pub const WEBHOOK_ATTEMPTS_MAX: u32 = 10;

impl Schedule {
    /// Milliseconds to wait after `failures` failures (at least one): up to a quarter more than
    /// scheduled, by `entropy`, so that many waiters do not return together.
    #[must_use]
    pub fn delay_ms(&self, failures: u32, entropy: u64) -> i64 {
        let steps = failures.saturating_sub(1).min(40);
        let grown = self.first_ms.saturating_mul(self.factor.saturating_pow(steps));
        let base = grown.clamp(0, self.max_ms);
        let quarter = u64::try_from(base / 4).unwrap_or(0);
        let scatter = entropy.checked_rem(quarter.saturating_add(1)).unwrap_or(0);
        base.saturating_add(i64::try_from(scatter).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_stay_bounded() {
        let plain = |failures| WEBHOOK.delay_ms(failures, 0);
        assert_eq!([plain(1), plain(2), plain(3)], [5_000, 20_000, 80_000]);
        for failures in [0, 1, 9, 10, 40, u32::MAX] {
            for entropy in [0, 1, u64::MAX] {
                let delay_ms = WEBHOOK.delay_ms(failures, entropy);
                assert!((5_000..=27_000_000).contains(&delay_ms), "{failures} {entropy}");
            }
        }
    }
}
