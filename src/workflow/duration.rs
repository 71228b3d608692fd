//! Lengths of time as files write them: `500ms`, `30s`, `5m`, `12h`, `1d`.

use std::time::Duration;

const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// The error says what was expected.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("expected a length of time like 500ms, 30s, 5m, 12h or 1d, found {text:?}");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let amount: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let millis = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    let length = Duration::from_millis(amount.checked_mul(millis).ok_or_else(wrong)?);
    if length.is_zero() || length > LONGEST { Err(wrong()) } else { Ok(length) }
}

/// In the largest unit that needs no fraction: what [`parse_duration`] reads.
pub fn render_duration(length: Duration) -> String {
    let millis = length.as_millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    match units.into_iter().find(|(size, _)| millis > 0 && millis.is_multiple_of(*size)) {
        Some((size, unit)) => format!("{}{unit}", millis / size),
        None => format!("{millis}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rendered_can_be_read() {
        for text in ["1d", "25h", "90m", "61s", "1500ms"] {
            assert_eq!(render_duration(parse_duration(text).unwrap()), text);
        }
        assert_eq!(render_duration(Duration::from_secs(86_400)), "1d");
    }

    #[test]
    fn lengths_of_time_have_a_number_and_a_unit() {
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("2h"), Ok(Duration::from_secs(7_200)));
        for wrong in ["", "5", "m", "-5s", "5 s", "0s", "5M", "1.5h", "99999999999999999999s", "9999999999999999d"] {
            assert!(parse_duration(wrong).unwrap_err().contains("30s"), "{wrong:?} was accepted");
        }
    }
}
