//! Why an effect was not done, or not known to be.

use std::time::Duration;

use crate::{
    domain::ids::ExecutionId,
    github::error::{GitHubError, Retry},
    store::{error::StoreError, queue::Fence},
};

/// GitHub cuts a request after 10 s: what has not shown by then has not happened.
const WRITES_LAND_WITHIN: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, thiserror::Error)]
pub enum EffectError {
    /// The execution is not to go on: its lease is lost, or it is superseded or cancelled.
    #[error("the execution was stopped before the effect ({0:?})")]
    Stopped(Fence),
    /// Another running execution is at the same effect.
    #[error("execution {0} is at the same effect")]
    Busy(ExecutionId),
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EffectError {
    /// When to perform it again: it is looked for first where it may have happened.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Stopped(_) => Retry::Never,
            Self::Busy(_) => Retry::After(WRITES_LAND_WITHIN),
            Self::GitHub(error) if error.may_have_happened() => Retry::After(WRITES_LAND_WITHIN),
            Self::GitHub(error) => error.retry(),
            Self::Store(_) => Retry::Soon,
        }
    }

    pub(super) fn may_have_happened(&self) -> bool {
        matches!(self, Self::GitHub(error) if error.may_have_happened())
    }

    pub(super) fn is_unprocessable(&self) -> bool {
        matches!(self, Self::GitHub(GitHubError::Unprocessable { .. }))
    }

    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::GitHub(GitHubError::NotFound { .. }))
    }
}
