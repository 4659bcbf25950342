//! Moments and spans of time as people read them.

use std::time::{SystemTime, UNIX_EPOCH};

use cosmrs::tendermint::Time;

/// Seconds of a day, an hour and a minute, with their names.
const UNITS: [(u64, &str); 3] = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];

/// A moment in seconds since 1970, as its date in UTC and how far off it is by this machine's
/// clock: `2026-11-25 07:32:00 UTC, in 2 days`.
pub fn moment(secs: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    told(secs, now.map_or(0, |now| now.as_secs()))
}

fn told(secs: u64, now: u64) -> String {
    let date = i64::try_from(secs)
        .ok()
        .and_then(|secs| Time::from_unix_timestamp(secs, 0).ok());
    let Some(date) = date else {
        return format!("second {secs} since 1970");
    };
    let date = date.to_rfc3339().replace('T', " ").replace('Z', " UTC");
    match secs.checked_sub(now) {
        Some(left) => format!("{date}, in {}", span(left)),
        None => format!("{date}, {} ago", span(now - secs)),
    }
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
}
