//! The folder that a program in the sandbox may write to. It is made for it, and goes with all that was left in it.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, lchown},
    path::{Path, PathBuf},
};

use super::{
    error::SandboxError,
    room::{Place, Room, failed},
    user,
};

/// Removed when it is dropped.
#[derive(Debug)]
pub struct WorkFolder {
    room: Room,
    /// The program does not reach it, but for the root.
    place: Place,
    root: PathBuf,
}

impl WorkFolder {
    /// A new one in `parent`, which is made where it is not there, in a folder that is this user's alone. Those that nobody
    /// needs any more are removed.
    ///
    /// # Errors
    /// When it cannot be made, or `parent` has something of others in the place of that folder.
    pub fn new(parent: &Path) -> Result<Self, SandboxError> {
        let room = Room::open(parent)?;
        let place = room.place().map_err(failed)?;
        let root = room.path.join(&place.name).join("root");
        let folder = Self { room, place, root };
        for path in [folder.root.clone(), folder.home(), folder.temporary(), folder.files()] {
            DirBuilder::new().mode(0o700).create(path).map_err(failed)?;
        }
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
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                lchown(entry.path(), Some(user), Some(user))?;
                if entry.file_type()?.is_dir() {
                    open.push(entry.path());
                }
            }
        }
        // Last, so that nobody else gets in before.
        lchown(&self.root, Some(user), Some(user))
    }

    /// Whether there is more in it: bytes on disk, or files and folders. What cannot be looked at may be anything.
    pub(super) fn holds_more_than(&self, bytes: u64, files: u64) -> bool {
        self.exceeds(bytes, files).unwrap_or(true)
    }

    fn exceeds(&self, bytes: u64, files: u64) -> io::Result<bool> {
        let (mut open, mut used, mut found) = (vec![self.root.clone()], 0, 0);
        while let Some(folder) = open.pop() {
            let Some(inside) = unless_gone(fs::read_dir(&folder))? else { continue };
            for entry in inside {
                // Of a link its own.
                let facts = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)));
                let Some((path, facts)) = unless_gone(facts)? else { continue };
                (used, found) = (used + facts.blocks() * 512, found + 1);
                if used > bytes || found > files {
                    return Ok(true);
                }
                if facts.is_dir() {
                    open.push(path);
                }
            }
        }
        Ok(false)
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
        if let Err(error) = self.room.remove(&self.place) {
            tracing::warn!(folder = %self.root.display(), %error, "what ran in the sandbox left something behind");
        }
    }
}

/// The program goes on meanwhile.
fn unless_gone<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

    use rustix::fs::{Mode, OFlags, mkdirat, openat};

    use super::*;

    /// Deeper than a path can be long.
    fn dig(folder: &Path) {
        let mut deep = rustix::fs::open(folder, OFlags::DIRECTORY, Mode::empty()).unwrap();
        for _ in 0..3_000 {
            mkdirat(&deep, "down", Mode::RWXU).unwrap();
            deep = openat(&deep, "down", OFlags::DIRECTORY, Mode::empty()).unwrap();
        }
    }

    #[test]
    fn what_is_in_it_is_counted() {
        let parent = tempfile::tempdir().unwrap();
        let folder = WorkFolder::new(parent.path()).unwrap();
        fs::write(folder.files().join("big"), vec![1; 1_000_000]).unwrap();
        // Beside it are three folders.
        assert_eq!(
            [(900_000, 9), (2_000_000, 9), (2_000_000, 4), (2_000_000, 3)]
                .map(|(bytes, files)| folder.holds_more_than(bytes, files)),
            [true, false, false, true]
        );
        // Where nobody can look, there may be more.
        dig(&folder.files());
        assert!(folder.holds_more_than(u64::MAX, u64::MAX));
    }

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
        // Where something would be moved to.
        fs::create_dir(folder.root().join("..0")).unwrap();
        fs::write(folder.root().join("..0/f"), "").unwrap();
        dig(&folder.files());
        let place = folder.root().parent().unwrap().to_owned();
        drop(folder);
        assert_eq!((place.exists(), outside.join("kept").exists()), (false, true));
    }
}
