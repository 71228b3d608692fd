//! The governor: keeps each installation below GitHub's limits before GitHub has to say so, and stays away for as long as
//! it says. It waits a little itself; a longer wait is an error with the time, so that no worker stands still.
//! Source: <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits>.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use governor::{
    Quota, RateLimiter,
    clock::Clock as _,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    answer::Answer,
    client::{Pace, Settings},
    error::GitHubError,
    request::{Kind, Request},
};
use crate::{
    domain::ids::InstallationId,
    telemetry::{clock::Clock, metrics::GITHUB_RATE_LIMIT_REMAINING},
};

/// Waited for when GitHub says "secondary rate limit" and not how long; doubles each time up to the longest.
/// Source: <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>.
const UNSAID_WAIT: TimeDelta = TimeDelta::seconds(60);
const LONGEST_UNSAID_WAIT: TimeDelta = TimeDelta::minutes(15);

/// Seam's clock, as the `governor` crate wants it.
#[derive(Clone, Debug)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(u64::try_from(self.0.now().timestamp_millis()).unwrap_or_default().saturating_mul(1_000_000))
    }
}

/// What flows back over time, and at most how much of it is there at once.
struct Bucket {
    limiter: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Nanos>>,
    burst: NonZeroU32,
}

/// All of them; `None` is the App itself, calling with its JWT.
pub(crate) struct Limits {
    /// Processes that share the limits: each has its own buckets, and pays for a call as if all of them made it.
    sharers: Arc<AtomicU32>,
    installations: Mutex<HashMap<Option<InstallationId>, Arc<InstallationLimits>>>,
    clock: Clock,
    patience: Duration,
    concurrency: usize,
    pace: Pace,
}

impl Limits {
    pub(crate) fn new(settings: &Settings, clock: Clock) -> Self {
        let &Settings { patience, concurrency, pace, .. } = settings;
        let sharers = Arc::new(AtomicU32::new(1));
        Self { sharers, installations: Mutex::default(), clock, patience, concurrency, pace }
    }

    pub(crate) fn share_among(&self, processes: u32) {
        self.sharers.store(processes, Ordering::Relaxed);
    }

    pub(crate) fn of(&self, installation: Option<InstallationId>) -> Arc<InstallationLimits> {
        let mut all = self.installations.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            Arc::new(InstallationLimits {
                installation,
                sharers: Arc::clone(&self.sharers),
                clock: self.clock.clone(),
                patience: self.patience,
                slots: Arc::new(Semaphore::new(self.concurrency.max(1))),
                buckets: (self.pace == Pace::GitHubCom).then(|| Buckets::new(&self.clock)),
                stops: Mutex::default(),
            })
        };
        Arc::clone(all.entry(installation).or_insert_with(new))
    }
}

/// What may be used up before it flows back. A burst and a minute's refill together stay below GitHub's limit.
struct Buckets {
    /// 840 of 900 a minute.
    points: Bucket,
    /// 75 of 80.
    content_per_minute: Bucket,
    /// 490 of 500.
    content_per_hour: Bucket,
}

impl Buckets {
    fn new(clock: &Clock) -> Self {
        let bucket = |period: Duration, burst: u32| {
            let burst = NonZeroU32::new(burst).expect("a burst is more than nothing");
            let quota = Quota::with_period(period).expect("a period is more than nothing").allow_burst(burst);
            Bucket { limiter: RateLimiter::direct_with_clock(quota, Ticks(clock.clone())), burst }
        };
        Self {
            points: bucket(Duration::from_millis(111), 300),
            content_per_minute: bucket(Duration::from_secs(1), 15),
            content_per_hour: bucket(Duration::from_secs(9), 90),
        }
    }

    /// What a call takes, from which bucket.
    fn cost(&self, request: &Request) -> Vec<(&Bucket, NonZeroU32)> {
        let one = NonZeroU32::MIN;
        match request.kind {
            Kind::Read => vec![(&self.points, one)],
            Kind::Set => vec![(&self.points, one.saturating_add(4))],
            // What is refused by the minute has taken nothing from the hour.
            Kind::Create => vec![
                (&self.content_per_minute, one),
                (&self.content_per_hour, one),
                (&self.points, one.saturating_add(4)),
            ],
        }
    }
}

/// What one installation has left.
pub(crate) struct InstallationLimits {
    installation: Option<InstallationId>,
    sharers: Arc<AtomicU32>,
    clock: Clock,
    patience: Duration,
    slots: Arc<Semaphore>,
    buckets: Option<Buckets>,
    stops: Mutex<Stops>,
}

/// Until when GitHub wants no calls, and how often it said so in a row without saying for how long.
#[derive(Default)]
struct Stops {
    rest: Option<Stop>,
    graphql: Option<Stop>,
    strikes: u32,
}

impl Stops {
    /// REST and GraphQL have each its own hourly limit.
    fn place(&mut self, request: &Request) -> &mut Option<Stop> {
        if request.is_graphql() { &mut self.graphql } else { &mut self.rest }
    }

    /// For both together; a longer stop stays.
    fn everything(&mut self, limit: Limit, until: DateTime<Utc>) {
        for place in [&mut self.rest, &mut self.graphql] {
            if place.is_none_or(|stop| stop.until < until) {
                *place = Some(Stop { limit, until });
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Limit {
    Primary,
    Secondary,
    /// No limit of calls: GitHub itself is not there. Source:
    /// <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>.
    Away,
}

#[derive(Clone, Copy)]
struct Stop {
    limit: Limit,
    until: DateTime<Utc>,
}

impl Stop {
    /// `None` when it is over.
    fn left(self, now: DateTime<Utc>) -> Option<Duration> {
        (self.until - now).to_std().ok().filter(|wait| !wait.is_zero())
    }

    fn error(self, wait: Duration) -> GitHubError {
        match self.limit {
            Limit::Primary => GitHubError::RateLimited { until: self.until, wait },
            Limit::Secondary => GitHubError::SecondaryLimit { until: self.until, wait },
            Limit::Away => GitHubError::Away { until: self.until },
        }
    }
}

/// Held while a call is under way.
pub(crate) struct Admission {
    _slot: Option<OwnedSemaphorePermit>,
}

impl InstallationLimits {
    /// Waits for its turn.
    ///
    /// # Errors
    /// `RateLimited`, `SecondaryLimit` or `Away` when the wait would be longer than patience allows.
    pub(crate) async fn admit(&self, request: &Request) -> Result<Admission, GitHubError> {
        let mut patience = self.patience;
        for (bucket, cost) in self.buckets.as_ref().map(|buckets| buckets.cost(request)).unwrap_or_default() {
            while let Some(wait) = self.short_of(bucket, cost) {
                let until = self.clock.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
                sleep_within(&mut patience, wait, || GitHubError::SecondaryLimit { until, wait }).await?;
            }
        }
        loop {
            // Waiting for a slot is bounded by the timeouts of the calls that hold them.
            let slot = Arc::clone(&self.slots).acquire_owned().await.ok();
            let stop = *self.stops.lock().unwrap_or_else(PoisonError::into_inner).place(request);
            let Some((stop, wait)) = stop.and_then(|stop| Some((stop, stop.left(self.clock.now())?))) else {
                return Ok(Admission { _slot: slot });
            };
            drop(slot);
            sleep_within(&mut patience, wait, || stop.error(wait)).await?;
        }
    }

    /// `None`: it was there, and is taken.
    fn short_of(&self, bucket: &Bucket, cost: NonZeroU32) -> Option<Duration> {
        let sharers = NonZeroU32::new(self.sharers.load(Ordering::Relaxed)).unwrap_or(NonZeroU32::MIN);
        let cost = cost.saturating_mul(sharers).min(bucket.burst);
        match bucket.limiter.check_n(cost).expect("no call costs more than a burst") {
            Ok(()) => None,
            Err(not_until) => {
                Some(not_until.wait_time_from(Ticks(self.clock.clone()).now()).max(Duration::from_millis(1)))
            }
        }
    }

    /// What an answer means, and what it tells about the limits for the next calls.
    pub(crate) fn check(&self, request: &Request, answer: Answer) -> Result<Answer, GitHubError> {
        let now = self.clock.now();
        let remaining = answer.number("x-ratelimit-remaining");
        if let (Some(remaining), Some(installation), false) = (remaining, self.installation, request.is_graphql()) {
            let gauge = metrics::gauge!(GITHUB_RATE_LIMIT_REMAINING, "installation" => installation.to_string());
            #[expect(clippy::cast_precision_loss, reason = "a limit is at most 15,000")]
            gauge.set(remaining as f64);
        }
        let used_up = (remaining == Some(0)).then(|| now + answer.until_reset(now));
        let said = answer.retry_after();
        let outcome = answer.check(request, now);
        let mut stops = self.stops.lock().unwrap_or_else(PoisonError::into_inner);
        match (&outcome, said) {
            (Err(GitHubError::SecondaryLimit { until, .. }), Some(_)) => stops.everything(Limit::Secondary, *until),
            (Err(GitHubError::Server { .. }), Some(wait)) => stops.everything(Limit::Away, now + wait),
            (Err(GitHubError::SecondaryLimit { .. }), None) => {
                let wait = (UNSAID_WAIT * (1 << stops.strikes.min(8))).min(LONGEST_UNSAID_WAIT);
                let until = now + wait;
                stops.strikes += 1;
                stops.everything(Limit::Secondary, until);
                return Err(GitHubError::SecondaryLimit { until, wait: wait.to_std().unwrap_or_default() });
            }
            (Ok(_), _) => stops.strikes = 0,
            (Err(_), _) => {}
        }
        if let Some(until) = used_up {
            *stops.place(request) = Some(Stop { limit: Limit::Primary, until });
        }
        outcome
    }
}

async fn sleep_within(
    patience: &mut Duration,
    wait: Duration,
    too_long: impl FnOnce() -> GitHubError,
) -> Result<(), GitHubError> {
    let Some(left) = patience.checked_sub(wait) else { return Err(too_long()) };
    *patience = left;
    tokio::time::sleep(wait).await;
    Ok(())
}
