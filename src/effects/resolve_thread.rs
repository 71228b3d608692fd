//! Resolves a review thread. GitHub asks an App for more than a review needs (to write contents), so this alone is done
//! with a token of its own, and left where the installation does not grant it: the reply in the thread has to do then.

use super::{
    attempt::Attempt,
    error::EffectError,
    result::{EffectResult, ThreadOutcome},
};
use crate::github::{
    error::GitHubError,
    permissions::{Permission, Permissions},
    repository::RepositoryClient,
};

pub(super) async fn perform(attempt: &Attempt<'_>, thread: &str) -> Result<EffectResult, EffectError> {
    let repository = permitted(attempt.repository());
    let outcome = |outcome| Ok(EffectResult::Thread { outcome });
    let state = match repository.thread_state(thread).await {
        Err(error) if not_permitted(&error) => return outcome(ThreadOutcome::NotPermitted),
        state => state?,
    };
    match state {
        None => return Ok(EffectResult::Gone),
        Some(state) if state.is_resolved => return outcome(ThreadOutcome::WasResolved),
        Some(state) if !state.viewer_can_resolve => return outcome(ThreadOutcome::NotPermitted),
        Some(_) => {}
    }
    attempt.looked();
    match attempt.write(repository.resolve_thread(thread)).await {
        Err(EffectError::GitHub(error)) if not_permitted(&error) => outcome(ThreadOutcome::NotPermitted),
        Err(error) => Err(error),
        Ok(()) => outcome(ThreadOutcome::Resolved),
    }
}

/// It is resolved, by whomever.
pub(super) async fn find(attempt: &Attempt<'_>, thread: &str) -> Result<Option<EffectResult>, EffectError> {
    let state = permitted(attempt.repository()).thread_state(thread).await?;
    let resolved = state.is_some_and(|state| state.is_resolved);
    Ok(resolved.then_some(EffectResult::Thread { outcome: ThreadOutcome::WasResolved }))
}

fn permitted(repository: &RepositoryClient) -> RepositoryClient {
    let permissions = Permissions::default().write(Permission::PullRequests).write(Permission::Contents);
    repository.with_permissions(permissions)
}

fn not_permitted(error: &GitHubError) -> bool {
    matches!(error, GitHubError::NotGranted { .. } | GitHubError::Forbidden { .. })
}
