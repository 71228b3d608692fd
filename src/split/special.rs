//! Changes that a reviewer wants out of the way first: files that only moved, lines that were only laid out anew, and one
//! name that became another everywhere.

use std::collections::BTreeMap;

use super::facts::{Facts, Texts};
use crate::{
    analysis::language,
    change::{
        change_set::{ChangeSet, FileChange, FileKind},
        contents::Contents,
        lines::Lines,
        words::{self, WordId},
    },
    domain::ledger::FileStatus,
};

/// Fewer files than this are no slice of their own.
const MIN_FILES: usize = 3;

/// What all files of a special group have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Special {
    Moves,
    Layout,
    Renaming { from: String, to: String },
}

/// Blocks of files that are special, each kind with its blocks; what only few share stays with the rest.
pub fn find(
    set: &ChangeSet,
    contents: &dyn Contents,
    blocks: &[Vec<usize>],
    facts_of: impl Fn(usize) -> Facts,
) -> Vec<(Special, Vec<usize>)> {
    let mut found: BTreeMap<Special, Vec<usize>> = BTreeMap::new();
    for (at, block) in blocks.iter().enumerate() {
        let mut kinds = block.iter().map(|file| kind(&set.files[*file], contents, || facts_of(at)));
        let Some(Some(first)) = kinds.next() else { continue };
        if kinds.all(|kind| kind.as_ref() == Some(&first)) {
            found.entry(first).or_default().push(at);
        }
    }
    let files = |blocks_of: &[usize]| blocks_of.iter().map(|block| blocks[*block].len()).sum::<usize>();
    found.retain(|_, blocks_of| files(blocks_of) >= MIN_FILES);
    found.into_iter().collect()
}

fn kind(file: &FileChange, contents: &dyn Contents, facts: impl FnOnce() -> Facts) -> Option<Special> {
    match file.status {
        FileStatus::Renamed if file.hunks.is_empty() => return Some(Special::Moves),
        FileStatus::Modified if file.kind == FileKind::Text && !file.hunks.is_empty() => {}
        _ => return None,
    }
    let facts = facts();
    match facts.net.as_slice() {
        [] => is_layout(file, contents).then_some(Special::Layout),
        [(gone, less), (come, more)] if *less < 0 && less.checked_neg() == Some(*more) => {
            renaming(file, contents, *gone, *come)
        }
        [(come, more), (gone, less)] if *less < 0 && less.checked_neg() == Some(*more) => {
            renaming(file, contents, *gone, *come)
        }
        _ => None,
    }
}

/// Where white space is the meaning, another layout is another text.
const INDENTED: [&str; 8] = ["py", "yml", "yaml", "md", "haml", "slim", "pug", "mk"];

/// The same but for white space.
fn is_layout(file: &FileChange, contents: &dyn Contents) -> bool {
    if language::ending(&file.path.display()).is_none_or(|ending| INDENTED.contains(&ending)) {
        return false;
    }
    let texts = Texts::of(file, contents);
    let dark = |text: &[u8]| text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>();
    dark(&texts.base) == dark(&texts.head)
}

/// One identifier became another in every changed line, and nothing else changed.
fn renaming(file: &FileChange, contents: &dyn Contents, gone: WordId, come: WordId) -> Option<Special> {
    let texts = Texts::of(file, contents);
    let (old, new) = (Lines::of(&texts.base), Lines::of(&texts.head));
    let edits: Vec<_> = file.hunks.iter().flat_map(|hunk| &hunk.edits).collect();
    let first =
        |lines: &[u8], word| words::identifiers(lines).find(|found| words::id(found) == word).map(<[u8]>::to_vec);
    let from = edits.iter().find_map(|edit| first(old.slice(edit.old.clone())?, gone))?;
    let to = edits.iter().find_map(|edit| first(new.slice(edit.new.clone())?, come))?;
    for edit in edits {
        if replaced(old.slice(edit.old.clone())?, &from, &to) != new.slice(edit.new.clone())? {
            return None;
        }
    }
    let text = |word: Vec<u8>| String::from_utf8_lossy(&word).into_owned();
    Some(Special::Renaming { from: text(from), to: text(to) })
}

/// The text with one identifier replaced wherever it stands by itself.
fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut done = 0;
    for range in words::ranges(text).filter(|range| text[range.clone()] == *from) {
        result.extend_from_slice(&text[done..range.start]);
        result.extend_from_slice(to);
        done = range.end;
    }
    result.extend_from_slice(&text[done..]);
    result
}
