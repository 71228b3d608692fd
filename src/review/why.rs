//! How a review came to what it said, in words: what started it, which settings held, what was done with each file, and what
//! became of each finding. From what was stored when it ran.

use std::collections::{BTreeMap, HashSet};

use super::{
    ledger::{self, Coverage, count},
    markdown::{code, prose, shorten},
    paper::{MOST_BYTES, Paper},
    placement::is_problem,
};
use crate::{
    config::{effective::Origin, policy::Policy},
    domain::{
        effect::{Effect, PlannedEffect},
        finding::{Analysis, Confidence, Finding, Fingerprint, Severity},
        ledger::{Handled, LedgerRow},
    },
};

/// Findings that are told of one by one.
const MOST_FINDINGS: usize = 100;
/// Bytes for them; the files have the rest of the room.
const ROOM_FOR_FINDINGS: usize = 25_000;

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
    pub effects: &'a [PlannedEffect],
    /// What the thread of a finding says now, where it has one.
    pub threads: &'a dyn Threads,
}

/// The standing of findings that were said: `open`, `fixed`, `dismissed`.
pub trait Threads: std::fmt::Debug {
    fn standing(&self, fingerprint: &Fingerprint, path: &str) -> Option<&'static str>;
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
        let settings: Vec<_> = self.origins.iter().map(|(name, origin)| format!("`{name}` ({origin})")).collect();
        paper.paragraph(&match settings.is_empty() {
            true => "**Settings:** the defaults.".to_owned(),
            false => format!("**Settings:** the defaults, but for {}. `/config` shows them all.", settings.join(", ")),
        });
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
        let said: HashSet<&Fingerprint> = self.effects.iter().flat_map(|planned| said(&planned.effect)).collect();
        let mut findings = findings.to_vec();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let shown = findings.iter().take(MOST_FINDINGS).map(|finding| {
            let place = match finding.is_about_file() {
                true => finding.path.clone(),
                false => format!("{}:{}", finding.path, finding.start_line),
            };
            let fate = self.fate(finding, said.contains(&finding.fingerprint));
            format!("- {} {}: {fate}", code(&shorten(&place, 500)), code(&shorten(&finding.rule, 200)))
        });
        let beyond = findings.len().saturating_sub(MOST_FINDINGS);
        paper.list(ROOM_FOR_FINDINGS, ("**Findings:**\n", ""), shown, |left| format!("… and {} more.", left + beyond));
    }

    /// What became of a finding, and why.
    fn fate(&self, finding: &Finding, said: bool) -> String {
        let least = self.policy.map_or(Severity::Info, |policy| policy.review.min_severity);
        match self.threads.standing(&finding.fingerprint, &finding.path) {
            Some(standing) if said => format!("said in this round, {standing} now"),
            Some("dismissed") => "not said: a person dismissed it".to_owned(),
            Some(standing) => format!("said before, {standing} now"),
            None if said => "said in this round".to_owned(),
            None if finding.severity < least => format!("left out: `review.min_severity` is {least}"),
            None if finding.confidence == Confidence::Low => {
                "in the check run only: the rule is often wrong".to_owned()
            }
            None if !is_problem(finding) => "in the check run only: it is a note".to_owned(),
            None => "in the check run only: there was no comment left for it, or it was dismissed elsewhere".to_owned(),
        }
    }
}

fn said(effect: &Effect) -> Vec<&Fingerprint> {
    match effect {
        Effect::CreateReview { comments, .. } => comments.iter().map(|comment| &comment.fingerprint).collect(),
        Effect::CreateFileComment { fingerprint, .. } => vec![fingerprint],
        _ => Vec::new(),
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
