//! What a receiver answered to a message.

use reelgate_core::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::UNIX_EPOCH;

/// An answer: its status, and when to come back if it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The status.
    pub status: u16,
    retry_after: Option<RetryAfter>,
}

/// Both forms of the header (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RetryAfter {
    Seconds(u32),
    At(Timestamp),
}

impl Posted {
    pub(super) fn new(status: u16, headers: &HeaderMap) -> Self {
        let text = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        Self { status, retry_after: text.and_then(|text| read(text.trim())) }
    }

    /// Milliseconds that the receiver asks to be left alone for, seen from `now`.
    #[must_use]
    pub fn retry_after_ms(&self, now: Timestamp) -> Option<i64> {
        self.retry_after.map(|asked| match asked {
            RetryAfter::Seconds(seconds) => i64::from(seconds) * 1000,
            RetryAfter::At(moment) => moment.since_ms(now).max(0),
        })
    }
}

fn read(text: &str) -> Option<RetryAfter> {
    if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
        // More digits than fit mean "very long", and there is a limit to that anyway.
        return Some(RetryAfter::Seconds(text.parse().unwrap_or(u32::MAX)));
    }
    let moment = httpdate::parse_http_date(text).ok()?;
    let since = moment.duration_since(UNIX_EPOCH).ok()?;
    Some(RetryAfter::At(Timestamp::from_ms(i64::try_from(since.as_millis()).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_anything_else_is_not() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp::from_ms(784_111_777_000 - 2_500);
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a header's value"));
            Posted::new(503, &headers).retry_after_ms(now)
        };
        assert_eq!(asked("120"), Some(120_000));
        assert_eq!(asked(" 7 "), Some(7_000));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT"), Some(2_500));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0));
        assert_eq!(asked("99999999999999"), Some(i64::from(u32::MAX) * 1000));
        for text in ["soon", "-5", "", "1.5"] {
            assert_eq!(asked(text), None, "{text}");
        }
    }
}
