//! A new webhook secret: no delivery is refused, whatever is interrupted and whenever.

use std::time::Duration;

use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use seam::{
    app::{basis::Basis, inventory, keyring::Keyring, rotation},
    github::client::{self, GitHub},
    webhook::signature::Signature,
};
use sha2::Sha256;

use super::server::{Server, settings};
use crate::fake_github::faults::Fault;

const CHANGE: &str = "PATCH /app/hook/config";

/// A server that is set up, and the basis of an operator's command beside it.
async fn set_up() -> (Server, Basis) {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let page = browser.get("/setup").await;
    let back = browser.create_app(&page).await;
    assert_eq!(browser.get(&back).await.status, 303);
    let basis = command(&server).await;
    (server, basis)
}

async fn command(server: &Server) -> Basis {
    let settings = settings(server.folder.path(), &server.fake, &[]);
    let mut basis = Basis::open(settings, server.clock.clone()).await.unwrap();
    let once = client::Settings { tries: 1, ..client::Settings::new(basis.settings.github.api_url.clone()) };
    basis.github = GitHub::new(once, basis.keyring.credentials(), server.clock.clone()).unwrap();
    basis
}

/// What GitHub signs with now.
fn signs_with(server: &Server) -> String {
    server.fake.credentials().webhook_secret
}

/// Whether a running process accepts what is signed with this secret.
async fn accepts(keyring: &Keyring, secret: &str) -> bool {
    keyring.refresh().await.unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(b"body");
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    keyring.secrets().borrow().accept(b"body", &Signature::parse(signature.as_bytes()).unwrap())
}

#[tokio::test]
async fn the_old_secret_is_accepted_for_another_day() {
    let (server, basis) = set_up().await;
    let running = command(&server).await.keyring;
    let old = signs_with(&server);
    server.clock.advance(TimeDelta::days(3));
    rotation::rotate(&basis, Duration::ZERO).await.unwrap();
    let new = signs_with(&server);
    assert_ne!(old, new);
    assert!(accepts(&running, &new).await && accepts(&running, &old).await);
    server.clock.advance(TimeDelta::hours(25));
    assert!(accepts(&running, &new).await && !accepts(&running, &old).await);
    let restarted = command(&server).await.keyring;
    assert!(accepts(&restarted, &new).await && !accepts(&restarted, &old).await);
}

#[tokio::test]
async fn who_is_interrupted_is_locked_out_by_neither_side_and_can_go_on() {
    let (server, basis) = set_up().await;
    let running = command(&server).await.keyring;
    let old = signs_with(&server);
    // GitHub has not heard of it; then it has, and its answer is lost.
    for fault in [Fault::Status(500), Fault::DropAfterWork] {
        server.fake.fail_next(CHANGE, fault, 1);
        let error = format!("{:#}", rotation::rotate(&basis, Duration::ZERO).await.unwrap_err());
        assert!(error.contains("both are accepted, run this again"), "{error}");
        server.clock.advance(TimeDelta::days(30));
        assert!(accepts(&running, &signs_with(&server)).await && accepts(&running, &old).await);
    }
    let half_way = signs_with(&server);
    assert_ne!(half_way, old);
    rotation::rotate(&basis, Duration::ZERO).await.unwrap();
    assert_eq!(signs_with(&server), half_way, "the same secret is finished, not another one begun");
    server.clock.advance(TimeDelta::hours(25));
    assert!(accepts(&running, &half_way).await && !accepts(&running, &old).await);
}

#[tokio::test]
async fn a_secret_of_the_settings_is_changed_by_who_gave_it() {
    let (server, _) = set_up().await;
    let settings = settings(server.folder.path(), &server.fake, &[("SEAM_GITHUB_WEBHOOK_SECRET", "given")]);
    let basis = Basis::open(settings, server.clock.clone()).await.unwrap();
    let error = rotation::rotate(&basis, Duration::ZERO).await.unwrap_err().to_string();
    insta::assert_snapshot!(error, @"the webhook secret is given by SEAM_GITHUB_WEBHOOK_SECRET, which only you can change: give the present one as SEAM_GITHUB_WEBHOOK_SECRET_PREVIOUS and a new one (`openssl rand -hex 32`) as SEAM_GITHUB_WEBHOOK_SECRET, start Seam again, and then set the new one on the App's page on GitHub");
    assert!(server.fake.asked(CHANGE).is_empty());
}

#[tokio::test]
async fn secrets_are_listed_by_name_and_age() {
    let (server, basis) = set_up().await;
    server.clock.advance(TimeDelta::hours(5));
    rotation::rotate(&basis, Duration::ZERO).await.unwrap();
    server.clock.advance(TimeDelta::hours(2));
    let now = server.clock.now();
    let listed = inventory::list(&basis).await.unwrap();
    let lines: Vec<_> = listed
        .iter()
        .filter(|secret| secret.name != "master key")
        .map(|secret| {
            format!("{} ({}): {} hours", secret.name, secret.place, (now - secret.since.unwrap()).num_hours())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    private key (database): 7 hours
    client secret (database): 7 hours
    webhook secret (database): 2 hours
    webhook secret, previous (database): 7 hours
    ");
}
