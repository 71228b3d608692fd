//! Whoever asked for something that takes long is told how far it is. Nobody else: a review that comes by itself says
//! nothing before it is done.

use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{call::context_of, engine::Engine};
use crate::{
    commands::heard::{ANSWER, HEARING},
    domain::execution::Execution,
    store::step,
    tools::{error::ToolError, tell_progress::TellProgress, tool::Tool as _},
};

/// Until `ended`, and to the end of what is being said then: the answer is written after it.
pub(super) async fn tell(engine: &Engine, execution: &Execution, every: Duration, ended: &CancellationToken) {
    let is_asked_for = !execution.input["command"].is_null() && !execution.input["comment"].is_null();
    if !is_asked_for || [ANSWER, HEARING].contains(&execution.workflow.as_str()) {
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
    let Some(definition) = engine.library.get(&execution.workflow) else { return Ok(()) };
    let nodes = &definition.graph.nodes;
    let finished = step::of(&engine.db, execution.id).await?;
    let is_finished = |id: &str| finished.iter().any(|step| step.path == id);
    let done = nodes.iter().filter(|node| is_finished(&node.id)).count();
    let now = nodes.iter().find(|node| !is_finished(&node.id)).map(|node| format!(" Now: `{}`.", node.id));
    let since = execution.started_at.map(|started| engine.services.clock.now() - started).unwrap_or_default();
    let text = format!(
        "Working on it, for {} seconds by now: {done} of {} steps are done.{}",
        since.num_seconds(),
        nodes.len(),
        now.unwrap_or_default()
    );
    let input = &execution.input;
    let told = json!({
        "pull_number": input["pull_number"], "comment": input["comment"], "command": input["command"], "text": text,
    });
    let context = context_of(engine, execution, "progress", CancellationToken::new());
    engine.registry.call(TellProgress::NAME, &context, told).await.map(drop)
}
