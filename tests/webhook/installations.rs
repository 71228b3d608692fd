//! Where the App is installed, and what was missed while nobody listened.

use chrono::TimeDelta;
use seam::{
    app::serving::App,
    config::{settings::Settings, sources::Flags},
    store::{
        delivery,
        installation::{self, InstallationState},
    },
    telemetry::clock::Clock,
};
use tempfile::TempDir;

use crate::fake_github::{fake::FakeGitHub, post::Receiver};

/// Seam as the App that is registered with the fake.
struct Server {
    app: App,
    fake: FakeGitHub,
    clock: Clock,
    _folder: TempDir,
}

impl Server {
    async fn start() -> Self {
        let clock = Clock::manual(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let fake = FakeGitHub::start(clock.clone()).await;
        let folder = tempfile::tempdir().unwrap();
        let credentials = fake.credentials();
        let (id, data_dir) = (credentials.app_id.to_string(), folder.path().display().to_string());
        let settings = Settings::read(&Flags::default(), &|name| {
            let value = match name {
                "SEAM_DATA_DIR" => &data_dir,
                "SEAM_GITHUB_URL" => fake.web_url(),
                "SEAM_GITHUB_API_URL" => fake.api_url(),
                "SEAM_GITHUB_APP_ID" => &id,
                "SEAM_GITHUB_PRIVATE_KEY" => &credentials.private_key,
                "SEAM_GITHUB_WEBHOOK_SECRET" => &credentials.webhook_secret,
                _ => return None,
            };
            Some(value.to_owned())
        });
        let app = App::build(settings.unwrap(), clock.clone()).await.unwrap();
        fake.send_webhooks_to(Receiver::Router(app.router(), "/webhooks/github"));
        Self { app, fake, clock, _folder: folder }
    }

    async fn known(&self) -> Vec<(String, InstallationState)> {
        let all = installation::list(self.app.db()).await.unwrap();
        all.into_iter().map(|one| (one.account.login, one.state)).collect()
    }

    async fn work(&self) {
        self.app.workers().run_until_idle().await.unwrap();
    }
}

#[tokio::test]
async fn where_the_app_is_installed_is_remembered_as_github_has_it() {
    let server = Server::start().await;
    server.work().await;
    assert_eq!(server.known().await, [("octo".to_owned(), InstallationState::Active)], "also what nobody told of");
    server.fake.suspend("octo").await;
    server.work().await;
    assert_eq!(server.known().await, [("octo".to_owned(), InstallationState::Suspended)]);
    server.fake.unsuspend("octo").await;
    server.fake.install("ada").await;
    server.work().await;
    let both = [("ada".to_owned(), InstallationState::Active), ("octo".to_owned(), InstallationState::Active)];
    assert_eq!(server.known().await, both);
    server.fake.uninstall("octo").await;
    server.work().await;
    let gone = [("ada".to_owned(), InstallationState::Active), ("octo".to_owned(), InstallationState::Removed)];
    assert_eq!(server.known().await, gone);
    server.fake.repeat_webhooks().await;
    server.work().await;
    assert_eq!(server.known().await, gone, "an old event says nothing new");
}

#[tokio::test]
async fn what_github_could_not_deliver_is_asked_for_and_arrives_once() {
    let server = Server::start().await;
    server.fake.send_webhooks_to(Receiver::Nobody);
    server.fake.install("ada").await;
    server.fake.send_webhooks_to(Receiver::Router(server.app.router(), "/webhooks/github"));
    let stored = async || {
        let until = server.clock.now() + TimeDelta::days(1);
        delivery::list(server.app.db(), until, 100).await.unwrap().len()
    };
    assert_eq!(stored().await, 0);
    server.work().await;
    let asked = server.fake.asked("POST /app/hook/deliveries/{delivery_id}/attempts").len();
    server.fake.deliver().await;
    assert_eq!((asked, stored().await), (2, 2), "the installations on octo and on ada");

    for _ in 0..3 {
        server.clock.advance(TimeDelta::minutes(11));
        server.work().await;
        server.fake.deliver().await;
    }
    let asked = server.fake.asked("POST /app/hook/deliveries/{delivery_id}/attempts").len();
    assert_eq!((asked, stored().await), (2, 2), "what arrived is not asked for again");
}

#[tokio::test]
async fn what_fails_again_and_again_is_given_up() {
    let server = Server::start().await;
    server.fake.send_webhooks_to(Receiver::Nobody);
    for _ in 0..12 {
        server.clock.advance(TimeDelta::minutes(11));
        server.work().await;
        server.fake.deliver().await;
    }
    assert_eq!(server.fake.asked("POST /app/hook/deliveries/{delivery_id}/attempts").len(), 5);
}
