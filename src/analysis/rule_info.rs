//! What is to be said about a rule, whatever sort it is of: for findings, for documentation, for SARIF.

use std::borrow::Cow;

use serde::Deserialize;

use crate::domain::finding::{Category, Confidence, Severity, Source};

/// One rule. Its id is also the name of its file.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// As in `py/eval-nonliteral`, `secret/github-token`, `gen/debug-leftover`.
    pub id: Cow<'static, str>,
    pub severity: Severity,
    pub category: Category,
    pub confidence: Confidence,
    pub source: Source,
    /// CWE numbers.
    pub cwe: Cow<'static, [u32]>,
    /// One sentence: what is wrong.
    pub summary: Cow<'static, str>,
    /// What to do about it; may be empty.
    pub help: Cow<'static, str>,
    pub url: Option<Cow<'static, str>>,
    pub in_tests: InTests,
}

impl RuleInfo {
    /// The summary and the help, as a finding's message.
    pub fn message(&self) -> String {
        let (summary, help) = (self.summary.trim(), self.help.trim());
        if help.is_empty() { summary.to_owned() } else { format!("{summary} {help}") }
    }
}

/// What a rule is worth in test files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InTests {
    /// Not reported.
    #[default]
    Skip,
    /// One severity lower, and not inline.
    Lower,
    /// As anywhere else.
    Same,
}
