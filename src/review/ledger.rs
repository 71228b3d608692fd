//! The ledger for people: every changed file is counted, files of one fate together, as many listed as there is room.

use std::collections::BTreeMap;

use super::{
    markdown::{code, html, shorten},
    paper::Paper,
};
use crate::domain::ledger::{Handled, LedgerRow};

/// Paths listed in one group at most; the rest are counted.
const MOST_PATHS: usize = 500;
/// Groups with a paragraph of their own; the rest are counted together.
const MOST_GROUPS: usize = 40;

/// How many files were handled how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub reviewed: usize,
    pub linted: usize,
    pub skipped: usize,
}

impl Coverage {
    pub fn of(ledger: &[LedgerRow]) -> Self {
        let mut coverage = Self::default();
        for row in ledger {
            match row.handled {
                Handled::Reviewed => coverage.reviewed += 1,
                Handled::Linted => coverage.linted += 1,
                Handled::Skipped => coverage.skipped += 1,
            }
        }
        coverage
    }

    pub fn files(self) -> usize {
        self.reviewed + self.linted + self.skipped
    }

    /// `12 files changed: 10 reviewed, 1 linted only, 1 skipped.`
    pub fn sentence(self) -> String {
        let parts = [(self.reviewed, "reviewed"), (self.linted, "linted only"), (self.skipped, "skipped")];
        let parts: Vec<_> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        match self.files() {
            0 => "No file changed.".to_owned(),
            files => format!("{} changed: {}.", count(files, "file"), parts.join(", ")),
        }
    }
}

/// `1 file`, `2 files`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Writes the groups, what was skipped first.
pub fn render(ledger: &[LedgerRow], paper: &mut Paper) {
    let mut groups: BTreeMap<(std::cmp::Reverse<Handled>, &str), Vec<&LedgerRow>> = BTreeMap::new();
    for row in ledger {
        let reason = row.reason.as_deref().unwrap_or_default();
        groups.entry((std::cmp::Reverse(row.handled), reason)).or_default().push(row);
    }
    let (mut left_groups, mut left_files) = (0, 0);
    for (index, ((handled, reason), rows)) in groups.iter().enumerate() {
        let told = index < MOST_GROUPS && paper.left() > 1_000 && render_group(handled.0, reason, rows, paper);
        if !told {
            left_groups += 1;
            left_files += rows.len();
        }
    }
    if left_groups > 0 {
        let files = count(left_files, "more file");
        paper.paragraph(&format!("… and {files}, for {}.", count(left_groups, "more reason")));
    }
}

fn render_group(handled: Handled, reason: &str, rows: &[&LedgerRow], paper: &mut Paper) -> bool {
    let what = match handled {
        Handled::Reviewed => "reviewed",
        Handled::Linted => "linted only",
        Handled::Skipped => "skipped",
    };
    let why = if reason.is_empty() { String::new() } else { format!(": {}", html(&shorten(reason, 300))) };
    let head = format!("<details><summary>{} {what}{why}</summary>\n", count(rows.len(), "file"));
    let lines = rows.iter().map(|row| format!("- {} ({})", code(&shorten(&row.path, 1_000)), row.status.as_str()));
    paper.list((&head, "\n\n</details>"), lines, MOST_PATHS, |left| format!("… and {} more.", left))
}
