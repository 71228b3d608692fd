//! The fake GitHub as a test holds it.

use std::{
    collections::BTreeSet,
    sync::{Arc, MutexGuard, atomic::Ordering},
};

use axum::{Router, extract::DefaultBodyLimit, routing::any};
use seam::{
    config::app_manifest::{Access, AppManifest},
    telemetry::clock::Clock,
};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    acts::repo::Repo,
    auth::{self, Actor},
    faults::Fault,
    git_server::{self, GitAccess},
    journal::Asked,
    key::app_key,
    model::{
        accounts::AccountKind,
        app::{App, Level, Permissions, Token},
        delivery::Outgoing,
        world::World,
    },
    post::{Post, Receiver},
    server::{self, Shared},
    web,
};

/// What the App needs to know of itself.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) app_id: i64,
    pub(crate) client_id: String,
    pub(crate) private_key: String,
    pub(crate) webhook_secret: String,
}

pub(crate) struct FakeGitHub {
    pub(crate) shared: Arc<Shared>,
    api_url: String,
    web_url: String,
    tasks: Vec<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl FakeGitHub {
    /// With the App `seam` registered and installed on the organisation `octo`.
    pub(crate) async fn start(clock: Clock) -> Self {
        let fake = Self::start_empty(clock).await;
        fake.register_app();
        fake.install("octo").await;
        fake
    }

    /// With people and an organisation, and no App.
    pub(crate) async fn start_empty(clock: Clock) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a temporary folder");
        let api = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let pages = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = |listener: &TcpListener| format!("http://{}", listener.local_addr().expect("it is bound"));
        let (api_url, web_url) = (url(&api), url(&pages));
        let mut world = World::new(clock, api_url.clone(), web_url.clone(), folder.path().to_owned());
        world.add_account("octo", AccountKind::Organization);
        for person in ["ada", "grace", "mallory"] {
            world.add_account(person, AccountKind::User);
        }
        let shared = Arc::new(Shared::new(world));

        let api_routes = Router::new()
            .fallback(any(server::api))
            .layer(DefaultBodyLimit::max(50 * 1024 * 1024))
            .with_state(Arc::clone(&shared));
        let for_gate = Arc::clone(&shared);
        let gate = Arc::new(move |name: &str, access, token: Option<&str>| for_gate.git_gate(name, access, token));
        let web_routes = git_server::routes(gate).merge(web::routes(Arc::clone(&shared)));
        let tasks = vec![
            tokio::spawn(async move { axum::serve(api, api_routes).await.expect("it serves until it is aborted") }),
            tokio::spawn(async move { axum::serve(pages, web_routes).await.expect("it serves until it is aborted") }),
        ];
        Self { shared, api_url, web_url, tasks, _folder: folder }
    }

    /// As `app-manifest.yml` would register it.
    fn register_app(&self) {
        let manifest = AppManifest::built_in();
        let level = |access| if access == Access::Write { Level::Write } else { Level::Read };
        let permissions = manifest.permissions.iter().map(|one| (one.name.clone(), level(one.access))).collect();
        let mut world = self.world();
        let (id, created_at) = (world.new_id(), world.now());
        let app = App {
            id,
            client_id: format!("Iv23fake{id}"),
            slug: "seam".to_owned(),
            name: "Seam".to_owned(),
            owner: "octo".to_owned(),
            permissions,
            events: manifest.events.iter().map(|event| event.name.clone()).collect(),
            webhook_url: "https://seam.example.com/webhooks/github".to_owned(),
            webhook_secret: format!("hook{id}"),
            created_at,
        };
        world.add_account(&app.bot(), AccountKind::Bot);
        world.app = Some(app);
    }

    /// What `SEAM_GITHUB_API_URL` would be.
    pub(crate) fn api_url(&self) -> &str {
        &self.api_url
    }

    /// What `SEAM_GITHUB_URL` would be.
    pub(crate) fn web_url(&self) -> &str {
        &self.web_url
    }

    /// Of the registered App.
    pub(crate) fn credentials(&self) -> Credentials {
        let world = self.world();
        let app = world.app.as_ref().expect("an App is registered");
        Credentials {
            app_id: app.id,
            client_id: app.client_id.clone(),
            private_key: app_key().pem.clone(),
            webhook_secret: app.webhook_secret.clone(),
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// A new private repository with one commit of these files on `main`. Ada may write, Grace is its admin.
    pub(crate) fn repository<const N: usize>(&self, full_name: &str, files: [(&str, &str); N]) -> Repo {
        let (owner, name) = full_name.split_once('/').expect("it is written owner/name");
        let mut world = self.world();
        let id = world.add_repository(owner, name, None);
        drop(world);
        let repo = Repo::new(&self.shared, id);
        repo.set_role("ada", super::model::accounts::Role::Write);
        repo.set_role("grace", super::model::accounts::Role::Admin);
        repo.commit("main", files);
        repo
    }

    /// From now on webhooks go there.
    pub(crate) fn send_webhooks_to(&self, receiver: Receiver) {
        self.shared.set_receiver(receiver);
    }

    /// Sends what waits to be sent; gives how many there were.
    pub(crate) async fn deliver(&self) -> usize {
        self.shared.deliver().await
    }

    /// Keeps on sending what arises, until the fake is dropped.
    pub(crate) fn deliver_by_itself(&mut self) {
        let shared = Arc::clone(&self.shared);
        self.tasks.push(tokio::spawn(async move {
            loop {
                shared.deliver().await;
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }));
    }

    /// From now on the model changes and nobody is told.
    pub(crate) fn lose_webhooks(&self) {
        self.shared.set_post(Post::Loses);
    }

    /// From now on webhooks arrive again.
    pub(crate) fn find_webhooks(&self) {
        self.shared.set_post(Post::Delivers);
    }

    /// Sends every webhook so far a second time, with the same GUIDs.
    pub(crate) async fn repeat_webhooks(&self) {
        self.queue_again(&mut self.world());
        self.deliver().await;
    }

    fn queue_again(&self, world: &mut World) {
        world.outbox.extend(world.deliveries.iter().map(Outgoing::again));
    }

    /// The next `times` calls that match fail: see [`super::faults`].
    pub(crate) fn fail_next(&self, matcher: &str, fault: Fault, times: u32) {
        self.shared.faults().plan(matcher, fault, times);
    }

    /// The calls so far whose name (`POST /repos/{owner}/{repo}/check-runs`) begins like this.
    pub(crate) fn asked(&self, start: &str) -> Vec<Asked> {
        self.shared.journal().asked.iter().filter(|one| one.call.starts_with(start)).cloned().collect()
    }

    /// How many calls of this name came so far, answered or not.
    pub(crate) fn arrived(&self, call: &str) -> usize {
        self.shared.journal().arrived.iter().filter(|one| *one == call).count()
    }

    /// Everything that was wrong so far, which is then forgiven.
    pub(crate) fn forgive(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.journal().problems)
    }

    /// No rate limits: for measuring.
    pub(crate) fn without_limits(&self) {
        self.shared.limits().off = true;
    }

    /// From now on nothing is held against GitHub's descriptions: for tests that ask what others have asked, many times.
    pub(crate) fn without_descriptions(&self) {
        self.shared.is_checked.store(false, Ordering::Relaxed);
    }

    /// The App on all repositories of an account, with all that it asks for.
    pub(crate) async fn install(&self, account: &str) {
        self.shared.install(account);
        self.deliver().await;
    }

    pub(crate) async fn uninstall(&self, account: &str) {
        self.shared.uninstall(account);
        self.deliver().await;
    }

    /// The owner stops the App: no webhooks, no API.
    pub(crate) async fn suspend(&self, account: &str) {
        self.shared.set_suspended(account, true);
        self.deliver().await;
    }

    pub(crate) async fn unsuspend(&self, account: &str) {
        self.shared.set_suspended(account, false);
        self.deliver().await;
    }

    /// The owner takes a repository away from the App, or gives it back.
    pub(crate) fn withhold(&self, repository: &Repo, withheld: bool) {
        let mut world = self.world();
        let owner = world.repository(repository.id()).owner.clone();
        let installation = world.installations.values_mut().find(|one| one.account == owner);
        let all = &mut installation.expect("the App is installed there").withheld;
        match withheld {
            true => all.insert(repository.id()),
            false => all.remove(&repository.id()),
        };
    }

    /// A token that may do on an account's repositories what the App may, as a job of theirs has one.
    pub(crate) fn token(&self, account: &str) -> String {
        let mut world = self.world();
        let installation = world.installations.values().find(|one| one.account == account);
        let installation = installation.expect("the App is installed there");
        let (id, permissions) = (installation.id, installation.permissions.clone());
        let expires_at = world.now() + auth::lifetime();
        auth::mint(&mut world, Token { installation: id, permissions, repositories: None, expires_at })
    }

    /// Another level of one permission for an installation; `None` takes it away.
    pub(crate) fn permit(&self, account: &str, permission: &str, level: Option<Level>) {
        let mut world = self.world();
        let id = world.installations.values().find(|one| one.account == account).map(|one| one.id);
        let installation = id.and_then(|id| world.installations.get_mut(&id)).expect("the App is installed there");
        match level {
            Some(level) => installation.permissions.insert(permission.to_owned(), level),
            None => installation.permissions.remove(permission),
        };
        world.tokens.retain(|_, token| Some(token.installation) != id);
    }
}

impl Shared {
    /// Where the repository lies on disk, if the token may have that access to it.
    fn git_gate(
        &self,
        name: &str,
        access: GitAccess,
        token: Option<&str>,
    ) -> Result<std::path::PathBuf, (axum::http::StatusCode, &'static str)> {
        use axum::http::StatusCode;
        let world = self.world();
        let not_found = (StatusCode::NOT_FOUND, "Repository not found.");
        let repository = world.repository_named(name).or_else(|| world.repository_once_named(name)).ok_or(not_found)?;
        let public = !repository.private && access == GitAccess::Fetch;
        let Some(token) = token else {
            let refusal = Err((StatusCode::UNAUTHORIZED, "Invalid username or token."));
            return if public { Ok(repository.git.path().to_owned()) } else { refusal };
        };
        let bearer = format!("Bearer {token}");
        let Ok(actor @ Actor::Installation { .. }) = auth::authenticate(&world, Some(&bearer)) else {
            return Err((StatusCode::UNAUTHORIZED, "Invalid username or token."));
        };
        let needs =
            auth::Needs::Permissions(if access == GitAccess::Push { "contents=write" } else { "contents=read" });
        match auth::authorize(&world, &actor, needs, Some(repository.id)) {
            Ok(()) => Ok(repository.git.path().to_owned()),
            Err(refusal) if refusal.status == 404 && !public => Err(not_found),
            Err(_) if public => Ok(repository.git.path().to_owned()),
            Err(_) => Err((StatusCode::FORBIDDEN, "Write access to repository not granted.")),
        }
    }

    pub(crate) fn install(&self, account: &str) {
        let mut world = self.world();
        let app = world.app.clone().expect("an App is registered");
        let (id, created_at) = (world.new_id(), world.now());
        let (permissions, events): (Permissions, BTreeSet<String>) = (app.permissions, app.events);
        let account = account.to_owned();
        let withheld = BTreeSet::new();
        let installation =
            super::model::app::Installation { id, account, withheld, permissions, events, suspended: None, created_at };
        world.installations.insert(id, installation);
        super::webhooks::installation(&mut world, id, "created", "grace");
    }

    fn uninstall(&self, account: &str) {
        let mut world = self.world();
        let id = world.installations.values().find(|one| one.account == account).map(|one| one.id);
        let id = id.expect("the App is installed there");
        super::webhooks::installation(&mut world, id, "deleted", "grace");
        world.installations.remove(&id);
        world.tokens.retain(|_, token| token.installation != id);
    }

    fn set_suspended(&self, account: &str, suspended: bool) {
        let mut world = self.world();
        let now = world.now();
        let installation = world.installations.values_mut().find(|one| one.account == account);
        let installation = installation.expect("the App is installed there");
        installation.suspended = suspended.then(|| ("grace".to_owned(), now));
        let id = installation.id;
        super::webhooks::installation(&mut world, id, if suspended { "suspend" } else { "unsuspend" }, "grace");
    }
}

impl Drop for FakeGitHub {
    /// A request that GitHub would not know, or a planned failure that never came, fails the test.
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        let mut problems = self.forgive();
        problems.extend(self.shared.faults().unmet());
        if !problems.is_empty() && !std::thread::panicking() {
            panic!("the fake GitHub has seen what GitHub would not:\n{}", problems.join("\n"));
        }
    }
}
