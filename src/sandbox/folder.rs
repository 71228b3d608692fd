//! The folder that a program in the sandbox may write to. It is made for it, and goes with all that was left in it.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, lchown},
    path::{Path, PathBuf},
    time::Duration,
};

use uuid::Uuid;

use super::user;

/// How folders are called, so that those whose process was killed are known.
const PREFIX: &str = "seam-check-";
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Removed when it is dropped.
#[derive(Debug)]
pub struct WorkFolder {
    root: PathBuf,
}

impl WorkFolder {
    /// A new one in `parent`, which is made where it is not there. Those that nobody needs any more are removed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        forget_old(parent);
        // What is told to the kernel must not hang on the current folder.
        let root = parent.canonicalize()?.join(format!("{PREFIX}{}", Uuid::new_v4().simple()));
        let own = |path: &Path| DirBuilder::new().mode(0o700).create(path);
        own(&root)?;
        let folder = Self { root };
        own(&folder.home())?;
        own(&folder.temporary())?;
        own(&folder.files())?;
        Ok(folder)
    }

    /// Everything that may be written to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the program starts; empty at first.
    pub fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// Gives it to who the program will be.
    pub(super) fn hand_over(&self) -> io::Result<()> {
        let Some(user) = user::instead_of_root() else { return Ok(()) };
        let mut open = vec![self.root.clone()];
        while let Some(folder) = open.pop() {
            lchown(&folder, Some(user), Some(user))?;
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    open.push(entry.path());
                } else {
                    lchown(entry.path(), Some(user), Some(user))?;
                }
            }
        }
        Ok(())
    }

    /// Bytes on disk that can be found; what goes meanwhile is left out.
    pub(super) fn size(&self) -> u64 {
        let (mut open, mut bytes) = (vec![self.root.clone()], 0);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                // Of a link its own.
                let Ok(found) = entry.metadata() else { continue };
                bytes += found.blocks() * 512;
                if found.is_dir() {
                    open.push(entry.path());
                }
            }
        }
        bytes
    }

    pub(super) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    pub(super) fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.root) {
            tracing::warn!(folder = %self.root.display(), %error, "what ran in the sandbox left something behind");
        }
    }
}

/// Removes a folder, whatever a program made of it. What lies deep is moved up first: there may be more levels than a path, the
/// stack or open files suffice for. Links are never followed; nobody else writes here any more.
fn remove(root: &Path) -> io::Result<()> {
    let (mut open, mut number) = (vec![root.to_owned()], 0);
    while let Some(folder) = open.last().cloned() {
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        let is_root = open.len() == 1;
        let mut inside = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                fs::remove_file(entry.path())?;
            } else if is_root {
                inside.push(entry.path());
            } else {
                // One without the right to write cannot be moved.
                fs::set_permissions(entry.path(), Permissions::from_mode(0o700))?;
                let moved = root.join(format!("..{number}"));
                number += 1;
                fs::rename(entry.path(), &moved)?;
                inside.push(moved);
            }
        }
        if is_root && !inside.is_empty() {
            open.extend(inside);
            continue;
        }
        open.pop();
        fs::remove_dir(&folder)?;
        open.extend(inside);
    }
    Ok(())
}

fn forget_old(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_one = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let age = entry.metadata().ok().and_then(|found| found.modified().ok()?.elapsed().ok());
        if is_one && age.is_some_and(|age| age > FORGOTTEN_AFTER) {
            // Somebody else's, perhaps.
            let _ = remove(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_left_goes() {
        let parent = tempfile::tempdir().unwrap();
        let outside = parent.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("kept"), "").unwrap();
        let folder = WorkFolder::new(parent.path()).unwrap();
        std::os::unix::fs::symlink(&outside, folder.files().join("link")).unwrap();
        fs::create_dir_all(folder.files().join("a/b")).unwrap();
        fs::write(folder.files().join("a/b/c"), "").unwrap();
        for path in ["a/b", "a"] {
            fs::set_permissions(folder.files().join(path), Permissions::from_mode(0o0)).unwrap();
        }
        // Deeper than a path can be long.
        let mut deep =
            rustix::fs::open(folder.files(), rustix::fs::OFlags::DIRECTORY, rustix::fs::Mode::empty()).unwrap();
        for _ in 0..3_000 {
            rustix::fs::mkdirat(&deep, "down", rustix::fs::Mode::RWXU).unwrap();
            deep = rustix::fs::openat(&deep, "down", rustix::fs::OFlags::DIRECTORY, rustix::fs::Mode::empty()).unwrap();
        }
        let root = folder.root().to_owned();
        drop(folder);
        assert_eq!((root.exists(), outside.join("kept").exists()), (false, true));
    }
}
