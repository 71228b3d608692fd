//! The check run `Seam` of a head commit: it says everything, while comments say only what is worth an interruption.
//!
//! Conclusion: `failure` when an error is open, `neutral` when a warning is, or when a part of the review could not be
//! done; else `success`. Notes and dismissed problems do not count.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    buttons::Button,
    comment::{message, severities, title},
    input::{Note, NoteKind},
    ledger::{self, Coverage, count},
    markdown::{cell, code, disarm, prose, shorten},
    memory::Known,
    paper::{MOST_BYTES, Paper},
    placement::can_be_told,
    round::Round,
    score::Scores,
};
use crate::domain::{
    effect::{Annotation, CheckName, CheckRunReport, Conclusion},
    finding::{Finding, Severity},
    ledger::LedgerRow,
};

/// Annotations are sent in batches of 50, each a write of its own: five are enough.
const MOST_ANNOTATIONS: usize = 250;

/// Bytes for the notes, and again for the dismissed problems; the ledger has the rest of the text.
const ROOM_FOR_NOTES: usize = 15_000;

/// A finding, and how it stands on this pull request.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub finding: &'a Finding,
    pub standing: Standing,
    /// It has a comment of its own: an annotation would show it twice in the diff.
    pub has_comment: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    New,
    /// It was fixed, and its thread is open again.
    Back,
    Open,
    /// Others speak of it in an open thread.
    Discussed,
    Dismissed,
    /// Found only now, in code that did not change since the last round.
    Late,
    /// Info, or low confidence: not worth a comment.
    Note,
}

impl Standing {
    fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Back => "back",
            Self::Open => "open",
            Self::Discussed => "discussed",
            Self::Dismissed => "dismissed",
            Self::Late => "late",
            Self::Note => "note",
        }
    }

    fn counts(self) -> bool {
        matches!(self, Self::New | Self::Back | Self::Open | Self::Discussed)
    }
}

/// What a check run is written from.
pub struct CheckRun<'a> {
    /// In the order they are shown.
    pub told: &'a [Told<'a>],
    /// Raised before, in files that nobody looked at this time.
    pub unseen: &'a [&'a Known],
    pub round: Round,
    /// Nothing was raised before: there is no round to speak of.
    pub is_first: bool,
    pub scores: Scores,
    pub ledger: &'a [LedgerRow],
    pub notes: &'a [Note],
    pub run_url: Option<&'a str>,
    /// It could be cut into smaller pull requests.
    pub is_big: bool,
    /// The branch can be pushed to, and open threads suggest what to commit.
    pub can_be_fixed: bool,
}

impl CheckRun<'_> {
    pub fn report(&self) -> CheckRunReport {
        CheckRunReport {
            name: CheckName::Review,
            conclusion: self.conclusion(),
            title: self.title(),
            summary: self.summary(),
            text: self.text(),
            details_url: self.run_url.map(str::to_owned),
            annotations: self.annotations(),
            actions: [Button::ReviewAgain]
                .into_iter()
                .chain(self.is_big.then_some(Button::PlanSplit))
                .chain(self.can_be_fixed.then_some(Button::FixAll))
                .map(Button::action)
                .collect(),
        }
    }

    /// Problems of this severity that nobody fixed or dismissed.
    pub fn open(&self, severity: Severity) -> usize {
        let told = self.told.iter().filter(|told| told.standing.counts() && told.finding.severity == severity);
        told.count()
            + self.unseen.iter().filter(|known| known.severity.unwrap_or(Severity::Warning) == severity).count()
    }

    fn has_note(&self, kind: NoteKind) -> bool {
        self.notes.iter().any(|note| note.kind == kind)
    }

    fn conclusion(&self) -> Conclusion {
        let coverage = Coverage::of(self.ledger);
        let nothing_seen = coverage.skipped > 0 && coverage.looked_at() == 0;
        if self.open(Severity::Error) > 0 {
            Conclusion::Failure
        } else if self.open(Severity::Warning) > 0 || nothing_seen || self.has_note(NoteKind::Degraded) {
            Conclusion::Neutral
        } else {
            Conclusion::Success
        }
    }

    fn title(&self) -> String {
        let (errors, warnings) = (self.open(Severity::Error), self.open(Severity::Warning));
        let mut title = if !self.is_first && errors + warnings + self.round.fixed > 0 {
            self.round.to_string()
        } else if errors + warnings > 0 {
            severities(errors, warnings)
        } else {
            let coverage = Coverage::of(self.ledger);
            match (coverage.looked_at(), coverage.skipped) {
                _ if coverage.files() == 0 => "No file changed".to_owned(),
                (_, 0) => "No problems found".to_owned(),
                (0, skipped) => format!("Nothing to review: {} skipped", count(skipped, "file")),
                (looked_at, skipped) => format!("No problems found in {looked_at} of {} files", looked_at + skipped),
            }
        };
        if self.has_note(NoteKind::Degraded) {
            title.push_str("; partly done");
        }
        if self.has_note(NoteKind::Configuration) {
            title.push_str("; a setting needs attention");
        }
        title
    }

    fn summary(&self) -> String {
        let mut paper = Paper::new(MOST_BYTES);
        paper.paragraph(&Coverage::of(self.ledger).sentence());
        if !self.is_first {
            paper.paragraph(&self.since_last_time());
        }
        let discussed = self.told.iter().filter(|told| told.standing == Standing::Discussed).count();
        if discussed > 0 {
            paper.paragraph(&format!("{discussed} discussed by others in open threads, and not said again."));
        }
        for note in self.notes.iter().take(20) {
            paper.paragraph(&format!("**{}:** {}", note.kind.word(), prose(&shorten(&note.text, 2_000))));
        }
        let Scores { security, quality } = self.scores;
        paper.paragraph(&format!("| Security | Quality |\n|:--:|:--:|\n| {security} of 100 | {quality} of 100 |"));
        let problems: Vec<_> = self.told.iter().filter(|told| told.standing.counts()).collect();
        let head = if self.is_first { "| | Where | What |\n|--|--|--|" } else { "| | | Where | What |\n|--|--|--|--|" };
        if !problems.is_empty() {
            let lines = problems.iter().map(|told| row(told, !self.is_first));
            paper.list(MOST_BYTES, (head, ""), lines, |left| {
                format!("… and {left} more; `seam review` lists them all.")
            });
        }
        paper.into_text()
    }

    fn since_last_time(&self) -> String {
        let mut text = format!("Since the last review: {}.", self.round);
        if self.round.dismissed > 0 {
            text.push_str(&format!(" {} dismissed by people.", self.round.dismissed));
        }
        if !self.unseen.is_empty() {
            text.push_str(&format!(" {} in files that were not looked at this time.", self.unseen.len()));
        }
        if self.round.withdrawn > 0 {
            text.push_str(&format!(" {} no longer asked for by the settings.", self.round.withdrawn));
        }
        text
    }

    fn text(&self) -> Option<String> {
        let mut paper = Paper::new(MOST_BYTES);
        let groups = [
            (Standing::Note, "note"),
            (Standing::Late, "late finding in code that did not change since the last review"),
            (Standing::Dismissed, "dismissed problem"),
        ];
        for (standing, noun) in groups {
            let told: Vec<_> = self.told.iter().filter(|told| told.standing == standing).collect();
            if told.is_empty() {
                continue;
            }
            let head =
                format!("<details><summary>{}</summary>\n\n| | Where | What |\n|--|--|--|", count(told.len(), noun));
            let lines = told.iter().map(|told| row(told, false));
            paper.list(ROOM_FOR_NOTES, (&head, "\n\n</details>"), lines, |left| format!("… and {left} more."));
        }
        ledger::render(self.ledger, &mut paper);
        (!paper.is_empty()).then(|| paper.into_text())
    }

    fn annotations(&self) -> Vec<Annotation> {
        self.told
            .iter()
            .filter(|told| (told.standing.counts() || told.standing == Standing::Note) && !told.has_comment)
            .filter(|told| told.standing != Standing::Discussed)
            .filter(|told| can_be_told(&told.finding.path))
            .take(MOST_ANNOTATIONS)
            .map(|told| annotation(told.finding))
            .collect()
    }
}

/// A row of a table of findings.
fn row(told: &Told<'_>, with_standing: bool) -> String {
    let Told { finding, standing, .. } = told;
    let path = shorten(&finding.path, 300);
    let place = if finding.is_about_file() { path.into_owned() } else { format!("{path}:{}", finding.start_line) };
    let standing = if with_standing { format!(" {} |", standing.word()) } else { String::new() };
    format!(
        "| {} |{standing} {} | {} {} |",
        title(finding.severity),
        cell(&code(&place)),
        cell(&shorten(&message(finding), 600)),
        cell(&code(&shorten(&finding.rule, 200))),
    )
}

/// Annotations are plain text.
fn annotation(finding: &Finding) -> Annotation {
    Annotation {
        path: finding.path.clone(),
        start_line: finding.start_line.max(1),
        end_line: finding.end_line.max(finding.start_line).max(1),
        severity: finding.severity,
        title: shorten(&finding.rule, 200).into_owned(),
        message: disarm(&shorten(&finding.message, 4_000)).into_owned(),
    }
}
