//! When a failed node is tried again.

use std::time::Duration;

/// The longest delay before the second try; each later one is longer by the factor.
const FIRST_DELAY: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Tries in all, the first included.
    pub max_attempts: u32,
    pub backoff_factor: f64,
    pub max_delay: Duration,
    /// What is away is waited for longer than these tries take: nobody said otherwise.
    pub is_usual: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::USUAL
    }
}

impl RetryPolicy {
    /// Where a workflow's file says nothing else.
    pub(super) const USUAL: Self =
        Self { max_attempts: 3, backoff_factor: 2.0, max_delay: Duration::from_secs(30), is_usual: true };

    /// How long to wait after the `tries`-th failed try: exponential, with full jitter, so that many who failed together do
    /// not come back together.
    pub fn delay(&self, tries: u32) -> Duration {
        let random = getrandom::u32().map_or(1.0, |bits| f64::from(bits) / f64::from(u32::MAX));
        self.longest_delay(tries).mul_f64(random)
    }

    /// What [`RetryPolicy::delay`] stays below.
    pub fn longest_delay(&self, tries: u32) -> Duration {
        let growth = self.backoff_factor.powf(f64::from(tries.saturating_sub(1).min(64)));
        Duration::try_from_secs_f64(FIRST_DELAY.as_secs_f64() * growth)
            .map_or(self.max_delay, |d| d.min(self.max_delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_the_longest_and_are_spread() {
        let policy = RetryPolicy { max_attempts: 9, max_delay: Duration::from_secs(5), ..RetryPolicy::USUAL };
        let longest: Vec<_> = [1, 2, 3, 4, 1_000_000].map(|tries| policy.longest_delay(tries).as_secs()).to_vec();
        assert_eq!(longest, [1, 2, 4, 5, 5]);
        let delays: std::collections::BTreeSet<_> = (0..20).map(|_| policy.delay(4)).collect();
        assert!(delays.len() > 10 && delays.iter().all(|delay| *delay <= policy.max_delay));
    }
}
