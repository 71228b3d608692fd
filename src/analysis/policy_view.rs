//! A repository's policy, made ready to be asked once per file and per finding.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{config::policy::Policy, domain::finding::Severity};

pub struct PolicyView<'p> {
    exclude: GlobSet,
    patterns: Vec<&'p str>,
    policy: &'p Policy,
    pub min_severity: Severity,
}

impl<'p> PolicyView<'p> {
    /// Globs that do not parse are left out here: whoever read the policy has reported them.
    pub fn of(policy: &'p Policy) -> Self {
        let mut exclude = GlobSetBuilder::new();
        let mut patterns = Vec::new();
        for pattern in &policy.review.paths.exclude {
            if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() {
                exclude.add(glob);
                patterns.push(pattern.as_str());
            }
        }
        Self {
            exclude: exclude.build().unwrap_or_else(|_| GlobSet::empty()),
            patterns,
            policy,
            min_severity: policy.review.min_severity,
        }
    }

    /// The first glob of `review.paths.exclude` that matches.
    pub fn excluded_by(&self, path: &str) -> Option<&'p str> {
        self.exclude.matches(path).first().map(|index| self.patterns[*index])
    }

    pub fn is_disabled(&self, path: &str, rule: &str) -> bool {
        self.policy.disables(path, rule)
    }

    pub fn severity(&self, path: &str, rule: &str) -> Option<Severity> {
        self.policy.severity_of(path, rule)
    }
}
