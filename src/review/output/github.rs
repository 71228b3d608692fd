//! Workflow commands of GitHub Actions: one line per finding, which the runner turns into an annotation.
//! Source: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use super::outcome::Outcome;
use crate::domain::finding::{Finding, Severity};

/// One command and a line end for each finding.
pub fn render(outcome: &Outcome<'_>) -> String {
    outcome.analysis.findings.iter().map(command).collect()
}

fn command(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let lines = match (finding.start_line, finding.end_line) {
        (0, _) => String::new(),
        (start, end) => format!(",line={start},endLine={}", end.max(start)),
    };
    let (path, rule) = (escape_property(&finding.path), escape_property(&finding.rule));
    format!("::{level} file={path}{lines},title={rule}::{}\n", escape(&finding.message))
}

/// A line end would begin another command.
fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
