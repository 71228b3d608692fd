//! An execution: one run of a workflow. A step: one node of it.

use std::fmt;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::{DeliveryId, ExecutionId, InstallationId, RepoName, RepositoryId};

/// What must not run twice at once, as in `review:owner/repo#12`; `workflow::trigger` makes them, keyed by the
/// repository's numeric id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Lane(pub String);

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who waits. Ordered: a person's command goes before a push, a push before upkeep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Upkeep = 0,
    Push = 10,
    Command = 20,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExecutionStatus {
    Queued,
    Running,
    Succeeded,
    /// All attempts are used up, or the error cannot pass by itself: a dead letter.
    Failed,
    /// A newer execution of its lane took its place.
    Superseded,
    Cancelled,
    /// Nothing to do: `reason` says why.
    Skipped,
}

impl ExecutionStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }

    /// No worker will touch it again, unless a person retries it.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// What becomes of older executions of the same lane and workflow when a newer one is queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Supersede {
    /// The newer one takes the place of those that say the same: a review of the newest head is enough.
    Older,
    /// Every one runs, one after the other. Always so for [`Priority::Command`]: a person waits for each.
    Never,
}

/// What an execution waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum After {
    /// The one that stands before it among those that are queued together.
    Previous,
    Execution(ExecutionId),
}

/// An execution to be queued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewExecution {
    pub workflow: String,
    pub lane: Option<Lane>,
    pub supersede: Supersede,
    pub priority: Priority,
    pub installation: Option<InstallationId>,
    pub repository: Option<RepositoryId>,
    pub repo: Option<RepoName>,
    /// What `${input...}` means in the workflow.
    pub input: Value,
    pub delivery: Option<DeliveryId>,
    /// What makes it one of a kind: as long as an execution with this key is known, no other one is stored. Such a one
    /// takes nobody's place.
    pub once: Option<String>,
    /// It waits until that one has ended, however it ended.
    pub after: Option<After>,
}

/// A stored execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Execution {
    pub id: ExecutionId,
    pub workflow: String,
    pub lane: Option<Lane>,
    pub priority: Priority,
    pub installation: Option<InstallationId>,
    pub repository: Option<RepositoryId>,
    pub repo: Option<RepoName>,
    pub input: Value,
    pub delivery: Option<DeliveryId>,
    /// It was not claimed before that one had ended.
    pub after: Option<ExecutionId>,
    pub status: ExecutionStatus,
    /// Why it was skipped or superseded, or the error of a failed one.
    pub reason: Option<String>,
    /// Rises by one at every claim. A worker whose number is not the row's has lost its lease.
    pub attempt: i32,
    /// Claims since it was queued, or since a person retried it: what a limit on attempts counts.
    pub tries: i32,
    pub created_at: DateTime<Utc>,
    /// Not claimed before this (a retry's backoff).
    pub run_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    Succeeded,
    Failed,
    /// Its edge's condition was false.
    Skipped,
}

/// A finished node of an execution; `path` is the node's id, and for a node inside a `for_each`: `create_prs[3].generate_metadata`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    pub execution: ExecutionId,
    pub path: String,
    pub status: StepStatus,
    /// The node's output; `null` when it failed or was skipped.
    pub output: Value,
    pub error: Option<String>,
    pub attempt: i32,
    pub started_at: DateTime<Utc>,
    pub finished_at: DateTime<Utc>,
}
