//! Compares two trees entry by entry. Trees are other people's data: names may be out of order, and a tree may hold itself
//! a thousand times over, so what is visited is counted.

use std::collections::BTreeMap;

use gix::ObjectId;

use super::{
    error::GitError,
    objects::{Entry, EntryKind, Objects},
};
use crate::change::change_set::{FileChange, FileVersion, RepoPath};

/// Changed files of one comparison at most.
pub(super) const MAX_CHANGED_FILES: usize = 50_000;
/// Trees read in one comparison at most.
const MAX_TREES: usize = 1_000_000;

/// Every file that differs, unpaired and without sizes, in the order of paths. `None` is the empty tree.
pub(super) fn between(
    objects: &Objects,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
) -> Result<Vec<FileChange>, GitError> {
    let mut changes = Vec::new();
    let mut open = vec![(Vec::new(), old, new)];
    let mut trees = 0;
    while let Some((folder, old, new)) = open.pop() {
        if old == new {
            continue;
        }
        trees += 1;
        if trees > MAX_TREES {
            return Err(GitError::TooMany { what: "a tree".to_owned(), limit: MAX_TREES });
        }
        for (name, (old, new)) in side_by_side(objects, old, new)? {
            let path = [folder.as_slice(), &name].concat();
            let ((old_file, old_tree), (new_file, new_tree)) = (split(old), split(new));
            if old_tree != new_tree {
                open.push(([&path[..], b"/"].concat(), old_tree, new_tree));
            }
            if old_file != new_file {
                changes.push(FileChange::unpaired(RepoPath(path), old_file, new_file));
            }
        }
        if changes.len() > MAX_CHANGED_FILES {
            return Err(GitError::TooMany { what: "the change".to_owned(), limit: MAX_CHANGED_FILES });
        }
    }
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(changes)
}

type Pairs = BTreeMap<Vec<u8>, (Option<Entry>, Option<Entry>)>;

fn side_by_side(objects: &Objects, old: Option<ObjectId>, new: Option<ObjectId>) -> Result<Pairs, GitError> {
    let mut pairs = Pairs::new();
    if let Some(tree) = old {
        for entry in objects.entries(tree)? {
            pairs.insert(entry.name.clone(), (Some(entry), None));
        }
    }
    if let Some(tree) = new {
        for entry in objects.entries(tree)? {
            match pairs.get_mut(&entry.name) {
                Some((Some(old), _)) if (old.kind, old.id) == (entry.kind, entry.id) => {
                    pairs.remove(&entry.name);
                }
                Some((_, new)) => *new = Some(entry),
                None => {
                    pairs.insert(entry.name.clone(), (None, Some(entry)));
                }
            }
        }
    }
    Ok(pairs)
}

/// A file becomes a folder (or the other way) now and then: then one name is both.
fn split(entry: Option<Entry>) -> (Option<FileVersion>, Option<ObjectId>) {
    match entry {
        None => (None, None),
        Some(Entry { kind: EntryKind::Tree, id, .. }) => (None, Some(id)),
        Some(Entry { kind: EntryKind::File(mode), id, .. }) => {
            (Some(FileVersion { mode, id: Some(id.to_string()), size: 0 }), None)
        }
    }
}
