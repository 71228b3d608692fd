//! Where a mirror's commits come from: it is opened, what is missing is fetched, and what is broken is fetched anew.

use std::{fs::File, sync::Arc};

use gix::ThreadSafeRepository;
use secrecy::SecretString;

use super::{
    blocking::blocking,
    error::GitError,
    fetch::Origin,
    lock::{LockKind, lock},
    mirror_folder::MirrorFolder,
    objects::{self, Objects, object_id},
    place::Place,
};
use crate::domain::ids::{CommitSha, PullNumber, RepoName, RepositoryId};

/// Packs of a mirror beyond which they are put into one.
const MAX_PACKS: usize = 30;

/// Where one mirror comes from and where it lies.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) folder: Arc<MirrorFolder>,
    pub(super) id: RepositoryId,
    pub(super) place: Place,
    pub(super) name: RepoName,
    pub(super) token: Option<SecretString>,
    /// Whose head is asked for by its name where the server gives no commit by its id alone.
    pub(super) pull: Option<PullNumber>,
}

impl Source {
    /// The mirror opened, with all of `commits`.
    pub(super) async fn obtain(&self, commits: &[CommitSha]) -> Result<Opened, GitError> {
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
        self.folder.keep_quota().await;
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
    pub(super) async fn obtain_anew(&self, broken: Option<u64>, commits: &[CommitSha]) -> Result<Opened, GitError> {
        let _turn = self.take_turn().await?;
        if self.place.generation() == broken {
            self.place.discard()?;
        }
        self.bring(commits).await
    }

    /// Opens the mirror and tells which of `commits` are not in it.
    pub(super) async fn look(&self, commits: &[CommitSha]) -> Result<(Opened, Vec<CommitSha>), GitError> {
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
        let limit = self.folder.limits.history_bytes;
        match (self.origin().commits(&missing, limit).await, self.pull) {
            (Err(GitError::NotFound { .. }), Some(pull)) => self.origin().pull_head(pull, limit).await?,
            (result, _) => result?,
        }
        match self.look(commits).await? {
            (opened, missing) if missing.is_empty() => Ok(opened),
            (_, missing) => Err(GitError::NotFound { what: format!("the commit {}", missing[0]) }),
        }
    }

    pub(super) fn origin(&self) -> Origin<'_> {
        Origin {
            place: &self.place,
            web_url: &self.folder.web_url,
            name: &self.name,
            token: self.token.as_ref(),
            timeout: self.folder.limits.timeout,
        }
    }

    /// The right to fetch into this mirror, within this process and between processes.
    pub(super) async fn take_turn(&self) -> Result<(tokio::sync::OwnedMutexGuard<()>, File), GitError> {
        let guard = self.folder.turn(self.id).lock_owned().await;
        let lock = lock(self.place.fetch_lock.clone(), LockKind::Exclusive, self.folder.limits.timeout).await?;
        Ok((guard, lock))
    }
}

/// A repository as it was opened: later packs may be unknown to it, and another repository may stand in its place.
pub(super) struct Opened {
    pub(super) repository: ThreadSafeRepository,
    pub(super) generation: Option<u64>,
}
