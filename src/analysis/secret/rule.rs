//! One secret rule. Its regex is compiled when one of its keywords is first met.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::analysis::rule_info::RuleInfo;

use super::{allowlist::Allowlist, verify::Verify};

/// How far from the rule's own hit another rule's hit must be.
#[derive(Clone, Debug)]
pub struct Required {
    pub rule: String,
    /// Lines between them at most; `None`: anywhere in the added lines of the file.
    pub within_lines: Option<u32>,
}

#[derive(Debug)]
pub struct SecretRule {
    pub info: RuleInfo,
    /// As its file names it, without Seam's `secret/`.
    pub id: String,
    /// In lower case; one of them must be near a hit. Empty: the regex runs over all added lines.
    pub keywords: Vec<String>,
    /// The secret's entropy must be above it.
    pub entropy: Option<f64>,
    /// The capture group that is the secret; `None`: the first group that took part, else all of the match.
    pub secret_group: Option<usize>,
    pub allowlists: Vec<Allowlist>,
    /// Only in files whose path matches.
    pub path: Option<Regex>,
    pub required: Vec<Required>,
    /// It only serves other rules' `required`.
    pub is_silent: bool,
    /// It knows no provider's format: a rule that does wins over it.
    pub is_generic: bool,
    pub verify: Option<Verify>,
    pub(super) pattern: Option<String>,
    pub(super) regex: OnceLock<Option<Regex>>,
}

impl SecretRule {
    /// `None` for a rule about paths alone, and for one whose pattern does not compile.
    pub fn regex(&self) -> Option<&Regex> {
        self.regex
            .get_or_init(|| {
                let pattern = self.pattern.as_ref()?;
                compile(pattern)
                    .inspect_err(|error| tracing::warn!(rule = self.id, %error, "a secret rule does not compile"))
                    .ok()
            })
            .as_ref()
    }

    /// It is about a file's path alone.
    pub fn is_about_path(&self) -> bool {
        self.pattern.is_none()
    }

    /// Its matches may be many lines long.
    pub fn spans_lines(&self) -> bool {
        self.pattern.as_ref().is_some_and(|p| p.contains(r"[\s\S]") || p.contains("(?s") || p.contains(r"\n"))
    }
}

/// Byte-wise, as gitleaks' engine reads classes: `\w` is ASCII, which also keeps compiling fast.
pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).size_limit(32 << 20).dfa_size_limit(8 << 20).build()
}
