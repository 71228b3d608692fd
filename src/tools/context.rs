//! What a tool is given besides its input.

use std::sync::Arc;

use anyhow::anyhow;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::error::ToolError;
use crate::{
    commands::registry::Offer,
    domain::ids::{ExecutionId, InstallationId, RepoName, RepositoryId},
    github::{client::GitHub, permissions::Permissions, repository::RepositoryClient},
    llm::{blocking::BlockingModel, model::Models},
    store::queue::Lease,
    telemetry::clock::Clock,
};

/// Whose execution a tool runs in. A tool reaches this installation and this repository, and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionScope {
    pub execution: ExecutionId,
    /// The fence: writes under an attempt that is no longer the row's change nothing.
    pub attempt: i32,
    pub workflow: String,
    /// The step's path, as in `create_prs[3].generate_metadata`: the same at every attempt, so it can be part of an
    /// effect key.
    pub step: String,
    pub installation: Option<InstallationId>,
    pub repository: Option<RepositoryId>,
    pub repo: Option<RepoName>,
}

/// What every tool may use. The clients and pools of a tool are its own fields, given to it in `app`.
#[derive(Clone, Default)]
pub struct Services {
    pub clock: Clock,
    pub models: Models,
    /// Commands of the operator's workflows.
    pub offers: Arc<[Offer]>,
}

#[derive(Clone)]
pub struct ToolContext {
    pub scope: ExecutionScope,
    pub services: Arc<Services>,
    /// Cancelled when the execution was superseded or cancelled, or its lease was lost.
    pub cancellation: CancellationToken,
}

impl ExecutionScope {
    /// The repository of this execution, with a token that reaches it alone.
    pub fn repository(&self, github: &GitHub, permissions: Permissions) -> Result<RepositoryClient, ToolError> {
        match (self.installation, self.repository, &self.repo) {
            (Some(installation), Some(id), Some(name)) => {
                Ok(github.repository(installation, id, name.clone(), permissions))
            }
            _ => {
                Err(ToolError::Fatal(anyhow!("the tool works on an installation's repository, and this run has none")))
            }
        }
    }

    /// What this run's writes to the database are fenced by.
    pub fn lease(&self) -> Lease {
        Lease { execution: self.execution, attempt: self.attempt }
    }
}

impl ToolContext {
    /// The operator's model, where there is one, for work on a thread that may wait.
    pub fn blocking_model(&self) -> Option<BlockingModel> {
        let model = self.services.models.get(Models::DEFAULT)?;
        Some(BlockingModel::new(model.clone(), Handle::current(), self.cancellation.clone()))
    }

    /// To be asked before every effect and in every long loop.
    pub fn check(&self) -> Result<(), ToolError> {
        if self.cancellation.is_cancelled() { Err(ToolError::Superseded) } else { Ok(()) }
    }
}
