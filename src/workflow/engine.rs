//! Runs one claimed execution. Every finished node is stored before what follows it starts, so that whoever claims the
//! execution next, after a crash, a retry or a restart, goes on behind the last finished node.

use std::sync::Arc;

use anyhow::anyhow;
use futures_util::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{
    definition::{Graph, Node, Work},
    expression::Variables,
    library::Library,
    steps::Steps,
    stop::Stop,
    template::Template,
    value::shortened,
};
use crate::{
    domain::execution::{Execution, StepStatus},
    store::db::Db,
    tools::{context::Services, error::ToolError, registry::Registry},
};

/// Items of one `for_each`.
const MAX_ITEMS: usize = 1_000;
/// Tools of one execution that run at once.
const CONCURRENCY: usize = 8;

#[derive(Clone)]
pub struct Engine {
    pub db: Db,
    pub registry: Registry,
    pub library: Library,
    pub services: Arc<Services>,
}

impl Engine {
    /// Runs an execution as far as it goes: to its end, or to what stopped it. `cancellation`: stop before the next step.
    pub async fn run(&self, execution: &Execution, cancellation: &CancellationToken) -> Result<(), Stop> {
        let Some(definition) = self.library.get(&execution.workflow) else {
            return Err(Stop::Failed(format!("there is no workflow named {:?}", execution.workflow)));
        };
        let run = Run {
            engine: self,
            execution,
            cancellation,
            steps: Steps::load(&self.db, execution, self.services.clock.clone()).await?,
            slots: Semaphore::new(CONCURRENCY),
        };
        run.graph(&definition.graph, String::new(), variables_of(execution)).await?;
        Ok(())
    }
}

/// What expressions see before any node has finished.
fn variables_of(execution: &Execution) -> Variables {
    let mut variables = Variables::default();
    variables.set("input", &execution.input);
    variables.set(
        "workflow",
        &json!({
            "session_id": execution.id.to_string(),
            "name": execution.workflow,
            "attempt": execution.attempt,
            "repository": execution.repo,
            "repository_id": execution.repository,
            "installation_id": execution.installation,
            "delivery_id": execution.delivery,
        }),
    );
    variables
}

/// How a node ended that did not stop the execution.
#[derive(Clone)]
enum Settled {
    Output(Value),
    Skipped,
}

/// One run of one execution.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) execution: &'a Execution,
    pub(super) cancellation: &'a CancellationToken,
    pub(super) slots: Semaphore,
    steps: Steps,
}

impl Run<'_> {
    /// Runs the nodes of one level, each as soon as all that it follows are settled. `prefix`: of their paths.
    fn graph<'r>(
        &'r self,
        graph: &'r Graph,
        prefix: String,
        mut variables: Variables,
    ) -> BoxFuture<'r, Result<Vec<Settled>, Stop>> {
        Box::pin(async move {
            let mut settled: Vec<Option<Settled>> = vec![None; graph.nodes.len()];
            let mut waiting: Vec<usize> = (0..graph.nodes.len()).collect();
            let mut running = FuturesUnordered::new();
            let mut stop: Option<Stop> = None;
            loop {
                let is_ready = |node: &usize| {
                    let from = graph.nodes[*node].incoming.iter().filter_map(|incoming| incoming.from);
                    from.clone().all(|source| settled[source].is_some())
                };
                let (ready, later): (Vec<usize>, Vec<usize>) = waiting.into_iter().partition(is_ready);
                waiting = later;
                for index in ready {
                    let node = &graph.nodes[index];
                    let path = format!("{prefix}{}", node.id);
                    let leads = self.leads(node, &settled, &variables);
                    let variables = variables.clone();
                    running.push(async move { (index, self.node(node, path, leads, variables).await) });
                }
                let Some((index, result)) = running.next().await else { break };
                match result {
                    Ok(how) => {
                        let id = graph.nodes[index].id.clone();
                        match &how {
                            Settled::Output(output) => variables.set_output(id, output),
                            Settled::Skipped => variables.set_skipped(id),
                        }
                        settled[index] = Some(how);
                    }
                    Err(another) => stop = Some(another.or_graver(stop)),
                }
            }
            match stop {
                Some(stop) => Err(stop),
                None => Ok(settled.into_iter().flatten().collect()),
            }
        })
    }

    /// Whether one of the edges to a node leads there.
    fn leads(&self, node: &Node, settled: &[Option<Settled>], variables: &Variables) -> Result<bool, String> {
        for incoming in &node.incoming {
            if incoming.from.is_some_and(|from| matches!(settled[from], Some(Settled::Skipped))) {
                continue;
            }
            match incoming.condition.as_ref().map(|condition| condition.evaluate(variables)) {
                None | Some(Ok(Value::Bool(true))) => return Ok(true),
                Some(Ok(Value::Bool(false))) => {}
                Some(Ok(other)) => {
                    return Err(format!("the condition of its edge gave {}, not true or false", shortened(&other)));
                }
                Some(Err(error)) => return Err(format!("the condition of its edge: {error}")),
            }
        }
        Ok(false)
    }

    async fn node(
        &self,
        node: &Node,
        path: String,
        leads: Result<bool, String>,
        variables: Variables,
    ) -> Result<Settled, Stop> {
        match self.steps.finished(&path) {
            Some((StepStatus::Succeeded, output)) => return Ok(Settled::Output(output.clone())),
            Some((StepStatus::Skipped, _)) => return Ok(Settled::Skipped),
            Some((StepStatus::Failed, _)) | None => {}
        }
        self.may_go_on()?;
        let started = self.engine.services.clock.now();
        let result = match leads {
            Ok(false) => {
                self.steps.skipped(&path, started).await?;
                return Ok(Settled::Skipped);
            }
            Err(message) => Err(ToolError::Fatal(anyhow!(message))),
            Ok(true) => match &node.work {
                Work::Tool { tool, inputs } => self.tool(node, &path, tool, inputs, &variables).await?,
                Work::Llm { model, prompt, schema, default } => match self.engine.services.models.get(model) {
                    Some(model) => self.llm(node, &**model, prompt, schema.as_ref(), &variables).await?,
                    None => default.clone().ok_or_else(|| no_model(model)),
                },
                Work::Parallel { for_each, body } => self.parallel(&path, for_each.as_ref(), body, &variables).await?,
            },
        };
        match result {
            Ok(output) => Ok(Settled::Output(self.steps.succeeded(&path, output, started).await?)),
            Err(error) => Err(self.steps.failed(node, &path, error, started).await?),
        }
    }

    /// Its output: an object of its nodes' outputs, or a list of such objects, one for each item.
    async fn parallel(
        &self,
        path: &str,
        for_each: Option<&Template>,
        body: &Graph,
        variables: &Variables,
    ) -> Result<Result<Value, ToolError>, Stop> {
        let Some(for_each) = for_each else {
            let settled = self.graph(body, format!("{path}."), variables.clone()).await?;
            return Ok(Ok(outputs(body, settled)));
        };
        let items = match for_each.evaluate(variables) {
            Ok(Value::Array(items)) if items.len() <= MAX_ITEMS => items,
            Ok(Value::Array(items)) => {
                let message = anyhow!("for_each has {} items; at most {MAX_ITEMS} are allowed", items.len());
                return Ok(Err(ToolError::Fatal(message)));
            }
            Ok(other) => return Ok(Err(ToolError::Fatal(anyhow!("for_each gave {}, not a list", shortened(&other))))),
            Err(error) => return Ok(Err(ToolError::fatal(error))),
        };
        let mut running: FuturesUnordered<_> = items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let mut variables = variables.clone();
                variables.set("item", item);
                async move { (index, self.graph(body, format!("{path}[{index}]."), variables).await) }
            })
            .collect();
        let mut all = vec![Value::Null; items.len()];
        let mut stop: Option<Stop> = None;
        while let Some((index, result)) = running.next().await {
            match result {
                Ok(settled) => all[index] = outputs(body, settled),
                Err(another) => stop = Some(another.or_graver(stop)),
            }
        }
        match stop {
            Some(stop) => Err(stop),
            None => Ok(Ok(Value::Array(all))),
        }
    }

    /// Asked before each step and each try.
    pub(super) fn may_go_on(&self) -> Result<(), Stop> {
        if self.cancellation.is_cancelled() {
            return Err(Stop::Interrupted);
        }
        if self.steps.halted() { Err(Stop::Halted) } else { Ok(()) }
    }
}

fn no_model(name: &str) -> ToolError {
    ToolError::Fatal(anyhow!(
        "no language model named {name:?} is configured: set SEAM_LLM_PROVIDER, SEAM_LLM_MODEL and SEAM_LLM_API_KEY, or \
         give the node a `default`"
    ))
}

/// By the ids of the nodes; a skipped one has none.
fn outputs(graph: &Graph, settled: Vec<Settled>) -> Value {
    let pair = |(node, settled): (&Node, Settled)| match settled {
        Settled::Output(output) => Some((node.id.clone(), output)),
        Settled::Skipped => None,
    };
    Value::Object(graph.nodes.iter().zip(settled).filter_map(pair).collect::<Map<_, _>>())
}
