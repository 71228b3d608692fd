//! A git server, a repository on it, and mirrors of it.

use std::path::{Path, PathBuf};

use seam::{
    domain::ids::{CommitSha, RepoName, RepositoryId},
    git::{
        error::GitError,
        mirror::{Mirror, Mirrors},
        mirror_limits::MirrorLimits,
    },
};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::fake_github::{
    git_repository::{Commit, GitRepository},
    git_server::GitServer,
};

pub(super) const ID: RepositoryId = RepositoryId(7);

pub(super) struct Fixture {
    pub(super) server: GitServer,
    pub(super) repository: GitRepository,
    pub(super) folder: TempDir,
    pub(super) mirrors: Mirrors,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        Self::with_limits(MirrorLimits::default()).await
    }

    pub(super) async fn with_limits(limits: MirrorLimits) -> Self {
        let server = GitServer::start().await;
        let repository = server.create("octo/shop");
        let folder = tempfile::tempdir().unwrap();
        let mirrors = Mirrors::new(folder.path(), server.url().parse().unwrap(), limits).unwrap();
        Self { server, repository, folder, mirrors }
    }

    pub(super) fn token(&self) -> SecretString {
        self.server.token().into()
    }

    pub(super) async fn try_fetch(&self, commits: &[&CommitSha]) -> Result<Mirror, GitError> {
        let commits: Vec<_> = commits.iter().map(|commit| (*commit).clone()).collect();
        self.mirrors.fetch(ID, &name(), Some(&self.token()), &commits).await
    }

    pub(super) async fn fetch(&self, commits: &[&CommitSha]) -> Mirror {
        self.try_fetch(commits).await.unwrap()
    }

    pub(super) fn commit(&self, parents: &[&CommitSha], commit: impl Into<Commit>) -> CommitSha {
        let parents: Vec<_> = parents.iter().map(|parent| parent.as_str()).collect();
        self.repository.commit(&parents, commit).parse().unwrap()
    }

    /// Where the mirror lies.
    pub(super) fn mirror_path(&self) -> PathBuf {
        self.folder.path().join("7.git")
    }
}

pub(super) fn name() -> RepoName {
    "octo/shop".parse().unwrap()
}

/// All files below a folder.
pub(super) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files_below(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found
}

/// Bytes that do not compress.
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}
