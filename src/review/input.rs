//! What a review is planned from: plain data, loaded by the tools.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{discussion::OtherThread, memory::Known};
use crate::{
    config::{effective::Problem, policy::Policy},
    domain::{
        finding::{Analysis, Fingerprint},
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
    /// Problems that people dismissed on other pull requests of the repository.
    #[serde(default)]
    pub dismissed: Vec<Dismissed>,
    /// What others discuss in open threads.
    #[serde(default)]
    pub others: Vec<OtherThread>,
    /// Findings, by their place in the analysis, about code that is as it was in the last round, as is all it depends on.
    #[serde(default)]
    pub unchanged: BTreeSet<usize>,
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

/// A problem that a person does not want to hear of: the same code in another file is another problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dismissed {
    pub fingerprint: Fingerprint,
    pub path: String,
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
    /// Login; `None`: the account is gone.
    #[serde(default)]
    pub author: Option<String>,
    /// Name of the base branch.
    pub base: String,
    pub draft: bool,
    /// Names.
    #[serde(default)]
    pub labels: Vec<String>,
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
    /// Something that whoever writes the settings may want to change.
    Proposal,
    /// Pushes are not reviewed from here on, until somebody is heard of.
    Pause,
}

impl NoteKind {
    /// Before the text.
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "Settings",
            Self::Degraded => "Not done",
            Self::Remark => "Note",
            Self::Proposal => "Proposal",
            Self::Pause => "Pause",
        }
    }
}

impl From<&Problem> for Note {
    fn from(problem: &Problem) -> Self {
        Self { kind: NoteKind::Configuration, text: problem.to_string() }
    }
}
