//! Keeps the mirrors within their share of the disk: the least recently used go first, one in use never.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::lock::{LockKind, try_lock};

/// Bytes of all files below `folder`; links are not followed, what vanishes meanwhile counts nothing.
pub(super) fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size_of(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Removes unused mirrors until all of them together have at most `quota` bytes. `mirrors` lists each with its use lock,
/// whose time of change says when it was last used. Gives back how many bytes are left.
pub(super) fn evict(mirrors: Vec<(PathBuf, PathBuf)>, quota: u64) -> u64 {
    let used =
        |lock: &Path| fs::metadata(lock).and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut known: Vec<_> =
        mirrors.into_iter().map(|(mirror, lock)| (used(&lock), size_of(&mirror), mirror, lock)).collect();
    known.sort();
    let mut total: u64 = known.iter().map(|(_, size, ..)| size).sum();
    for (_, size, mirror, lock) in known {
        if total <= quota {
            break;
        }
        let Ok(Some(_unused)) = try_lock(&lock, LockKind::Exclusive) else { continue };
        match fs::remove_dir_all(&mirror) {
            Ok(()) => total -= size,
            Err(error) => tracing::warn!(mirror = %mirror.display(), %error, "a mirror over the quota stays"),
        }
    }
    total
}
