//! `pr-analyzer.check_split`: whether the slices of a plan build, by the command that the operator has set; nothing where there
//! is none. A plan is never lost because of it: what could not be run is said, and no error.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    build_check::BuildCheck,
    context::ToolContext,
    cutting::{Cutting, blocking},
    error::ToolError,
    load_split::LoadedSplit,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::{plan::PlanProblem, split::Split},
    git::{mirror::Mirrors, prefixes::Prefixes},
    github::{client::GitHub, permissions::Permissions},
    split::layers,
};

pub struct CheckSplit {
    pub github: GitHub,
    pub mirrors: Mirrors,
    pub check: Option<BuildCheck>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedSplit,
    split: Split,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Output {
    /// What is to be said of the plan besides.
    problems: Vec<PlanProblem>,
}

impl Tool for CheckSplit {
    const NAME: &'static str = "pr-analyzer.check_split";
    const DESCRIPTION: &'static str = "Runs the operator's command in a sandbox on the base and on each slice with what it stands on, and says which slice fails.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Output;

    async fn run(&self, context: &ToolContext, Input { change, split }: Input) -> Result<Output, ToolError> {
        let Some(check) = self.check.clone().filter(|_| split.plan.no_split.is_none()) else {
            return Ok(Output::default());
        };
        let prefixes = match self.prefixes(context, &change, &split).await {
            Ok(prefixes) => prefixes,
            Err(ToolError::Superseded) => return Err(ToolError::Superseded),
            Err(error) => return Ok(Output { problems: check.not_run(&split.plan, error.to_string()) }),
        };
        let stopping = context.cancellation.child_token();
        // Where nobody waits for it any more, whatever runs is to end as well.
        let _given_up = stopping.clone().drop_guard();
        let problems = blocking(move || check.run(&split.plan, &prefixes, &|| stopping.is_cancelled())).await?;
        context.check()?;
        Ok(Output { problems })
    }
}

impl CheckSplit {
    async fn prefixes(
        &self,
        context: &ToolContext,
        change: &LoadedSplit,
        split: &Split,
    ) -> Result<Prefixes, ToolError> {
        let repository = context.scope.repository(&self.github, Permissions::read_only())?;
        let commits = (&change.base_tip, &change.head, None);
        let Cutting { mirror, base, head, set, .. } =
            Cutting::fetch(&self.mirrors, &repository, commits, change.pull).await?;
        let (plan, contents) = (split.plan.clone(), mirror.clone());
        let layers = blocking(move || layers::of(&plan, &set, &contents)).await?.map_err(ToolError::fatal)?;
        let grounds = split.plan.slices.iter().map(|slice| split.plan.ground(slice));
        Ok(mirror.prefixes(&base, &head, grounds.zip(layers).collect()).await?)
    }
}
