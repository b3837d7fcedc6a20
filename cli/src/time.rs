//! Times and durations as they are shown and typed.

use std::time::Duration;

use jiff::Timestamp;

/// A time in Unix milliseconds as RFC 3339 in UTC, with milliseconds; one that no calendar reaches
/// as the last that it does.
pub(crate) fn rfc3339(millis: i64) -> String {
    let beyond = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    format!("{:.3}", Timestamp::from_millisecond(millis).unwrap_or(beyond))
}

/// The text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a moment is a time such as 2026-01-31T12:00:00Z, or how long ago it is, as in 30m or 2d")]
pub(crate) struct BadMoment;

/// Reads a moment, in Unix milliseconds: a time in RFC 3339, or a duration that has passed since.
pub(crate) fn parse_moment(text: &str) -> Result<i64, BadMoment> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_millisecond());
    }
    let ago = parse_duration(text).map_err(|_| BadMoment)?;
    // Before the first year there was nothing.
    let moment = Timestamp::now().checked_sub(ago).unwrap_or(Timestamp::MIN);
    Ok(moment.as_millisecond())
}

/// The text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a duration is a number of seconds or has units, as in 500ms, 30s, 2m or 1h30m")]
pub(crate) struct BadDuration;

/// Reads a number of seconds, or numbers with the units `ms`, `s`, `m`, `h` and `d`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, BadDuration> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit()).ok_or(BadDuration)?;
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let millis: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(BadDuration),
        };
        let number: u64 = number.parse().map_err(|_| BadDuration)?;
        let part = number.checked_mul(millis).map(Duration::from_millis).ok_or(BadDuration)?;
        total = total.checked_add(part).ok_or(BadDuration)?;
        rest = after;
    }
    if text.is_empty() { Err(BadDuration) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_rfc_3339() {
        for (millis, shown) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_735_689_600_042, "2025-01-01T00:00:00.042Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-30T22:00:00.999Z"),
        ] {
            assert_eq!(rfc3339(millis), shown);
        }
    }

    #[test]
    fn a_moment_is_a_time_or_how_long_ago_it_is() {
        for (text, millis) in [
            ("2025-01-01T00:00:00.042Z", 1_735_689_600_042),
            ("2025-01-01T01:00:00+01:00", 1_735_689_600_000),
            ("1969-12-31T23:59:59.999Z", -1),
        ] {
            assert_eq!(parse_moment(text), Ok(millis), "{text}");
        }
        let before = parse_moment("0").expect("a moment");
        let passed = before - parse_moment("1d").expect("a moment");
        assert!((86_390_000..=86_400_000).contains(&passed), "{passed}");
        assert!(parse_moment("99999999d").expect("a moment") < 0);
        for text in ["", "now", "2025-01-01", "12:00", "-1", "2025-13-01T00:00:00Z"] {
            assert_eq!(parse_moment(text), Err(BadMoment), "{text}");
        }
    }

    #[test]
    fn durations_have_units_or_are_seconds() {
        for (text, millis) in
            [("0", 0), ("30", 30_000), ("500ms", 500), ("2m", 120_000), ("1h30m", 5_400_000)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "-1", "1.5s", "3 s", "1x", "1m30", "99999999999999999999d"] {
            assert_eq!(parse_duration(text), Err(BadDuration), "{text}");
        }
    }
}
