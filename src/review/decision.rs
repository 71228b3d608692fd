//! What a round decided about a finding, kept with the plan: so that people can be told why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check_run::Standing;
use crate::domain::finding::{Finding, Fingerprint};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    pub fingerprint: Fingerprint,
    pub path: String,
    pub line: u32,
    pub standing: Standing,
    /// It was raised, or dismissed, on this pull request before.
    pub is_known: bool,
    pub place: SaidIn,
}

/// Where a finding is told besides the check run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SaidIn {
    Comment,
    /// It has no place in the diff.
    Summary,
    Nowhere,
}

impl Decision {
    pub fn is_about(&self, finding: &Finding) -> bool {
        self.fingerprint == finding.fingerprint && self.path == finding.path && self.line == finding.start_line
    }
}
