//! What a work tree holds, as git would store it: tracked files as they are on disk, and untracked ones that are not ignored.
//! Nothing outside of it is read: no symlink is followed, neither as a file nor on the way to one.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::OsStr,
    fs::{self, File},
    io::Read as _,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use gix::{
    bstr::BStr,
    index::entry::{Flags, Mode, Stage, Stat},
    worktree::stack::state::ignore::Source,
};
use rustix::fs::{Mode as OpenMode, OFlags};

use super::{
    clean::Cleaner,
    error::GitError,
    objects::Objects,
    tree_changes::{MAX_FILES, all_files},
};
use crate::change::change_set::{FileMode, FileVersion, RepoPath};

/// Every file by its path.
pub(super) type Files = BTreeMap<RepoPath, FileVersion>;

/// A checked-out repository.
pub(super) struct Snapshot<'a> {
    pub(super) repository: &'a gix::Repository,
    pub(super) root: &'a Path,
    pub(super) cleaner: &'a mut Cleaner,
    /// Larger files are not read, and have no id.
    pub(super) file_bytes: u64,
}

impl Snapshot<'_> {
    /// All files of the work tree.
    pub(super) fn files(&mut self) -> Result<Files, GitError> {
        let index = self.repository.index_or_empty().map_err(GitError::corrupt)?;
        let mut files = self.tracked(&index)?;
        self.add_untracked(&index, &mut files)?;
        Ok(files)
    }

    fn tracked(&mut self, index: &gix::index::File) -> Result<Files, GitError> {
        let stat_options = self.repository.stat_options().map_err(GitError::corrupt)?;
        let can = self.repository.filesystem_options().map_err(GitError::corrupt)?;
        let mut folders = Folders { root: self.root, known: HashMap::new() };
        let mut files = Files::new();
        for entry in index.entries() {
            let path = RepoPath(entry.path(index).to_vec());
            if entry.mode == Mode::DIR {
                files.extend(sparse_folder(self.repository, &path, entry.id)?);
                continue;
            }
            let untouched = entry.flags.intersects(Flags::SKIP_WORKTREE | Flags::ASSUME_VALID);
            let Some(mode) = file_mode(entry.mode) else { continue };
            let tracked = FileVersion { mode, id: Some(entry.id.to_string()), size: entry.stat.size.into() };
            if untouched {
                files.insert(path, tracked);
                continue;
            }
            // Of a conflict only what lies in the work tree counts.
            let is_conflict = entry.stage() != Stage::Unconflicted;
            if files.contains_key(&path) || !folders.are_real(&path) {
                continue;
            }
            let place = self.root.join(OsStr::from_bytes(&path.0));
            let Ok(metadata) = gix::index::fs::Metadata::from_path_no_follow(&place) else { continue };
            if mode == FileMode::Submodule {
                files.insert(path, self.submodule(&place, tracked));
                continue;
            }
            let Some(mut found) = mode_of(&metadata) else { continue };
            if !can.executable_bit && is_plain(found) && is_plain(mode) || !can.symlink && mode == FileMode::Symlink {
                found = mode;
            }
            let stat = Stat::from_fs(&metadata).unwrap_or_default();
            let clean = found == mode
                && !is_conflict
                && !entry.flags.contains(Flags::INTENT_TO_ADD)
                && entry.stat.matches(&stat, stat_options)
                && !entry.stat.is_racy(index.timestamp(), stat_options);
            let version = if clean { Some(tracked) } else { self.version(&path, found, metadata.len()) };
            if let Some(version) = version {
                files.insert(path, version);
            }
        }
        Ok(files)
    }

    /// A file on disk as git would store it; `None` when it vanished meanwhile.
    fn version(&mut self, path: &RepoPath, mode: FileMode, size: u64) -> Option<FileVersion> {
        if size > self.file_bytes {
            return Some(FileVersion { mode, id: None, size });
        }
        let content = match read(self.root, self.cleaner, path, mode, self.file_bytes) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(_) => return Some(FileVersion { mode, id: None, size }),
        };
        let kind = gix::objs::Kind::Blob;
        let id = gix::objs::compute_hash(self.repository.object_hash(), kind, &content).ok().map(|id| id.to_string());
        Some(FileVersion { mode, id, size: content.len() as u64 })
    }

    /// A submodule stands at the commit that is checked out in it, where it is.
    fn submodule(&self, place: &Path, tracked: FileVersion) -> FileVersion {
        let opened = gix::open_opts(place, gix::open::Options::isolated()).ok();
        let head = opened.filter(|inner| inner.git_dir() != self.repository.git_dir());
        let id = head.and_then(|inner| Some(inner.head_id().ok()?.to_string()));
        FileVersion { id: id.or_else(|| tracked.id.clone()), ..tracked }
    }

    fn add_untracked(&mut self, index: &gix::index::File, files: &mut Files) -> Result<(), GitError> {
        let source = Source::WorktreeThenIdMappingIfNotSkipped;
        let mut excludes = self.repository.excludes(index, None, source).map_err(GitError::corrupt)?;
        let mut open = vec![Vec::new()];
        while let Some(folder) = open.pop() {
            // A folder that may not be listed holds nothing that git would see either.
            let Ok(entries) = fs::read_dir(self.root.join(OsStr::from_bytes(&folder))) else { continue };
            for entry in entries.flatten() {
                let name = entry.file_name().into_vec();
                if name.eq_ignore_ascii_case(b".git") {
                    continue;
                }
                let path = RepoPath([folder.as_slice(), &name].concat());
                let Ok(metadata) = gix::index::fs::Metadata::from_path_no_follow(&entry.path()) else { continue };
                let is_folder = metadata.is_dir();
                if files.contains_key(&path) || index.entry_by_path(BStr::new(&path.0)).is_some() {
                    continue;
                }
                let mode = if is_folder { Mode::DIR } else { Mode::FILE };
                let ignored = excludes.at_entry(BStr::new(&path.0), Some(mode)).is_ok_and(|place| place.is_excluded());
                if ignored {
                    continue;
                }
                if is_folder {
                    // Another repository inside of this one is not part of it.
                    if fs::symlink_metadata(entry.path().join(".git")).is_err() {
                        open.push([&path.0[..], b"/"].concat());
                    }
                } else if let Some(mode) = mode_of(&metadata)
                    && let Some(version) = self.version(&path, mode, metadata.len())
                {
                    files.insert(path, version);
                }
            }
        }
        Ok(())
    }
}

/// The content of a work tree's file as git would store it. A symlink's is its target's name.
pub(super) fn read(
    root: &Path,
    cleaner: &mut Cleaner,
    path: &RepoPath,
    mode: FileMode,
    limit: u64,
) -> std::io::Result<Bytes> {
    let place = root.join(OsStr::from_bytes(&path.0));
    if mode == FileMode::Symlink && fs::symlink_metadata(&place)?.is_symlink() {
        return Ok(fs::read_link(place)?.into_os_string().into_vec().into());
    }
    // What is swapped for a symlink or a pipe since it was looked at is refused, not waited for.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(&place, flags, OpenMode::empty())?);
    let mut content = Vec::new();
    if !file.metadata()?.is_file() || file.take(limit + 1).read_to_end(&mut content)? as u64 > limit {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    cleaner.clean(path, content).map_err(std::io::Error::other)
}

/// Which folders of a work tree are folders indeed, and not symlinks out of it.
struct Folders<'a> {
    root: &'a Path,
    known: HashMap<PathBuf, bool>,
}

impl Folders<'_> {
    /// Whether all that is above `path` are folders of the work tree.
    fn are_real(&mut self, path: &RepoPath) -> bool {
        let relative = Path::new(OsStr::from_bytes(&path.0));
        let plain = relative.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        plain && relative.parent().is_none_or(|folder| self.is_real(folder))
    }

    fn is_real(&mut self, folder: &Path) -> bool {
        let Some(parent) = folder.parent() else { return true };
        if let Some(known) = self.known.get(folder) {
            return *known;
        }
        let real =
            self.is_real(parent) && fs::symlink_metadata(self.root.join(folder)).is_ok_and(|found| found.is_dir());
        self.known.insert(folder.to_owned(), real);
        real
    }
}

/// What a sparse index holds as one entry: a folder that is not checked out, with all that is in it.
pub(super) fn sparse_folder(
    repository: &gix::Repository,
    folder: &RepoPath,
    tree: gix::ObjectId,
) -> Result<impl Iterator<Item = (RepoPath, FileVersion)>, GitError> {
    let folder = folder.0.clone();
    let files = all_files(&Objects::in_thread(repository.clone()), Some(tree), MAX_FILES)?;
    Ok(files.into_iter().map(move |(path, version)| (RepoPath([&folder[..], &path.0].concat()), version)))
}

pub(super) fn file_mode(mode: Mode) -> Option<FileMode> {
    match mode {
        Mode::FILE => Some(FileMode::Regular),
        Mode::FILE_EXECUTABLE => Some(FileMode::Executable),
        Mode::SYMLINK => Some(FileMode::Symlink),
        Mode::COMMIT => Some(FileMode::Submodule),
        _ => None,
    }
}

/// `None` for what git does not store: folders, pipes, sockets, devices.
fn mode_of(metadata: &gix::index::fs::Metadata) -> Option<FileMode> {
    if metadata.is_symlink() {
        Some(FileMode::Symlink)
    } else if !metadata.is_file() {
        None
    } else if metadata.is_executable() {
        Some(FileMode::Executable)
    } else {
        Some(FileMode::Regular)
    }
}

fn is_plain(mode: FileMode) -> bool {
    matches!(mode, FileMode::Regular | FileMode::Executable)
}
