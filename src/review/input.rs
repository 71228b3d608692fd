//! What a review is planned from: plain data, loaded by the tools.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::memory::Known;
use crate::{
    config::{effective::Problem, policy::Policy},
    domain::{
        finding::Analysis,
        ids::{CommitSha, PullNumber},
    },
};

/// Everything that one round of review depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewInput {
    #[serde(default)]
    pub policy: Policy,
    pub target: Target,
    pub analysis: Analysis,
    /// What was said on this pull request before; empty for a branch.
    #[serde(default)]
    pub known: Vec<Known>,
    /// Files renamed in the change set: new path to old path.
    #[serde(default)]
    pub renames: BTreeMap<String, String>,
    /// Body of the sticky summary comment, when there is one.
    #[serde(default)]
    pub summary: Option<String>,
    /// Reviews of Seam's own that still ask for changes.
    #[serde(default)]
    pub blocking: Vec<i64>,
    /// What people should know about this round besides the findings.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// The public page of the execution. Another execution on the same head completes a check run of its own.
    #[serde(default)]
    pub run_url: Option<String>,
}

/// What is reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Pull(PullFacts),
    /// A push to a branch without a pull request: there is only the check run to speak in.
    Branch(BranchFacts),
}

impl Target {
    pub fn head(&self) -> &CommitSha {
        match self {
            Self::Pull(pull) => &pull.head,
            Self::Branch(branch) => &branch.head,
        }
    }

    pub fn pull(&self) -> Option<&PullFacts> {
        match self {
            Self::Pull(pull) => Some(pull),
            Self::Branch(_) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullFacts {
    pub number: PullNumber,
    pub head: CommitSha,
    /// Name of the base branch.
    pub base: String,
    pub draft: bool,
    /// The head is in another repository.
    pub fork: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BranchFacts {
    pub branch: String,
    pub head: CommitSha,
}

/// Something to tell in the check run: a problem in the configuration, or what could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    pub kind: NoteKind,
    /// Plain words: what is wrong and what to do about it.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// `.github/seam.yml` could not be followed; defaults were used.
    Configuration,
    /// A part of the review could not be done.
    Degraded,
    /// Good to know, and nothing to worry about.
    Remark,
}

impl NoteKind {
    /// Before the text.
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "Settings",
            Self::Degraded => "Not done",
            Self::Remark => "Note",
        }
    }
}

impl From<&Problem> for Note {
    fn from(problem: &Problem) -> Self {
        Self { kind: NoteKind::Configuration, text: problem.to_string() }
    }
}
