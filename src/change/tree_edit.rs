//! What a slice does to a tree, entry by entry: what git writes, and what GitHub is told.

use bytes::Bytes;

use super::change_set::{FileMode, FileVersion, RepoPath};

/// One entry of a tree becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEdit {
    pub path: RepoPath,
    pub becomes: Becomes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// Nothing stands there any more.
    Gone,
    /// The head's own object.
    Version(FileVersion),
    /// A file between base and head, made of some of its hunks.
    Cut { mode: FileMode, content: Bytes },
}
