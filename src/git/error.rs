//! What can go wrong with a repository, and what to do about it.

use std::{io, time::Duration};

/// Texts in here never hold a token: what git says is redacted before it becomes an error.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("the repository {repository} is not there, or the App has no access to it")]
    RepositoryNotFound { repository: String },
    #[error("{what} is not in the repository")]
    NotFound { what: String },
    #[error("the server refused the credentials: {why}")]
    Unauthorized { why: String },
    #[error("the repository {repository} has moved; ask GitHub for its name again")]
    Moved { repository: String },
    #[error("repositories are fetched by http or https, not by {scheme}")]
    Transport { scheme: String },
    #[error("git did not finish within {} s", .after.as_secs())]
    Timeout { after: Duration },
    #[error("{what} is larger than {limit} bytes")]
    TooLarge { what: String, limit: u64 },
    #[error("{what} has more than {limit} entries")]
    TooMany { what: String, limit: usize },
    #[error("the repository holds objects that git refuses: {why}")]
    Malformed { why: String },
    #[error("the local copy is broken: {why}")]
    Corrupt { why: String },
    #[error("the git server cannot be reached: {why}")]
    Unavailable { why: String },
    #[error("git or its server failed: {why}")]
    Failed { why: String },
    #[error("another process has kept the local copy locked for {} s", .after.as_secs())]
    Locked { after: Duration },
    /// `hint`: what may help, with what leads up to it; or nothing.
    #[error("{revision:?} names no commit here{hint}")]
    UnknownRevision { revision: String, hint: &'static str },
    #[error("{path} is in no git work tree: run it inside one, or name a folder in one")]
    NoRepository { path: String },
    #[error("a bare repository has no files: name two commits with --base and --head")]
    Bare,
    #[error("{path} has a merge conflict: solve it and stage what shall be committed, or leave out --staged")]
    Unmerged { path: String },
    #[error("git knows no name and address to commit as; set `user.name` and `user.email`")]
    Nobody,
    #[error("there is a branch {name} already; delete or rename it first")]
    BranchExists { name: String },
    #[error("the branch {name} cannot be made: {why}")]
    BranchNotMade { name: String, why: String },
    #[error("git cannot be run (is it installed?): {0}")]
    NoGit(#[source] io::Error),
    #[error("{doing}: {source}")]
    Disk { doing: String, source: io::Error },
}

/// What helps against a [`GitError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// It may pass by itself.
    TryLater,
    /// The server is away, which may last for hours.
    WhenBack,
    /// Ask for a new installation token, then try again.
    RenewToken,
    /// Reload repository and pull request from GitHub: names, heads and access change.
    Reload,
    /// The same again gives the same.
    GiveUp,
}

impl GitError {
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Unavailable { .. } => Remedy::WhenBack,
            Self::Failed { .. }
            | Self::Timeout { .. }
            | Self::Locked { .. }
            | Self::Corrupt { .. }
            | Self::Disk { .. } => Remedy::TryLater,
            Self::Unauthorized { .. } => Remedy::RenewToken,
            Self::RepositoryNotFound { .. } | Self::NotFound { .. } | Self::Moved { .. } => Remedy::Reload,
            Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::Malformed { .. }
            | Self::Transport { .. }
            | Self::UnknownRevision { .. }
            | Self::NoRepository { .. }
            | Self::Bare
            | Self::Unmerged { .. }
            | Self::Nobody
            | Self::BranchExists { .. }
            | Self::BranchNotMade { .. }
            | Self::NoGit(_) => Remedy::GiveUp,
        }
    }

    pub(super) fn corrupt(why: impl std::fmt::Display) -> Self {
        Self::Corrupt { why: why.to_string() }
    }

    pub(super) fn disk(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Disk { doing, source }
    }
}
