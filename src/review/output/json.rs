//! The JSON that `seam review --format json` prints: a promise to programs, so it is written from types of its own.

use serde::Serialize;

use super::outcome::Outcome;
use crate::domain::{
    finding::{Category, Finding, Fingerprint, Score, Severity, Source, Suggestion},
    ledger::{FileStatus, Handled, LedgerRow},
};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    base: &'a str,
    head: &'a str,
    security_score: Score,
    quality_score: Score,
    findings: Vec<Row<'a>>,
    ledger: Vec<File<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    rule: &'a str,
    severity: Severity,
    category: Category,
    path: &'a str,
    start_line: u32,
    end_line: u32,
    message: &'a str,
    suggestion: Option<&'a Suggestion>,
    cwe: &'a [u32],
    fingerprint: &'a Fingerprint,
    source: Source,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    status: FileStatus,
    handled: Handled,
    reason: Option<&'a str>,
}

impl<'a> From<&'a LedgerRow> for File<'a> {
    fn from(row: &'a LedgerRow) -> Self {
        Self { path: &row.path, status: row.status, handled: row.handled, reason: row.reason.as_deref() }
    }
}

/// One indented document and a line end.
pub fn render(outcome: &Outcome<'_>) -> String {
    let scores = outcome.scores();
    let document = Document {
        version: 1,
        base: outcome.base,
        head: outcome.head,
        security_score: scores.security,
        quality_score: scores.quality,
        findings: outcome.analysis.findings.iter().map(Row::from).collect(),
        ledger: outcome.analysis.ledger.iter().map(File::from).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("a review is plain data");
    text.push('\n');
    text
}

impl<'a> From<&'a Finding> for Row<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            rule: &finding.rule,
            severity: finding.severity,
            category: finding.category,
            path: &finding.path,
            start_line: finding.start_line,
            end_line: finding.end_line,
            message: &finding.message,
            suggestion: finding.suggestion.as_ref(),
            cwe: &finding.cwe,
            fingerprint: &finding.fingerprint,
            source: finding.source,
        }
    }
}
