//! Removes what a program made, whatever it is. Nothing is found by a path and no link is followed: who changes it meanwhile
//! leads nowhere else.

use std::{
    ffi::{CStr, CString},
    os::fd::{AsRawFd as _, OwnedFd},
};

use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags, chmod, openat, renameat, unlinkat},
    io::{Errno, Result},
    path::Arg,
};
use uuid::Uuid;

/// Opens a folder, whatever its mode was; it has `mode` then.
///
/// # Errors
/// When it is none: a link is not followed.
pub(super) fn open(parent: &OwnedFd, name: impl Arg, mode: Mode) -> Result<OwnedFd> {
    let folder = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let found = openat(parent, name, OFlags::PATH | folder, Mode::empty())?;
    // Only by this name can what is not open to be read be had.
    chmod(format!("/proc/self/fd/{}", found.as_raw_fd()), mode)?;
    openat(&found, c".", OFlags::RDONLY | folder, Mode::empty())
}

/// Removes a folder that nobody else writes to, with all that others left in it. What lies deep is moved up first: there may be
/// more levels than a path, the stack or open files suffice for. What cannot be removed does not keep the rest.
///
/// # Errors
/// The first that there was.
pub(super) fn remove(parent: &OwnedFd, name: &str) -> Result<()> {
    let top = open(parent, name, Mode::RWXU)?;
    let mut waiting = Vec::new();
    let mut done = each(&top, |name| {
        waiting.push(name.to_owned());
        Ok(())
    });
    while let Some(name) = waiting.pop() {
        done = done.and(remove_in(&top, &name, &mut waiting));
    }
    done.and(unlinkat(parent, name, AtFlags::REMOVEDIR))
}

/// Folders of a folder wait at the top.
fn remove_in(top: &OwnedFd, name: &CStr, waiting: &mut Vec<CString>) -> Result<()> {
    let removed = remove_file(top, name);
    if removed != Err(Errno::ISDIR) {
        return removed;
    }
    let folder = open(top, name, Mode::RWXU)?;
    let done = each(&folder, |name| match remove_file(&folder, name) {
        Err(Errno::ISDIR) => {
            // One without the right to write cannot be moved.
            open(&folder, name, Mode::RWXU)?;
            let moved = CString::new(Uuid::new_v4().simple().to_string()).map_err(|_| Errno::INVAL)?;
            renameat(&folder, name, top, &moved)?;
            waiting.push(moved);
            Ok(())
        }
        removed => removed,
    });
    done.and(unlinkat(top, name, AtFlags::REMOVEDIR))
}

fn remove_file(parent: &OwnedFd, name: &CStr) -> Result<()> {
    unlinkat(parent, name, AtFlags::empty())
}

/// Goes on after an error, and gives the first.
fn each(folder: &OwnedFd, mut act: impl FnMut(&CStr) -> Result<()>) -> Result<()> {
    let mut done = Ok(());
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            done = done.and(act(entry.file_name()));
        }
    }
    done
}
