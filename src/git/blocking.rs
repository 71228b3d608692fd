//! Runs what blocks (disk, gix) where blocking is allowed.

use super::error::GitError;

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(GitError::corrupt(format!("reading it ended in {error}"))),
    }
}
