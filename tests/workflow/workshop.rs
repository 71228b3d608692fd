//! An engine on a database, with one tool whose behaviour a test writes itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta};
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use seam::{
    config::policy::Role,
    domain::{
        execution::{Execution, Lane, NewExecution, Priority, Step, StepStatus, Supersede},
        ids::{ExecutionId, InstallationId, RepositoryId},
    },
    llm::model::Models,
    store::{db::Db, enqueue, execution, queue, step},
    telemetry::clock::Clock,
    tools::{
        context::{Services, ToolContext},
        error::ToolError,
        registry::Registry,
        tool::{Access, Tool},
    },
    workflow::{
        engine::Engine,
        library::Library,
        load::load,
        worker::{Settings, Workers},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a person sees, the same on both databases.
macro_rules! shown {
    ($text:expr, @$snapshot:literal) => {
        let text = $text;
        insta::allow_duplicates! { insta::assert_snapshot!(text, @$snapshot) }
    };
}

pub(crate) use shown;

pub(crate) type Answer = BoxFuture<'static, Result<Value, ToolError>>;
type Behaviour = Arc<dyn Fn(ToolContext, Value) -> Answer + Send + Sync>;

/// `test.call`: does what the test said for `act`, or gives `with` back. Writes down each step that called it.
#[derive(Clone, Default)]
pub(crate) struct Call {
    behaviours: BTreeMap<&'static str, Behaviour>,
    calls: Arc<Mutex<Vec<String>>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallInput {
    #[serde(default)]
    act: Option<String>,
    #[serde(default)]
    with: Value,
}

impl Tool for Call {
    const NAME: &'static str = "test.call";
    const DESCRIPTION: &'static str = "Does what a test says.";
    const ACCESS: Access = Access::Reads;
    const ROLE: Role = Role::Read;
    type Input = CallInput;
    type Output = Value;

    async fn run(&self, context: &ToolContext, input: CallInput) -> Result<Value, ToolError> {
        self.calls.lock().unwrap().push(context.scope.step.clone());
        match input.act.as_deref().and_then(|act| self.behaviours.get(act)) {
            Some(behaviour) => behaviour(context.clone(), input.with).await,
            None => Ok(input.with),
        }
    }
}

impl Call {
    pub(crate) fn on<F>(
        mut self,
        act: &'static str,
        behaviour: impl Fn(ToolContext, Value) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Value, ToolError>> + Send + 'static,
    {
        self.behaviours.insert(act, Arc::new(move |context, with| Box::pin(behaviour(context, with))));
        self
    }
}

pub(crate) struct Workshop {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) engine: Engine,
    calls: Arc<Mutex<Vec<String>>>,
}

pub(crate) const LEASE: Duration = Duration::from_secs(60);

impl Workshop {
    /// One workflow, `flow`; `nodes`: the file from `nodes:` on.
    pub(crate) fn new(db: &Db, call: Call, nodes: &str) -> Self {
        Self::with_models(db, call, nodes, Models::default())
    }

    pub(crate) fn with_models(db: &Db, call: Call, nodes: &str, models: Models) -> Self {
        let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let calls = call.calls.clone();
        let registry = Registry::default().with(call);
        let flow =
            load("flow.yml", &format!("name: flow\n{nodes}"), &registry).unwrap_or_else(|error| panic!("{error}"));
        let services = Services { clock: clock.clone(), models, ..Services::default() };
        let engine =
            Engine { db: db.clone(), registry, library: Library::of(vec![flow]), services: Arc::new(services) };
        Self { db: db.clone(), clock, engine, calls }
    }

    pub(crate) fn workers(&self) -> Workers {
        self.workers_with(Settings::default())
    }

    pub(crate) fn workers_with(&self, settings: Settings) -> Workers {
        Workers::new(self.engine.clone(), settings, Vec::new())
    }

    /// Queues one of a lane of its own.
    pub(crate) async fn start(&self, input: Value) -> ExecutionId {
        self.start_in(None, input).await
    }

    pub(crate) async fn start_in(&self, lane: Option<&str>, input: Value) -> ExecutionId {
        let new = NewExecution {
            workflow: "flow".to_owned(),
            lane: lane.map(|lane| Lane(lane.to_owned())),
            priority: Priority::Push,
            supersede: Supersede::Older,
            installation: Some(InstallationId(5)),
            repository: Some(RepositoryId(42)),
            repo: Some("octo/shop".parse().unwrap()),
            input,
            delivery: None,
            once: None,
            after: None,
        };
        enqueue::enqueue(&self.db, &[new], self.clock.now()).await.unwrap()[0]
    }

    pub(crate) async fn claim(&self) -> Option<Execution> {
        queue::claim(&self.db, "test", LEASE, self.clock.now()).await.unwrap()
    }

    /// Starts one, and does all that can be done.
    pub(crate) async fn run(&self, input: Value) -> ExecutionId {
        let id = self.start(input).await;
        self.drain().await;
        id
    }

    pub(crate) async fn drain(&self) -> usize {
        self.workers().run_until_idle().await.unwrap()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// `succeeded`, or `failed: why`.
    pub(crate) async fn ended(&self, id: ExecutionId) -> String {
        let execution = execution::get(&self.db, id).await.unwrap().unwrap();
        match execution.reason {
            Some(reason) => format!("{}: {reason}", execution.status.as_str()),
            None => execution.status.as_str().to_owned(),
        }
    }

    /// One line for each stored step, by path.
    pub(crate) async fn steps(&self, id: ExecutionId) -> String {
        let line = |step: Step| match step.status {
            StepStatus::Succeeded => format!("{}: {}", step.path, step.output),
            StepStatus::Skipped => format!("{}: skipped", step.path),
            StepStatus::Failed => format!("{}: failed: {}", step.path, step.error.unwrap_or_default()),
        };
        let mut lines: Vec<_> = step::of(&self.db, id).await.unwrap().into_iter().map(line).collect();
        lines.sort();
        lines.join("\n")
    }

    /// The steps that called the tool since the last time this was asked, sorted.
    pub(crate) fn calls(&self) -> Vec<String> {
        let mut calls = std::mem::take(&mut *self.calls.lock().unwrap());
        calls.sort();
        calls
    }
}

/// Waits until something is so, or fails after a while.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not come about within five seconds");
}

pub(crate) fn passing(message: &'static str) -> ToolError {
    ToolError::retry(std::io::Error::other(message))
}

pub(crate) fn nothing() -> Value {
    json!({})
}
