//! Which change the splitting tools work on: of the execution's own repository through its mirror, or, where a person runs a
//! workflow by hand without a repository, of a folder on this machine.

use std::{path::PathBuf, sync::Arc};

use anyhow::anyhow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{context::ToolContext, error::ToolError, policy::Policies};
use crate::{
    change::{
        assemble::Limits, change_set::ChangeSet, contents::Contents, surroundings::Surroundings, tree_edit::TreeEdit,
    },
    config::policy::Policy,
    domain::ids::CommitSha,
    git::{
        error::GitError,
        mirror::{Mirror, Mirrors},
        proof::Proof,
        work_tree::{Head, LocalChange, WorkTree},
    },
    github::{client::GitHub, permissions::Permissions},
};

/// A change by its ends: enough to load it again in a later step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitSource {
    /// A folder on this machine; `None`: the repository of this execution.
    pub repo_path: Option<PathBuf>,
    pub base: CommitSha,
    /// `None`: the work tree.
    pub head: Option<CommitSha>,
    /// What slices' branches are named after.
    pub branch: String,
}

/// What a person or a workflow says of it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub repo_path: Option<PathBuf>,
    pub base: Option<String>,
    pub head: Option<String>,
    pub branch: Option<String>,
}

/// A change that was loaded. Cheap to clone.
#[derive(Clone)]
pub struct Opened {
    pub set: Arc<ChangeSet>,
    place: Place,
    source: SplitSource,
}

#[derive(Clone)]
enum Place {
    Local { tree: Arc<WorkTree>, change: Arc<LocalChange> },
    Mirror(Mirror),
}

impl SplitSource {
    /// From what was asked for.
    pub async fn find(context: &ToolContext, asked: Asked) -> Result<Self, ToolError> {
        let Asked { repo_path, base, head, branch } = asked;
        let Some(path) = repo_path else {
            let commit = |what: &str, given: Option<String>| -> Result<CommitSha, ToolError> {
                let given = given.ok_or_else(|| ToolError::Fatal(anyhow!("`{what}` has to name a commit")))?;
                given.parse().map_err(ToolError::fatal)
            };
            let (base, head) = (commit("base", base)?, commit("head", head)?);
            return Ok(Self {
                repo_path: None,
                base,
                head: Some(head),
                branch: branch.unwrap_or_else(|| "change".to_owned()),
            });
        };
        local_only(context)?;
        blocking(move || {
            let tree = WorkTree::discover(&path, Limits::default())?;
            let head = head.map(|head| tree.resolve(&head)).transpose()?;
            let asked = match base {
                Some(base) => tree.resolve(&base)?,
                None => tree.default_base()?,
            };
            let tip = head.clone().map_or_else(|| tree.resolve("HEAD"), Ok);
            let base = match tip {
                Ok(tip) if !asked.is_zero() => tree.merge_base(&asked, &tip)?.unwrap_or(asked),
                _ => asked,
            };
            let branch = branch.or_else(|| tree.branch()).unwrap_or_else(|| "change".to_owned());
            Ok(Self { repo_path: Some(path), base, head, branch })
        })
        .await
    }

    /// Loads the change.
    pub async fn open(self, context: &ToolContext, github: &GitHub, mirrors: &Mirrors) -> Result<Opened, ToolError> {
        match &self.repo_path {
            Some(path) => {
                local_only(context)?;
                let (path, source) = (path.clone(), self.clone());
                blocking(move || {
                    let tree = WorkTree::discover(&path, Limits::default())?;
                    let change = tree.changes(&source.base, &source.local_head())?;
                    let set = Arc::new(change.set.clone());
                    Ok(Opened { set, place: Place::Local { tree: tree.into(), change: change.into() }, source })
                })
                .await
            }
            None => {
                let repository = context.scope.repository(github, Permissions::read_only())?;
                let head = self.head.clone().ok_or_else(|| ToolError::Fatal(anyhow!("a mirror has no work tree")))?;
                let token = repository.token().await?;
                let commits: Vec<_> =
                    [self.base.clone(), head.clone()].into_iter().filter(|commit| !commit.is_zero()).collect();
                let mirror = mirrors.fetch(repository.id(), repository.name(), Some(&token), &commits).await?;
                let set = mirror.change_set(&self.base, &head).await?;
                Ok(Opened { set: set.into(), place: Place::Mirror(mirror), source: self })
            }
        }
    }

    fn local_head(&self) -> Head {
        self.head.clone().map_or(Head::WorkTree, Head::Commit)
    }
}

impl Opened {
    fn contents(&self) -> &dyn Contents {
        match &self.place {
            Place::Local { change, .. } => &change.contents,
            Place::Mirror(mirror) => mirror,
        }
    }

    pub async fn surroundings(&self) -> Result<Surroundings, ToolError> {
        let SplitSource { base, .. } = self.source.clone();
        match &self.place {
            Place::Local { tree, .. } => {
                let (tree, head, set) = (tree.clone(), self.source.local_head(), self.set.clone());
                blocking(move || tree.surroundings(&base, &head, &set, None)).await
            }
            Place::Mirror(mirror) => Ok(mirror.surroundings(&base, &self.head(), &self.set).await?),
        }
    }

    /// The labels that the repository has on GitHub.
    pub async fn labels(&self, context: &ToolContext, github: &GitHub) -> Result<Vec<String>, ToolError> {
        match &self.place {
            Place::Local { .. } => Ok(Vec::new()),
            Place::Mirror(_) => {
                let repository = context.scope.repository(github, Permissions::read_only())?;
                Ok(repository.labels().await?.into_iter().map(|label| label.name).collect())
            }
        }
    }

    /// The settings that hold for the repository on GitHub, or else the defaults.
    pub async fn policy(
        &self,
        context: &ToolContext,
        github: &GitHub,
        policies: &Policies,
    ) -> Result<Policy, ToolError> {
        match &self.place {
            Place::Local { .. } => Ok(Policy::default()),
            Place::Mirror(_) => {
                let repository = context.scope.repository(github, Permissions::read_only())?;
                Ok(policies.load(&repository, context.services.clock.now()).await?.policy)
            }
        }
    }

    pub async fn prove(&self, layers: Vec<Vec<TreeEdit>>) -> Result<Proof, ToolError> {
        let SplitSource { base, .. } = self.source.clone();
        match &self.place {
            Place::Local { tree, .. } => {
                let (tree, head) = (tree.clone(), self.source.local_head());
                blocking(move || tree.prove(&base, &head, &layers)).await
            }
            Place::Mirror(mirror) => Ok(mirror.prove(&base, &self.head(), layers).await?),
        }
    }

    /// Does `work` with the change where blocking is allowed.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&ChangeSet, &dyn Contents) -> T + Send + 'static,
    ) -> Result<T, ToolError> {
        let opened = self.clone();
        blocking(move || Ok(work(&opened.set, opened.contents()))).await
    }

    fn head(&self) -> CommitSha {
        self.source.head.clone().unwrap_or_else(CommitSha::zero)
    }
}

/// A path on this machine is for whoever sits at it: an execution of an installation reads its own repository alone.
fn local_only(context: &ToolContext) -> Result<(), ToolError> {
    match context.scope.installation {
        None => Ok(()),
        Some(_) => {
            Err(ToolError::Fatal(anyhow!("`repo_path` is for workflows that are run by hand without a repository")))
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, GitError> + Send + 'static,
) -> Result<T, ToolError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| ToolError::Fatal(anyhow!(error).context("reading the repository did not finish")))??)
}
