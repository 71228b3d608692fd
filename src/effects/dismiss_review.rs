//! Takes back a review that asks for changes.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::domain::ids::PullNumber;

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    review: i64,
    message: &str,
) -> Result<EffectResult, EffectError> {
    match attempt.write(attempt.repository().dismiss_review(pull, review, message)).await {
        Ok(_) => Ok(EffectResult::Dismissed { review }),
        // Somebody was faster: it is dismissed, or not there any more.
        Err(error) if error.is_not_found() || error.is_unprocessable() => Ok(EffectResult::Gone),
        Err(error) => Err(error),
    }
}

/// It does not ask for changes any more, whoever saw to that.
pub(super) async fn find(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    review: i64,
) -> Result<Option<EffectResult>, EffectError> {
    let reviews = attempt.repository().reviews(pull).await?;
    let still_asks = reviews.iter().any(|one| one.id == review && one.asks_for_changes());
    Ok((!still_asks).then_some(EffectResult::Dismissed { review }))
}
