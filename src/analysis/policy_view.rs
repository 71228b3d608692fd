//! A repository's policy, made ready to be asked once per file and per finding.

use std::collections::{BTreeMap, HashSet};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{config::policy::Policy, domain::finding::Severity};

pub struct PolicyView<'p> {
    exclude: GlobSet,
    patterns: Vec<&'p str>,
    disabled: HashSet<&'p str>,
    severity: &'p BTreeMap<String, Severity>,
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
            disabled: policy.rules.disable.iter().map(String::as_str).collect(),
            severity: &policy.rules.severity,
            min_severity: policy.review.min_severity,
        }
    }

    /// The first glob of `review.paths.exclude` that matches.
    pub fn excluded_by(&self, path: &str) -> Option<&'p str> {
        self.exclude.matches(path).first().map(|index| self.patterns[*index])
    }

    /// `rules.disable` names the rule, or all of its kind, as in `py/*`.
    pub fn is_disabled(&self, rule: &str) -> bool {
        let kind = rule.split_once('/').map(|(kind, _)| format!("{kind}/*"));
        self.disabled.contains(rule) || kind.is_some_and(|kind| self.disabled.contains(kind.as_str()))
    }

    /// What `rules.severity` says of the rule.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.severity.get(rule).copied()
    }
}
