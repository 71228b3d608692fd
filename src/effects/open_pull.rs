//! A pull request, found again by its branch and its mark.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::github::pulls::{NO_DRAFTS, NewPull, Pull};

pub(super) async fn perform(attempt: &Attempt<'_>, new: &NewPull<'_>) -> Result<EffectResult, EffectError> {
    let refused = match attempt.write(attempt.repository().create_pull(new)).await {
        Ok(pull) => return Ok(result(&pull)),
        Err(error) if error.is_unprocessable() => error,
        Err(error) => return Err(error),
    };
    if says(&refused, NO_DRAFTS) {
        let pull = attempt.write(attempt.repository().create_pull(&NewPull { draft: false, ..new.clone() })).await?;
        return Ok(result(&pull));
    }
    if says(&refused, "a pull request already exists")
        && let Some(found) = find(attempt, new.head, new.body).await?
    {
        return Ok(found);
    }
    Err(refused)
}

/// Whatever people did with it since.
pub(super) async fn find(attempt: &Attempt<'_>, branch: &str, body: &str) -> Result<Option<EffectResult>, EffectError> {
    let own = attempt.own().await?;
    let pulls = attempt.repository().pulls_of_branch(branch).await?;
    let ours = |pull: &&Pull| own.wrote(body, pull.body.as_deref().unwrap_or_default(), pull.user.as_ref());
    Ok(pulls.iter().find(ours).map(result))
}

fn says(error: &EffectError, words: &str) -> bool {
    matches!(error, EffectError::GitHub(error) if error.refuses_with(words))
}

fn result(pull: &Pull) -> EffectResult {
    EffectResult::Pull { pull: pull.number, draft: pull.draft }
}
