//! What has to be done again and again, by one process of all: leases that ran out, schedules, a count of what waits.

use std::{sync::Arc, time::Duration};

use ::metrics::gauge;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::task::JoinSet;
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

    async fn run(self) {
        if let Err(error) = (self.work)().await {
            tracing::error!(chore = self.name, "a chore failed: {error:#}");
        }
    }
}

#[derive(Clone)]
pub(super) struct Upkeep {
    engine: Engine,
    chores: Vec<Chore>,
    max_silences: i32,
}

impl Upkeep {
    pub(super) fn new(engine: Engine, chores: Vec<Chore>, max_silences: i32) -> Self {
        Self { engine, chores, max_silences }
    }

    /// Chores run beside: one that waits for the network keeps no lease from being taken back.
    pub(super) async fn run(&self, every: Duration, shutdown: &CancellationToken) {
        let mut chores = JoinSet::new();
        while !shutdown.is_cancelled() {
            match self.look().await {
                Ok(due) => due.into_iter().for_each(|chore| drop(chores.spawn(chore.run()))),
                Err(error) => tracing::error!(%error, "upkeep could not be done; trying again"),
            }
            while chores.try_join_next().is_some() {}
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// All that is due, one after the other.
    pub(super) async fn once(&self) -> Result<(), StoreError> {
        for chore in self.look().await? {
            chore.run().await;
        }
        Ok(())
    }

    /// Takes back leases, starts scheduled workflows and counts what waits; gives the chores that are due.
    async fn look(&self) -> Result<Vec<Chore>, StoreError> {
        let (db, now) = (&self.engine.db, self.engine.services.clock.now());
        let reaped = queue::reap_expired(db, self.max_silences, now).await?;
        for (ids, what) in [(&reaped.queued, "in line again"), (&reaped.failed, "given up")] {
            for id in ids {
                tracing::warn!(execution.id = id.0, "the worker of execution {id} fell silent: {what}");
            }
        }
        let chores = self.due().await?;
        let counts = execution::counts(db).await?;
        gauge!(metrics::EXECUTIONS_WAITING).set(u32::try_from(counts.queued).unwrap_or(u32::MAX));
        Ok(chores)
    }

    async fn due(&self) -> Result<Vec<Chore>, StoreError> {
        let (db, now) = (&self.engine.db, self.engine.services.clock.now());
        let scheduled = |definition: &Definition| Some((definition.name.clone(), definition.trigger.schedule?));
        let workflows: Vec<_> = self.engine.library.all().iter().filter_map(scheduled).collect();
        if workflows.is_empty() && self.chores.is_empty() {
            return Ok(Vec::new());
        }
        for (name, every) in &workflows {
            schedule::ensure(db, &format!("{WORKFLOW}{name}"), *every, now).await?;
        }
        for chore in &self.chores {
            schedule::ensure(db, chore.name, chore.every, now).await?;
        }
        let due = schedule::take_due(db, now).await?;
        for workflow in due.iter().filter_map(|name| name.strip_prefix(WORKFLOW)) {
            if workflows.iter().any(|(name, _)| name == workflow) {
                enqueue::enqueue(db, &[scheduled_execution(workflow)], now).await?;
            }
        }
        Ok(self.chores.iter().filter(|chore| due.iter().any(|name| name == chore.name)).cloned().collect())
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
        once: None,
        after: None,
    }
}
