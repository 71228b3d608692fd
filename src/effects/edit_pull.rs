//! Other words, another base, or the end of a pull request.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{
    domain::{effect::PullEdit, ids::PullNumber},
    github::pulls::{PullChange, PullState},
};

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    edit: &PullEdit,
) -> Result<EffectResult, EffectError> {
    let change = PullChange {
        title: edit.title.as_deref(),
        body: edit.body.as_deref(),
        base: edit.base.as_deref(),
        state: edit.close.then_some(PullState::Closed),
    };
    match attempt.write(attempt.repository().update_pull(pull, &change)).await {
        Ok(_) => Ok(EffectResult::Set),
        Err(error) if error.is_not_found() => Ok(EffectResult::Gone),
        Err(error) => Err(error),
    }
}

/// It is as it should be.
pub(super) async fn find(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    edit: &PullEdit,
) -> Result<Option<EffectResult>, EffectError> {
    let there = attempt.repository().pull(pull).await?;
    let same = |wanted: &Option<String>, found: &str| {
        wanted.as_ref().is_none_or(|wanted| wanted.trim_end() == found.replace("\r\n", "\n").trim_end())
    };
    let is_set = same(&edit.title, &there.title)
        && same(&edit.body, there.body.as_deref().unwrap_or_default())
        && same(&edit.base, &there.base.branch)
        && !(edit.close && there.is_open());
    Ok(is_set.then_some(EffectResult::Set))
}
