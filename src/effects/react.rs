//! A reaction below what a person wrote.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::domain::{effect::Reaction, event::CommentRef};

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    comment: &CommentRef,
    reaction: Reaction,
) -> Result<EffectResult, EffectError> {
    match attempt.write(attempt.repository().react(comment, reaction)).await {
        Ok(()) => Ok(EffectResult::Reaction),
        // The comment was deleted.
        Err(error) if error.is_not_found() => Ok(EffectResult::Gone),
        Err(error) => Err(error),
    }
}
