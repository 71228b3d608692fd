//! What others say on a pull request: people and other bots. Seam does not say it again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::finding::Finding;

/// An open thread that somebody else began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherThread {
    pub path: String,
    /// Lines of the head, inclusive; `None` where it is about the file, or its lines changed since.
    pub lines: Option<(u32, u32)>,
    /// What was said in it.
    pub text: String,
}

/// Whether others discuss a finding: its lines, or its rule by name in the same file.
pub fn is_discussed(finding: &Finding, others: &[OtherThread]) -> bool {
    let overlaps =
        |(start, end): (u32, u32)| !finding.is_about_file() && start <= finding.end_line && finding.start_line <= end;
    others.iter().any(|thread| {
        thread.path == finding.path && (thread.lines.is_some_and(overlaps) || names(&thread.text, &finding.rule))
    })
}

/// Whether a text has a rule's id as a word of its own.
fn names(text: &str, rule: &str) -> bool {
    let part_of_an_id = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_');
    text.match_indices(rule)
        .any(|(at, _)| !text[..at].ends_with(part_of_an_id) && !text[at + rule.len()..].starts_with(part_of_an_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_named_as_a_whole() {
        for text in ["py/eval", "Known: `py/eval`.", "(py/eval)"] {
            assert!(names(text, "py/eval"), "{text}");
        }
        for text in ["", "py/eval-nonliteral", "xpy/eval", "a/py/eval", "PY/EVAL"] {
            assert!(!names(text, "py/eval"), "{text}");
        }
    }
}
