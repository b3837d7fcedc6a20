//! Times and durations as they are shown and typed.

pub(crate) use alc_core::parse_duration;
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
}
