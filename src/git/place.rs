//! The folder of one mirror, and the two locks beside it.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{error::GitError, fetch::KEPT_REFS};
use crate::domain::ids::RepositoryId;

/// Kept refs at most: each one is told to the server at the next fetch.
const MAX_KEPT_REFS: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The bare repository.
    pub(super) repository: PathBuf,
    /// Shared by all who use the mirror, exclusive for whom removes it. Its time of change says when it was last used.
    pub(super) use_lock: PathBuf,
    /// Exclusive for whom fetches into the mirror.
    pub(super) fetch_lock: PathBuf,
}

impl Place {
    pub(super) fn of(folder: &Path, id: RepositoryId) -> Self {
        Self {
            repository: folder.join(format!("{id}.git")),
            use_lock: folder.join(format!("{id}.use")),
            fetch_lock: folder.join(format!("{id}.fetch")),
        }
    }

    /// All places in `folder`.
    pub(super) fn all(folder: &Path) -> Vec<Self> {
        let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
        names.filter_map(|name| Some(Self::of(folder, name.to_str()?.strip_suffix(".git")?.parse().ok()?))).collect()
    }

    pub(super) fn exists(&self) -> bool {
        self.repository.join("HEAD").exists()
    }

    /// Tells one mirror from the one that takes its place.
    pub(super) fn generation(&self) -> Option<u64> {
        fs::metadata(&self.repository).ok().map(|folder| folder.ino())
    }

    /// How many packs it has.
    pub(super) fn packs(&self) -> usize {
        let is_pack = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "pack");
        list(&self.repository.join("objects/pack")).filter(is_pack).count()
    }

    /// Makes the repository ready to be fetched into, under the fetch lock: there, and free of what a killed fetch left.
    pub(super) fn prepare(&self) -> Result<(), GitError> {
        if !self.exists() {
            return self.create();
        }
        for entry in list(&self.repository.join("objects/pack")) {
            if entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with("tmp_")) {
                let _ = fs::remove_file(entry);
            }
        }
        self.forget_old_refs();
        Ok(())
    }

    /// Builds it beside its place and moves it there whole: no half of it is ever seen.
    fn create(&self) -> Result<(), GitError> {
        let disk = || GitError::disk(format!("making the mirror {}", self.repository.display()));
        self.discard()?;
        let new = self.repository.with_extension("new");
        remove(&new).map_err(disk())?;
        for folder in ["objects/info", "objects/pack", KEPT_REFS] {
            fs::create_dir_all(new.join(folder)).map_err(disk())?;
        }
        fs::write(new.join("HEAD"), "ref: refs/heads/none\n").map_err(disk())?;
        fs::write(new.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n").map_err(disk())?;
        fs::rename(&new, &self.repository).map_err(disk())
    }

    /// Throws the repository away. Whoever reads it right now keeps the files that are open.
    pub(super) fn discard(&self) -> Result<(), GitError> {
        let disk = || GitError::disk(format!("throwing away {}", self.repository.display()));
        let old = self.repository.with_extension("old");
        remove(&old).map_err(disk())?;
        match fs::rename(&self.repository, &old) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(disk()(error)),
            Ok(()) => remove(&old).map_err(disk()),
        }
    }

    fn forget_old_refs(&self) {
        let mut refs: Vec<(SystemTime, PathBuf)> = list(&self.repository.join(KEPT_REFS))
            .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
            .collect();
        refs.sort();
        for (_, path) in refs.iter().take(refs.len().saturating_sub(MAX_KEPT_REFS)) {
            let _ = fs::remove_file(path);
        }
    }
}

fn list(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
