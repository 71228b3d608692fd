//! How a review came to what it said, in words: what started it, which settings held, what was done with each file, and what
//! became of each finding. From what was stored when it ran.

use std::collections::BTreeMap;

use super::{
    check_run::Standing,
    decision::{Decision, SaidIn},
    input::Note,
    ledger::{self, Coverage, count},
    markdown::{code, prose, shorten},
    paper::{MOST_BYTES, Paper},
};
use crate::{
    config::{effective::Origin, policy::Policy, policy_text},
    domain::{
        finding::{Analysis, Confidence, Finding, Fingerprint},
        ledger::{Handled, LedgerRow},
    },
};

/// Findings that are told of one by one.
const MOST_FINDINGS: usize = 100;
/// Bytes for them; the files have the rest of the room.
const ROOM_FOR_FINDINGS: usize = 25_000;
/// Bytes for the settings.
const ROOM_FOR_SETTINGS: usize = 5_000;

/// A review as it was stored.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// What ran, why, and how it ended: sentences in Markdown.
    pub head: &'a str,
    pub policy: Option<&'a Policy>,
    /// Where each setting comes from that is no default.
    pub origins: &'a BTreeMap<String, Origin>,
    /// `None`: it did not come so far.
    pub analysis: Option<&'a Analysis>,
    /// `None`: it was not planned, or by a release that kept none.
    pub decisions: Option<&'a [Decision]>,
    /// What people were told besides the findings.
    pub notes: &'a [Note],
    /// What the thread of a finding says now, where it has one.
    pub threads: &'a dyn Threads,
}

/// What became of findings since.
pub trait Threads: std::fmt::Debug {
    /// Of one that was said: `open`, `fixed`, `dismissed`.
    fn standing(&self, fingerprint: &Fingerprint, path: &str) -> Option<&'static str>;
    /// Who dismissed it, where and how: in Markdown, to stand behind "dismissed".
    fn dismissed(&self, fingerprint: &Fingerprint, path: &str) -> Option<String>;
}

/// One file of it, or some lines of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub path: String,
    pub line: Option<u32>,
}

impl About {
    /// `PATH` or `PATH:LINE`; `None` for nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches('`');
        let (path, line) = match text.rsplit_once(':') {
            Some((path, line)) if line.parse::<u32>().is_ok() => (path, line.parse().ok()),
            _ => (text, None),
        };
        (!path.is_empty()).then(|| Self { path: path.to_owned(), line })
    }
}

pub fn render(told: &Told<'_>, about: Option<&About>) -> String {
    let mut paper = Paper::new(MOST_BYTES);
    paper.paragraph(told.head);
    match about {
        Some(about) => told.about(about, &mut paper),
        None => told.whole(&mut paper),
    }
    paper.into_text()
}

impl Told<'_> {
    fn whole(&self, paper: &mut Paper) {
        self.settings(paper);
        for note in self.notes.iter().take(20) {
            paper.paragraph(&format!("**{}:** {}", note.kind.word(), prose(&shorten(&note.text, 1_000))));
        }
        let (Some(analysis), Some(policy)) = (self.analysis, self.policy) else { return };
        let review = &policy.review;
        paper.paragraph(&format!(
            "**Limits:** at most {} at once, nothing below {}.",
            count(review.max_comments, "comment"),
            review.min_severity
        ));
        let findings: Vec<&Finding> = analysis.findings.iter().collect();
        self.findings(&findings, paper);
        paper.paragraph(&format!("**Files:** {}", Coverage::of(&analysis.ledger).sentence()));
        ledger::render(&analysis.ledger, paper);
    }

    fn about(&self, about: &About, paper: &mut Paper) {
        let Some(analysis) = self.analysis else { return };
        let path = code(&shorten(&about.path, 500));
        let Some(row) = analysis.ledger.iter().find(|row| row.path == about.path) else {
            paper.paragraph(&format!("{path} is not among the files that were changed there."));
            return;
        };
        paper.paragraph(&format!("{path} ({}) {}.", row.status.as_str(), handled(row)));
        let is_there = |finding: &&Finding| {
            let is_on_line = |line| (finding.start_line..=finding.end_line).contains(&line);
            finding.path == about.path && about.line.is_none_or(is_on_line)
        };
        let findings: Vec<_> = analysis.findings.iter().filter(is_there).collect();
        if findings.is_empty() && row.handled != Handled::Skipped {
            let place = about.line.map_or("in it".to_owned(), |line| format!("about line {line}"));
            paper.paragraph(&format!("No rule had anything to say {place}: rules look at changed lines only."));
        }
        self.findings(&findings, paper);
    }

    fn findings(&self, findings: &[&Finding], paper: &mut Paper) {
        if findings.is_empty() {
            return;
        }
        let mut findings = findings.to_vec();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let shown = findings.iter().take(MOST_FINDINGS).map(|finding| {
            let place = match finding.is_about_file() {
                true => finding.path.clone(),
                false => format!("{}:{}", finding.path, finding.start_line),
            };
            let fate = self.fate(finding);
            format!("- {} {}: {fate}", code(&shorten(&place, 500)), code(&shorten(&finding.rule, 200)))
        });
        let beyond = findings.len().saturating_sub(MOST_FINDINGS);
        paper.list(ROOM_FOR_FINDINGS, ("**Findings:**\n", ""), shown, |left| format!("… and {} more.", left + beyond));
    }

    /// What became of a finding, and why.
    fn fate(&self, finding: &Finding) -> String {
        let review = self.policy.map(|policy| &policy.review);
        let decision = self.decisions.and_then(|all| all.iter().find(|one| one.is_about(finding)));
        let Some(Decision { standing, is_known, place, .. }) = decision else {
            return match review.map(|review| review.min_severity) {
                Some(least) if finding.severity < least => format!("left out: `review.min_severity` is {least}"),
                _ => "nothing was decided about it: the review did not come so far".to_owned(),
            };
        };
        let since = match self.threads.standing(&finding.fingerprint, &finding.path) {
            Some(now) => format!(", {now} now"),
            None => String::new(),
        };
        match (standing, place) {
            (Standing::Back, _) => format!("it came back, and its thread was opened again{since}"),
            (Standing::New, SaidIn::Comment) => format!("said in this round{since}"),
            (Standing::New | Standing::Open, SaidIn::Summary) => {
                "in the summary comment: it has no place in the diff".to_owned()
            }
            (Standing::New, SaidIn::Nowhere) => {
                let most = review.map_or(0, |review| review.max_comments);
                format!(
                    "in the check run only: all comments of that review went to others (`review.max_comments` is {most})"
                )
            }
            (Standing::Open, SaidIn::Comment) => format!("said before{since}"),
            (Standing::Open, SaidIn::Nowhere) => {
                "in the check run only: an earlier review had no comment left for it".to_owned()
            }
            (Standing::Discussed, _) => {
                "in the check run only: others discuss it in an open thread (`review.skip_discussed`)".to_owned()
            }
            (Standing::Late, _) => {
                "in the check run only: it is in code that did not change since the review before, and \
                                    was not told then; `/review full` tells it"
                    .to_owned()
            }
            (Standing::Note, _) if finding.confidence == Confidence::Low => {
                "in the check run only: the rule is often wrong".to_owned()
            }
            (Standing::Note, _) => "in the check run only: it is a note".to_owned(),
            (Standing::Dismissed, _) => {
                let how = self.threads.dismissed(&finding.fingerprint, &finding.path);
                let where_else = if *is_known { "here" } else { "on another pull request" };
                format!("not said: dismissed {}", how.unwrap_or_else(|| where_else.to_owned()))
            }
        }
    }

    /// Each that is no default, with where it comes from.
    fn settings(&self, paper: &mut Paper) {
        let values = self.policy.map(policy_text::settings).unwrap_or_default();
        let lines: Vec<_> = self
            .origins
            .iter()
            .map(|(name, origin)| {
                let value = values.get(name).map(|value| format!(": {value}")).unwrap_or_default();
                format!("- {} ({origin})", code(&shorten(&format!("{name}{value}"), 500)))
            })
            .collect();
        if lines.is_empty() {
            paper.paragraph("**Settings:** the defaults.");
            return;
        }
        let head = "**Settings:** the defaults, but for these; `/config` shows them all.\n";
        paper.list(ROOM_FOR_SETTINGS, (head, ""), lines, |left| format!("… and {left} more."));
    }
}

fn handled(row: &LedgerRow) -> String {
    let reason = row.reason.as_deref().map(|reason| format!(": {}", prose(&shorten(reason, 500)))).unwrap_or_default();
    match row.handled {
        Handled::Reviewed => "was reviewed".to_owned(),
        Handled::Linted => format!("was linted only{reason}"),
        Handled::Skipped => format!("was skipped{reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_path_and_maybe_a_line() {
        let place = |path: &str, line| Some(About { path: path.to_owned(), line });
        assert_eq!(About::parse(" `web/a b.js:12` "), place("web/a b.js", Some(12)));
        assert_eq!(About::parse("c:/x:y"), place("c:/x:y", None));
        assert_eq!(About::parse("  "), None);
    }
}
