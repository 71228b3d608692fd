//! GitHub's rate limits, per installation token's installation.
//! Source: <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// Requests an hour.
pub(crate) const PRIMARY: usize = 5_000;
/// Points a minute: one for reading, five for writing.
const POINTS: usize = 900;
/// Content-creating requests a minute, and an hour.
const CREATING: usize = 80;
const CREATING_HOUR: usize = 500;

/// What one call costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) points: usize,
    pub(crate) creates: bool,
}

impl Cost {
    /// A comment, a review, an issue or a pull request is content; a check run is not.
    pub(crate) fn of(method: &str, path: &str) -> Self {
        let content = ["/comments", "/reviews", "/replies", "/issues", "/pulls", "/reactions"];
        let creates = method == "POST" && content.iter().any(|end| path.ends_with(end));
        Self { points: if method == "GET" { 1 } else { 5 }, creates }
    }
}

#[derive(Debug, Default)]
struct Usage {
    /// Every call of the last hour.
    calls: Vec<(DateTime<Utc>, Cost)>,
}

#[derive(Debug, Default)]
pub(crate) struct Limits {
    by_installation: BTreeMap<i64, Usage>,
    /// A load test measures Seam, not these.
    pub(crate) off: bool,
}

/// What the headers of an answer say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) used: usize,
    pub(crate) reset: i64,
    pub(crate) refused: Option<Refused>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Primary,
    Secondary { retry_after: u64 },
}

impl Limits {
    /// Counts a call, unless it is over a limit.
    pub(crate) fn count(&mut self, installation: i64, cost: Cost, now: DateTime<Utc>) -> Standing {
        let calls = &mut self.by_installation.entry(installation).or_default().calls;
        calls.retain(|(at, _)| now - *at < TimeDelta::hours(1));
        let minute = calls.iter().filter(|(at, _)| now - *at < TimeDelta::minutes(1));
        let (points, creating) = minute
            .fold((0, 0), |(points, creating), (_, cost)| (points + cost.points, creating + usize::from(cost.creates)));
        let creating_hour = calls.iter().filter(|(_, cost)| cost.creates).count();
        let over =
            points + cost.points > POINTS || (cost.creates && (creating >= CREATING || creating_hour >= CREATING_HOUR));
        let refused = if self.off {
            None
        } else if calls.len() >= PRIMARY {
            Some(Refused::Primary)
        } else {
            over.then_some(Refused::Secondary { retry_after: 60 })
        };
        if refused.is_none() && !self.off {
            calls.push((now, cost));
        }
        let reset = calls.first().map_or(now, |(at, _)| *at) + TimeDelta::hours(1);
        Standing { used: calls.len(), reset: reset.timestamp(), refused }
    }
}
