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
        if let Err(error) = self.room.remove(&self.place) {
            tracing::warn!(folder = %self.root.display(), %error, "what ran in the sandbox left something behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

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
        // Where something would be moved to.
        fs::create_dir(folder.root().join("..0")).unwrap();
        fs::write(folder.root().join("..0/f"), "").unwrap();
        // Deeper than a path can be long.
        let mut deep =
            rustix::fs::open(folder.files(), rustix::fs::OFlags::DIRECTORY, rustix::fs::Mode::empty()).unwrap();
        for _ in 0..3_000 {
            rustix::fs::mkdirat(&deep, "down", rustix::fs::Mode::RWXU).unwrap();
            deep = rustix::fs::openat(&deep, "down", rustix::fs::OFlags::DIRECTORY, rustix::fs::Mode::empty()).unwrap();
        }
        let place = folder.root().parent().unwrap().to_owned();
        drop(folder);
        assert_eq!((place.exists(), outside.join("kept").exists()), (false, true));
    }
}
