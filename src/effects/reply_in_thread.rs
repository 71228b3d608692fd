//! A reply under the first comment of a thread.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{
    domain::ids::{CommentId, PullNumber},
    github::reviews::ReviewComment,
};

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    comment: CommentId,
    body: &str,
) -> Result<EffectResult, EffectError> {
    match attempt.write(attempt.repository().reply(pull, comment, body)).await {
        Ok(reply) => Ok(EffectResult::Reply { comment: reply.id }),
        // The comment was deleted: there is nobody left to answer.
        Err(error) if error.is_not_found() => Ok(EffectResult::Gone),
        Err(error) => Err(error),
    }
}

pub(super) async fn find(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    comment: CommentId,
    body: &str,
) -> Result<Option<EffectResult>, EffectError> {
    Ok(current(attempt, pull, comment, body).await?.map(|reply| EffectResult::Reply { comment: reply.id }))
}

/// The reply that ends in the mark of `body`, whatever it says.
pub(super) async fn current(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    comment: CommentId,
    body: &str,
) -> Result<Option<ReviewComment>, EffectError> {
    let own = attempt.own().await?;
    let comments = attempt.repository().review_comments(pull).await?;
    let mut replies = comments.into_iter().filter(|reply| reply.in_reply_to == Some(comment));
    Ok(replies.find(|reply| own.wrote(body, &reply.body, reply.user.as_ref())))
}
