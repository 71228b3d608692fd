//! Later rounds speak of what changed: a problem that is found only now, in code that was the same at the last round, is
//! kept for the check run, unless what the code depends on changed. So no push is answered by old news, one by one.
//!
//! What code depends on is told by names: a name on its lines that also stands on a line that changed since.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
};

use sha2::{Digest as _, Sha256};

use super::input::PullFacts;
use crate::{
    change::{
        change_set::{ChangeSet, FileChange, RepoPath},
        contents::Contents,
        lines::Lines,
    },
    config::policy::Policy,
    domain::{
        finding::Finding,
        ledger::{FileStatus, Handled, LedgerRow},
    },
};

/// Bytes of changed lines that are searched for names; where more changed, everything may have.
const MOST_BYTES: usize = 512 * 1024;
/// Shorter words say nothing.
const SHORTEST_NAME: usize = 3;
/// Words of the languages themselves.
const KEYWORDS: &str = "and any as assert async await break case catch class const continue def default defer del elif \
    else enum except export extends false final finally fn for from func function if impl implements import in instanceof \
    interface is let loop match mod module mut new nil none not null or package pass print private protected pub public \
    raise return self static str string struct super switch this throw true try type typeof undefined use var void where \
    while with yield";

/// What a round went by besides the code: settings, the rules of this version, the branch it was compared with.
pub fn basis(policy: &Policy, pull: &PullFacts) -> String {
    let settings =
        serde_json::json!([policy.rules, policy.review.min_severity, policy.review.paths, policy.folders, pull.base]);
    hex::encode(&Sha256::digest(format!("{settings}{}", env!("CARGO_PKG_VERSION")))[..16])
}

/// The files of a round that were not looked at in full: what is found in them later is no old news.
pub fn partly(ledger: &[LedgerRow]) -> Vec<String> {
    let in_full = |row: &&LedgerRow| row.handled != Handled::Reviewed && row.status != FileStatus::Removed;
    ledger.iter().filter(in_full).map(|row| row.path.clone()).collect()
}

/// What changed since the last round.
pub struct Since<'a> {
    /// From its head to the head now.
    pub changes: &'a ChangeSet,
    /// The files that it did not look at in full.
    pub partly: &'a [String],
}

/// The findings, by their place, in hunks of `changes` that were the same at the last round, as was all they depend on.
pub fn unchanged(
    findings: &[Finding],
    changes: &ChangeSet,
    since: &Since<'_>,
    contents: &dyn Contents,
) -> BTreeSet<usize> {
    let Some(changed_names) = changed_names(since.changes, contents) else { return BTreeSet::new() };
    let partly: HashSet<&str> = since.partly.iter().map(String::as_str).collect();
    let is_unchanged = |finding: &Finding| {
        let path = RepoPath::from(finding.path.as_str());
        let Some(file) = changes.file(&path) else { return false };
        let since = since.changes.file(&path);
        let old_path = since.map_or_else(|| finding.path.clone(), |since| since.base_path().display());
        if partly.contains(old_path.as_str()) {
            return false;
        }
        let touched = |lines: &Range<u32>| since.is_some_and(|since| touches(since, lines));
        let own = hunks_of(finding, file);
        !own.iter().any(touched) && (since.is_none() || !finding.is_about_file()) && {
            let names = names_at(file, &own, contents);
            names.is_some_and(|names| names.is_disjoint(&changed_names))
        }
    };
    let places = findings.iter().enumerate().filter(|(_, finding)| is_unchanged(finding));
    places.map(|(place, _)| place).collect()
}

/// The lines of the hunks that a finding stands in, or its own where it stands in none.
fn hunks_of(finding: &Finding, file: &FileChange) -> Vec<Range<u32>> {
    let own = finding.start_line..finding.end_line.saturating_add(1);
    let meets = |lines: &Range<u32>| finding.is_about_file() || (lines.start < own.end && own.start < lines.end);
    let hunks: Vec<_> = file.hunks.iter().map(|hunk| hunk.new.clone()).filter(meets).collect();
    if hunks.is_empty() { vec![own] } else { hunks }
}

/// Whether one of a file's edits is in these lines of its head; lines that were removed count where they were.
fn touches(file: &FileChange, lines: &Range<u32>) -> bool {
    let edits = file.hunks.iter().flat_map(|hunk| &hunk.edits);
    edits.map(|edit| &edit.new).any(|new| new.start < lines.end && lines.start < new.end.max(new.start + 1))
}

/// The names on all lines that were added or removed; `None` where it cannot be told.
fn changed_names(changes: &ChangeSet, contents: &dyn Contents) -> Option<HashSet<String>> {
    let (mut all, mut bytes) = (HashSet::new(), 0);
    for file in &changes.files {
        let edits = || file.hunks.iter().flat_map(|hunk| &hunk.edits);
        let sides = [
            (contents.base(file).ok()?, edits().map(|edit| edit.old.clone()).collect::<Vec<_>>()),
            (contents.head(file).ok()?, edits().map(|edit| edit.new.clone()).collect()),
        ];
        for (text, edited) in sides {
            let text = text.unwrap_or_default();
            let lines = Lines::of(&text);
            for lines in edited.into_iter().filter_map(|range| lines.slice(range)) {
                bytes += lines.len();
                if bytes > MOST_BYTES {
                    return None;
                }
                all.extend(names(lines));
            }
        }
    }
    Some(all)
}

fn names_at(file: &FileChange, ranges: &[Range<u32>], contents: &dyn Contents) -> Option<HashSet<String>> {
    let text = contents.head(file).ok()?.unwrap_or_default();
    let lines = Lines::of(&text);
    Some(ranges.iter().filter_map(|range| lines.slice(range.clone())).flat_map(names).collect())
}

fn names(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let is_name = |word: &&str| {
        word.len() >= SHORTEST_NAME
            && word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && !KEYWORDS.split_whitespace().any(|keyword| keyword == *word)
    };
    words.filter(is_name).map(str::to_owned).collect()
}
