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

/// What was looked for in a file: where it is not found now, it is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Looked {
    /// What its name, size and mode tell.
    pub name: bool,
    pub secrets: bool,
    /// What is looked for in any text,
    pub text: bool,
    /// and in one that a person wrote.
    pub hand_written: bool,
    pub syntax: bool,
}

impl Looked {
    pub const ALL: Self = Self { name: true, secrets: true, text: true, hand_written: true, syntax: true };
}

/// One changed file. Paths that are not UTF-8 are shown with `\xNN` escapes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerRow {
    pub path: String,
    pub status: FileStatus,
    pub handled: Handled,
    #[serde(default)]
    pub looked: Looked,
    pub reason: Option<String>,
}
