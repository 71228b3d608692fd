//! The texts of comments, as people read them on GitHub. Short, in plain words, each ending in its mark.

use super::{
    ledger::count,
    mark::Mark,
    markdown::{block, code, disarm, prose, shorten},
    paper::{MOST_BYTES, Paper},
    placement::Place,
    round::Round,
};
use crate::domain::{
    anchor::{Anchor, Side},
    finding::{Finding, Severity, Suggestion},
    ids::CommitSha,
};

/// A message is cut here: longer ones are not read.
const MOST_MESSAGE: usize = 4_000;
/// A suggestion that is longer is left out.
const MOST_SUGGESTION: usize = 20_000;

/// The comment on one finding: inline, or on its file.
pub fn render_finding(finding: &Finding, place: Place, history: History) -> String {
    let mut paper = Paper::new(MOST_BYTES);
    let back = match history {
        History::First => "",
        History::Reopened => " It was fixed before and is back.",
    };
    let lines = match place {
        Place::Lines(_) => String::new(),
        _ => lines_of(finding).map(|lines| format!(" in {lines}")).unwrap_or_default(),
    };
    paper.paragraph(&format!("**{}{lines}:** {}{back}", title(finding.severity), message(finding)));
    if let Some(suggestion) = finding.suggestion.as_ref().filter(|one| one.replacement.len() <= MOST_SUGGESTION) {
        paper.paragraph(&render_suggestion(suggestion, place));
    }
    paper.paragraph(&format!("<sub>{}</sub>", rule_and_cwe(finding)));
    Mark::finding(&finding.fingerprint).end(&paper.into_text())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    First,
    /// It was fixed at some head, and came back.
    Reopened,
}

pub fn title(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Note",
    }
}

pub fn message(finding: &Finding) -> String {
    prose(&shorten(&finding.message, MOST_MESSAGE))
}

/// `line 3`, `lines 3 to 5`; `None` for the file as a whole.
fn lines_of(finding: &Finding) -> Option<String> {
    (!finding.is_about_file()).then(|| lines(finding.start_line, finding.end_line))
}

fn lines(start: u32, end: u32) -> String {
    if start == end { format!("line {start}") } else { format!("lines {start} to {end}") }
}

fn rule_and_cwe(finding: &Finding) -> String {
    let cwes = finding.cwe.iter().take(5);
    let links = cwes.map(|cwe| format!(" · [CWE-{cwe}](https://cwe.mitre.org/data/definitions/{cwe}.html)"));
    format!("{}{}", code(&shorten(&finding.rule, 200)), links.collect::<String>())
}

/// GitHub replaces exactly the commented lines by a suggestion, so it is one only where the comment stands on the very
/// lines it replaces; elsewhere it is shown as code.
fn render_suggestion(suggestion: &Suggestion, place: Place) -> String {
    let on_its_lines = place
        == Place::Lines(Anchor { side: Side::Right, start_line: suggestion.start_line, line: suggestion.end_line });
    let text = disarm(&suggestion.replacement);
    if on_its_lines && text == suggestion.replacement {
        return block("suggestion", &text);
    }
    let lines = lines(suggestion.start_line, suggestion.end_line);
    if text.is_empty() { format!("Delete {lines}.") } else { format!("Instead of {lines}:\n\n{}", block("", &text)) }
}

/// What the review as a whole says above its comments.
pub struct ReviewBody {
    pub errors: usize,
    pub warnings: usize,
    pub round: Round,
    /// Problems that are new and only in the check run.
    pub beyond: usize,
    pub is_first: bool,
}

pub fn render_review(body: &ReviewBody, mark: &Mark) -> String {
    let mut text = match body.is_first {
        true => format!("{}.", severities(body.errors, body.warnings)),
        false => format!("{}: {}.", body.round, severities(body.errors, body.warnings)),
    };
    if body.beyond > 0 {
        text.push_str(&format!(" {} more in the check run `Seam`.", body.beyond));
    }
    text.push_str("\n\n<sub>Resolve a thread to dismiss it: Seam does not raise it again.</sub>");
    mark.end(&text)
}

/// `1 error and 2 warnings`.
pub fn severities(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (errors, 0) => count(errors, "error"),
        (0, warnings) => count(warnings, "warning"),
        (errors, warnings) => format!("{} and {}", count(errors, "error"), count(warnings, "warning")),
    }
}

/// Why a problem that was raised is not there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Its file was reviewed, and it is not in it.
    Fixed,
    /// A secret that is no longer in the head is still in the history.
    SecretRemoved,
    /// Its file is no longer part of the pull request.
    LeftTheDiff,
    /// The policy no longer asks for it.
    SwitchedOff,
}

pub fn render_gone(gone: Gone, head: &CommitSha, mark: &Mark) -> String {
    let head = head.short();
    mark.end(&match gone {
        Gone::Fixed => format!("Fixed as of {head}."),
        Gone::SecretRemoved => format!("Removed as of {head}. It is still in the history: revoke it if it was real."),
        Gone::LeftTheDiff => format!("No longer part of this pull request as of {head}."),
        Gone::SwitchedOff => format!("No longer asked for by this repository's settings, as of {head}."),
    })
}

/// In its own thread, which is opened again.
pub fn render_back(head: &CommitSha, line: Option<u32>, mark: &Mark) -> String {
    let place = line.map(|line| format!(", in line {line}")).unwrap_or_default();
    mark.end(&format!("Back as of {}{place}.", head.short()))
}

/// The sticky summary: problems that have no place in the diff. It names no commit, so that it is edited only when it
/// has something else to say.
pub fn render_summary<'a>(findings: impl IntoIterator<Item = &'a Finding>, mark: &Mark) -> String {
    let mut findings = findings.into_iter().peekable();
    if findings.peek().is_none() {
        return mark.end("Nothing left to say here: the problems that stood in this comment are gone.");
    }
    let mut paper = Paper::new(MOST_BYTES);
    let lines = findings.map(|finding| {
        let lines = lines_of(finding).map(|lines| format!(", {lines}")).unwrap_or_default();
        let place = code(&shorten(&finding.path, 1_000));
        format!("- **{}** in {place}{lines}: {}", title(finding.severity), message(finding).replace('\n', " "))
    });
    let more = |left| format!("… and {left} more: see the check run `Seam`.");
    paper.list(MOST_BYTES, ("These have no place in the diff:\n", ""), lines, more);
    mark.end(&paper.into_text())
}
