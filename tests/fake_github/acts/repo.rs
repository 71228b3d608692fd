//! A repository in the hands of people.

use std::sync::Arc;

use serde_json::json;

use super::{
    super::{
        git_repository::{Commit, GitRepository},
        model::{
            self,
            accounts::{AccountKind, Role},
            check_run::CheckRun,
            repository::Restriction,
            world::World,
        },
        server::Shared,
        webhooks,
    },
    branches::{add_pull, delete_branch, move_branch},
    pull::Pull,
    shown,
};

#[derive(Clone)]
pub(crate) struct Repo {
    pub(super) shared: Arc<Shared>,
    pub(super) id: i64,
}

/// A pull request about to be opened.
pub(crate) struct NewPull {
    repo: Repo,
    branch: String,
    commit: Commit,
    base: String,
    author: String,
    fork: Option<Repo>,
    title: String,
    draft: bool,
}

impl Repo {
    pub(crate) fn new(shared: &Arc<Shared>, id: i64) -> Self {
        Self { shared: Arc::clone(shared), id }
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn full_name(&self) -> String {
        self.shared.world().repository(self.id).full_name()
    }

    pub(crate) fn git(&self) -> Arc<GitRepository> {
        Arc::clone(&self.shared.world().repository(self.id).git)
    }

    /// Where a branch stands.
    pub(crate) fn branch(&self, name: &str) -> String {
        self.shared.world().repository(self.id).branch(name).unwrap_or_else(|| panic!("there is no branch {name}"))
    }

    pub(crate) fn set_role(&self, login: &str, role: Role) {
        let mut world = self.shared.world();
        world.add_account(login, AccountKind::User);
        world.repository_mut(self.id).collaborators.insert(login.to_owned(), role);
    }

    pub(crate) fn protect(&self, branch: &str) {
        self.shared.world().repository_mut(self.id).protected.insert(branch.to_owned());
    }

    pub(crate) fn make_public(&self) {
        self.shared.world().repository_mut(self.id).private = false;
    }

    /// The owner's plan has no drafts for this repository.
    pub(crate) fn without_drafts(&self) {
        self.shared.world().repository_mut(self.id).has_drafts = false;
    }

    /// Stacked pull requests are enabled.
    pub(crate) fn with_stacks(&self) {
        self.shared.world().repository_mut(self.id).stacks = Some(Vec::new());
    }

    /// Branches whose names begin like this are not for everybody.
    pub(crate) fn restrict(&self, start: &str, by_ruleset: bool) {
        let restriction = Restriction { start: start.to_owned(), by_ruleset };
        self.shared.world().repository_mut(self.id).restricted.push(restriction);
    }

    /// The branches are free again.
    pub(crate) fn unrestrict(&self) {
        self.shared.world().repository_mut(self.id).restricted.clear();
    }

    /// Pull requests are numbered from one.
    pub(crate) fn count_pulls(&self) -> i64 {
        self.shared.world().repository(self.id).next_number - 1
    }

    /// Somebody presses the button with this label on a check run of a branch's head.
    pub(crate) async fn press(&self, login: &str, branch: &str, label: &str) {
        let head = self.branch(branch);
        self.press_on(&mut self.shared.world(), login, &head, label);
        self.shared.deliver().await;
    }

    fn press_on(&self, world: &mut World, login: &str, head: &str, label: &str) {
        let of = world.repository(self.id);
        let buttons = of.check_runs.iter().filter(|run| run.head_sha == head).flat_map(|run| {
            run.actions
                .iter()
                .filter(|action| action["label"] == label)
                .map(|action| (run.id, action["identifier"].clone()))
        });
        let (run, identifier) = buttons.last().unwrap_or_else(|| panic!("there is no button {label}"));
        webhooks::check_run(world, self.id, run, "requested_action", identifier.as_str(), login);
    }

    /// Names of the branches, in order.
    pub(crate) fn branches(&self) -> Vec<String> {
        let text = self.git().git(&["for-each-ref", "--format=%(refname:strip=2)", "refs/heads"]);
        text.lines().map(str::to_owned).collect()
    }

    /// A commit that nobody is told of.
    pub(crate) fn commit(&self, branch: &str, commit: impl Into<Commit>) -> String {
        let after = self.commit_on(branch, commit);
        self.git().set_ref(&format!("refs/heads/{branch}"), &after);
        after
    }

    /// A commit on a branch, which starts at the default branch where it is new.
    fn commit_on(&self, branch: &str, commit: impl Into<Commit>) -> String {
        let default_branch = self.shared.world().repository(self.id).default_branch.clone();
        self.commit_since(&default_branch, branch, commit)
    }

    /// A commit on a branch, which starts at `start` where it is new.
    fn commit_since(&self, start: &str, branch: &str, commit: impl Into<Commit>) -> String {
        let world = self.shared.world();
        let of = world.repository(self.id);
        let parent = of.branch(branch).or_else(|| of.branch(start));
        let parents: Vec<&str> = parent.as_deref().into_iter().collect();
        of.git.commit(&parents, commit)
    }

    /// Ada pushes a commit to a branch; gives its id.
    pub(crate) async fn push(&self, branch: &str, commit: impl Into<Commit>) -> String {
        let after = self.commit_on(branch, commit);
        self.point(branch, &after).await;
        after
    }

    /// Ada points a branch at any commit.
    pub(crate) async fn point(&self, branch: &str, commit: &str) {
        move_branch(&mut self.shared.world(), self.id, branch, commit, "ada");
        self.shared.deliver().await;
    }

    pub(crate) async fn delete_branch(&self, branch: &str) {
        delete_branch(&mut self.shared.world(), self.id, branch, "ada");
        self.shared.deliver().await;
    }

    pub(crate) async fn rename(&self, name: &str) {
        self.take_name(&mut self.shared.world(), name);
        self.shared.deliver().await;
    }

    /// To another owner, with all that is on it.
    pub(crate) async fn transfer(&self, login: &str) {
        self.take_owner(&mut self.shared.world(), login);
        self.shared.deliver().await;
    }

    fn take_owner(&self, world: &mut World, login: &str) {
        let from = super::super::shape::account::organization(world, world.repository(self.id));
        let repository = world.repository_mut(self.id);
        let old_full_name = repository.full_name();
        login.clone_into(&mut repository.owner);
        repository.old_names.insert(old_full_name);
        let changes = json!({ "owner": { "from": { "organization": from } } });
        webhooks::repository(world, self.id, "transferred", changes, "grace");
    }

    fn take_name(&self, world: &mut World, name: &str) {
        let repository = world.repository_mut(self.id);
        let old = std::mem::replace(&mut repository.name, name.to_owned());
        let old_full_name = format!("{}/{old}", repository.owner);
        repository.old_names.insert(old_full_name);
        let changes = json!({ "repository": { "name": { "from": old } } });
        webhooks::repository(world, self.id, "renamed", changes, "grace");
    }

    /// Somebody's own copy, out of the App's reach.
    pub(crate) fn fork(&self, login: &str) -> Self {
        let mut world = self.shared.world();
        let name = world.repository(self.id).name.clone();
        let id = world.add_repository(login, &name, Some(self.id));
        drop(world);
        Self::new(&self.shared, id)
    }

    /// Ada opens a pull request from a branch with this one commit.
    pub(crate) async fn open_pull(&self, branch: &str, commit: impl Into<Commit>) -> Pull {
        self.new_pull(branch, commit).open().await
    }

    /// The same, with more to say about it.
    pub(crate) fn new_pull(&self, branch: &str, commit: impl Into<Commit>) -> NewPull {
        NewPull {
            repo: self.clone(),
            branch: branch.to_owned(),
            commit: commit.into(),
            base: "main".to_owned(),
            author: "ada".to_owned(),
            fork: None,
            title: format!("Pull in {branch}"),
            draft: false,
        }
    }

    pub(crate) fn pull(&self, number: i64) -> Pull {
        Pull { repo: self.clone(), number }
    }

    /// Of a commit, also those that a newer one of the same name hides on the page.
    pub(crate) fn check_runs(&self, commit: &str) -> Vec<CheckRun> {
        let world = self.shared.world();
        let runs = &world.repository(self.id).check_runs;
        runs.iter().filter(|run| run.head_sha == commit).cloned().collect()
    }

    /// The check runs of a branch's last commit, as its page shows them.
    pub(crate) fn checks_shown(&self, branch: &str) -> String {
        let head = self.branch(branch);
        shown::checks(&self.shared.world(), self.id, &head)
    }
}

impl NewPull {
    pub(crate) fn draft(mut self) -> Self {
        self.draft = true;
        self
    }

    pub(crate) fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    pub(crate) fn base(mut self, branch: &str) -> Self {
        branch.clone_into(&mut self.base);
        self
    }

    /// By somebody else than Ada.
    pub(crate) fn by(mut self, login: &str) -> Self {
        login.clone_into(&mut self.author);
        self
    }

    /// From somebody's fork, by that person.
    pub(crate) fn by_fork_of(mut self, login: &str) -> Self {
        self.fork = Some(self.repo.fork(login));
        login.clone_into(&mut self.author);
        self
    }

    pub(crate) async fn open(self) -> Pull {
        let repo = self.repo.clone();
        let number = self.add();
        repo.shared.deliver().await;
        Pull { repo, number }
    }

    /// The branch is pushed, then the pull request is there; gives its number.
    fn add(self) -> i64 {
        let from = self.fork.as_ref().unwrap_or(&self.repo);
        let head = from.commit_since(&self.base, &self.branch, self.commit);
        let mut world = self.repo.shared.world();
        move_branch(&mut world, from.id, &self.branch, &head, &self.author);
        let new = model::pull::Pull::new(&self.title, &self.author, (from.id, &self.branch), &self.base, self.draft);
        add_pull(&mut world, self.repo.id, new, None)
    }
}
