//! `github.carry_out_split`: what a person wants done with a plan: open its slices, bring them up to date, or give it up.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    abandoning,
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    load_split::{LoadedSplit, Wish},
    opening,
    policy::Policies,
    restacking::{self, Onto},
    slicer::Slicer,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::split::{Split, SplitState},
    git::mirror::Mirrors,
    github::client::GitHub,
    store::{db::Db, split},
};

pub struct CarryOutSplit {
    pub github: GitHub,
    pub mirrors: Mirrors,
    pub policies: Policies,
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    change: LoadedSplit,
}

impl Tool for CarryOutSplit {
    const NAME: &'static str = "github.carry_out_split";
    const DESCRIPTION: &'static str =
        "Opens the slices of a plan as draft pull requests, brings them up to date, or closes them again.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, Input { change }: Input) -> Result<Answer, ToolError> {
        let slicer = Slicer::new(&self.github, (&self.mirrors, &self.policies, &self.db), context)?;
        let newest = split::newest(&self.db, slicer.repository.id(), &change.branch).await?;
        let text = match change.wish {
            Wish::Plan | Wish::Open => {
                let split = newest.ok_or_else(|| ToolError::skip("there is no plan yet; `/split` makes one"))?;
                opening::open(&slicer, &change, split).await?
            }
            Wish::Restack => restacking::restack(&slicer, opened(newest)?, Onto::Newest).await?,
            Wish::Abandon => abandoning::abandon(&slicer, opened(newest)?).await?,
        };
        Ok(Answer { text })
    }
}

fn opened(newest: Option<Split>) -> Result<Split, ToolError> {
    newest
        .filter(|split| matches!(split.state, SplitState::Opening | SplitState::Open))
        .ok_or_else(|| ToolError::skip("nothing of this branch is open as slices; `/split` plans them"))
}
