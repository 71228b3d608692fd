//! `commands.last_failed`: which execution failed last on a pull request. A step of its own: who runs it again after a crash
//! must not look for another one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    context::ToolContext,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    config::policy::Role,
    domain::{
        execution::ExecutionStatus,
        ids::{ExecutionId, PullNumber},
    },
    store::{
        db::Db,
        execution::{self, Filter},
    },
};

pub struct LastFailed {
    pub db: Db,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pull_number: PullNumber,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Failed {
    execution: ExecutionId,
}

impl Tool for LastFailed {
    const NAME: &'static str = "commands.last_failed";
    const DESCRIPTION: &'static str = "Finds the execution that failed last on a pull request.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;

    type Input = Input;
    type Output = Failed;

    async fn run(&self, context: &ToolContext, Input { pull_number }: Input) -> Result<Failed, ToolError> {
        let (status, repository) = (Some(ExecutionStatus::Failed), context.scope.repository);
        let filter = Filter { status, repository, limit: 1_000, ..Filter::default() };
        let here =
            execution::list(&self.db, &filter).await?.into_iter().find(|one| one.input["pull_number"] == pull_number.0);
        match here {
            Some(one) if repository.is_some() => Ok(Failed { execution: one.id }),
            _ => Err(ToolError::skip("nothing has failed on this pull request")),
        }
    }
}
