//! Branches that are made, moved or deleted together. Nobody's commits are overwritten: GitHub is told where each one is
//! thought to stand, and moves none where one stands elsewhere.

use super::{
    attempt::Attempt,
    error::EffectError,
    result::{EffectResult, MoveOutcome},
};
use crate::{
    domain::{effect::BranchMove, ids::CommitSha},
    github::{
        error::GitHubError,
        permissions::{Permission, Permissions},
    },
};

pub(super) async fn perform(attempt: &Attempt<'_>, moves: &[BranchMove]) -> Result<EffectResult, EffectError> {
    let refused = match attempt.write(attempt.repository().move_branches(moves)).await {
        Ok(()) => return Ok(EffectResult::Branches { outcome: MoveOutcome::Moved }),
        Err(EffectError::GitHub(GitHubError::GraphQl { messages, .. })) => messages.join("; "),
        Err(EffectError::GitHub(
            error
            @ (GitHubError::Forbidden { .. } | GitHubError::NotGranted { .. } | GitHubError::Unprocessable { .. }),
        )) => error.to_string(),
        Err(error) => return Err(error),
    };
    let outcome = match standing(attempt, moves).await? {
        Standing::There => MoveOutcome::Moved,
        Standing::Elsewhere(branches) => MoveOutcome::Elsewhere(branches),
        Standing::Before => MoveOutcome::Refused(refused),
    };
    Ok(EffectResult::Branches { outcome })
}

/// They all stand where they are to stand.
pub(super) async fn find(attempt: &Attempt<'_>, moves: &[BranchMove]) -> Result<Option<EffectResult>, EffectError> {
    let there = matches!(standing(attempt, moves).await?, Standing::There);
    Ok(there.then_some(EffectResult::Branches { outcome: MoveOutcome::Moved }))
}

enum Standing {
    Before,
    There,
    Elsewhere(Vec<String>),
}

async fn standing(attempt: &Attempt<'_>, moves: &[BranchMove]) -> Result<Standing, EffectError> {
    // Also where the installation does not let it write.
    let repository = attempt.repository().with_permissions(Permissions::default().read(Permission::Contents));
    let (mut there, mut elsewhere) = (0, Vec::new());
    for one in moves {
        let now = repository.branch_head(&one.branch).await?;
        let stands_at = |commit: &CommitSha| match &now {
            Some(now) => now == commit,
            None => commit.is_zero(),
        };
        if stands_at(&one.to) {
            there += 1;
        } else if !stands_at(&one.from) {
            elsewhere.push(one.branch.clone());
        }
    }
    Ok(match (elsewhere.is_empty(), there == moves.len()) {
        (_, true) => Standing::There,
        // GitHub moves all or none, so a person moved those that are there already.
        (true, false) => Standing::Before,
        (false, false) => Standing::Elsewhere(elsewhere),
    })
}
