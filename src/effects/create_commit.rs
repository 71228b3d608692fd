//! One commit on a branch, on top of the commit that it was made for. Its message ends in a line that names the effect, by
//! which it is found again.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{
    domain::{effect::ChangedFile, ids::CommitSha},
    github::{
        error::GitHubError,
        permissions::{Permission, Permissions},
        repository::RepositoryClient,
    },
};

pub(super) struct Planned<'a> {
    pub(super) branch: &'a str,
    pub(super) expected: &'a CommitSha,
    pub(super) headline: &'a str,
    pub(super) body: &'a str,
    pub(super) files: &'a [ChangedFile],
}

pub(super) async fn perform(attempt: &Attempt<'_>, planned: &Planned<'_>) -> Result<EffectResult, EffectError> {
    let Planned { branch, expected, headline, body, files } = planned;
    let body = format!("{body}\n\n{}", trailer(attempt));
    let repository = permitted(attempt.repository());
    match attempt.write(repository.commit_on_branch(branch, expected, (*headline, body.as_str()), files)).await {
        Ok(commit) => Ok(EffectResult::Commit { commit }),
        // Somebody was faster, or it was this very commit.
        Err(EffectError::GitHub(GitHubError::Conflict { .. })) => {
            Ok(find(attempt, planned).await?.unwrap_or(EffectResult::Moved))
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn find(attempt: &Attempt<'_>, planned: &Planned<'_>) -> Result<Option<EffectResult>, EffectError> {
    let commits = match permitted(attempt.repository()).commits_between(planned.expected, planned.branch).await {
        // The branch is gone, or was pushed anew without the commit below.
        Err(GitHubError::NotFound { .. }) => Vec::new(),
        commits => commits?,
    };
    let trailer = trailer(attempt);
    let own = commits.into_iter().find(|commit| commit.details.message.trim_end().ends_with(&trailer));
    Ok(own.map(|commit| EffectResult::Commit { commit: commit.sha }))
}

fn trailer(attempt: &Attempt<'_>) -> String {
    format!("Seam-Effect: {}", attempt.key())
}

fn permitted(repository: &RepositoryClient) -> RepositoryClient {
    repository.with_permissions(Permissions::default().write(Permission::Contents))
}
