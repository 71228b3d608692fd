//! Writes a tree to disk, for a program that looks at it. Trees are other people's data: no hook, filter or attribute of theirs
//! has a say, and nothing is written outside of the folder.

use std::{
    ffi::OsStr,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{OpenOptionsExt as _, symlink},
    },
    path::{Path, PathBuf},
};

use gix::ObjectId;

use super::{
    error::GitError,
    objects::{Entry, EntryKind, Objects},
};
use crate::change::change_set::FileMode;

/// Files, folders and links of one tree at most.
pub(super) const MAX_ENTRIES: usize = 200_000;
const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Into an empty folder that nobody else writes to, until `stop` says so. Submodules are empty folders; links that lead out are
/// left out.
pub(super) fn lay_out(
    objects: &Objects,
    tree: ObjectId,
    folder: &Path,
    stop: &dyn Fn() -> bool,
) -> Result<(), GitError> {
    let (mut open, mut entries, mut bytes) = (vec![(tree, folder.to_owned(), 0)], 0, MAX_BYTES);
    while let Some((tree, folder, depth)) = open.pop() {
        for Entry { name, kind, id } in objects.entries(tree)? {
            if stop() {
                return Ok(());
            }
            entries += 1;
            if entries > MAX_ENTRIES {
                return Err(GitError::TooMany { what: "the tree".to_owned(), limit: MAX_ENTRIES });
            }
            let path = place(&folder, &name)?;
            let disk = || GitError::disk(format!("writing {}", path.display()));
            match kind {
                EntryKind::Tree => {
                    new_folder(&path)?;
                    open.push((id, path, depth + 1));
                }
                EntryKind::File(FileMode::Submodule) => new_folder(&path)?,
                EntryKind::File(mode) => {
                    let missing = || GitError::NotFound { what: format!("the content of {}", path.display()) };
                    let content = objects.blob(id, bytes)?.ok_or_else(missing)?;
                    bytes -= content.len() as u64;
                    match mode {
                        FileMode::Symlink if leads_out(&content, depth) => continue,
                        FileMode::Symlink => symlink(OsStr::from_bytes(&content), &path),
                        FileMode::Executable => new_file(&path, &content, 0o755),
                        FileMode::Regular | FileMode::Submodule => new_file(&path, &content, 0o644),
                    }
                    .map_err(disk())?;
                }
            }
        }
    }
    Ok(())
}

/// Names are taken as they are, so they must be names.
fn place(folder: &Path, name: &[u8]) -> Result<PathBuf, GitError> {
    let is_name = !matches!(name, b"" | b"." | b"..") && !name.iter().any(|byte| matches!(byte, b'/' | 0));
    if !is_name || name.eq_ignore_ascii_case(b".git") {
        return Err(GitError::Malformed { why: format!("{:?} is no name of a file", String::from_utf8_lossy(name)) });
    }
    Ok(folder.join(OsStr::from_bytes(name)))
}

/// A name that stands twice in a tree, once as a link, is found out here: what is there already is not gone through.
fn new_folder(path: &Path) -> Result<(), GitError> {
    fs::create_dir(path).map_err(GitError::disk(format!("making {}", path.display())))
}

fn new_file(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?.write_all(content)
}

/// By its own words; where other links stand on the way, it is the sandbox that holds.
fn leads_out(target: &[u8], depth: usize) -> bool {
    let mut level = depth;
    target.starts_with(b"/")
        || target.split(|byte| *byte == b'/').any(|part| match part {
            b"" | b"." => false,
            b".." => level.checked_sub(1).map(|up| level = up).is_none(),
            _ => {
                level += 1;
                false
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_out_are_known() {
        for (target, depth, out) in [
            ("a", 0, false),
            ("../a", 1, false),
            ("a/../../b", 1, false),
            ("a/../../../b", 1, true),
            ("..", 0, true),
            ("/etc/passwd", 5, true),
            ("././/a", 0, false),
        ] {
            assert_eq!(leads_out(target.as_bytes(), depth), out, "{target} at {depth}");
        }
    }

    #[test]
    fn only_names_are_names() {
        for name in ["", ".", "..", "a/b", ".git", ".GIT", "a\0b"] {
            assert!(place(Path::new("/x"), name.as_bytes()).is_err(), "{name:?}");
        }
        assert_eq!(place(Path::new("/x"), b"...").unwrap(), Path::new("/x/..."));
    }
}
