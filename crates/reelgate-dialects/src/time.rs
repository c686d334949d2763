//! Moments as the APIs write them: ISO 8601, UTC, milliseconds.

use reelgate_core::Timestamp;

const DAY_MS: i64 = 86_400_000;
/// Days of 400 years, after which the calendar repeats.
const ERA_DAYS: i64 = 146_097;
/// Days from 0000-03-01, where the count below begins, to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;
/// 0000-01-01 and the end of 9999, the years that have four digits.
const SHOWN_MS: (i64, i64) = (-62_167_219_200_000, 253_402_300_799_999);

/// `2025-08-03T10:22:20.010Z`; a moment outside the years 0 to 9999 shows the nearest one inside.
pub fn iso(moment: Timestamp) -> String {
    let ms = moment.ms().clamp(SHOWN_MS.0, SHOWN_MS.1);
    let (year, month, day) = date(ms.div_euclid(DAY_MS));
    let of_day = ms.rem_euclid(DAY_MS);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1000 % 60, of_day % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Reads what [`iso`] writes, with or without its milliseconds, or a day alone, which is its
/// midnight. Only UTC, and only days that exist.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (day, time) = match text.split_once('T') {
        Some((day, time)) => (day, time.strip_suffix('Z')?),
        None => (text, "00:00:00"),
    };
    let [year, month, day] = numbers(day, '-', [4, 2, 2])?;
    let (clock, millis) = time.split_once('.').unwrap_or((time, "000"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let [milli] = numbers(millis, '.', [3])?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // The first of March of the year, or of the one before, is near; the day is looked for there.
    let guess = (year * 146_097).div_euclid(400) - EPOCH_DAYS + (month - 3) * 306 / 10 + day;
    let found = (guess - 4..=guess + 4).find(|days| date(*days) == (year, month, day))?;
    let ms = ((hour * 60 + minute) * 60 + second) * 1000 + milli;
    Some(Timestamp::from_ms(found * DAY_MS + ms))
}

/// Numbers of so many digits each, with `between` in between.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| plain)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Year, month and day of a day counted from 1970-01-01.
///
/// Years are counted from March, so that the leap day comes last and months have a fixed place.
fn date(days: i64) -> (i64, i64, i64) {
    let since = days + EPOCH_DAYS;
    let of_era = since.rem_euclid(ERA_DAYS);
    let leap_days = of_era / 1460 - of_era / 36_524 + of_era / 146_096;
    let year = (of_era - leap_days) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // From March on, five months always have 153 days.
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + since.div_euclid(ERA_DAYS) * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc_with_milliseconds() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_754_216_540_010, "2025-08-03T10:22:20.010Z"),
            (1_780_480_800_000, "2026-06-03T10:00:00.000Z"),
            (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
            (i64::MIN, "0000-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso(Timestamp::from_ms(ms)), text);
            let inside = ms.clamp(SHOWN_MS.0, SHOWN_MS.1);
            assert_eq!(parse(text).map(Timestamp::ms), Some(inside), "{text}");
        }
    }

    #[test]
    fn every_day_reads_back_and_no_other_does() {
        for days in (-700_000..2_900_000).step_by(7) {
            let moment = Timestamp::from_ms(days * DAY_MS);
            assert_eq!(parse(&iso(moment)[..10]), Some(moment));
        }
        let short = parse("2000-02-29T12:34:56Z").map(Timestamp::ms);
        assert_eq!(short, Some(951_827_696_000));
        for text in [
            "",
            "2026",
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "2026-1-1",
            "+026-01-01",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+01:00",
            "2026-01-01T00:00:00.1Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_follow_each_other() {
        let (mut last, mut seen) = (date(-800_000), 0);
        for days in -799_999..800_000 {
            let (year, month, day) = date(days);
            let next_day = (year, month) == (last.0, last.1) && day == last.2 + 1;
            let next_month = (year, month, day) == (last.0, last.1 + 1, 1);
            let next_year = (year, month, day) == (last.0 + 1, 1, 1) && last.1 == 12;
            assert!(next_day || next_month || next_year, "{last:?} then {year}-{month}-{day}");
            last = (year, month, day);
            seen += 1;
        }
        assert_eq!(seen, 1_599_999);
    }
}
