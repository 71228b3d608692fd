//! Resolves a review thread, or opens it again. GitHub asks an App for more than a review needs (to write contents), so
//! this alone is done with a token of its own, and left where the installation does not grant it: the reply in the thread
//! has to do then.

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

pub(super) async fn perform(attempt: &Attempt<'_>, thread: &str, resolved: bool) -> Result<EffectResult, EffectError> {
    let repository = permitted(attempt.repository());
    let outcome = |outcome| Ok(EffectResult::Thread { outcome });
    let (there_already, done) = if resolved {
        (ThreadOutcome::WasResolved, ThreadOutcome::Resolved)
    } else {
        (ThreadOutcome::WasOpen, ThreadOutcome::Reopened)
    };
    let state = match repository.thread_state(thread).await {
        Err(error) if not_permitted(&error) => return outcome(ThreadOutcome::NotPermitted),
        state => state?,
    };
    match state {
        None => return Ok(EffectResult::Gone),
        Some(state) if state.is_resolved == resolved => return outcome(there_already),
        Some(state) if !state.viewer_can(resolved) => return outcome(ThreadOutcome::NotPermitted),
        Some(_) => {}
    }
    attempt.looked();
    match attempt.write(repository.set_thread(thread, resolved)).await {
        Err(EffectError::GitHub(error)) if not_permitted(&error) => outcome(ThreadOutcome::NotPermitted),
        Err(error) => Err(error),
        Ok(()) => outcome(done),
    }
}

/// It is as it should be, by whomever.
pub(super) async fn find(
    attempt: &Attempt<'_>,
    thread: &str,
    resolved: bool,
) -> Result<Option<EffectResult>, EffectError> {
    let state = permitted(attempt.repository()).thread_state(thread).await?;
    let outcome = if resolved { ThreadOutcome::WasResolved } else { ThreadOutcome::WasOpen };
    let is_so = state.is_some_and(|state| state.is_resolved == resolved);
    Ok(is_so.then_some(EffectResult::Thread { outcome }))
}

fn permitted(repository: &RepositoryClient) -> RepositoryClient {
    let permissions = Permissions::default().write(Permission::PullRequests).write(Permission::Contents);
    repository.with_permissions(permissions)
}

fn not_permitted(error: &GitHubError) -> bool {
    matches!(error, GitHubError::NotGranted { .. } | GitHubError::Forbidden { .. })
}
