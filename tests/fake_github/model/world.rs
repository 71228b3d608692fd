//! All there is on this GitHub.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use seam::telemetry::clock::Clock;
use serde_json::Value;

use super::{
    super::git_repository::GitRepository,
    accounts::{Account, AccountKind},
    app::{App, Installation, Level, Token},
    delivery::{Delivery, Outgoing},
    pull::Pull,
    repository::Repository,
};

pub(crate) struct World {
    pub(crate) clock: Clock,
    /// `http://127.0.0.1:PORT` of the API, and of the web pages and git.
    pub(crate) api_url: String,
    pub(crate) web_url: String,
    /// Where the bare repositories lie.
    pub(crate) folder: PathBuf,
    next_id: i64,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) app: Option<App>,
    pub(crate) installations: BTreeMap<i64, Installation>,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) repositories: BTreeMap<i64, Repository>,
    /// Manifests by the code that converts each into an App, with the time it was made.
    pub(crate) manifests: BTreeMap<String, (Value, DateTime<Utc>)>,
    /// Webhooks waiting to be sent, in order.
    pub(crate) outbox: VecDeque<Outgoing>,
    /// Webhooks that were sent and not answered yet.
    pub(crate) under_way: usize,
    pub(crate) deliveries: Vec<Delivery>,
}

impl World {
    pub(crate) fn new(clock: Clock, api_url: String, web_url: String, folder: PathBuf) -> Self {
        Self {
            clock,
            api_url,
            web_url,
            folder,
            next_id: 1_000,
            accounts: BTreeMap::new(),
            app: None,
            installations: BTreeMap::new(),
            tokens: BTreeMap::new(),
            repositories: BTreeMap::new(),
            manifests: BTreeMap::new(),
            outbox: VecDeque::new(),
            under_way: 0,
            deliveries: Vec::new(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A number that nothing else has.
    pub(crate) fn new_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn add_account(&mut self, login: &str, kind: AccountKind) {
        if !self.accounts.contains_key(login) {
            let id = self.new_id();
            self.accounts.insert(login.to_owned(), Account { id, login: login.to_owned(), kind });
        }
    }

    pub(crate) fn account(&self, login: &str) -> &Account {
        self.accounts.get(login).unwrap_or_else(|| panic!("nobody is called {login}"))
    }

    /// An empty repository, or a fork with all of its parent's commits.
    pub(crate) fn add_repository(&mut self, owner: &str, name: &str, parent: Option<i64>) -> i64 {
        let id = self.new_id();
        let git = GitRepository::create(self.folder.join(format!("{id}.git")));
        let (mut default_branch, mut private) = ("main".to_owned(), true);
        if let Some(parent) = parent {
            let parent = &self.repositories[&parent];
            default_branch.clone_from(&parent.default_branch);
            private = parent.private;
            let path = parent.git.path().to_str().expect("a temporary folder has a UTF-8 name");
            git.git(&["fetch", "--quiet", path, "+refs/heads/*:refs/heads/*"]);
        }
        let repository = Repository {
            id,
            owner: owner.to_owned(),
            name: name.to_owned(),
            private,
            default_branch,
            parent,
            git: Arc::new(git),
            created_at: self.now(),
            old_names: BTreeSet::new(),
            protected: BTreeSet::new(),
            collaborators: BTreeMap::new(),
            next_number: 1,
            pulls: BTreeMap::new(),
            check_runs: Vec::new(),
            labels: BTreeSet::from(["bug", "documentation", "enhancement"].map(str::to_owned)),
            has_drafts: true,
            stacks: None,
            restricted: Vec::new(),
            gone: BTreeMap::new(),
            signed: BTreeSet::new(),
        };
        self.repositories.insert(id, repository);
        id
    }

    pub(crate) fn repository(&self, id: i64) -> &Repository {
        &self.repositories[&id]
    }

    pub(crate) fn repository_mut(&mut self, id: i64) -> &mut Repository {
        self.repositories.get_mut(&id).expect("repositories are not deleted while a handle is held")
    }

    pub(crate) fn pull(&self, repository: i64, number: i64) -> &Pull {
        &self.repositories[&repository].pulls[&number]
    }

    pub(crate) fn pull_mut(&mut self, repository: i64, number: i64) -> &mut Pull {
        self.repository_mut(repository).pulls.get_mut(&number).expect("pull requests are never deleted")
    }

    /// By its name now; GitHub ignores the case.
    pub(crate) fn repository_named(&self, full_name: &str) -> Option<&Repository> {
        self.repositories.values().find(|repository| repository.full_name().eq_ignore_ascii_case(full_name))
    }

    /// By a name it had before.
    pub(crate) fn repository_once_named(&self, full_name: &str) -> Option<&Repository> {
        self.repositories.values().find(|repository| repository.old_names.contains(full_name))
    }

    /// The installation that covers a repository.
    pub(crate) fn installation_of(&self, repository: i64) -> Option<&Installation> {
        let owner = &self.repositories.get(&repository)?.owner;
        let covers = |one: &&Installation| one.account == *owner && !one.withheld.contains(&repository);
        self.installations.values().find(covers)
    }

    /// Whether a token reaches a repository.
    pub(crate) fn reaches(&self, token: &Token, repository: i64) -> bool {
        let covered = self.installation_of(repository).is_some_and(|one| one.id == token.installation);
        covered && token.repositories.as_ref().is_none_or(|only| only.contains(&repository))
    }

    /// Whether the App is told of `event` on this installation: it must be subscribed, and the App of every installation
    /// hears of the installation itself.
    pub(crate) fn hears(&self, installation: &Installation, event: &str) -> bool {
        let always =
            matches!(event, "installation" | "installation_repositories" | "github_app_authorization" | "ping");
        let checks = matches!(event, "check_run" | "check_suite");
        let may_write_checks = installation.permissions.get("checks") == Some(&Level::Write);
        always || (checks && may_write_checks) || installation.events.contains(event)
    }
}
