//! Where a finding is told: on its lines, on its file, in the summary comment, or in the check run only.

use std::collections::HashSet;

use crate::domain::{
    anchor::{Anchor, Side},
    finding::{Confidence, Finding, Severity},
    ledger::LedgerRow,
};

/// The most inline comments that one review carries, whatever the policy says: GitHub refuses large ones.
pub const MOST_COMMENTS: usize = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An inline comment.
    Lines(Anchor),
    /// A comment on the file as a whole.
    File,
    /// GitHub has no place for it in the diff.
    Summary,
}

impl Place {
    /// `in_diff`: the paths of the ledger.
    pub fn of(finding: &Finding, in_diff: &HashSet<&str>) -> Self {
        match finding.anchor {
            _ if !can_be_told(&finding.path) || !in_diff.contains(finding.path.as_str()) => Self::Summary,
            Some(anchor) => Self::Lines(anchor),
            None => Self::File,
        }
    }
}

/// Worth a comment. The others are notes: a score and a line in the check run, and no interruption.
pub fn is_problem(finding: &Finding) -> bool {
    finding.severity > Severity::Info && finding.confidence == Confidence::High
}

/// Line of the head that a comment on the finding stands at; `None` for the file as a whole.
pub fn line_of(finding: &Finding) -> Option<u32> {
    match finding.anchor {
        Some(anchor) if anchor.side == Side::Right => Some(anchor.line),
        _ if finding.is_about_file() => None,
        _ => Some(finding.end_line),
    }
}

/// Paths that are not UTF-8 reach us with `\xNN` escapes; GitHub knows no file of that name, and refuses the whole
/// review for one such comment.
pub fn can_be_told(path: &str) -> bool {
    !path.is_empty() && !path.contains("\\x")
}

pub fn paths_in(ledger: &[LedgerRow]) -> HashSet<&str> {
    ledger.iter().map(|row| row.path.as_str()).collect()
}
