//! `github.show_split`: shows a plan where it was asked for, and remembers it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    load_split::LoadedSplit,
    tool::{Access, Tool},
};
use crate::{
    config::{
        links::Links,
        policy::{Role, SplitOnPush},
    },
    domain::{
        effect::{Effect, EffectKey, PlannedEffect},
        plan::PlanProblem,
        split::{Split, SplitState},
    },
    effects::performer::Performer,
    github::{client::GitHub, permissions::Permissions},
    split::shown::{self, Scene},
    store::{db::Db, split},
};

pub struct ShowSplit {
    pub github: GitHub,
    pub db: Db,
    pub links: Links,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedSplit,
    split: Split,
    /// What is to be said of the plan besides what it says itself.
    #[serde(default)]
    problems: Vec<PlanProblem>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Shown {
    /// The repository wants the slices opened at once.
    open: bool,
    slices: usize,
}

impl Tool for ShowSplit {
    const NAME: &'static str = "github.show_split";
    const DESCRIPTION: &'static str =
        "Shows a plan in a comment on the pull request, or in a check run of the branch, and remembers it.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Shown;

    async fn run(
        &self,
        context: &ToolContext,
        Input { change, mut split, problems }: Input,
    ) -> Result<Shown, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::for_review())?;
        let clock = context.services.clock.clone();
        if let Some(newest) = split::newest(&self.db, repository.id(), &split.branch).await?
            && matches!(newest.state, SplitState::Opening | SplitState::Open)
        {
            return Err(ToolError::skip(
                "this branch is cut already, and its slices are open; `/split restack` brings them up to date, \
                 `/split abandon` closes them",
            ));
        }
        split.plan.validation.problems.extend(problems);
        // One that is only shown is remembered too: an edited comment is an edit of this plan.
        split::upsert(&self.db, &split, clock.now()).await?;
        let scene = Scene { base: &split.base_branch, no_opening: change.no_opening() };
        let key = EffectKey(format!("split-plan:{}@{}", split.branch, split.id));
        let effect = match split.pull {
            Some(pull) => Effect::UpsertComment { pull, body: shown::comment(&split.plan, scene, pull) },
            None => {
                let run_url = self.links.execution(context.scope.execution);
                let check = shown::check_run(&split.plan, scene, Some(run_url));
                Effect::CompleteCheckRun { head: split.head.clone(), check }
            }
        };
        let performer = Performer::new(self.db.clone(), repository, context.scope.lease(), clock);
        context.check()?;
        performer.perform(&PlannedEffect { key, effect }).await?;
        let wanted = change.by_push && change.policy.split.on_push == SplitOnPush::Open;
        let open = wanted && split.plan.no_split.is_none() && split.plan.validation.is_valid;
        Ok(Shown { open, slices: split.plan.slices.len() })
    }
}
