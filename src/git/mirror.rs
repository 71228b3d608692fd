//! Bare mirrors of repositories: one folder for each repository id, holding the commits that were asked for, and of their
//! files only those that a change touches. A mirror is a cache: it may vanish whenever nobody uses it.

use std::{
    fs::{self, File},
    path::{self, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use bytes::Bytes;
use gix::{ObjectId, ThreadSafeRepository};
use secrecy::SecretString;
use url::Url;

use super::{
    blocking::blocking,
    error::GitError,
    lock::{LockKind, lock},
    mirror_folder::MirrorFolder,
    mirror_limits::MirrorLimits,
    objects::{EntryKind, Objects},
    place::Place,
    source::{Opened, Source},
};
use crate::{
    change::change_set::FileMode,
    domain::ids::{CommitSha, PullNumber, RepoName, RepositoryId},
};

/// All mirrors of one data directory. Cheap to clone.
#[derive(Clone)]
pub struct Mirrors {
    folder: Arc<MirrorFolder>,
}

impl Mirrors {
    /// Keeps mirrors in `folder`, fetched from `web_url` (as in `https://github.com`); its scheme is the only transport that
    /// git may use.
    ///
    /// # Errors
    /// When the scheme is another than http or https, or the folder cannot be made.
    pub fn new(folder: impl Into<PathBuf>, web_url: Url, limits: MirrorLimits) -> Result<Self, GitError> {
        if !matches!(web_url.scheme(), "http" | "https") {
            return Err(GitError::Transport { scheme: web_url.scheme().to_owned() });
        }
        // Git runs inside a mirror, where a relative name would lead elsewhere.
        let folder = path::absolute(folder.into()).map_err(GitError::disk("finding the current folder"))?;
        fs::create_dir_all(&folder).map_err(GitError::disk(format!("making {}", folder.display())))?;
        Ok(Self { folder: Arc::new(MirrorFolder::new(folder, web_url, limits)) })
    }

    /// The mirror of a repository with all of `commits` in it. Fetches what is missing; asks nobody when nothing is.
    /// The mirror is not evicted while the answer lives.
    pub async fn fetch(
        &self,
        id: RepositoryId,
        name: &RepoName,
        token: Option<&SecretString>,
        commits: &[CommitSha],
    ) -> Result<Mirror, GitError> {
        self.fetch_pull(id, name, token, commits, None).await
    }

    /// As [`Self::fetch`]; where the server gives no commit by its id alone, the head of `pull` is asked for by its name.
    pub async fn fetch_pull(
        &self,
        id: RepositoryId,
        name: &RepoName,
        token: Option<&SecretString>,
        commits: &[CommitSha],
        pull: Option<PullNumber>,
    ) -> Result<Mirror, GitError> {
        let place = Place::of(&self.folder.path, id);
        let in_use = lock(place.use_lock.clone(), LockKind::Shared, self.folder.limits.timeout).await?;
        let source =
            Source { folder: Arc::clone(&self.folder), id, place, name: name.clone(), token: token.cloned(), pull };
        let opened = RwLock::new(source.obtain(commits).await?);
        // Only the order of eviction hangs on it.
        let _ = in_use.set_modified(SystemTime::now());
        Ok(Mirror { inner: Arc::new(Inner { source, commits: commits.to_vec(), opened, _in_use: in_use }) })
    }
}

/// A mirror that holds the commits it was fetched for. Cheap to clone; in use (and so not evicted) while a clone lives.
#[derive(Clone)]
pub struct Mirror {
    inner: Arc<Inner>,
}

struct Inner {
    source: Source,
    commits: Vec<CommitSha>,
    opened: RwLock<Opened>,
    _in_use: File,
}

impl Mirror {
    /// The best common ancestor of two commits, as git chooses it; `None` where their histories have nothing in common.
    pub async fn merge_base(&self, one: &CommitSha, other: &CommitSha) -> Result<Option<CommitSha>, GitError> {
        let (one, other) = (one.clone(), other.clone());
        self.read(move |objects| objects.merge_base(&one, &other)).await
    }

    /// Whether a commit is `newer` or lies below it. One that is not here does not.
    pub async fn contains(&self, newer: &CommitSha, older: &CommitSha) -> Result<bool, GitError> {
        match self.merge_base(newer, older).await {
            Ok(base) => Ok(base.as_ref() == Some(older)),
            Err(GitError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The message of a commit.
    pub async fn commit_message(&self, commit: &CommitSha) -> Result<String, GitError> {
        let commit = commit.clone();
        self.read(move |objects| objects.message(&commit)).await
    }

    /// A file of a commit; `None` where there is none at `path` (or a folder, or a submodule). A symlink is its target's name.
    pub async fn file(&self, commit: &CommitSha, path: &str) -> Result<Option<Bytes>, GitError> {
        let (commit, path) = (commit.clone(), path.to_owned());
        let entry = self
            .read(move |objects| match objects.tree_of(&commit)? {
                Some(tree) => objects.entry_at(tree, path.as_bytes()),
                None => Ok(None),
            })
            .await?;
        let Some(entry) =
            entry.filter(|entry| !matches!(entry.kind, EntryKind::Tree | EntryKind::File(FileMode::Submodule)))
        else {
            return Ok(None);
        };
        self.prefetch(vec![entry.id]).await?;
        let limit = self.limits().change.file_bytes;
        self.read(move |objects| objects.blob(entry.id, limit)).await
    }

    /// Small files of a commit, in the order asked for, at most `most` of them; those that are not there, or are no plain
    /// files, are left out. What is larger than `bytes` comes as an error.
    pub async fn small_files(
        &self,
        commit: &CommitSha,
        paths: Vec<String>,
        most: usize,
        bytes: u64,
    ) -> Result<Vec<(String, Result<Bytes, GitError>)>, GitError> {
        let commit = commit.clone();
        let found = self.read(move |objects| objects.plain_files_at(&commit, &paths, most)).await?;
        self.prefetch(found.iter().map(|(_, id)| *id).collect()).await?;
        self.read(move |objects| {
            let read = |(path, id): &(String, ObjectId)| match objects.blob(*id, bytes) {
                Ok(blob) => blob.map(|blob| Ok((path.clone(), Ok(blob)))),
                Err(error @ GitError::TooLarge { .. }) => Some(Ok((path.clone(), Err(error)))),
                Err(error) => Some(Err(error)),
            };
            found.iter().filter_map(read).collect()
        })
        .await
    }

    pub(super) fn limits(&self) -> &MirrorLimits {
        &self.inner.source.folder.limits
    }

    /// Where words are counted once for each tree.
    pub(super) fn words(&self) -> PathBuf {
        self.inner.source.folder.path.join("words")
    }

    pub(super) fn objects(&self) -> Objects {
        Objects::of(&self.repository())
    }

    pub(super) fn repository(&self) -> ThreadSafeRepository {
        self.inner.opened.read().unwrap_or_else(PoisonError::into_inner).repository.clone()
    }

    /// Reads on a thread that may block. A mirror that turns out to be broken is thrown away, fetched anew and read once more.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Objects) -> Result<T, GitError> + Clone + Send + 'static,
    ) -> Result<T, GitError> {
        let (mirror, again) = (self.clone(), work.clone());
        match blocking(move || work(&mirror.objects())).await {
            Err(GitError::Corrupt { why }) => {
                tracing::warn!(repository.id = %self.inner.source.id, why, "a broken mirror is read");
                let broken = self.inner.opened.read().unwrap_or_else(PoisonError::into_inner).generation;
                self.reopen(self.inner.source.obtain_anew(broken, &self.inner.commits).await?);
                let mirror = self.clone();
                blocking(move || again(&mirror.objects())).await
            }
            result => result,
        }
    }

    fn reopen(&self, opened: Opened) {
        *self.inner.opened.write().unwrap_or_else(PoisonError::into_inner) = opened;
    }

    /// Brings those of `blobs` that are missing, all in one go.
    pub(super) async fn prefetch(&self, blobs: Vec<ObjectId>) -> Result<(), GitError> {
        let missing = self.missing(blobs).await?;
        if missing.is_empty() {
            return Ok(());
        }
        let source = &self.inner.source;
        let _turn = source.take_turn().await?;
        source.origin().blobs(&missing, self.limits().blob_bytes).await?;
        self.reopen(source.look(&[]).await?.0);
        Ok(())
    }

    async fn missing(&self, mut blobs: Vec<ObjectId>) -> Result<Vec<ObjectId>, GitError> {
        blobs.sort();
        blobs.dedup();
        self.read(move |objects| Ok(blobs.iter().copied().filter(|id| !objects.has(*id)).collect())).await
    }
}
