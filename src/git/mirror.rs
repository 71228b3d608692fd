//! Bare mirrors of repositories: one folder for each repository id, holding the commits that were asked for, and of their
//! files only those that a change touches. A mirror is a cache: it may vanish whenever nobody uses it.

use std::{
    collections::HashMap,
    fs::{self, File},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use gix::{ObjectId, ThreadSafeRepository};
use secrecy::SecretString;
use url::Url;

use super::{
    blocking::blocking,
    error::GitError,
    fetch::Origin,
    lock::{LockKind, lock},
    objects::{self, EntryKind, Objects, object_id},
    place::Place,
    proof::{self, Proof},
    quota, surroundings,
    tree_changes::Difference,
    tree_writer::TreeWriter,
};
use crate::{
    change::{
        assemble::{self, Parts, assemble},
        change_set::{ChangeSet, FileChange, FileMode, FileVersion},
        contents::{Contents, ContentsError},
        rewrites::Rewrites,
        surroundings::Surroundings,
        tree_edit::TreeEdit,
    },
    domain::ids::{CommitSha, PullNumber, RepoName, RepositoryId},
};

/// How much disk, time and memory mirrors may take.
#[derive(Clone, Copy, Debug)]
pub struct MirrorLimits {
    /// Bytes of all mirrors together; beyond it the least recently used go.
    pub quota: u64,
    /// For one fetch of commits, and for one of blobs.
    pub timeout: Duration,
    /// Bytes that one fetch of commits may bring.
    pub history_bytes: u64,
    /// Bytes that the blobs of one change may have on their way; what is beyond stays unread, and the change set says so.
    pub blob_bytes: u64,
    pub change: assemble::Limits,
}

impl Default for MirrorLimits {
    fn default() -> Self {
        const GIB: u64 = 1024 * 1024 * 1024;
        Self {
            quota: 10 * GIB,
            timeout: Duration::from_secs(15 * 60),
            history_bytes: 4 * GIB,
            blob_bytes: GIB / 2,
            change: assemble::Limits::default(),
        }
    }
}

/// Packs of a mirror beyond which they are put into one.
const MAX_PACKS: usize = 30;

/// All mirrors of one data directory. Cheap to clone.
#[derive(Clone)]
pub struct Mirrors {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    web_url: Url,
    limits: MirrorLimits,
    /// One fetch at a time for each repository; between processes a file lock does the same.
    turns: Mutex<HashMap<RepositoryId, Arc<tokio::sync::Mutex<()>>>>,
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
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(GitError::disk(format!("making {}", folder.display())))?;
        Ok(Self { shared: Arc::new(Shared { folder, web_url, limits, turns: Mutex::default() }) })
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
        let place = Place::of(&self.shared.folder, id);
        let in_use = lock(place.use_lock.clone(), LockKind::Shared, self.shared.limits.timeout).await?;
        let source = Source { mirrors: self.clone(), id, place, name: name.clone(), token: token.cloned(), pull };
        let opened = RwLock::new(source.obtain(commits).await?);
        // Only the order of eviction hangs on it.
        let _ = in_use.set_modified(SystemTime::now());
        Ok(Mirror { inner: Arc::new(Inner { source, commits: commits.to_vec(), opened, _in_use: in_use }) })
    }

    fn turn(&self, id: RepositoryId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.shared.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        turns.entry(id).or_default().clone()
    }

    async fn keep_quota(&self) {
        let (folder, quota) = (self.shared.folder.clone(), self.shared.limits.quota);
        let evict = move || {
            let mirrors = Place::all(&folder).into_iter().map(|place| (place.repository, place.use_lock)).collect();
            quota::evict(mirrors, quota)
        };
        let _ = blocking(move || Ok(evict())).await;
    }
}

/// Where one mirror comes from and where it lies.
#[derive(Clone)]
struct Source {
    mirrors: Mirrors,
    id: RepositoryId,
    place: Place,
    name: RepoName,
    token: Option<SecretString>,
    pull: Option<PullNumber>,
}

impl Source {
    /// The mirror opened, with all of `commits`.
    async fn obtain(&self, commits: &[CommitSha]) -> Result<Opened, GitError> {
        if let Ok((opened, missing)) = self.look(commits).await
            && missing.is_empty()
        {
            return Ok(opened);
        }
        let _turn = self.take_turn().await?;
        let result = match self.bring(commits).await {
            Err(GitError::Corrupt { why }) => {
                tracing::warn!(repository.id = %self.id, why, "a broken mirror is thrown away and fetched anew");
                self.place.discard()?;
                self.bring(commits).await
            }
            result => result,
        };
        self.mirrors.keep_quota().await;
        self.repack_when_due();
        result
    }

    /// Every fetch brings a pack or two; when they are many they are put into one, while nobody waits for it.
    fn repack_when_due(&self) {
        if self.place.packs() <= MAX_PACKS {
            return;
        }
        let source = self.clone();
        tokio::spawn(async move {
            let Ok(_turn) = source.take_turn().await else { return };
            if source.place.packs() > MAX_PACKS
                && let Err(error) = source.origin().repack().await
            {
                tracing::warn!(repository.id = %source.id, %error, "a mirror's packs stay as they are");
            }
        });
    }

    /// The same after `broken` could not be read; somebody else may have replaced it meanwhile.
    async fn obtain_anew(&self, broken: Option<u64>, commits: &[CommitSha]) -> Result<Opened, GitError> {
        let _turn = self.take_turn().await?;
        if self.place.generation() == broken {
            self.place.discard()?;
        }
        self.bring(commits).await
    }

    /// Opens the mirror and tells which of `commits` are not in it.
    async fn look(&self, commits: &[CommitSha]) -> Result<(Opened, Vec<CommitSha>), GitError> {
        let (place, commits) = (self.place.clone(), commits.to_vec());
        blocking(move || {
            let generation = place.generation();
            let repository = objects::open(&place.repository)?;
            let objects = Objects::of(&repository);
            let mut missing = Vec::new();
            for commit in commits {
                if !commit.is_zero() && !objects.has(object_id(&commit)?) {
                    missing.push(commit);
                }
            }
            Ok((Opened { repository, generation }, missing))
        })
        .await
    }

    async fn bring(&self, commits: &[CommitSha]) -> Result<Opened, GitError> {
        let place = self.place.clone();
        blocking(move || place.prepare()).await?;
        let (opened, missing) = self.look(commits).await?;
        if missing.is_empty() {
            return Ok(opened);
        }
        let limit = self.mirrors.shared.limits.history_bytes;
        match (self.origin().commits(&missing, limit).await, self.pull) {
            (Err(GitError::NotFound { .. }), Some(pull)) => self.origin().pull_head(pull, limit).await?,
            (result, _) => result?,
        }
        match self.look(commits).await? {
            (opened, missing) if missing.is_empty() => Ok(opened),
            (_, missing) => Err(GitError::NotFound { what: format!("the commit {}", missing[0]) }),
        }
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            place: &self.place,
            web_url: &self.mirrors.shared.web_url,
            name: &self.name,
            token: self.token.as_ref(),
            timeout: self.mirrors.shared.limits.timeout,
        }
    }

    /// The right to fetch into this mirror, within this process and between processes.
    async fn take_turn(&self) -> Result<(tokio::sync::OwnedMutexGuard<()>, File), GitError> {
        let guard = self.mirrors.turn(self.id).lock_owned().await;
        let lock = lock(self.place.fetch_lock.clone(), LockKind::Exclusive, self.mirrors.shared.limits.timeout).await?;
        Ok((guard, lock))
    }
}

/// A repository as it was opened: later packs may be unknown to it, and another repository may stand in its place.
struct Opened {
    repository: ThreadSafeRepository,
    generation: Option<u64>,
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

    /// What changed from `base` to `head` (both fetched; the zero id is the empty tree). For a pull request `base` is the
    /// merge base. Fetches the contents of what changed, so that reading them through [`Contents`] asks nobody.
    pub async fn change_set(&self, base: &CommitSha, head: &CommitSha) -> Result<ChangeSet, GitError> {
        let (from, to) = (base.clone(), head.clone());
        let difference = self.read(move |objects| Difference::between(objects, &from, &to)).await?;
        self.prefetch(difference.blobs()).await?;
        let (mirror, base, head) = (self.clone(), base.to_string(), head.to_string());
        blocking(move || mirror.assemble(base, head, difference)).await
    }

    /// What a plan to split the change is made from besides the change. Fetches the base's files, once for each base tree.
    pub async fn surroundings(
        &self,
        base: &CommitSha,
        head: &CommitSha,
        set: &ChangeSet,
    ) -> Result<Surroundings, GitError> {
        let tables = self.inner.source.mirrors.shared.folder.join("words");
        let (commit, folder) = (base.clone(), tables.clone());
        let uncounted = self
            .read(move |objects| match objects.tree_of(&commit)? {
                Some(tree) if !surroundings::table(&folder, tree).exists() => {
                    Ok(surroundings::blobs(objects, tree)?.into_iter().map(|(_, id)| id).collect())
                }
                _ => Ok(Vec::new()),
            })
            .await?;
        self.prefetch(uncounted).await?;
        let (mirror, base, head, set) = (self.clone(), base.clone(), head.clone(), set.clone());
        blocking(move || surroundings::load(&mirror.repository(), &base, Some(&head), &set, Some(&tables))).await
    }

    /// Whether slices, in order, give the head's tree; see [`proof`]. Writes nothing.
    pub async fn prove(
        &self,
        base: &CommitSha,
        head: &CommitSha,
        slices: Vec<Vec<TreeEdit>>,
    ) -> Result<Proof, GitError> {
        let (mirror, base, head) = (self.clone(), base.clone(), head.clone());
        blocking(move || {
            let objects = mirror.objects();
            let (base, head) = (objects.tree_of(&base)?, objects.tree_of(&head)?);
            let head_tree = |writer: &TreeWriter<'_>| match head {
                Some(tree) => Ok(tree),
                None => writer.apply(None, &[]),
            };
            proof::prove(mirror.repository().to_thread_local(), base, head_tree, &slices)
        })
        .await
    }

    fn assemble(&self, base: String, head: String, difference: Difference) -> Result<ChangeSet, GitError> {
        let objects = self.objects();
        let attributes = difference.attributes(&objects)?;
        Ok(assemble(Parts {
            base,
            head,
            files: difference.with_sizes(&objects)?,
            contents: self,
            attributes: &attributes,
            rewrites: Rewrites::Renames,
            limits: self.limits().change,
        }))
    }

    fn limits(&self) -> &MirrorLimits {
        &self.inner.source.mirrors.shared.limits
    }

    fn objects(&self) -> Objects {
        Objects::of(&self.repository())
    }

    fn repository(&self) -> ThreadSafeRepository {
        self.inner.opened.read().unwrap_or_else(PoisonError::into_inner).repository.clone()
    }

    /// Reads on a thread that may block. A mirror that turns out to be broken is thrown away, fetched anew and read once more.
    async fn read<T: Send + 'static>(
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
    async fn prefetch(&self, blobs: Vec<ObjectId>) -> Result<(), GitError> {
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

    fn content(&self, file: &FileChange, version: Option<&FileVersion>) -> Result<Option<Bytes>, ContentsError> {
        let Some(version) = version else { return Ok(None) };
        let failed = |why: String| ContentsError { path: file.path.display(), why };
        match self.objects().version(version, self.limits().change.file_bytes) {
            Ok(Some(content)) => Ok(Some(content)),
            Ok(None) => Err(failed("it was not fetched".to_owned())),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

impl Contents for Mirror {
    fn base(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        self.content(file, file.old.as_ref())
    }

    fn head(&self, file: &FileChange) -> Result<Option<Bytes>, ContentsError> {
        self.content(file, file.new.as_ref())
    }
}
