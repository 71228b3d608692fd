//! Repositories: rows over real git repositories.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{super::git_repository::GitRepository, accounts::Role, check_run::CheckRun, pull::Pull};

#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) id: i64,
    /// Login of its owner.
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) private: bool,
    pub(crate) default_branch: String,
    /// The repository this one was forked from.
    pub(crate) parent: Option<i64>,
    pub(crate) git: Arc<GitRepository>,
    pub(crate) created_at: DateTime<Utc>,
    /// `owner/name` it had before, which GitHub redirects.
    pub(crate) old_names: BTreeSet<String>,
    /// Branches that nobody may push to without more ado.
    pub(crate) protected: BTreeSet<String>,
    /// By login.
    pub(crate) collaborators: BTreeMap<String, Role>,
    pub(crate) next_number: i64,
    pub(crate) pulls: BTreeMap<i64, Pull>,
    pub(crate) check_runs: Vec<CheckRun>,
}

impl Repository {
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// Where a branch stands.
    pub(crate) fn branch(&self, name: &str) -> Option<String> {
        self.git.resolve(&format!("refs/heads/{name}"))
    }

    /// The role of a person; everybody may read what is public.
    pub(crate) fn role(&self, login: &str) -> Option<Role> {
        let own = (self.owner == login).then_some(Role::Admin);
        own.or_else(|| self.collaborators.get(login).copied()).or((!self.private).then_some(Role::Read))
    }

    /// The commit a pull request's diff starts from: where the head left the base branch.
    pub(crate) fn merge_base(&self, pull: &Pull) -> Option<String> {
        let base = self.branch(&pull.base_ref)?;
        self.git.merge_base(&base, &pull.head_sha)
    }
}
