//! The settings that hold, where each comes from, and what is wrong with the files they stand in.

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::Policy;

/// Where a file with settings stands, on the default branch.
pub const PATH: &str = ".github/seam.yml";

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    Default,
    /// `.github/seam.yml` of the organisation's `.github` repository.
    Organisation,
    /// `.github/seam.yml` of the repository.
    Repository,
    /// `.seam.yml` of a folder.
    Folder,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Default => "default",
            Self::Organisation => "organisation",
            Self::Repository => "repository",
            Self::Folder => "folder",
        })
    }
}

/// Where in which file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    pub origin: Origin,
    pub file: String,
    pub line: Option<u64>,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.origin == Origin::Organisation { " of the organisation" } else { "" };
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        write!(f, "`{}`{whose}{line}", self.file)
    }
}

/// What to tell about a file of settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    #[serde(flatten)]
    pub position: Position,
    /// What is wrong, and what was done instead.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.text)
    }
}

/// The settings that hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Effective {
    pub policy: Policy,
    /// Where each setting comes from, by its dotted name; what is not in it is a default.
    pub origins: BTreeMap<String, Origin>,
    pub problems: Vec<Problem>,
    /// Where the settings stand that a file gives, by the same names.
    #[serde(skip)]
    pub positions: BTreeMap<String, Position>,
}

impl Effective {
    /// Whether the organisation locks a setting, or a group that it is in.
    pub fn is_locked(&self, setting: &str) -> bool {
        is_locked(&self.policy.locked, setting)
    }

    /// As what the organisation locks a setting, where it does: the setting itself, or what a folder's would change.
    pub fn lock_of(&self, setting: &[&str]) -> Option<String> {
        lock_of(setting, &self.policy.locked)
    }
}

/// The name under which a setting is locked: for a folder also that of the whole repository's, which it would change.
pub(super) fn lock_of(path: &[&str], locked: &[String]) -> Option<String> {
    let everywhere = match path {
        ["folders", _, "instructions", ..] => Some("review.instructions".to_owned()),
        ["folders", _, rest @ ..] => Some(rest.join(".")),
        _ => None,
    };
    [Some(path.join(".")), everywhere].into_iter().flatten().find(|name| is_locked(locked, name))
}

fn is_locked(locked: &[String], setting: &str) -> bool {
    let covers = |lock: &String| {
        setting.strip_prefix(lock.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    locked.iter().any(covers)
}
