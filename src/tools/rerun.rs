//! `commands.rerun`: puts a failed execution in line again. What it had finished stays done. Where it was a command, its answer
//! is given anew.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    answer::Answer,
    context::ToolContext,
    error::ToolError,
    tool::{Access, Tool},
};
use crate::{
    commands::heard::{ANSWER, HEARING, answer_to},
    config::{links::Links, policy::Role},
    domain::{
        execution::{After, Execution, NewExecution, Priority, Supersede},
        ids::ExecutionId,
    },
    review::markdown::{prose, shorten},
    store::{
        db::Db,
        enqueue,
        execution::{self, Retried},
    },
};

pub struct Rerun {
    pub db: Db,
    pub links: Links,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    execution: ExecutionId,
}

impl Tool for Rerun {
    const NAME: &'static str = "commands.rerun";
    const DESCRIPTION: &'static str = "Puts a failed execution of the repository in line again.";
    const ACCESS: Access = Access::Writes;
    const ROLE: Role = Role::Write;

    type Input = Input;
    type Output = Answer;

    async fn run(&self, context: &ToolContext, Input { execution: id }: Input) -> Result<Answer, ToolError> {
        let failed = execution::get(&self.db, id).await?;
        // An id is only a number: it must not reach into another repository.
        let failed =
            failed.filter(|failed| failed.repository.is_some() && failed.repository == context.scope.repository);
        let Some(failed) = failed else { return Err(ToolError::skip(format!("execution {id} is forgotten"))) };
        let now = context.services.clock.now();
        match execution::retry(&self.db, id, now).await? {
            // Not failed any more: an earlier attempt of this step did it.
            Retried::Queued | Retried::NotFinished => {}
            Retried::NewerIsQueued => return Err(ToolError::skip("a newer one that does the same is in line already")),
        }
        let is_asked_for = !failed.input["command"].is_null() || failed.workflow == HEARING;
        if is_asked_for && failed.workflow != ANSWER {
            let answer = answer_to(&again(&failed), After::Execution(failed.id));
            enqueue::enqueue(&self.db, &[answer], now).await?;
        }
        Ok(Answer { text: self.render(&failed) })
    }
}

impl Rerun {
    fn render(&self, failed: &Execution) -> String {
        let reason = prose(&shorten(failed.reason.as_deref().unwrap_or_default(), 1_000));
        let failure = if reason.is_empty() { String::new() } else { format!(" It had failed: {reason}") };
        let (id, link) = (failed.id, self.links.execution(failed.id));
        format!("[Execution {id}]({link}) (`{}`) is in line again.{failure}", failed.workflow)
    }
}

fn again(failed: &Execution) -> NewExecution {
    NewExecution {
        workflow: failed.workflow.clone(),
        lane: failed.lane.clone(),
        supersede: Supersede::Never,
        priority: Priority::Command,
        installation: failed.installation,
        repository: failed.repository,
        repo: failed.repo.clone(),
        input: failed.input.clone(),
        delivery: failed.delivery.clone(),
        once: Some(format!("rerun:{}@{}", failed.id, failed.attempt)),
        after: None,
    }
}
