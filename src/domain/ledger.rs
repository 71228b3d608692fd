//! The ledger: for each changed file, what was done with it and why. Nothing is skipped in silence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened to a file between base and head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileStatus {
    Added,
    Modified,
    Removed,
    Renamed,
    Copied,
}

impl FileStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Copied => "copied",
        }
    }
}

/// How far a file was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Handled {
    /// All that applies to it ran: AST rules, secrets, general checks.
    Reviewed,
    /// Only the checks that need no grammar ran (`reason` says why).
    Linted,
    /// Its text was not looked at (`reason` says why).
    Skipped,
}

/// One changed file. Paths that are not UTF-8 are shown with `\xNN` escapes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerRow {
    pub path: String,
    pub status: FileStatus,
    pub handled: Handled,
    pub reason: Option<String>,
}
