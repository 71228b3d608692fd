//! The policy that holds for a repository: its own file over the organisation's over the defaults. Settings are taken one
//! by one; maps are merged by key, lists are replaced as a whole. What the organisation locks, a repository cannot change.

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{policy::Policy, policy_file::PolicyFile};

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
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Default => "default",
            Self::Organisation => "organisation",
            Self::Repository => "repository",
        })
    }
}

/// What to tell about a file of settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    pub origin: Origin,
    pub line: Option<u64>,
    /// What is wrong, and what was done instead.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.origin == Origin::Organisation { " of the organisation" } else { "" };
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        write!(f, "`{PATH}`{whose}{line}: {}", self.text)
    }
}

/// The settings that hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Effective {
    pub policy: Policy,
    /// Where each setting comes from, by its dotted name.
    pub origins: BTreeMap<String, Origin>,
    pub problems: Vec<Problem>,
}

impl Effective {
    /// `None` where there is no file.
    pub fn of(organisation: Option<&str>, repository: Option<&str>) -> Self {
        let mut layers = Layers::new();
        let organisation = organisation.map(PolicyFile::parse).unwrap_or_default();
        layers.apply(Origin::Organisation, &organisation, &[]);
        if let Some(repository) = repository.map(PolicyFile::parse) {
            layers.apply(Origin::Repository, &repository, &organisation.locked);
        }
        layers.finish()
    }

    /// Whether the organisation locks a setting, or a group that it is in.
    pub fn is_locked(&self, setting: &str) -> bool {
        is_locked(&self.policy.locked, setting)
    }
}

fn is_locked(locked: &[String], setting: &str) -> bool {
    let covers = |lock: &String| {
        setting.strip_prefix(lock.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    locked.iter().any(covers)
}

struct Layers {
    values: Value,
    origins: BTreeMap<String, Origin>,
    problems: Vec<Problem>,
}

impl Layers {
    fn new() -> Self {
        let values = serde_json::to_value(Policy::default()).expect("a policy is plain data");
        let mut origins = BTreeMap::new();
        settings(&values, &mut Vec::new(), &mut |path, _| {
            origins.insert(path.join("."), Origin::Default);
        });
        Self { values, origins, problems: Vec::new() }
    }

    fn apply(&mut self, origin: Origin, file: &PolicyFile, locked: &[String]) {
        for fault in &file.faults {
            self.problems.push(Problem { origin, line: fault.line, text: fault.text.clone() });
        }
        if !file.faults.is_empty() {
            let instead = match origin {
                Origin::Repository => "the organisation's settings and the defaults are used",
                Origin::Organisation | Origin::Default => "the defaults are used",
            };
            self.problems.push(Problem { origin, line: None, text: format!("the file is not used; {instead}") });
        }
        settings(&file.given, &mut Vec::new(), &mut |path, value| {
            let name = path.join(".");
            let refused = if origin == Origin::Repository && path[0] == "locked" {
                Some("`locked` counts in the organisation's file only".to_owned())
            } else if is_locked(locked, &name) {
                Some(format!("`{name}` is locked by the organisation, whose value is used"))
            } else {
                None
            };
            match refused {
                Some(text) => self.problems.push(Problem { origin, line: file.line_of(&name), text }),
                None => {
                    set(&mut self.values, path, value.clone());
                    self.origins.insert(name, origin);
                }
            }
        });
    }

    fn finish(mut self) -> Effective {
        let policy = serde_json::from_value(self.values).unwrap_or_else(|error| {
            let text = format!("{error}; the defaults are used");
            self.problems.push(Problem { origin: Origin::Repository, line: None, text });
            Policy::default()
        });
        Effective { policy, origins: self.origins, problems: self.problems }
    }
}

/// Calls `each` with the path and the value of every setting: what is no object, or an empty one.
fn settings<'a>(value: &'a Value, path: &mut Vec<&'a str>, each: &mut dyn FnMut(&[&str], &Value)) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                path.push(key);
                settings(value, path, each);
                path.pop();
            }
        }
        _ if path.is_empty() => {}
        _ => each(path, value),
    }
}

fn set(into: &mut Value, path: &[&str], value: Value) {
    match path {
        [] => *into = value,
        [key, rest @ ..] => {
            if !into.is_object() {
                *into = Value::Object(Default::default());
            }
            set(&mut into[*key], rest, value);
        }
    }
}
