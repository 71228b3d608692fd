//! File locks between processes: any number of users of a mirror, or one that changes or removes it. The kernel lets go of
//! them when a process dies.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::error::GitError;

/// How often a lock that somebody else holds is tried again.
const TRY_EVERY: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LockKind {
    Shared,
    Exclusive,
}

/// Opens (or makes) the lock file and waits for the lock. Dropping the file lets go of it.
pub(super) async fn lock(path: PathBuf, kind: LockKind, patience: Duration) -> Result<File, GitError> {
    let deadline = Instant::now() + patience;
    loop {
        match try_lock(&path, kind)? {
            Some(file) => return Ok(file),
            None if Instant::now() >= deadline => return Err(GitError::Locked { after: patience }),
            None => sleep(TRY_EVERY).await,
        }
    }
}

/// `None` when somebody else holds it.
pub(super) fn try_lock(path: &PathBuf, kind: LockKind) -> Result<Option<File>, GitError> {
    let disk = || format!("locking {}", path.display());
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(GitError::disk(disk()))?;
    let tried = match kind {
        LockKind::Shared => file.try_lock_shared(),
        LockKind::Exclusive => file.try_lock(),
    };
    match tried {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(GitError::Disk { doing: disk(), source }),
    }
}
