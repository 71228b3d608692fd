//! Where the bytes of changed files come from: a mirror's objects, or a work tree.

use bytes::Bytes;

use super::change_set::FileChange;

/// Reads the two versions of a changed file. Blocking; call it from a blocking thread.
pub trait Contents: Send + Sync {
    /// The file as it was; `None` when it was added.
    fn base(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError>;

    /// The file as it is; `None` when it was removed.
    fn head(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError>;
}

/// A file that cannot be read; the ledger says so and the review goes on.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be read: {why}")]
pub struct ContentsError {
    pub path: String,
    pub why: String,
}
