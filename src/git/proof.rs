//! The proof of a plan: its slices applied one after the other to the base, as git objects; what comes out must be the
//! head's own tree.

use gix::ObjectId;

use super::{error::GitError, tree_writer::TreeWriter};
use crate::change::tree_edit::TreeEdit;

/// Two trees that have to be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The head's tree.
    pub head: String,
    /// What the slices give.
    pub slices: String,
}

impl Proof {
    /// The tree that both are; `None` when they differ.
    pub fn tree(&self) -> Option<&str> {
        (self.head == self.slices).then_some(&*self.head)
    }
}

/// The trees after each slice, in order.
pub(super) fn fold(
    repository: &gix::Repository,
    base: Option<ObjectId>,
    slices: &[Vec<TreeEdit>],
) -> Result<Vec<ObjectId>, GitError> {
    let writer = TreeWriter::new(repository);
    let mut tree = base;
    let mut trees = Vec::with_capacity(slices.len());
    for edits in slices {
        let next = writer.apply(tree, edits)?;
        trees.push(next);
        tree = Some(next);
    }
    Ok(trees)
}

pub(super) fn prove(
    repository: gix::Repository,
    base: Option<ObjectId>,
    head: impl FnOnce(&TreeWriter<'_>) -> Result<ObjectId, GitError>,
    slices: &[Vec<TreeEdit>],
) -> Result<Proof, GitError> {
    // Nothing of it reaches the disk.
    let repository = repository.with_object_memory();
    let writer = TreeWriter::new(&repository);
    let last = match fold(&repository, base, slices)?.pop() {
        Some(last) => last,
        None => writer.apply(base, &[])?,
    };
    Ok(Proof { head: head(&writer)?.to_string(), slices: last.to_string() })
}
