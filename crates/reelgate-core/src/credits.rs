//! Money: whole micro-credits, checked, and formatted here only.

use std::fmt;

/// An amount of credits, counted in millionths; never negative in prices, holds and balances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credits(i64);

/// Millionths in one credit.
const MICRO: i64 = 1_000_000;

impl Credits {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount from its millionths.
    #[must_use]
    pub const fn from_micro(micro: i64) -> Self {
        Self(micro)
    }

    /// A whole number of credits; stops at the largest amount instead of wrapping.
    #[must_use]
    pub const fn whole(credits: i64) -> Self {
        Self(credits.saturating_mul(MICRO))
    }

    /// Millionths of a credit.
    #[must_use]
    pub const fn micro(self) -> i64 {
        self.0
    }

    /// The sum, or nothing when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or nothing when it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `self` times `factor`, or nothing when it does not fit.
    #[must_use]
    pub fn checked_mul(self, factor: i64) -> Option<Self> {
        self.0.checked_mul(factor).map(Self)
    }

    /// Rounded up to a multiple of `step`.
    #[must_use]
    pub fn round_up_to(self, step: Self) -> Option<Self> {
        if step.0 <= 0 {
            return None;
        }
        let over = self.0.rem_euclid(step.0);
        if over == 0 { Some(self) } else { self.0.checked_add(step.0.checked_sub(over)?).map(Self) }
    }

    /// Whole credits, rounded up: what an API with integer credits shows for a price.
    #[must_use]
    pub fn whole_up(self) -> i64 {
        self.0.div_euclid(MICRO).saturating_add(i64::from(self.0.rem_euclid(MICRO) != 0))
    }

    /// Whole credits, rounded down: what is safe to show of a balance.
    #[must_use]
    pub fn whole_down(self) -> i64 {
        self.0.div_euclid(MICRO)
    }

    /// This amount as US dollars with six decimals, when one credit is worth `usd_micro_per_credit`
    /// millionths of a dollar: `0.500000`.
    #[must_use]
    pub fn usd(self, usd_micro_per_credit: i64) -> String {
        let micro_usd = i128::from(self.0) * i128::from(usd_micro_per_credit) / i128::from(MICRO);
        decimal(micro_usd)
    }

    /// Reads `12`, `12.5` or `0.000001`; nothing else, in particular no sign and no exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let bare_dot = text.contains('.') && fraction.is_empty();
        if whole.is_empty() || bare_dot || fraction.len() > 6 || !digits(whole) || !digits(fraction)
        {
            return None;
        }
        let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
        whole.parse::<i64>().ok()?.checked_mul(MICRO)?.checked_add(fraction).map(Self)
    }
}

impl fmt::Display for Credits {
    /// The shortest exact decimal: `40`, `12.8`, `-0.000001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = decimal(i128::from(self.0));
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

fn decimal(micro: i128) -> String {
    let sign = if micro < 0 { "-" } else { "" };
    let size = micro.unsigned_abs();
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_and_print_exactly() {
        for (text, micro) in [("40", 40_000_000), ("12.8", 12_800_000), ("0.000001", 1), ("0", 0)] {
            assert_eq!(Credits::parse(text), Some(Credits(micro)), "{text}");
            assert_eq!(Credits(micro).to_string(), text);
        }
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "0.0000001", "9999999999999999999"] {
            assert_eq!(Credits::parse(text), None, "{text}");
        }
    }

    #[test]
    fn prices_round_up_and_never_down() {
        let step = Credits::whole(1);
        assert_eq!(Credits(72_500_000).round_up_to(step), Some(Credits::whole(73)));
        assert_eq!(Credits::whole(64).round_up_to(step), Some(Credits::whole(64)));
        assert_eq!(Credits::whole(64).round_up_to(Credits::ZERO), None);
        assert_eq!(Credits(1).whole_up(), 1);
        assert_eq!(Credits(999_999).whole_down(), 0);
    }

    #[test]
    fn dollars_have_six_decimals() {
        assert_eq!(Credits::whole(50).usd(10_000), "0.500000");
        assert_eq!(Credits::ZERO.usd(10_000), "0.000000");
    }
}
