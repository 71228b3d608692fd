//! A reply in a thread that is known by its mark: edited where it is, made where it is not.

use super::{
    attempt::Attempt,
    error::EffectError,
    reply_in_thread::{self, current},
    result::EffectResult,
};
use crate::domain::ids::{CommentId, PullNumber};

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    comment: CommentId,
    body: &str,
) -> Result<EffectResult, EffectError> {
    if let Some(there) = current(attempt, pull, comment, body).await? {
        if there.body.trim_end() == body.trim_end() {
            return Ok(EffectResult::Reply { comment: there.id });
        }
        attempt.looked();
        match attempt.write(attempt.repository().update_review_comment(there.id, body)).await {
            Ok(reply) => return Ok(EffectResult::Reply { comment: reply.id }),
            // Somebody deleted it a moment ago.
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    attempt.looked();
    reply_in_thread::perform(attempt, pull, comment, body).await
}

/// It is there and says what it should.
pub(super) async fn find(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    comment: CommentId,
    body: &str,
) -> Result<Option<EffectResult>, EffectError> {
    let there = current(attempt, pull, comment, body).await?;
    let there = there.filter(|there| there.body.trim_end() == body.trim_end());
    Ok(there.map(|there| EffectResult::Reply { comment: there.id }))
}
