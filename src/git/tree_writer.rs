//! Writes trees: a base with some entries changed. Everything that is not changed stays as it is, byte for byte, so that all
//! slices of a change together give the very tree of its head.

use std::collections::BTreeMap;

use gix::{
    ObjectId,
    objs::{
        Tree, TreeRefIter,
        tree::{Entry, EntryKind, EntryMode},
    },
};

use super::error::GitError;
use crate::change::{
    change_set::{FileMode, FileVersion},
    tree_edit::{Becomes, TreeEdit},
};

/// Deeper paths than this are no repository's.
const MAX_DEPTH: usize = 500;

/// Writes into one repository, or into memory beside it.
pub(super) struct TreeWriter<'r> {
    repository: &'r gix::Repository,
}

/// What becomes of the entries of one folder: names to files, or to what becomes of a folder inside.
#[derive(Default)]
struct Folder<'e> {
    files: BTreeMap<&'e [u8], Option<(EntryMode, ObjectId)>>,
    folders: BTreeMap<&'e [u8], Self>,
}

impl<'r> TreeWriter<'r> {
    pub(super) fn new(repository: &'r gix::Repository) -> Self {
        Self { repository }
    }

    /// The tree with `edits` done to it; `None` is the empty tree. What is cut is written as a blob.
    pub(super) fn apply(&self, tree: Option<ObjectId>, edits: &[TreeEdit]) -> Result<ObjectId, GitError> {
        let mut root = Folder::default();
        for edit in edits {
            let entry = match &edit.becomes {
                Becomes::Gone => None,
                Becomes::Version(version) => Some(entry_of(version)?),
                Becomes::Cut { mode, content } => {
                    let blob = self.repository.write_blob(content).map_err(GitError::corrupt)?;
                    Some((entry_mode(*mode), blob.detach()))
                }
            };
            root.put(&edit.path.0, entry)?;
        }
        match self.write(tree, &root)? {
            Some(tree) => Ok(tree),
            None => self.store(&Tree::empty()),
        }
    }

    /// `None` for a folder with nothing in it: git has no such.
    fn write(&self, tree: Option<ObjectId>, folder: &Folder<'_>) -> Result<Option<ObjectId>, GitError> {
        let mut entries: BTreeMap<Vec<u8>, (EntryMode, ObjectId)> = BTreeMap::new();
        if let Some(tree) = tree {
            let object = self.repository.find_tree(tree).map_err(GitError::corrupt)?;
            for entry in TreeRefIter::from_bytes(&object.data, tree.kind()) {
                let entry = entry.map_err(GitError::corrupt)?;
                entries.insert(entry.filename.to_vec(), (entry.mode, entry.oid.to_owned()));
            }
        }
        for (name, file) in &folder.files {
            match file {
                Some(entry) => drop(entries.insert(name.to_vec(), *entry)),
                // Where a folder takes the file's place, that folder's own edits speak of it.
                None if entries.get(*name).is_some_and(|(mode, _)| !mode.is_tree()) => drop(entries.remove(*name)),
                None => {}
            }
        }
        for (name, inside) in &folder.folders {
            let before = entries.get(*name).filter(|(mode, _)| mode.is_tree()).map(|(_, id)| *id);
            match self.write(before, inside)? {
                Some(id) => drop(entries.insert(name.to_vec(), (EntryKind::Tree.into(), id))),
                None if before.is_some() => drop(entries.remove(*name)),
                None => {}
            }
        }
        if entries.is_empty() {
            return Ok(None);
        }
        let entry =
            |(filename, (mode, oid)): (Vec<u8>, (EntryMode, ObjectId))| Entry { mode, filename: filename.into(), oid };
        let mut tree = Tree { entries: entries.into_iter().map(entry).collect() };
        tree.entries.sort();
        self.store(&tree).map(Some)
    }

    fn store(&self, tree: &Tree) -> Result<ObjectId, GitError> {
        self.repository.write_object(tree).map(gix::Id::detach).map_err(GitError::corrupt)
    }
}

impl<'e> Folder<'e> {
    fn put(&mut self, path: &'e [u8], entry: Option<(EntryMode, ObjectId)>) -> Result<(), GitError> {
        let mut folder = self;
        let mut parts = path.split(|byte| *byte == b'/').enumerate().peekable();
        while let Some((depth, name)) = parts.next() {
            if name.is_empty() || depth > MAX_DEPTH {
                return Err(GitError::Malformed {
                    why: format!("the path {:?} is none", String::from_utf8_lossy(path)),
                });
            }
            if parts.peek().is_none() {
                folder.files.insert(name, entry);
                break;
            }
            folder = folder.folders.entry(name).or_default();
        }
        Ok(())
    }
}

fn entry_of(version: &FileVersion) -> Result<(EntryMode, ObjectId), GitError> {
    let unread = || GitError::NotFound { what: "the object of a file that was too large to be read".to_owned() };
    let id = version.id.as_ref().ok_or_else(unread)?;
    Ok((entry_mode(version.mode), ObjectId::from_hex(id.as_bytes()).map_err(GitError::corrupt)?))
}

fn entry_mode(mode: FileMode) -> EntryMode {
    match mode {
        FileMode::Regular => EntryKind::Blob,
        FileMode::Executable => EntryKind::BlobExecutable,
        FileMode::Symlink => EntryKind::Link,
        FileMode::Submodule => EntryKind::Commit,
    }
    .into()
}
