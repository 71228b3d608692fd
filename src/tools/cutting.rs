//! A branch as it is cut: fetched, planned, checked and proved. Shared by the tools that plan and those that open.

use anyhow::anyhow;

use super::error::ToolError;
use crate::{
    change::{change_set::ChangeSet, surroundings::Surroundings, tree_edit::TreeEdit},
    config::policy::SplitPolicy,
    domain::{
        finding::Finding,
        ids::{CommitSha, PullNumber},
        plan::{Plan, Validation},
    },
    git::mirror::{Mirror, Mirrors},
    github::repository::RepositoryClient,
    split::check::{Checked, SizeRules, check},
};

/// A change with what is around it.
pub(super) struct Cutting {
    pub(super) mirror: Mirror,
    pub(super) base: CommitSha,
    pub(super) head: CommitSha,
    pub(super) set: ChangeSet,
    pub(super) surroundings: Surroundings,
}

impl Cutting {
    /// Fetches both commits, and the one that settings are read from. `base`: any commit of the base branch; the change is told
    /// from where the head left it.
    pub(super) async fn fetch(
        mirrors: &Mirrors,
        repository: &RepositoryClient,
        (base, head, settings_at): (&CommitSha, &CommitSha, Option<&CommitSha>),
        pull: Option<PullNumber>,
    ) -> Result<Self, ToolError> {
        let token = repository.token().await?;
        let commits: Vec<CommitSha> = [base, head].into_iter().chain(settings_at).cloned().collect();
        let mirror = mirrors.fetch_pull(repository.id(), repository.name(), Some(&token), &commits, pull).await?;
        let unrelated = || ToolError::skip("the branch and its base have no history in common");
        let base = mirror.merge_base(base, head).await?.ok_or_else(unrelated)?;
        let set = mirror.change_set(&base, head).await?;
        let surroundings = mirror.surroundings(&base, head, &set).await?;
        Ok(Self { mirror, base, head: head.clone(), set, surroundings })
    }

    /// What is wrong with a plan, the proof included, and what each slice does to the tree below it. `findings`: of the change.
    pub(super) async fn check(
        self,
        plan: Plan,
        sizes: SizeRules,
        findings: Vec<Finding>,
    ) -> Result<(Self, Validation, Option<Vec<Vec<TreeEdit>>>), ToolError> {
        let work = move || {
            let checked = check(&plan, &self.set, &self.mirror, sizes, &findings);
            (self, checked)
        };
        let (cutting, checked) = blocking(work).await?;
        let layers = checked.layers.clone();
        let tree = cutting.prove(&checked).await?;
        Ok((cutting, checked.proved(tree), layers))
    }

    async fn prove(&self, checked: &Checked) -> Result<Result<String, String>, ToolError> {
        let Some(layers) = &checked.layers else { return Ok(Err("it does not fit the change".to_owned())) };
        let proof = self.mirror.prove(&self.base, &self.head, layers.clone()).await?;
        Ok(proof
            .tree()
            .map(str::to_owned)
            .ok_or_else(|| format!("the slices give the tree {}, and the branch's is {}", proof.slices, proof.head)))
    }
}

/// What a repository allows in size.
pub(super) fn sizes(policy: &SplitPolicy) -> SizeRules {
    SizeRules { max_files: policy.max_files_per_pr, ..SizeRules::default() }
}

pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ToolError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ToolError::Fatal(anyhow!(error).context("it did not finish")))
}
