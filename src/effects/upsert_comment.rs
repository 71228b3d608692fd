//! A comment in the conversation that is known by its mark: looked for each time, edited where it is, made where it is not.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{domain::ids::PullNumber, github::comments::IssueComment};

pub(super) async fn perform(attempt: &Attempt<'_>, pull: PullNumber, body: &str) -> Result<EffectResult, EffectError> {
    let repository = attempt.repository();
    if let Some(there) = current(attempt, pull, body).await? {
        if there.body.trim_end() == body.trim_end() {
            return Ok(EffectResult::Conversation { comment: there.id });
        }
        attempt.looked();
        match attempt.write(repository.update_issue_comment(there.id, body)).await {
            Ok(comment) => return Ok(EffectResult::Conversation { comment: comment.id }),
            // Somebody deleted it a moment ago.
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    attempt.looked();
    let comment = attempt.write(repository.create_issue_comment(pull, body)).await?;
    Ok(EffectResult::Conversation { comment: comment.id })
}

/// It is there and says what it should.
pub(super) async fn find(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    body: &str,
) -> Result<Option<EffectResult>, EffectError> {
    let there = current(attempt, pull, body).await?.filter(|there| there.body.trim_end() == body.trim_end());
    Ok(there.map(|there| EffectResult::Conversation { comment: there.id }))
}

async fn current(attempt: &Attempt<'_>, pull: PullNumber, body: &str) -> Result<Option<IssueComment>, EffectError> {
    let own = attempt.own().await?;
    let comments = attempt.repository().issue_comments(pull, None).await?;
    Ok(comments.into_iter().find(|comment| own.wrote(body, &comment.body, comment.user.as_ref())))
}
