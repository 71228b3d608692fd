//! Where work folders are made: a folder that this user alone writes to. So whatever is in it is Seam's, and may go.

use std::{
    fmt, fs, io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{
        CWD, Dir, FlockOperation, Mode, OFlags, StatVfsMountFlags, fchmod, flock, fstat, fstatvfs, mkdir, mkdirat,
        openat,
    },
    io::Errno,
    process::geteuid,
};
use uuid::Uuid;

use super::{error::SandboxError, removal, user};

#[derive(Debug)]
pub(super) struct Room {
    pub(super) path: PathBuf,
    folder: OwnedFd,
}

/// A folder in the room.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: String,
    /// As long as this is open it is locked; it ends with the process.
    _lock: OwnedFd,
}

impl Room {
    /// In `parent`, which is made where it is not there, and so is the room.
    ///
    /// # Errors
    /// When others had a hand in it, or it cannot be made.
    pub(super) fn open(parent: &Path) -> Result<Self, SandboxError> {
        fs::create_dir_all(parent).map_err(failed)?;
        // What is told to the kernel must not hang on the current folder.
        let parent = parent.canonicalize().map_err(failed)?;
        let path = parent.join(format!("seam-check-{}", geteuid().as_raw()));
        match mkdir(&path, Mode::RWXU) {
            Err(Errno::EXIST) => {}
            made => made.map_err(failed)?,
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let not_own = |why| SandboxError::NotOwn { path: path.clone(), why };
        let found = match openat(CWD, &path, flags, Mode::empty()) {
            Err(Errno::NOTDIR) => return Err(not_own("is no folder")),
            found => found.map_err(failed)?,
        };
        let facts = fstat(&found).map_err(failed)?;
        if facts.st_uid != geteuid().as_raw() {
            return Err(not_own("is another user's"));
        }
        if Mode::from_raw_mode(facts.st_mode).intersects(Mode::WGRP | Mode::WOTH) {
            return Err(not_own("can be written to by others"));
        }
        let folder = removal::open(&found, c".", mode()).map_err(failed)?;
        // Else it would look as if what is built were wrong.
        if fstatvfs(&folder).map_err(failed)?.f_flag.contains(StatVfsMountFlags::NOEXEC) {
            return Err(SandboxError::NotExecutable { path });
        }
        Ok(Self { path, folder })
    }

    /// A new place. Those whose process was killed are removed.
    pub(super) fn place(&self) -> io::Result<Place> {
        // Until it is locked, a new one looks as if nobody needed it.
        let turn = self.opened(c".")?;
        flock(&turn, FlockOperation::LockExclusive)?;
        self.sweep()?;
        let name = Uuid::new_v4().simple().to_string();
        mkdirat(&self.folder, &name, Mode::RWXU)?;
        let lock = self.opened(&name)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Place { name, _lock: lock })
    }

    /// With all that is in it.
    pub(super) fn remove(&self, place: &Place) -> io::Result<()> {
        // Who runs as this user can change modes outside of its folder, too.
        fchmod(&self.folder, mode())?;
        Ok(removal::remove(&self.folder, &place.name)?)
    }

    fn sweep(&self) -> io::Result<()> {
        for entry in Dir::read_from(&self.folder)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().ok().filter(|name| !matches!(*name, "." | "..")) else {
                continue;
            };
            let Ok(found) = self.opened(name) else { continue };
            if flock(&found, FlockOperation::NonBlockingLockExclusive).is_err() {
                continue;
            }
            match removal::remove(&self.folder, name) {
                // It went by itself meanwhile.
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => {
                    let folder = self.path.join(name);
                    tracing::warn!(folder = %folder.display(), %error, "what is left of a killed check stays");
                }
            }
        }
        Ok(())
    }

    fn opened(&self, name: impl rustix::path::Arg) -> rustix::io::Result<OwnedFd> {
        removal::open(&self.folder, name, mode())
    }
}

/// What is said of an error.
pub(super) fn failed(error: impl fmt::Display) -> SandboxError {
    SandboxError::while_doing("making its folder")(error)
}

/// Whoever runs there instead of root has to get through.
fn mode() -> Mode {
    Mode::from_raw_mode(if user::instead_of_root().is_some() { 0o711 } else { 0o700 })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};

    use rustix::fs::{Timespec, Timestamps, utimensat};

    use super::*;
    use crate::sandbox::folder::WorkFolder;

    /// What `parent` has of others.
    fn room(parent: &Path) -> PathBuf {
        parent.join(format!("seam-check-{}", geteuid().as_raw()))
    }

    fn age(path: &Path) {
        let long_ago = Timespec { tv_sec: 1, tv_nsec: 0 };
        let times = Timestamps { last_access: long_ago, last_modification: long_ago };
        utimensat(CWD, path, &times, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).unwrap();
    }

    #[test]
    fn what_others_have_beside_it_stays() {
        let parent = tempfile::tempdir().unwrap();
        let (victim, folder) = (parent.path().join("victim"), parent.path().join("seam-check-of-others"));
        let (link, inner) = (parent.path().join("seam-check-evil"), room(parent.path()).join("evil"));
        for path in [&victim, &folder] {
            fs::create_dir(path).unwrap();
            fs::write(path.join("kept"), "").unwrap();
        }
        drop(WorkFolder::new(parent.path()).unwrap());
        symlink(&victim, &link).unwrap();
        symlink(&victim, &inner).unwrap();
        [&victim, &folder, &link, &inner].into_iter().for_each(|path| age(path));
        drop(WorkFolder::new(parent.path()).unwrap());
        let kept = [victim.join("kept"), folder.join("kept"), link.join("kept")];
        assert!(kept.iter().all(|path| path.exists()), "{kept:?}");
    }

    #[test]
    fn what_was_killed_leaves_nothing_and_what_runs_stays() {
        let parent = tempfile::tempdir().unwrap();
        let running = WorkFolder::new(parent.path()).unwrap();
        let killed = room(parent.path()).join("killed");
        fs::create_dir_all(killed.join("root/files")).unwrap();
        fs::set_permissions(&killed, fs::Permissions::from_mode(0o0)).unwrap();
        for path in [&killed, running.root().parent().unwrap()] {
            age(path);
        }
        drop(WorkFolder::new(parent.path()).unwrap());
        assert_eq!((killed.exists(), running.files().exists()), (false, true));
        drop(running);
        assert_eq!(fs::read_dir(room(parent.path())).unwrap().count(), 0);
    }

    #[test]
    fn where_others_had_a_hand_nothing_is_made() {
        let parent = tempfile::tempdir().unwrap();
        let room = room(parent.path());
        let refused = || {
            let error = WorkFolder::new(parent.path()).unwrap_err().to_string();
            error.replace(&room.display().to_string(), "FOLDER")
        };
        symlink(parent.path(), &room).unwrap();
        let mut said = vec![refused()];
        fs::remove_file(&room).unwrap();
        fs::create_dir(&room).unwrap();
        fs::set_permissions(&room, fs::Permissions::from_mode(0o777)).unwrap();
        said.push(refused());
        insta::assert_snapshot!(said.join("\n"), @"
        nothing is run in FOLDER, which is no folder: remove it, or let TMPDIR name a folder that is Seam's alone
        nothing is run in FOLDER, which can be written to by others: remove it, or let TMPDIR name a folder that is Seam's alone
        ");
        // Only root can give away.
        fs::set_permissions(&room, fs::Permissions::from_mode(0o700)).unwrap();
        if lchown(&room, Some(1), None).is_ok() {
            assert!(refused().contains("which is another user's"), "{}", refused());
        }
    }
}
