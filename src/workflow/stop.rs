//! Why an execution stopped before its end.

use chrono::{DateTime, Utc};

use crate::store::error::StoreError;

#[derive(Debug)]
pub enum Stop {
    /// Another node of the execution stopped it.
    Halted,
    /// It may pass by itself: tried again from here at that time.
    Retry { at: DateTime<Utc>, reason: String },
    /// There is nothing to do, and why.
    Skipped(String),
    /// Trying again is of no use.
    Failed(String),
    /// The database did not answer.
    Store(StoreError),
    /// Superseded, cancelled, the lease is lost, or this process is going down: whoever holds the lease knows which.
    Interrupted,
}

impl Stop {
    /// Of two that stopped one execution, the one that says what becomes of it. Of two retries the later: each asked for
    /// its wait.
    pub(super) fn or_graver(self, other: Option<Self>) -> Self {
        match (self, other) {
            (Self::Retry { at, reason }, Some(Self::Retry { at: other_at, reason: other_reason })) => {
                if at >= other_at {
                    Self::Retry { at, reason }
                } else {
                    Self::Retry { at: other_at, reason: other_reason }
                }
            }
            (this, Some(other)) if other.gravity() > this.gravity() => other,
            (this, _) => this,
        }
    }

    fn gravity(&self) -> u8 {
        match self {
            Self::Halted => 0,
            Self::Retry { .. } => 1,
            Self::Skipped(_) => 2,
            Self::Failed(_) => 3,
            Self::Store(_) => 4,
            Self::Interrupted => 5,
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
