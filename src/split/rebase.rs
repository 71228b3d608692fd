//! A slice on another parent: its own change, told from the commit that it was built on, done to the commit that it is to
//! stand on. Whatever else changed there stays.

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::wire::{mode, object};
use crate::{
    change::{
        change_set::{ChangeSet, FileChange, FileKind, FileVersion, RepoPath},
        contents::Contents,
        merge::merge,
        tree_edit::{Becomes, TreeEdit},
    },
    domain::{
        effect::{TreeChange, TreeContent},
        ledger::FileStatus,
    },
};

/// What is to be done to the new parent's tree, or the paths that are in each other's way.
pub type Rebased = Result<Vec<TreeChange>, Vec<String>>;

/// One path on one side of a comparison.
#[derive(Clone, Copy)]
struct Step<'a> {
    file: &'a FileChange,
    old: Option<&'a FileVersion>,
    new: Option<&'a FileVersion>,
}

/// `own`: from the old parent to the slice; `onto`: from the old parent to the new one. Both with their contents.
pub fn rebase(own: (&ChangeSet, &dyn Contents), onto: (&ChangeSet, &dyn Contents)) -> Rebased {
    let theirs = steps(own.0);
    let ours: HashMap<&RepoPath, Step<'_>> = steps(onto.0).into_iter().collect();
    let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
    for (path, step) in theirs {
        let becomes = match ours.get(path) {
            None => Ok(Some(step.new.map_or(TreeContent::Gone, object))),
            Some(there) if same(there.new, step.new) => Ok(None),
            Some(there) => both(step, own.1, *there, onto.1).map(Some).ok_or(()),
        };
        match (becomes, path.to_utf8()) {
            (Ok(None), _) => {}
            (Ok(Some(becomes)), Some(path)) => changes.push(TreeChange { path: path.to_owned(), becomes }),
            _ => conflicts.push(path.display()),
        }
    }
    if conflicts.is_empty() { Ok(changes) } else { Err(conflicts) }
}

/// What happened to each path; a rename is a removal and an addition.
fn steps(set: &ChangeSet) -> Vec<(&RepoPath, Step<'_>)> {
    let mut steps = Vec::new();
    for file in &set.files {
        let moved = file.old_path.as_ref();
        if let Some(old) = moved.filter(|_| file.status == FileStatus::Renamed) {
            steps.push((old, Step { file, old: file.old.as_ref(), new: None }));
        }
        let old = file.old.as_ref().filter(|_| moved.is_none());
        steps.push((&file.path, Step { file, old, new: file.new.as_ref() }));
    }
    steps
}

fn same(one: Option<&FileVersion>, other: Option<&FileVersion>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one.mode == other.mode && one.id.is_some() && one.id == other.id,
        _ => false,
    }
}

/// A file that both changed: only texts of one mode can be merged.
fn both(theirs: Step<'_>, own: &dyn Contents, ours: Step<'_>, onto: &dyn Contents) -> Option<TreeContent> {
    let (old, new, there) = (theirs.old?, theirs.new?, ours.new?);
    let is_text = |step: &Step<'_>| step.file.kind == FileKind::Text && step.file.old_path.is_none();
    if old.mode != new.mode || new.mode != there.mode || !is_text(&theirs) || !is_text(&ours) {
        return None;
    }
    let (base, their_text) = (own.base(theirs.file).ok()??, own.head(theirs.file).ok()??);
    let our_text = onto.head(ours.file).ok()??;
    let merged = merge(&base, &our_text, &their_text)?;
    Some(TreeContent::New { mode: mode(new.mode), content: BASE64_STANDARD.encode(merged) })
}

/// What a comparison does to its base's tree.
pub fn edits(set: &ChangeSet) -> Vec<TreeEdit> {
    let edit = |(path, step): (&RepoPath, Step<'_>)| TreeEdit {
        path: path.clone(),
        becomes: step.new.cloned().map_or(Becomes::Gone, Becomes::Version),
    };
    steps(set).into_iter().map(edit).collect()
}
