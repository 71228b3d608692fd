//! Labels beside those that are there.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::domain::ids::PullNumber;

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    labels: &[String],
) -> Result<EffectResult, EffectError> {
    match attempt.write(attempt.repository().add_labels(pull, labels)).await {
        Ok(()) => Ok(EffectResult::Set),
        Err(error) if error.is_not_found() => Ok(EffectResult::Gone),
        Err(error) => Err(error),
    }
}

/// They are all there.
pub(super) async fn find(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    labels: &[String],
) -> Result<Option<EffectResult>, EffectError> {
    let there = attempt.repository().pull(pull).await?.labels;
    let all = labels.iter().all(|wanted| there.iter().any(|label| label.name.eq_ignore_ascii_case(wanted)));
    Ok(all.then_some(EffectResult::Set))
}
