//! A finding: one problem in changed lines, with what is needed to show it, to recognise it again and to mend it.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{anchor::Anchor, ids::InvalidId};

/// How bad a finding is. Ordered: `Info < Warning < Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Shown in the check run only.
    Info,
    Warning,
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How sure a rule is. Only `High` comes inline on its own; the others go to the check run (tier 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Low,
    High,
}

/// What kind of problem it is; `Security` counts in the security score, the others in the quality score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    Security,
    Correctness,
    Performance,
    Maintainability,
    Testing,
}

/// What found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Rule,
    Secret,
    Dependency,
    Linter,
    Llm,
    General,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Secret => "secret",
            Self::Dependency => "dependency",
            Self::Linter => "linter",
            Self::Llm => "llm",
            Self::General => "general",
        }
    }
}

/// Recognises the same problem after a rebase, a force push or a rename: 32 hexadecimal digits of SHA-256 over the
/// rule, the names of the enclosing symbols and the code with its white space folded. Neither path nor line is in it;
/// two places with the same fingerprint are told apart by matching (path first, then order).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

impl Fingerprint {
    /// `symbol`: enclosing symbols from the outside in, joined by `.`, empty at the top of a file. `code`: the text
    /// of the finding's range; white space is folded here.
    pub fn of(rule: &str, symbol: &str, code: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [rule, symbol] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        for word in code.split_whitespace() {
            hash.update(word.as_bytes());
            hash.update(b" ");
        }
        Self(hex::encode(&hash.finalize()[..16]))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId { expected: "a fingerprint", found: text.chars().take(80).collect() })
        }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.0
    }
}

/// Replaces the lines `start_line..=end_line` of the head (1-based) with `replacement` (no final line end; empty deletes
/// the lines). It was applied and parsed before it is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suggestion {
    pub start_line: u32,
    pub end_line: u32,
    pub replacement: String,
}

/// One problem. Lines are 1-based and count in the head file; `start_line == 0` means the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    pub rule: String,
    pub severity: Severity,
    pub category: Category,
    pub path: String,
    pub start_line: u32,
    pub end_line: u32,
    /// Plain words for a person; Markdown allowed. Never holds a secret's value.
    pub message: String,
    pub suggestion: Option<Suggestion>,
    /// CWE numbers, as in `CWE-89`.
    pub cwe: Vec<u32>,
    pub fingerprint: Fingerprint,
    pub source: Source,
    pub confidence: Confidence,
    /// The text of the head at the finding's lines, checked before anything is posted: a finding whose evidence is not
    /// there is left out. `None` for a secret, which is never quoted, and for a finding on the file as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Where in the diff a comment on it can stand; `None` when GitHub would refuse every place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Anchor>,
}

impl Finding {
    /// The finding is about the file, not about lines of it.
    pub fn is_about_file(&self) -> bool {
        self.start_line == 0
    }
}

/// A score of 0 to 100 over the findings of one kind: 100 is none. The formula is in `review::score`.
pub type Score = u8;

/// What analysis says of one change set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Analysis {
    pub findings: Vec<Finding>,
    pub ledger: Vec<super::ledger::LedgerRow>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_ignores_white_space_and_nothing_else() {
        let first = Fingerprint::of("py/eval", "Shop.buy", "eval( x )");
        assert_eq!(first, Fingerprint::of("py/eval", "Shop.buy", "  eval(\n\tx )"));
        assert_ne!(first, Fingerprint::of("py/eval", "Shop.sell", "eval( x )"));
        assert_ne!(first, Fingerprint::of("py/exec", "Shop.buy", "eval( x )"));
        assert_ne!(first, Fingerprint::of("py/eval", "Shop.buy", "eval( y )"));
    }
}
