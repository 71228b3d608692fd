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
    pub(crate) labels: BTreeSet<String>,
    /// Deleted branches, with where they stood.
    pub(crate) gone: BTreeMap<String, String>,
    /// Whether the owner's plan has drafts here.
    pub(crate) has_drafts: bool,
    /// `None`: stacked pull requests are not enabled.
    pub(crate) stacks: Option<Vec<Stack>>,
    /// Branches whose names begin like this may be made and moved by nobody but admins: by a ruleset, which everybody can
    /// read, or by an older branch protection.
    pub(crate) restricted: Vec<Restriction>,
    /// Commits that GitHub signed.
    pub(crate) signed: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub(crate) number: i64,
    /// Numbers of pull requests, from the bottom up.
    pub(crate) pulls: Vec<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Restriction {
    /// As in `seam/`.
    pub(crate) start: String,
    pub(crate) by_ruleset: bool,
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

    /// What keeps a branch of this name from being made.
    pub(crate) fn restriction(&self, branch: &str) -> Option<&Restriction> {
        self.restricted.iter().find(|restricted| branch.starts_with(&restricted.start))
    }

    /// The stack that a pull request is part of.
    pub(crate) fn stack_of(&self, number: i64) -> Option<&Stack> {
        self.stacks.iter().flatten().find(|stack| stack.pulls.contains(&number))
    }

    /// Where the base of a pull request stands, or stood when it was deleted.
    pub(crate) fn base_sha(&self, pull: &Pull) -> String {
        self.branch(&pull.base_ref).or_else(|| self.gone.get(&pull.base_ref).cloned()).unwrap_or_default()
    }

    /// The commit a pull request's diff starts from: where the head left the base branch.
    pub(crate) fn merge_base(&self, pull: &Pull) -> Option<String> {
        let base = self.branch(&pull.base_ref)?;
        self.git.merge_base(&base, &pull.head_sha)
    }
}
