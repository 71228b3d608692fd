//! What an execution has behind it: nodes that finished, and tries that failed; and the way more of them are stored.

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{
    definition::Node,
    retry::RetryPolicy,
    stop::Stop,
    value::{MAX_VALUE_BYTES, size},
};
use crate::{
    domain::execution::{Execution, Step, StepStatus},
    store::{
        db::Db,
        queue::{Fence, Lease},
        step,
    },
    telemetry::clock::Clock,
    tools::error::ToolError,
};

/// A failed try of the node `fetch` that is not its last is stored beside it, as `fetch#1`.
const TRY: char = '#';
/// One that failed because what it needs was away, as `fetch~1`: it says nothing of the node.
const ABSENT: char = '~';
/// A wait that the other side asked for is no failure, but has an end too: so many times the tries of the policy.
const PATIENCE: u32 = 5;

pub(super) struct Steps {
    db: Db,
    lease: Lease,
    clock: Clock,
    finished: BTreeMap<String, Step>,
    /// By node and kind.
    tries: HashMap<(String, char), Tries>,
    /// Something ended the execution: what runs may finish, nothing more starts.
    halted: AtomicBool,
}

/// What is away is waited for so long, from the first failed try on.
const ABSENCE: TimeDelta = TimeDelta::hours(24);
/// How long between two tries of what is away. The number of tries does not count.
const MEANWHILE: RetryPolicy = RetryPolicy { max_delay: Duration::from_secs(600), ..RetryPolicy::USUAL };

/// Failed tries of one node, of one kind.
#[derive(Clone, Copy, Default)]
struct Tries {
    all: u32,
    /// Since the execution was queued, or a person retried it.
    recent: u32,
    /// The first of the recent ones.
    since: Option<DateTime<Utc>>,
}

impl Tries {
    fn add(&mut self, step: &Step, first_attempt: i32) {
        self.all += 1;
        if step.attempt >= first_attempt {
            self.recent += 1;
            self.since = Some(self.since.map_or(step.started_at, |since| since.min(step.started_at)));
        }
    }
}

/// The node whose failed try a step is, and of which kind.
fn try_of(path: &str) -> Option<(&str, char)> {
    [TRY, ABSENT].into_iter().find_map(|mark| Some((path.rsplit_once(mark)?.0, mark)))
}

impl Steps {
    pub(super) async fn load(db: &Db, execution: &Execution, clock: Clock) -> Result<Self, Stop> {
        let steps = step::of(db, execution.id).await?;
        let first_attempt = execution.attempt - execution.tries + 1;
        let mut tries: HashMap<(String, char), Tries> = HashMap::new();
        for step in &steps {
            if let Some((path, mark)) = try_of(&step.path) {
                tries.entry((path.to_owned(), mark)).or_default().add(step, first_attempt);
            }
        }
        let finished = steps.into_iter().map(|step| (step.path.clone(), step)).collect();
        let halted = AtomicBool::new(false);
        Ok(Self { db: db.clone(), lease: Lease::from(execution), clock, finished, tries, halted })
    }

    /// Of an earlier attempt.
    pub(super) fn finished(&self, path: &str) -> Option<(StepStatus, &Value)> {
        self.finished.get(path).map(|step| (step.status, &step.output))
    }

    pub(super) fn halted(&self) -> bool {
        self.halted.load(Ordering::SeqCst)
    }

    pub(super) async fn succeeded(&self, path: &str, output: Value, started: DateTime<Utc>) -> Result<Value, Stop> {
        let bytes = size(&output);
        if bytes > MAX_VALUE_BYTES {
            let (found, most) = (bytes / 1024 / 1024, MAX_VALUE_BYTES / 1024 / 1024);
            let error = anyhow!("the output has {found} MB, and at most {most} MB are kept");
            return Err(self.given_up(path, &error.to_string(), started).await?);
        }
        self.record(path, StepStatus::Succeeded, Ok(output.clone()), started).await?;
        Ok(output)
    }

    pub(super) async fn skipped(&self, path: &str, started: DateTime<Utc>) -> Result<(), Stop> {
        self.record(path, StepStatus::Skipped, Ok(Value::Null), started).await
    }

    /// Stores a failure, and says what it means for the execution.
    pub(super) async fn failed(
        &self,
        node: &Node,
        path: &str,
        error: ToolError,
        started: DateTime<Utc>,
    ) -> Result<Stop, Stop> {
        let message = error.to_string();
        match error {
            ToolError::Away(_) if node.retry.is_usual => {
                let tries = self.tried(path, ABSENT, &message, started).await?;
                if tries.since.is_some_and(|since| started - since >= ABSENCE) {
                    let (tries, hours) = (tries.recent, ABSENCE.num_hours());
                    let message = format!("{message} (given up after {tries} tries in {hours} hours)");
                    return self.given_up(path, &message, started).await;
                }
                Ok(self.later(path, &message, MEANWHILE.delay(tries.recent)))
            }
            ToolError::Retry { .. } | ToolError::Away(_) => {
                let after = if let ToolError::Retry { after, .. } = error { after } else { None };
                let tries = self.tried(path, TRY, &message, started).await?.recent;
                let allowed = node.retry.max_attempts * if after.is_some() { PATIENCE } else { 1 };
                if tries >= allowed {
                    let message = format!("{message} (given up after {tries} tries)");
                    return self.given_up(path, &message, started).await;
                }
                Ok(self.later(path, &message, after.unwrap_or_else(|| node.retry.delay(tries))))
            }
            ToolError::Fatal(_) => self.given_up(path, &message, started).await,
            ToolError::Skip(reason) => Ok(self.halt(Stop::Skipped(reason))),
            ToolError::Superseded => Ok(self.halt(Stop::Interrupted)),
        }
    }

    /// Stores a failed try; gives what they are with it.
    async fn tried(&self, path: &str, mark: char, message: &str, started: DateTime<Utc>) -> Result<Tries, Stop> {
        let Tries { all, recent, since } = self.tries.get(&(path.to_owned(), mark)).copied().unwrap_or_default();
        self.record(&format!("{path}{mark}{}", all + 1), StepStatus::Failed, Err(message), started).await?;
        Ok(Tries { all: all + 1, recent: recent + 1, since: since.or(Some(started)) })
    }

    fn later(&self, path: &str, message: &str, delay: Duration) -> Stop {
        let longest = TimeDelta::days(1);
        let delay = TimeDelta::from_std(delay).map_or(longest, |delay| delay.min(longest));
        Stop::Retry { at: self.clock.now() + delay, reason: format!("{path}: {message}") }
    }

    async fn given_up(&self, path: &str, message: &str, started: DateTime<Utc>) -> Result<Stop, Stop> {
        self.record(path, StepStatus::Failed, Err(message), started).await?;
        Ok(self.halt(Stop::Failed(format!("{path}: {message}"))))
    }

    fn halt(&self, stop: Stop) -> Stop {
        self.halted.store(true, Ordering::SeqCst);
        stop
    }

    /// Stores a node's end under the execution's attempt. Nothing is stored, and nothing goes on, when the lease is lost.
    async fn record(
        &self,
        path: &str,
        status: StepStatus,
        end: Result<Value, &str>,
        started_at: DateTime<Utc>,
    ) -> Result<(), Stop> {
        let (output, error) = match end {
            Ok(output) => (output, None),
            Err(message) => (Value::Null, Some(message.to_owned())),
        };
        let step = Step {
            execution: self.lease.execution,
            path: path.to_owned(),
            status,
            output,
            error,
            attempt: self.lease.attempt,
            started_at,
            finished_at: self.clock.now(),
        };
        match step::record(&self.db, self.lease, &step).await {
            Ok(Fence::Held) => Ok(()),
            Ok(Fence::Lost | Fence::Superseded | Fence::Cancelled) => Err(self.halt(Stop::Interrupted)),
            Err(error) => Err(self.halt(Stop::Store(error))),
        }
    }
}
