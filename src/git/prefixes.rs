//! The trees that the branches of a plan would have: the base, and the base with each slice and what lies below it.

use std::path::Path;

use gix::ObjectId;

use super::{
    error::GitError,
    lay_out::{MAX_ENTRIES, lay_out},
    objects::Objects,
    tree_changes,
    tree_writer::TreeWriter,
};
use crate::change::tree_edit::TreeEdit;

/// Kept in memory beside the repository, where nobody else sees them.
pub struct Prefixes {
    objects: Objects,
    base: ObjectId,
    slices: Vec<ObjectId>,
}

/// What a slice does, and what it stands on: the number of a slice before it, or the base.
pub type Layer = (Option<usize>, Vec<TreeEdit>);

impl Prefixes {
    /// `base`: `None` is the empty tree.
    pub(super) fn of(repository: gix::Repository, base: Option<ObjectId>, layers: &[Layer]) -> Result<Self, GitError> {
        let writer = TreeWriter::new(&repository);
        let base = base.map_or_else(|| writer.apply(None, &[]), Ok)?;
        let mut slices: Vec<ObjectId> = Vec::new();
        for (on, edits) in layers {
            let below = on.and_then(|on| slices.get(on).copied()).unwrap_or(base);
            slices.push(writer.apply(Some(below), edits)?);
        }
        Ok(Self { objects: Objects::in_thread(repository), base, slices })
    }

    /// Whether two of them are the same; `None` is the base.
    pub fn are_same(&self, one: Option<usize>, other: Option<usize>) -> bool {
        self.tree(one) == self.tree(other)
    }

    /// Writes one into an empty folder; a part of it, when `stop` says so. See [`lay_out`].
    ///
    /// # Errors
    /// When it is too large, or no tree that could be on a disk.
    pub fn lay_out(&self, slice: Option<usize>, folder: &Path, stop: &dyn Fn() -> bool) -> Result<(), GitError> {
        lay_out(&self.objects, self.tree(slice), folder, stop)
    }

    fn tree(&self, slice: Option<usize>) -> ObjectId {
        slice.map_or(self.base, |slice| self.slices[slice])
    }
}

/// The contents of all files of a tree.
pub(super) fn blobs(objects: &Objects, tree: Option<ObjectId>) -> Result<Vec<ObjectId>, GitError> {
    let files = tree_changes::all_files(objects, tree, MAX_ENTRIES)?;
    Ok(files.iter().filter_map(|(_, version)| tree_changes::blob_id(version)).collect())
}
