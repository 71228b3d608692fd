//! How a tool ends when it does not end well.

use std::time::Duration;

use anyhow::anyhow;

use crate::{
    effects::error::EffectError,
    git::error::{GitError, Remedy},
    github::error::{GitHubError, Retry},
    store::error::StoreError,
};

#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// It may pass by itself: tried again after `after`, or after the usual backoff.
    #[error("{error:#}")]
    Retry { error: anyhow::Error, after: Option<Duration> },
    /// What it needs is away, which may last for hours: tried again for as long as a day.
    #[error("{0:#}")]
    Away(anyhow::Error),
    /// Trying again is of no use; the execution fails.
    #[error("{0:#}")]
    Fatal(anyhow::Error),
    /// There is nothing to do, and this is why; the execution ends as skipped.
    #[error("skipped: {0}")]
    Skip(String),
    /// A newer execution took over, the lease was lost, or a person cancelled: stop before the next effect.
    #[error("stopped: the execution was superseded, cancelled, or belongs to another worker now")]
    Superseded,
}

impl ToolError {
    /// Tried again after the usual backoff.
    pub fn retry(error: impl Into<anyhow::Error>) -> Self {
        Self::Retry { error: error.into(), after: None }
    }

    pub fn retry_after(error: impl Into<anyhow::Error>, after: Duration) -> Self {
        Self::Retry { error: error.into(), after: Some(after) }
    }

    pub fn fatal(error: impl Into<anyhow::Error>) -> Self {
        Self::Fatal(error.into())
    }

    pub fn skip(reason: impl Into<String>) -> Self {
        Self::Skip(reason.into())
    }

    /// Of what an event speaks of: a repository that was transferred or deleted while the event waited is somebody else's, or
    /// nobody's.
    pub(super) fn out_of_reach(error: GitHubError) -> Self {
        match error {
            GitHubError::NotFound { .. } => Self::skip("it is not there any more, or out of this installation's reach"),
            error => error.into(),
        }
    }

    /// As [`GitHubError::lacking`].
    pub fn lacking(&self) -> Option<String> {
        match self {
            Self::Fatal(error) => error.downcast_ref::<GitHubError>()?.lacking(),
            _ => None,
        }
    }
}

impl From<GitHubError> for ToolError {
    /// An installation that lost its access has nothing to do, which is no failure.
    fn from(error: GitHubError) -> Self {
        if let Some(reason) = error.lost_access() {
            return Self::Skip(reason);
        }
        match error.retry() {
            Retry::After(wait) => Self::retry_after(error, wait),
            Retry::Soon => Self::retry(error),
            Retry::WhenBack => Self::Away(error.into()),
            Retry::Never => Self::fatal(error),
        }
    }
}

/// The database may be back in a moment.
impl From<StoreError> for ToolError {
    fn from(error: StoreError) -> Self {
        Self::retry(anyhow!(error).context("the database did not answer"))
    }
}

impl From<GitError> for ToolError {
    /// Names, tokens and heads are loaded anew by the next attempt.
    fn from(error: GitError) -> Self {
        match error.remedy() {
            Remedy::WhenBack => Self::Away(error.into()),
            Remedy::TryLater | Remedy::RenewToken | Remedy::Reload => Self::retry(error),
            Remedy::GiveUp => Self::fatal(error),
        }
    }
}

impl From<EffectError> for ToolError {
    fn from(error: EffectError) -> Self {
        match error {
            EffectError::Stopped(_) => Self::Superseded,
            EffectError::GitHub(error) if !error.may_have_happened() => error.into(),
            error => match error.retry() {
                Retry::After(wait) => Self::retry_after(error, wait),
                Retry::Soon => Self::retry(error),
                Retry::WhenBack => Self::Away(error.into()),
                Retry::Never => Self::fatal(error),
            },
        }
    }
}
