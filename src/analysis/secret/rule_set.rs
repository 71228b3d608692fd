//! All secret rules, and one automaton over all their keywords.

use std::{collections::BTreeSet, sync::OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use super::{allowlist::Allowlist, embedded, gitleaks, rule::SecretRule};

#[derive(Debug, Default)]
pub struct RuleSet {
    pub rules: Vec<SecretRule>,
    pub allowlists: Vec<Allowlist>,
    keywords: Option<AhoCorasick>,
    rules_of_keyword: Vec<Vec<usize>>,
    /// Rules without a keyword: their regex always runs.
    always: Vec<usize>,
}

/// A place where a rule is worth trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    pub rule: usize,
    /// Where its keyword stands in the text.
    pub at: usize,
}

impl RuleSet {
    /// The [embedded](Self::embedded) ones, read when they are first needed.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<RuleSet> = OnceLock::new();
        SHARED.get_or_init(Self::embedded)
    }

    /// A file that cannot be read is left out, with a warning; a test reads them all.
    pub fn embedded() -> Self {
        let mut files = Vec::new();
        for (name, text) in embedded::FILES {
            match gitleaks::read(name, text) {
                Ok(file) => files.push(file),
                Err(error) => tracing::warn!(%error, "secret rules are left out"),
            }
        }
        Self::new(files)
    }

    pub fn new(files: Vec<gitleaks::RuleFile>) -> Self {
        let mut set = Self::default();
        for file in files {
            for warning in file.warnings {
                tracing::warn!(warning, "a secret rule is not used in full");
            }
            set.rules.extend(file.rules);
            set.allowlists.extend(file.allowlists);
        }
        let mut keywords: Vec<&str> = Vec::new();
        for (index, rule) in set.rules.iter().enumerate() {
            for keyword in &rule.keywords {
                let known = keywords.iter().position(|known| known == keyword);
                let place = known.unwrap_or_else(|| {
                    keywords.push(keyword);
                    set.rules_of_keyword.push(Vec::new());
                    keywords.len() - 1
                });
                set.rules_of_keyword[place].push(index);
            }
            if rule.keywords.is_empty() && !rule.is_about_path() {
                set.always.push(index);
            }
        }
        set.keywords = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(keywords).ok();
        set
    }

    /// Rules and places that are worth a regex in a part of a text; `at` counts from the start of `part`.
    pub fn candidates(&self, part: &str) -> BTreeSet<Candidate> {
        let mut candidates: BTreeSet<Candidate> =
            self.always.iter().map(|rule| Candidate { rule: *rule, at: 0 }).collect();
        if let Some(keywords) = &self.keywords {
            for hit in keywords.find_overlapping_iter(part) {
                for rule in &self.rules_of_keyword[hit.pattern().as_usize()] {
                    candidates.insert(Candidate { rule: *rule, at: hit.start() });
                }
            }
        }
        candidates
    }

    /// The rule has no keyword.
    pub fn runs_always(&self, rule: usize) -> bool {
        self.always.contains(&rule)
    }
}
