//! How a tool ends when it does not end well.

use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// It may pass by itself: tried again after `after`, or after the usual backoff.
    #[error("{error:#}")]
    Retry { error: anyhow::Error, after: Option<Duration> },
    /// Trying again is of no use; the execution fails.
    #[error("{0:#}")]
    Fatal(anyhow::Error),
    /// There is nothing to do, and this is why; the execution ends as skipped.
    #[error("skipped: {0}")]
    Skip(String),
    /// A newer execution took over, the lease was lost, or a person cancelled: stop before the next effect.
    #[error("stopped: the execution was superseded, cancelled, or belongs to another worker now")]
    Superseded,
}

impl ToolError {
    /// Tried again after the usual backoff.
    pub fn retry(error: impl Into<anyhow::Error>) -> Self {
        Self::Retry { error: error.into(), after: None }
    }

    pub fn retry_after(error: impl Into<anyhow::Error>, after: Duration) -> Self {
        Self::Retry { error: error.into(), after: Some(after) }
    }

    pub fn fatal(error: impl Into<anyhow::Error>) -> Self {
        Self::Fatal(error.into())
    }

    pub fn skip(reason: impl Into<String>) -> Self {
        Self::Skip(reason.into())
    }
}
