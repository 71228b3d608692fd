//! Whoever asked for something that takes long is told how far it is. Nobody else: a review that comes by itself says
//! nothing before it is done.

use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{call::context_of, engine::Engine};
use crate::{
    commands::heard::ANSWER,
    domain::execution::{Execution, ExecutionStatus},
    store::{
        error::StoreError,
        execution::{self, Filter},
        step,
    },
    tools::{error::ToolError, tell_progress::TellProgress, tool::Tool as _},
};

/// Until `ended`, and to the end of what is being said then: the answer is written after it.
pub(super) async fn tell(engine: &Engine, execution: &Execution, every: Duration, ended: &CancellationToken) {
    // A button is no command, and the hearing of a comment is of several.
    if execution.input["command"].is_null() {
        return;
    }
    loop {
        tokio::select! {
            () = ended.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
        if let Err(error) = say(engine, execution).await {
            tracing::debug!(%error, "how far it is could not be told");
        }
    }
}

async fn say(engine: &Engine, execution: &Execution) -> Result<(), ToolError> {
    let Some(answer) = answer_to(engine, execution).await? else { return Ok(()) };
    let Some(definition) = engine.library.get(&execution.workflow) else { return Ok(()) };
    let nodes = &definition.graph.nodes;
    let finished = step::of(&engine.db, execution.id).await?;
    let is_finished = |id: &str| finished.iter().any(|step| step.path == id);
    let done = nodes.iter().filter(|node| is_finished(&node.id)).count();
    let now = nodes.iter().find(|node| !is_finished(&node.id)).map(|node| format!(" Now: `{}`.", node.id));
    // It may have started long ago, and somebody had it run again.
    let since = execution.started_at.map_or(answer.created_at, |started| started.max(answer.created_at));
    let text = format!(
        "Working on it, for {} seconds by now: {done} of {} steps are done.{}",
        (engine.services.clock.now() - since).num_seconds(),
        nodes.len(),
        now.unwrap_or_default()
    );
    let input = &execution.input;
    let told = json!({
        "answer": answer.id,
        "pull_number": input["pull_number"],
        "comment": input["comment"],
        "command": input["command"],
        "text": text,
    });
    let context = context_of(engine, execution, "progress", CancellationToken::new());
    engine.registry.call(TellProgress::NAME, &context, told).await.map(drop)
}

/// What waits for it to tell the end; where nothing does, what is said meanwhile would stand for ever.
async fn answer_to(engine: &Engine, execution: &Execution) -> Result<Option<Execution>, StoreError> {
    let (status, workflow) = (Some(ExecutionStatus::Queued), Some(ANSWER.to_owned()));
    let filter = Filter { status, workflow, after: Some(execution.id), limit: 1, ..Filter::default() };
    Ok(execution::list(&engine.db, &filter).await?.pop())
}
