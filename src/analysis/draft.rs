//! A finding in the making: what a rule saw, before test profile, policy and the other rules on its line had their say.

use std::ops::Range;

use crate::domain::finding::{Confidence, Severity};

use super::rule_info::RuleInfo;

#[derive(Clone, Debug)]
pub struct Draft<'r> {
    pub rule: &'r RuleInfo,
    pub severity: Severity,
    pub confidence: Confidence,
    /// 1-based, inclusive; both 0 for the file as a whole.
    pub first_line: u32,
    pub last_line: u32,
    /// Where in the text: tells the enclosing symbol.
    pub at: usize,
    pub message: String,
    /// What the fingerprint is taken over. Never a secret itself.
    pub code: String,
    pub fix: Option<Fix>,
}

impl<'r> Draft<'r> {
    /// What the rule says of itself, about lines of a file.
    pub fn new(rule: &'r RuleInfo, (first_line, last_line): (u32, u32), at: usize, code: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            confidence: rule.confidence,
            first_line,
            last_line,
            at,
            message: rule.message(),
            code: code.into(),
            fix: None,
        }
    }

    /// About the file as a whole; `code` tells it apart from other files (its name).
    pub fn about_file(rule: &'r RuleInfo, code: impl Into<String>) -> Self {
        Self::new(rule, (0, 0), 0, code)
    }

    /// The same about the file as a whole, which has no lines to show.
    pub fn of_whole_file(self) -> Self {
        Self { first_line: 0, last_line: 0, at: 0, fix: None, ..self }
    }

    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    pub fn with_fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }
}

/// Replaces some bytes of the head file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub bytes: Range<usize>,
    pub replacement: String,
}
