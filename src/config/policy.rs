//! A repository's policy: `.github/seam.yml` of its default branch, over the organisation's, over these defaults.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{
    finding::Severity,
    plan::{Granularity, Stacking, Strategy},
};

/// All of `.github/seam.yml`. Every key is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    pub review: ReviewPolicy,
    pub rules: RulesPolicy,
    pub acceptance: AcceptancePolicy,
    pub split: SplitPolicy,
    pub commands: CommandsPolicy,
    /// What holds for the files in a folder and below it, by the folder's path. A `.seam.yml` in the folder says the same.
    pub folders: BTreeMap<String, FolderPolicy>,
    /// Names of the operator's workflows to run here.
    pub workflows: Vec<String>,
    /// In an organisation's file: settings that its repositories may not change, as in `review.max_comments` or `rules`.
    pub locked: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewPolicy {
    pub on: ReviewOn,
    /// Inline comments of one review at most, most severe first; the rest are in the check run. Never more than 30.
    pub max_comments: usize,
    /// Findings below this are not reported at all; `info` goes to the check run only.
    pub min_severity: Severity,
    /// Ask for changes when there is an error, instead of only commenting.
    pub request_changes: bool,
    /// What others discuss in an open thread, by its lines or by the name of its rule, is not said again.
    pub skip_discussed: bool,
    /// Pushes to a pull request, without a word from a person, after which it is not reviewed by itself until somebody is
    /// heard of; 0: never.
    pub pause_after: u32,
    pub labels: LabelsPolicy,
    pub paths: PathsPolicy,
    /// Words for the model about some paths.
    pub instructions: Vec<Instruction>,
    /// Linters to run, by name: `{ruff: auto}`.
    pub linters: BTreeMap<String, String>,
}

/// What starts a review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewOn {
    /// A pull request is opened, reopened or marked as ready.
    pub opened: bool,
    /// Commits are pushed to a pull request.
    pub push: bool,
    /// Drafts too.
    pub draft: bool,
    /// Commits are pushed to a branch that has no pull request: a check run, and no comment.
    pub push_without_pr: bool,
}

/// Labels of a pull request that say whether it is reviewed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LabelsPolicy {
    /// Adding one of these asks for a review: of a draft too, and where `review.on` is off.
    pub ask: Vec<String>,
    /// With one of these a pull request is not reviewed by itself.
    pub forbid: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PathsPolicy {
    /// Globs of paths that are not reviewed; the ledger names them.
    pub exclude: Vec<String>,
}

/// Words for the model about some paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instruction {
    /// Globs.
    pub paths: Vec<String>,
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RulesPolicy {
    /// Rule ids that are off.
    pub disable: Vec<String>,
    /// Another severity for a rule id.
    pub severity: BTreeMap<String, Severity>,
}

/// When a rule is proposed to be switched off. Nothing is switched off by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AcceptancePolicy {
    /// Percent of a rule's problems that people fixed, of those they fixed or dismissed; below it the rule is proposed. 0:
    /// never.
    pub least: u32,
    /// Problems fixed or dismissed before the number means something.
    pub after: u32,
}

/// All of a folder's `.seam.yml`. A folder inherits what holds above it, and may switch more rules off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FolderPolicy {
    pub rules: RulesPolicy,
    /// Words for the model about the files here.
    pub instructions: Vec<String>,
}

impl RulesPolicy {
    /// The rule is named, or all of its kind, as in `py/*`.
    pub fn disables(&self, rule: &str) -> bool {
        let kind = rule.split_once('/').map_or(rule, |(kind, _)| kind);
        self.disable.iter().any(|off| off == rule || off.strip_suffix("/*") == Some(kind))
    }
}

impl Policy {
    /// The rules' settings that hold for a file, from the whole repository down to its own folder.
    pub fn rules_at(&self, path: &str) -> impl DoubleEndedIterator<Item = &RulesPolicy> {
        // In the order of their names a folder stands before those in it.
        let above = self.folders.iter().filter(move |(folder, _)| contains(folder, path));
        std::iter::once(&self.rules).chain(above.map(|(_, policy)| &policy.rules))
    }

    pub fn disables(&self, path: &str, rule: &str) -> bool {
        self.rules_at(path).any(|rules| rules.disables(rule))
    }

    /// Another severity than the rule's own; the nearest folder decides.
    pub fn severity_of(&self, path: &str, rule: &str) -> Option<Severity> {
        self.rules_at(path).rev().find_map(|rules| rules.severity.get(rule).copied())
    }
}

/// Everything lies in the folder without a name.
fn contains(folder: &str, path: &str) -> bool {
    let folder = folder.trim_matches('/');
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SplitOnPush {
    #[default]
    Suggest,
    Open,
    Off,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StackKind {
    /// A chain of base branches, and a native stack of GitHub's where the repository has them.
    #[default]
    Auto,
    /// The same.
    Native,
    /// A chain of base branches.
    Chain,
    /// Every slice is based on the base branch itself, whatever it needs; only slices that cut one file are a chain.
    Independent,
}

impl StackKind {
    pub fn stacking(self) -> Stacking {
        match self {
            Self::Auto | Self::Native | Self::Chain => Stacking::Needed,
            Self::Independent => Stacking::Independent,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SplitPolicy {
    /// What a big push leads to: a suggested plan, draft pull requests at once, or nothing.
    pub on_push: SplitOnPush,
    pub strategy: Strategy,
    /// Whole files, or hunks of files where they belong to different slices.
    pub granularity: Granularity,
    pub max_files_per_pr: usize,
    /// Below this a push is not called big.
    pub min_files: usize,
    /// How slices that need each other are based on each other.
    pub stack: StackKind,
    pub max_open_prs: usize,
}

/// Permission on the repository that a person needs. Ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Read,
    Write,
    Admin,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CommandsPolicy {
    /// `/review` works as well as `/seam review`.
    pub bare: bool,
    /// The permission on the repository that a person needs, by command (`fix`) or by one use of it (`fix all`), where it is
    /// another than the command asks for by itself.
    pub allow: BTreeMap<String, Role>,
    /// Bots whose comments are heard, by login as in `renovate[bot]`, each with what it may.
    pub bots: BTreeMap<String, Role>,
}

impl Default for ReviewPolicy {
    fn default() -> Self {
        Self {
            on: ReviewOn::default(),
            max_comments: 20,
            min_severity: Severity::Info,
            request_changes: false,
            skip_discussed: true,
            pause_after: 25,
            labels: LabelsPolicy::default(),
            paths: PathsPolicy::default(),
            instructions: Vec::new(),
            linters: BTreeMap::new(),
        }
    }
}

impl Default for ReviewOn {
    fn default() -> Self {
        Self { opened: true, push: true, draft: false, push_without_pr: true }
    }
}

impl Default for AcceptancePolicy {
    fn default() -> Self {
        Self { least: 25, after: 20 }
    }
}

impl Default for PathsPolicy {
    fn default() -> Self {
        let exclude = ["**/node_modules/**", "**/vendor/**", "**/*.min.js", "**/*.lock"];
        Self { exclude: exclude.map(str::to_owned).to_vec() }
    }
}

impl Default for SplitPolicy {
    fn default() -> Self {
        Self {
            on_push: SplitOnPush::default(),
            strategy: Strategy::default(),
            granularity: Granularity::default(),
            max_files_per_pr: 30,
            min_files: 8,
            stack: StackKind::default(),
            max_open_prs: 10,
        }
    }
}

impl Default for CommandsPolicy {
    fn default() -> Self {
        Self { bare: true, allow: BTreeMap::new(), bots: BTreeMap::new() }
    }
}
