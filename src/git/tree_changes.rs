//! Compares two trees entry by entry. Trees are other people's data: names may be out of order, and a tree may hold itself
//! a thousand times over, so what is visited is counted.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;

use super::{
    error::GitError,
    objects::{Entry, EntryKind, Objects},
    snapshot::Files,
};
use crate::{
    change::{
        attributes::{self, Attributes},
        change_set::{FileChange, FileMode, FileVersion, RepoPath},
    },
    domain::ids::CommitSha,
};

/// Changed files of one comparison at most.
pub(super) const MAX_CHANGED_FILES: usize = 50_000;
/// Deeper down no `.gitattributes` is looked for.
const MAX_ATTRIBUTES_DEPTH: usize = 30;
/// Files of one tree at most.
pub(super) const MAX_FILES: usize = 2_000_000;
/// Trees read in one comparison at most.
const MAX_TREES: usize = 1_000_000;

/// What differs between the trees of two commits, and what is needed to describe it.
pub(super) struct Difference {
    files: Vec<FileChange>,
    /// `.gitattributes` of the base that concern these files, each with its folder.
    attributes: Vec<(RepoPath, ObjectId)>,
}

impl Difference {
    /// The zero id stands for the empty tree.
    pub(super) fn between(objects: &Objects, base: &CommitSha, head: &CommitSha) -> Result<Self, GitError> {
        let base = objects.tree_of(base)?;
        let files = between(objects, base, objects.tree_of(head)?, MAX_CHANGED_FILES)?;
        Self::with_attributes(objects, base, files)
    }

    /// From a commit's tree to files that are in no tree yet.
    pub(super) fn to_files(objects: &Objects, base: &CommitSha, mut head: Files) -> Result<Self, GitError> {
        let base = objects.tree_of(base)?;
        let mut files = Vec::new();
        for (path, old) in all_files(objects, base, MAX_FILES)? {
            let new = head.remove(&path);
            let same = |one: &FileVersion, other: &FileVersion| one.mode == other.mode && one.id == other.id;
            if !new.as_ref().is_some_and(|new| same(&old, new)) {
                files.push(FileChange::unpaired(path, Some(old), new));
            }
        }
        files.extend(head.into_iter().map(|(path, new)| FileChange::unpaired(path, None, Some(new))));
        files.sort_by(|one, other| one.path.cmp(&other.path));
        if files.len() > MAX_CHANGED_FILES {
            return Err(GitError::TooMany { what: "the change".to_owned(), limit: MAX_CHANGED_FILES });
        }
        Self::with_attributes(objects, base, files)
    }

    fn with_attributes(objects: &Objects, base: Option<ObjectId>, files: Vec<FileChange>) -> Result<Self, GitError> {
        let attributes = match base {
            Some(tree) => attributes_for(objects, tree, &files)?,
            None => Vec::new(),
        };
        Ok(Self { files, attributes })
    }

    /// All blobs that describing it reads.
    pub(super) fn blobs(&self) -> Vec<ObjectId> {
        let versions = self.files.iter().flat_map(|file| file.old.iter().chain(&file.new));
        versions.filter_map(blob_id).chain(self.attributes.iter().map(|(_, id)| *id)).collect()
    }

    pub(super) fn attributes(&self, objects: &Objects) -> Result<Attributes, GitError> {
        let mut contents = Vec::new();
        for (folder, id) in &self.attributes {
            match objects.blob(*id, attributes::MAX_FILE_BYTES) {
                Ok(Some(content)) => contents.push((folder, content)),
                Ok(None) | Err(GitError::TooLarge { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Attributes::parse(contents.iter().map(|(folder, content)| (*folder, content.as_ref()))))
    }

    /// The files, each version with its size. One that is not here counts as empty: reading it will fail.
    pub(super) fn with_sizes(mut self, objects: &Objects) -> Result<Vec<FileChange>, GitError> {
        for version in self.files.iter_mut().flat_map(|file| file.old.iter_mut().chain(&mut file.new)) {
            if let Some(id) = blob_id(version) {
                version.size = objects.size(id)?.unwrap_or(version.size);
            }
        }
        Ok(self.files)
    }
}

/// The blob of a version; submodules have none.
pub(super) fn blob_id(version: &FileVersion) -> Option<ObjectId> {
    let id = version.id.as_ref().filter(|_| version.mode != FileMode::Submodule)?;
    ObjectId::from_hex(id.as_bytes()).ok()
}

/// The `.gitattributes` in every folder above one of `files`.
fn attributes_for(
    objects: &Objects,
    tree: ObjectId,
    files: &[FileChange],
) -> Result<Vec<(RepoPath, ObjectId)>, GitError> {
    let mut folders: BTreeSet<&[u8]> = BTreeSet::from([&b""[..]]);
    for file in files {
        let slashes = file.path.0.iter().enumerate().filter(|(_, byte)| **byte == b'/').take(MAX_ATTRIBUTES_DEPTH);
        folders.extend(slashes.map(|(at, _)| &file.path.0[..at]));
    }
    let mut found = Vec::new();
    for folder in folders {
        let path = [folder, if folder.is_empty() { b"" } else { b"/" }, b".gitattributes"].concat();
        if let Some(Entry { kind: EntryKind::File(FileMode::Regular | FileMode::Executable), id, .. }) =
            objects.entry_at(tree, &path)?
        {
            found.push((RepoPath(folder.to_vec()), id));
        }
    }
    Ok(found)
}

/// Every file that differs, unpaired and without sizes, in the order of paths. `None` is the empty tree.
pub(super) fn between(
    objects: &Objects,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
    limit: usize,
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
        if changes.len() > limit {
            return Err(GitError::TooMany { what: "the change".to_owned(), limit });
        }
    }
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(changes)
}

/// Every file of a tree, without sizes, in the order of paths.
pub(super) fn all_files(
    objects: &Objects,
    tree: Option<ObjectId>,
    limit: usize,
) -> Result<Vec<(RepoPath, FileVersion)>, GitError> {
    let files = between(objects, None, tree, limit)?;
    Ok(files.into_iter().filter_map(|file| Some((file.path, file.new?))).collect())
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
