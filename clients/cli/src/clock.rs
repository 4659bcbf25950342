//! Moments and spans of time as people read them.

use std::time::{SystemTime, UNIX_EPOCH};

use cosmrs::tendermint::Time;

use crate::failure::{Failure, Outcome};

/// Seconds of a day.
pub const DAY_SECS: u64 = 86_400;
/// Seconds of a day, an hour and a minute, with their names.
const UNITS: [(u64, &str); 3] = [(DAY_SECS, "days"), (3_600, "hours"), (60, "minutes")];

/// This machine's time, in seconds since 1970.
pub fn now_secs() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// A moment in seconds since 1970, as its date in UTC and how far off it is by this machine's
/// clock: `2026-11-25 07:32:00 UTC, in 2 days`.
pub fn moment(secs: u64) -> String {
    told(secs, now_secs())
}

fn told(secs: u64, now: u64) -> String {
    let Some(date) = date(secs) else {
        return format!("second {secs} since 1970");
    };
    let date = date.to_rfc3339().replace('T', " ").replace('Z', " UTC");
    match secs.checked_sub(now) {
        Some(left) => format!("{date}, in {}", span(left)),
        None => format!("{date}, {} ago", span(now - secs)),
    }
}

fn date(secs: u64) -> Option<Time> {
    let secs = i64::try_from(secs).ok()?;
    Time::from_unix_timestamp(secs, 0).ok()
}

/// How long ago a moment in seconds since 1970 is by this machine's clock: `3 minutes ago`.
pub fn ago(secs: u64) -> String {
    format!("{} ago", span(now_secs().saturating_sub(secs)))
}

/// A moment in seconds since 1970 as RFC 3339 has it, in UTC: for machines and spreadsheets.
pub fn written(secs: u64) -> Outcome<String> {
    let date = date(secs).ok_or_else(|| Failure::new(format!("{secs} is no time")))?;
    Ok(date.to_rfc3339())
}

/// The first second of a day in UTC, such as `2026-01-31`.
pub fn day(date: &str) -> Outcome<u64> {
    let wrong = || {
        Failure::new(format!("{date:?} is no day")).next("write year, month and day: 2026-01-31")
    };
    let time = Time::parse_from_rfc3339(&format!("{date}T00:00:00Z")).map_err(|_| wrong())?;
    u64::try_from(time.unix_timestamp()).map_err(|_| wrong())
}

/// Text with the times that contracts tell, `7 seconds of block time`, as moments. `now_secs`
/// counts where they do not tell what time it is.
pub fn dated(text: &str, now_secs: u64) -> String {
    const UNIT: &str = " seconds of block time";
    let mut said = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(UNIT) {
        let words = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let secs = before
            .strip_prefix(words)
            .and_then(|secs| secs.parse().ok());
        let now = after.strip_prefix(", now it is ").map(|after| {
            let left = after.trim_start_matches(|c: char| c.is_ascii_digit());
            (
                after.strip_suffix(left).and_then(|now| now.parse().ok()),
                left,
            )
        });
        let (now_secs, left) = match now {
            Some((Some(now_secs), left)) => (now_secs, left),
            _ => (now_secs, after),
        };
        said.push_str(words);
        match secs {
            Some(secs) => said.push_str(&told(secs, now_secs)),
            None => said.push_str(UNIT),
        }
        rest = left;
    }
    said + rest
}

/// A span of time in the largest unit of which it holds two, or one exactly.
pub fn span(secs: u64) -> String {
    for (unit, name) in UNITS {
        if secs == unit {
            return format!("1 {}", name.trim_end_matches('s'));
        }
        if secs >= 2 * unit {
            let tenths = secs.saturating_mul(10) / unit;
            return match tenths % 10 {
                0 => format!("{} {name}", tenths / 10),
                tenth => format!("{}.{tenth} {name}", tenths / 10),
            };
        }
    }
    match secs {
        1 => "1 second".to_owned(),
        _ => format!("{secs} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_moments_are_read_as_people_say_them() {
        for (secs, said) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (90, "90 seconds"),
            (60, "1 minute"),
            (5_400, "90 minutes"),
            (86_400, "1 day"),
            (100_000, "27.7 hours"),
            (259_200, "3 days"),
            (216_000, "2.5 days"),
        ] {
            assert_eq!(span(secs), said);
        }
        let day = 1_795_000_000;
        assert_eq!(
            told(day, day - 172_800),
            "2026-11-18 11:06:40 UTC, in 2 days"
        );
        assert_eq!(told(day, day + 60), "2026-11-18 11:06:40 UTC, 1 minute ago");
        assert!(told(u64::MAX, 0).contains("since 1970"));
    }

    #[test]
    fn days_are_those_of_utc() {
        assert_eq!(day("1970-01-02").expect("a day"), DAY_SECS);
        assert_eq!(written(DAY_SECS).expect("a time"), "1970-01-02T00:00:00Z");
        for wrong in ["yesterday", "2026-13-01", "2026-1-1", "1969-01-01", ""] {
            let failure = day(wrong).expect_err(wrong);
            assert!(failure.step().is_some(), "{wrong}");
        }
    }

    #[test]
    fn times_that_contracts_tell_are_moments_for_people() {
        for (said, shown) in [
            (
                "too early for job 7: possible after 1795419273 seconds of block time, now it is 1795419265",
                "too early for job 7: possible after 2026-11-23 07:34:33 UTC, in 8 seconds",
            ),
            (
                "the next ends at 1795419385 seconds of block time; wait",
                "the next ends at 2026-11-23 07:36:25 UTC, in 2 minutes; wait",
            ),
            ("nothing of it: 12 seconds", "nothing of it: 12 seconds"),
        ] {
            assert_eq!(dated(said, 1_795_419_265), shown);
        }
    }
}
