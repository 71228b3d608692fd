//! What has to be done again and again, by one process of all: leases that ran out, schedules, a count of what waits.

use std::{sync::Arc, time::Duration};

use ::metrics::gauge;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{definition::Definition, engine::Engine};
use crate::{
    domain::execution::{Lane, NewExecution, Priority, Supersede},
    store::{enqueue, error::StoreError, execution, queue, schedule},
    telemetry::metrics,
};

/// Before the names of workflows in table `schedule`.
const WORKFLOW: &str = "workflow:";

type Work = dyn Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync;

/// Something that this process does on a schedule and that is no workflow: catching up, forgetting. It may be cut short
/// and come again.
#[derive(Clone)]
pub struct Chore {
    pub name: &'static str,
    pub every: Duration,
    pub work: Arc<Work>,
}

impl Chore {
    pub fn new<F>(name: &'static str, every: Duration, work: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        Self { name, every, work: Arc::new(move || Box::pin(work())) }
    }
}

#[derive(Clone)]
pub(super) struct Upkeep {
    engine: Engine,
    chores: Vec<Chore>,
    max_tries: i32,
}

impl Upkeep {
    pub(super) fn new(engine: Engine, chores: Vec<Chore>, max_tries: i32) -> Self {
        Self { engine, chores, max_tries }
    }

    pub(super) async fn run(&self, every: Duration, shutdown: &CancellationToken) {
        while !shutdown.is_cancelled() {
            tokio::select! {
                done = self.once() => if let Err(error) = done {
                    tracing::error!(%error, "upkeep could not be done; trying again");
                },
                () = shutdown.cancelled() => {}
            }
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    pub(super) async fn once(&self) -> Result<(), StoreError> {
        let (db, now) = (&self.engine.db, self.engine.services.clock.now());
        let reaped = queue::reap_expired(db, self.max_tries, now).await?;
        for (ids, what) in [(&reaped.queued, "in line again"), (&reaped.failed, "given up")] {
            for id in ids {
                tracing::warn!(execution.id = id.0, "the worker of execution {id} fell silent: {what}");
            }
        }
        self.schedules().await?;
        let counts = execution::counts(db).await?;
        gauge!(metrics::EXECUTIONS_WAITING).set(u32::try_from(counts.queued).unwrap_or(u32::MAX));
        Ok(())
    }

    async fn schedules(&self) -> Result<(), StoreError> {
        let (db, now) = (&self.engine.db, self.engine.services.clock.now());
        let scheduled = |definition: &Definition| Some((definition.name.clone(), definition.trigger.schedule?));
        let workflows: Vec<_> = self.engine.library.all().iter().filter_map(scheduled).collect();
        if workflows.is_empty() && self.chores.is_empty() {
            return Ok(());
        }
        for (name, every) in &workflows {
            schedule::ensure(db, &format!("{WORKFLOW}{name}"), *every, now).await?;
        }
        for chore in &self.chores {
            schedule::ensure(db, chore.name, chore.every, now).await?;
        }
        for due in schedule::take_due(db, now).await? {
            if let Some(workflow) = due.strip_prefix(WORKFLOW) {
                if workflows.iter().any(|(name, _)| name == workflow) {
                    enqueue::enqueue(db, &[scheduled_execution(workflow)], now).await?;
                }
            } else if let Some(chore) = self.chores.iter().find(|chore| chore.name == due)
                && let Err(error) = (chore.work)().await
            {
                tracing::error!(chore = chore.name, error = format!("{error:#}"), "a chore failed");
            }
        }
        Ok(())
    }
}

fn scheduled_execution(workflow: &str) -> NewExecution {
    NewExecution {
        workflow: workflow.to_owned(),
        lane: Some(Lane(format!("{workflow}:schedule"))),
        priority: Priority::Upkeep,
        supersede: Supersede::Older,
        installation: None,
        repository: None,
        repo: None,
        input: json!({ "event": "schedule" }),
        delivery: None,
    }
}
