//! Times of many runs, and what is said of them.

use std::time::Duration;

pub(crate) struct Times(Vec<Duration>);

impl From<Vec<Duration>> for Times {
    fn from(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }
}

impl Times {
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that this share of all runs did not take longer than, in milliseconds: 0.5 is the median.
    pub(crate) fn millis(&self, share: f64) -> f64 {
        let last = (self.0.len() - 1) as f64;
        self.0[(last * share).ceil() as usize].as_secs_f64() * 1e3
    }
}
