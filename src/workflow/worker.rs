//! Workers: each claims an execution, keeps its lease, runs it, and says how it ended.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use ::metrics::{counter, histogram};
use chrono::TimeDelta;
use futures_util::{FutureExt as _, future::join};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{
    engine::Engine,
    progress,
    stop::Stop,
    upkeep::{Chore, Upkeep},
};
use crate::{
    domain::execution::Execution,
    store::{
        error::StoreError,
        queue::{self, Fence, Lease, Outcome},
    },
    telemetry::metrics,
    tools::panic::words_of_panic,
};

#[derive(Clone, Debug)]
pub struct Settings {
    /// Of this process, for people who read the table.
    pub name: String,
    /// Executions that run at once.
    pub workers: usize,
    /// An execution is anybody's again when nothing was heard of its worker for so long.
    pub lease: Duration,
    /// How often its worker is heard of, and hears whether to go on.
    pub heartbeat: Duration,
    /// How often to look for work that nobody told of.
    pub poll: Duration,
    /// Claims of one execution before it is given up when its worker fell silent (it may be what kills the process) or the
    /// database refuses what it stores.
    pub max_silences: i32,
    /// What is running may go on so long after the process was asked to stop, and as long again once it was told so.
    pub grace: Duration,
    /// A person who waits for a command hears so often how far it is.
    pub progress: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: format!("{}", std::process::id()),
            workers: 1,
            lease: Duration::from_secs(60),
            heartbeat: Duration::from_secs(10),
            poll: Duration::from_secs(5),
            max_silences: 10,
            grace: Duration::from_secs(10),
            progress: Duration::from_secs(30),
        }
    }
}

/// All workers of this process.
#[derive(Clone)]
pub struct Workers {
    pub(super) engine: Arc<Engine>,
    pub(super) settings: Settings,
    upkeep: Upkeep,
}

impl Workers {
    /// `chores`: what this process does on a schedule besides workflows.
    pub fn new(engine: Engine, settings: Settings, chores: Vec<Chore>) -> Self {
        let upkeep = Upkeep::new(engine.clone(), chores, settings.max_silences);
        Self { engine: Arc::new(engine), settings, upkeep }
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Works until `shutdown`; then finishes what runs, or gives it back within the grace.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut tasks = JoinSet::new();
        for _ in 0..self.settings.workers.max(1) {
            let (workers, shutdown) = (self.clone(), shutdown.clone());
            tasks.spawn(async move { workers.work(&shutdown).await });
        }
        let (upkeep, every, shutdown) = (self.upkeep.clone(), self.settings.lease / 4, shutdown.clone());
        tasks.spawn(async move { upkeep.run(every, &shutdown).await });
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker died");
            }
        }
    }

    /// Does all that can be done now, one after the other, and returns how many executions that were. What waits for a
    /// later time stays.
    pub async fn run_until_idle(&self) -> Result<usize, StoreError> {
        let never = CancellationToken::new();
        for count in 0.. {
            self.upkeep.once().await?;
            match self.claim().await? {
                Some(execution) => self.perform(execution, &never).await,
                None => return Ok(count),
            }
        }
        unreachable!("the loop has no end of its own")
    }

    async fn work(&self, shutdown: &CancellationToken) {
        let mut wakeups = self.engine.db.wakeups();
        while !shutdown.is_cancelled() {
            let wait = match self.claim().await {
                Ok(Some(execution)) => {
                    self.perform(execution, shutdown).await;
                    continue;
                }
                Ok(None) => wakeups.wait(self.settings.poll).left_future(),
                Err(error) => {
                    tracing::error!(%error, "no work can be claimed; trying again");
                    tokio::time::sleep(self.settings.poll).right_future()
                }
            };
            tokio::select! {
                () = wait => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    async fn claim(&self) -> Result<Option<Execution>, StoreError> {
        let now = self.engine.services.clock.now();
        queue::claim(&self.engine.db, &self.settings.name, self.settings.lease, now).await
    }

    /// Runs a claimed execution to an end that the database knows of, unless the database cannot be reached.
    async fn perform(&self, execution: Execution, shutdown: &CancellationToken) {
        let span = tracing::info_span!(
            "execution",
            execution.id = execution.id.0,
            execution.attempt = execution.attempt,
            workflow = execution.workflow,
            repository = execution.repo.as_ref().map(tracing::field::display),
        );
        async {
            let started = Instant::now();
            let stopped = self.run_under_lease(&execution, shutdown).await;
            let status = match self.end(&execution, stopped, shutdown).await {
                Ok(status) => status,
                Err(error) => {
                    tracing::error!(%error, "how the execution ended could not be stored; it will be claimed again");
                    "lost"
                }
            };
            let workflow = execution.workflow.clone();
            counter!(metrics::EXECUTIONS, "workflow" => workflow.clone(), "status" => status).increment(1);
            histogram!(metrics::EXECUTION_DURATION, "workflow" => workflow).record(started.elapsed());
        }
        .instrument(span)
        .await;
    }

    /// Heartbeats beside the run. It is told to stop when it may not go on, and left where it stands when it does not
    /// stop in time.
    pub(super) async fn run_under_lease(
        &self,
        execution: &Execution,
        shutdown: &CancellationToken,
    ) -> Result<(), Stop> {
        let cancellation = CancellationToken::new();
        let run = AssertUnwindSafe(self.engine.run(execution, &cancellation)).catch_unwind();
        let ended = CancellationToken::new();
        let run = async {
            let stopped = run.await;
            ended.cancel();
            stopped
                .unwrap_or_else(|panic| Err(Stop::Failed(format!("the engine panicked: {}", words_of_panic(&*panic)))))
        };
        let told = progress::tell(&self.engine, execution, self.settings.progress, &ended);
        let leave = async {
            tokio::select! {
                () = self.keep_lease(execution) => cancellation.cancel(),
                () = async {
                    shutdown.cancelled().await;
                    tokio::time::sleep(self.settings.grace).await;
                } => cancellation.cancel(),
            }
            tokio::time::sleep(self.settings.grace).await;
        };
        tokio::select! {
            biased;
            (stopped, ()) = Box::pin(join(run, told)) => stopped,
            () = leave => Err(Stop::Interrupted),
        }
    }

    /// Returns when the execution may not go on under this lease.
    pub(super) async fn keep_lease(&self, execution: &Execution) {
        let mut held_until = Instant::now() + self.settings.lease;
        loop {
            tokio::time::sleep(self.settings.heartbeat).await;
            let asked = Instant::now();
            let now = self.engine.services.clock.now();
            match queue::heartbeat(&self.engine.db, Lease::from(execution), self.settings.lease, now).await {
                Ok(Fence::Held) => held_until = asked + self.settings.lease,
                Ok(Fence::Lost | Fence::Superseded | Fence::Cancelled) => return,
                Err(error) => {
                    tracing::warn!(%error, "the lease could not be renewed");
                    if Instant::now() >= held_until {
                        return;
                    }
                }
            }
        }
    }

    /// Stores how it ended; returns the word for it.
    pub(super) async fn end(
        &self,
        execution: &Execution,
        stopped: Result<(), Stop>,
        shutdown: &CancellationToken,
    ) -> Result<&'static str, StoreError> {
        let (db, lease, now) = (&self.engine.db, Lease::from(execution), self.engine.services.clock.now());
        let finish = async |outcome, status| match queue::finish(db, lease, outcome, now).await? {
            Fence::Lost => Ok("lost"),
            Fence::Held | Fence::Superseded | Fence::Cancelled => Ok(status),
        };
        let retry = async |at, reason: String| {
            tracing::warn!(reason, %at, "tried again later");
            match queue::retry_later(db, lease, at, &reason, now).await? {
                Fence::Held => Ok("retry"),
                Fence::Lost => Ok("lost"),
                Fence::Superseded => Ok("superseded"),
                Fence::Cancelled => Ok("cancelled"),
            }
        };
        match stopped {
            Ok(()) => finish(Outcome::Succeeded, "succeeded").await,
            Err(Stop::Skipped(reason)) => {
                tracing::info!(reason, "skipped");
                finish(Outcome::Skipped(reason), "skipped").await
            }
            Err(Stop::Failed(reason)) => {
                tracing::error!(reason, "failed");
                finish(Outcome::Failed(reason), "failed").await
            }
            Err(Stop::Retry { at, reason }) => retry(at, reason).await,
            Err(Stop::Store(error)) => {
                let (reason, limits) = (error.to_string(), (self.settings.max_silences, now + TimeDelta::seconds(5)));
                match queue::stumble(db, lease, limits, &reason, now).await? {
                    (Fence::Lost, _) => Ok("lost"),
                    (Fence::Superseded, _) => Ok("superseded"),
                    (Fence::Cancelled, _) => Ok("cancelled"),
                    (Fence::Held, true) => {
                        tracing::error!(reason, "given up");
                        Ok("failed")
                    }
                    (Fence::Held, false) => {
                        tracing::warn!(reason, "tried again later");
                        Ok("retry")
                    }
                }
            }
            Err(Stop::Interrupted | Stop::Halted) => match queue::heartbeat(db, lease, self.settings.lease, now).await?
            {
                Fence::Lost => Ok("lost"),
                Fence::Superseded => finish(Outcome::Stopped, "superseded").await,
                Fence::Cancelled => finish(Outcome::Stopped, "cancelled").await,
                Fence::Held if shutdown.is_cancelled() => {
                    tracing::info!("given back: this process is going down");
                    queue::release(db, lease, now).await?;
                    Ok("released")
                }
                Fence::Held => retry(now + TimeDelta::seconds(1), "it stopped without a reason".to_owned()).await,
            },
        }
    }
}
