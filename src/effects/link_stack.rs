//! A native stack of pull requests. Where GitHub has none for this repository their bases chain them all the same.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{domain::ids::PullNumber, github::error::GitHubError};

pub(super) async fn perform(attempt: &Attempt<'_>, pulls: &[PullNumber]) -> Result<EffectResult, EffectError> {
    if let Some(linked) = find(attempt, pulls).await? {
        return Ok(linked);
    }
    attempt.looked();
    match attempt.write(attempt.repository().create_stack(pulls)).await {
        Ok(stack) => Ok(EffectResult::Stack { stack: Some(stack.number) }),
        Err(error) if error.is_not_found() => Ok(EffectResult::Stack { stack: None }),
        // Not to GitHub's liking: a stack is a view of what is there, and not worth failing for.
        Err(error) if error.is_unprocessable() => Ok(EffectResult::Stack { stack: None }),
        Err(error) => Err(error),
    }
}

/// A stack of exactly these.
pub(super) async fn find(attempt: &Attempt<'_>, pulls: &[PullNumber]) -> Result<Option<EffectResult>, EffectError> {
    let Some(bottom) = pulls.first() else { return Ok(None) };
    match attempt.repository().stack_of(*bottom).await {
        Ok(stack) => {
            let linked = stack.filter(|stack| stack.pulls() == pulls);
            Ok(linked.map(|stack| EffectResult::Stack { stack: Some(stack.number) }))
        }
        Err(GitHubError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
