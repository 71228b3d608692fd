//! Times as people read them.

use chrono::{DateTime, TimeDelta, Utc};

/// `2026-11-21 03:57:27 UTC`
pub fn moment(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `350 ms`, `12.5 s`, `3 min 20 s`, `2 h 5 min`
pub fn lasted(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let millis = (to - from).max(TimeDelta::zero()).num_milliseconds();
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
        _ => format!("{} h {} min", millis / 3_600_000, millis % 3_600_000 / 60_000),
    }
}

/// `just now`, `3 minutes ago`, or the moment itself when it is longer ago than a day.
pub fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let plural = |count: i64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match (now - then).num_seconds() {
        ..60 => "just now".to_owned(),
        seconds @ 60..3_600 => plural(seconds / 60, "minute"),
        seconds @ 3_600..86_400 => plural(seconds / 3_600, "hour"),
        _ => moment(then),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let after = |millis| lasted(start, start + TimeDelta::milliseconds(millis));
        assert_eq!(
            [after(-5), after(350), after(12_560), after(200_000), after(7_500_000)],
            ["0 ms", "350 ms", "12.5 s", "3 min 20 s", "2 h 5 min"]
        );
        let since = |seconds| ago(start, start + TimeDelta::seconds(seconds));
        assert_eq!(
            [since(-3), since(60), since(3_599), since(7_200), since(90_000)],
            ["just now", "1 minute ago", "59 minutes ago", "2 hours ago", "2027-01-15 08:00:00 UTC"]
        );
    }
}
