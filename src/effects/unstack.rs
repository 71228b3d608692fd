//! A native stack taken apart: as long as pull requests are linked, GitHub does not let their bases change.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{domain::ids::PullNumber, github::error::GitHubError};

pub(super) async fn perform(attempt: &Attempt<'_>, pull: PullNumber) -> Result<EffectResult, EffectError> {
    if let Some(stack) = current(attempt, pull).await? {
        attempt.looked();
        match attempt.write(attempt.repository().unstack(stack)).await {
            Ok(()) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(EffectResult::Set)
}

/// It stands for itself.
pub(super) async fn find(attempt: &Attempt<'_>, pull: PullNumber) -> Result<Option<EffectResult>, EffectError> {
    Ok(current(attempt, pull).await?.is_none().then_some(EffectResult::Set))
}

/// Number of the stack that it is part of.
async fn current(attempt: &Attempt<'_>, pull: PullNumber) -> Result<Option<i64>, EffectError> {
    match attempt.repository().stack_of(pull).await {
        Ok(stack) => Ok(stack.map(|stack| stack.number)),
        Err(GitHubError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
