//! What all formats write: one review of one change set.

use crate::{
    domain::finding::{Analysis, Severity},
    review::score::Scores,
};

/// A review that is done.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// What was compared: a commit id, or words like `work tree`.
    pub base: &'a str,
    pub head: &'a str,
    pub analysis: &'a Analysis,
}

impl Outcome<'_> {
    pub fn scores(&self) -> Scores {
        Scores::of(&self.analysis.findings)
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.analysis.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    pub fn worst(&self) -> Option<Severity> {
        self.analysis.findings.iter().map(|finding| finding.severity).max()
    }
}
