//! What a rule must not report: gitleaks' allowlists.

use regex::bytes::Regex;

/// Which part of a hit the regexes of an allowlist look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    #[default]
    Secret,
    Match,
    Line,
}

/// Whether one criterion is enough or all that are given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    #[default]
    Or,
    And,
}

#[derive(Debug, Default)]
pub struct Allowlist {
    pub condition: Condition,
    pub target: Target,
    pub regexes: Vec<Regex>,
    pub paths: Vec<Regex>,
    /// In lower case; looked for in the secret.
    pub stopwords: Vec<String>,
    /// Ids of the rules it is for; empty: for all.
    pub rules: Vec<String>,
}

/// What is known of a hit.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'t> {
    pub path: &'t str,
    pub line: &'t [u8],
    pub matched: &'t [u8],
    pub secret: &'t [u8],
}

impl Allowlist {
    pub fn allows(&self, rule: &str, hit: Hit<'_>) -> bool {
        if !self.rules.is_empty() && !self.rules.iter().any(|id| id == rule) {
            return false;
        }
        let text = match self.target {
            Target::Secret => hit.secret,
            Target::Match => hit.matched,
            Target::Line => hit.line,
        };
        let secret = hit.secret.to_ascii_lowercase();
        let contains = |word: &String| secret.windows(word.len().max(1)).any(|part| part == word.as_bytes());
        let criteria = [
            (!self.regexes.is_empty()).then(|| self.regexes.iter().any(|regex| regex.is_match(text))),
            (!self.paths.is_empty()).then(|| self.paths.iter().any(|regex| regex.is_match(hit.path.as_bytes()))),
            (!self.stopwords.is_empty()).then(|| self.stopwords.iter().any(contains)),
        ];
        let mut given = criteria.into_iter().flatten().peekable();
        match self.condition {
            Condition::Or => given.any(|holds| holds),
            Condition::And => given.peek().is_some() && given.all(|holds| holds),
        }
    }
}
