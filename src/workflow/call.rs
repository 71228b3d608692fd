//! One try of a node that does something itself: a tool, or a question to a model.

use anyhow::anyhow;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    definition::Node,
    duration::render_duration,
    engine::{Engine, Run},
    expression::Variables,
    stop::Stop,
    template::Template,
    value::to_text,
};
use crate::{
    domain::execution::Execution,
    llm::model::{Model, ModelError, Question},
    tools::{
        context::{ExecutionScope, ToolContext},
        error::ToolError,
    },
};

/// `step`: its path.
pub(super) fn context_of(
    engine: &Engine,
    execution: &Execution,
    step: &str,
    cancellation: CancellationToken,
) -> ToolContext {
    ToolContext {
        scope: ExecutionScope {
            execution: execution.id,
            attempt: execution.attempt,
            workflow: execution.workflow.clone(),
            step: step.to_owned(),
            installation: execution.installation,
            repository: execution.repository,
            repo: execution.repo.clone(),
        },
        services: engine.services.clone(),
        cancellation,
    }
}

impl Run<'_> {
    pub(super) async fn tool(
        &self,
        node: &Node,
        path: &str,
        tool: &str,
        inputs: &Template,
        variables: &Variables,
    ) -> Result<Result<Value, ToolError>, Stop> {
        let inputs = match inputs.evaluate(variables) {
            Ok(inputs) => inputs,
            Err(error) => return Ok(Err(ToolError::fatal(error))),
        };
        let context = context_of(self.engine, self.execution, path, self.cancellation.clone());
        self.one_try(node, self.engine.registry.call(tool, &context, inputs)).await
    }

    pub(super) async fn llm(
        &self,
        node: &Node,
        model: &dyn Model,
        prompt: &Template,
        schema: Option<&Value>,
        variables: &Variables,
    ) -> Result<Result<Value, ToolError>, Stop> {
        let prompt = match prompt.evaluate(variables) {
            Ok(prompt) => to_text(prompt),
            Err(error) => return Ok(Err(ToolError::fatal(error))),
        };
        let answer = async {
            match model.answer(Question { prompt, schema: schema.cloned() }).await {
                Ok(answer) => Ok(answer.value),
                Err(ModelError::Unavailable { message, after }) => {
                    Err(ToolError::Retry { error: anyhow!("the model cannot answer now: {message}"), after })
                }
                Err(error @ ModelError::BadAnswer(_)) => Err(ToolError::retry(error)),
                Err(error @ ModelError::Refused(_)) => Err(ToolError::fatal(error)),
            }
        };
        self.one_try(node, answer).await
    }

    /// In a slot of its own, and within the node's time.
    async fn one_try(
        &self,
        node: &Node,
        work: impl Future<Output = Result<Value, ToolError>>,
    ) -> Result<Result<Value, ToolError>, Stop> {
        let _slot = self.slots.acquire().await.map_err(|_closed| Stop::Halted)?;
        self.may_go_on()?;
        Ok(tokio::time::timeout(node.timeout, work).await.unwrap_or_else(|_| {
            Err(ToolError::retry(anyhow!("it took longer than {}", render_duration(node.timeout))))
        }))
    }
}
