//! Performs a plan as far as the installation's permissions reach. What is beyond them is left undone and said: in the check
//! run, or, where that may not be written either, in one comment.

use anyhow::anyhow;

use super::{context::ToolContext, error::ToolError, lack};
use crate::{
    domain::{
        effect::{Effect, EffectKey, PlannedEffect},
        ids::PullNumber,
    },
    effects::{
        error::EffectError,
        performer::Performer,
        result::{EffectResult, ThreadOutcome},
    },
    github::{error::GitHubError, repository::RepositoryClient},
    review::{
        input::Target,
        lack::{Lack, Undone, amended, render, render_settled, unsaid},
        plan::{ReviewPlan, digest},
    },
};

pub(super) struct Performed {
    pub(super) results: Vec<EffectResult>,
    /// Effects that the App may not do here.
    pub(super) undone: Vec<Effect>,
}

pub(super) async fn perform(
    context: &ToolContext,
    performer: &Performer,
    repository: &RepositoryClient,
    target: &Target,
    plan: &ReviewPlan,
) -> Result<Performed, ToolError> {
    let mut performed = Performed { results: Vec::new(), undone: Vec::new() };
    let mut lacks: Vec<Lack> = Vec::new();
    for planned in &plan.effects {
        context.check()?;
        let undone = Undone::of(&planned.effect);
        let needs = match performer.perform(&amended(planned, &lacks)).await {
            Ok(EffectResult::Thread { outcome: ThreadOutcome::NotPermitted }) => {
                "contents=write,pull_requests=write".to_owned()
            }
            Ok(result) => {
                performed.results.push(result);
                continue;
            }
            Err(error) => match needs(&error, undone) {
                Some(needs) => {
                    performed.undone.push(planned.effect.clone());
                    needs
                }
                None => return Err(error.into()),
            },
        };
        if !lacks.iter().any(|lack| lack.undone == undone) {
            lacks.push(lack::of(repository, undone, needs).await?);
        }
    }
    let is_untold = lacks.iter().any(|lack| lack.undone == Undone::Check);
    match target.pull().map(|pull| pull.number) {
        Some(pull) if is_untold => say(performer, pull, target, &render(pull, &plan.title, &lacks), &lacks).await?,
        Some(pull) if plan.lack_is_told => say(performer, pull, target, &render_settled(pull), &lacks).await?,
        None if is_untold => return Err(nobody_told(&lacks)),
        _ => {}
    }
    Ok(performed)
}

/// What a refusal lacks. A branch's protection may name who dismisses reviews: no permission helps there.
fn needs(error: &EffectError, undone: Undone) -> Option<String> {
    match error {
        EffectError::GitHub(GitHubError::Forbidden { missing, .. }) if undone == Undone::Dismissal => {
            Some(missing.clone().unwrap_or_default())
        }
        EffectError::GitHub(error) => error.lacking(),
        _ => None,
    }
}

async fn say(
    performer: &Performer,
    pull: PullNumber,
    target: &Target,
    body: &str,
    lacks: &[Lack],
) -> Result<(), ToolError> {
    let key = EffectKey(format!("lack:{pull}@{}:{}", target.head(), digest(&[body])));
    let effect = Effect::UpsertComment { pull, body: body.to_owned() };
    match performer.perform(&PlannedEffect { key, effect }).await {
        Err(EffectError::GitHub(error)) if error.lacking().is_some() => Err(nobody_told(lacks)),
        outcome => Ok(outcome.map(drop)?),
    }
}

/// There is no place on GitHub to say it in: the execution says it.
fn nobody_told(lacks: &[Lack]) -> ToolError {
    ToolError::Fatal(anyhow!(unsaid(lacks)))
}
