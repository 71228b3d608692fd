//! The ledger for people: every changed file is counted, files of one fate together, as many listed as there is room.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    markdown::{code, html, shorten},
    paper::Paper,
};
use crate::domain::ledger::{FileStatus, Handled, LedgerRow};

/// Groups with a paragraph of their own; the rest are counted together.
const MOST_GROUPS: usize = 40;
/// Bytes kept for the words on the groups that found no room.
const ROOM_FOR_THE_REST: usize = 200;

/// How many files were handled how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub reviewed: usize,
    pub linted: usize,
    /// Nothing is left to look at.
    pub removed: usize,
    pub skipped: usize,
}

impl Coverage {
    pub fn of(ledger: &[LedgerRow]) -> Self {
        let mut coverage = Self::default();
        for row in ledger {
            match row.handled {
                Handled::Reviewed => coverage.reviewed += 1,
                Handled::Linted => coverage.linted += 1,
                Handled::Skipped if row.status == FileStatus::Removed => coverage.removed += 1,
                Handled::Skipped => coverage.skipped += 1,
            }
        }
        coverage
    }

    pub fn files(self) -> usize {
        self.reviewed + self.linted + self.removed + self.skipped
    }

    pub fn looked_at(self) -> usize {
        self.reviewed + self.linted
    }

    /// `12 files changed: 10 reviewed, 1 linted only, 1 skipped.`
    pub fn sentence(self) -> String {
        let parts = [
            (self.reviewed, "reviewed"),
            (self.linted, "linted only"),
            (self.removed, "removed"),
            (self.skipped, "skipped"),
        ];
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

/// Files of one fate.
pub struct Group<'a> {
    pub handled: Handled,
    /// Empty where none was given.
    pub reason: &'a str,
    pub rows: Vec<&'a LedgerRow>,
}

impl Group<'_> {
    /// Skipped, and not because nothing is left of it.
    pub fn is_left_out(&self) -> bool {
        self.handled == Handled::Skipped && self.rows.iter().any(|row| row.status != FileStatus::Removed)
    }

    /// What was skipped first, and large groups before small ones.
    fn rank(&self) -> Reverse<(Handled, usize)> {
        Reverse((self.handled, self.rows.len()))
    }
}

pub fn groups(ledger: &[LedgerRow]) -> Vec<Group<'_>> {
    let mut by_fate: BTreeMap<(Handled, &str), Vec<&LedgerRow>> = BTreeMap::new();
    for row in ledger {
        by_fate.entry((row.handled, row.reason.as_deref().unwrap_or_default())).or_default().push(row);
    }
    let groups = by_fate.into_iter().map(|((handled, reason), rows)| Group { handled, reason, rows });
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_key(Group::rank);
    groups
}

/// Writes the largest groups; each may use its share of the room. The others are counted.
pub fn render(ledger: &[LedgerRow], paper: &mut Paper) {
    let mut groups = groups(ledger);
    groups.sort_by_key(|group| Reverse(group.rows.len()));
    let mut left = groups.split_off(groups.len().min(MOST_GROUPS));
    groups.sort_by_key(Group::rank);
    let told = groups.len();
    for (index, group) in groups.into_iter().enumerate() {
        let share = paper.left().saturating_sub(ROOM_FOR_THE_REST) / (told - index);
        if !render_group(&group, share, paper) {
            left.push(group);
        }
    }
    if !left.is_empty() {
        let files = left.iter().map(|group| group.rows.len()).sum();
        paper.paragraph(&format!("… and {}, for {}.", count(files, "more file"), count(left.len(), "more reason")));
    }
}

fn render_group(group: &Group<'_>, room: usize, paper: &mut Paper) -> bool {
    let Group { handled, reason, rows } = group;
    let what = match handled {
        Handled::Reviewed => "reviewed",
        Handled::Linted => "linted only",
        Handled::Skipped => "skipped",
    };
    let why = if reason.is_empty() { String::new() } else { format!(": {}", html(&shorten(reason, 300))) };
    let head = format!("<details><summary>{} {what}{why}</summary>\n", count(rows.len(), "file"));
    let lines = rows.iter().map(|row| format!("- {} ({})", code(&shorten(&row.path, 1_000)), row.status.as_str()));
    paper.list(room, (&head, "\n\n</details>"), lines, |left| format!("… and {left} more."))
}
