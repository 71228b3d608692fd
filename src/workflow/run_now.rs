//! One execution run here and now, by whoever asks for it, past the line.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{stop::Stop, worker::Workers};
use crate::{
    domain::{execution::NewExecution, ids::ExecutionId},
    store::{enqueue, error::StoreError},
};

impl Workers {
    /// Stores an execution that this process holds from its first moment on, and runs it to its end; a failure that may
    /// pass is waited for here. `started` hears of its id before anything runs. Should the process die, it is anybody's
    /// like every other.
    pub async fn run_now(
        &self,
        new: &NewExecution,
        started: impl FnOnce(ExecutionId),
    ) -> Result<ExecutionId, StoreError> {
        let clock = &self.engine.services.clock;
        let settings = &self.settings;
        let execution =
            enqueue::enqueue_claimed(&self.engine.db, new, &settings.name, settings.lease, clock.now()).await?;
        started(execution.id);
        let never = CancellationToken::new();
        loop {
            let stopped = self.run_under_lease(&execution, &never).await;
            if let Err(Stop::Retry { at, reason }) = &stopped {
                tracing::warn!(reason, %at, "tried again later");
                let wait = (*at - clock.now()).to_std().unwrap_or(Duration::ZERO);
                tokio::select! {
                    () = tokio::time::sleep(wait) => continue,
                    () = self.keep_lease(&execution) => {}
                }
            }
            self.end(&execution, stopped, &never).await?;
            return Ok(execution.id);
        }
    }
}
