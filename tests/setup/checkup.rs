//! What `seam doctor` finds, from nothing to an App in order, and after something was taken away.

use std::fs;

use seam::{
    app::checkup::{self, Check},
    config::settings::Settings,
};
use secrecy::SecretString;

use super::server::{Server, settings};
use crate::fake_github::model::delivery::Delivery;

async fn look(server: &Server, settings: Settings) -> Vec<Check> {
    let checks = checkup::look(settings, server.clock.clone()).await;
    assert!(checks.iter().any(|check| check.what == "git" && check.mend.is_none()), "{checks:?}");
    // Whether anybody answers at all is asked at the root, which the fake does not have.
    assert!(server.fake.forgive().iter().all(|request| request.ends_with("GET /")));
    checks
}

/// What the machine of the test may have too little of.
fn is_of_the_machine(check: &Check) -> bool {
    matches!(check.what, "Clock" | "Disk")
}

/// What is wrong, with how to mend it; addresses of the test are left out.
async fn wrong(server: &Server) -> String {
    wrong_with(server, settings(server.folder.path(), &server.fake, &[])).await
}

async fn wrong_with(server: &Server, settings: Settings) -> String {
    let checks = look(server, settings).await;
    let lines = checks
        .iter()
        .filter(|check| !is_of_the_machine(check))
        .filter_map(|check| check.mend.as_ref().map(|mend| format!("{}: {}\n  {mend}", check.what, check.found)));
    lines.collect::<Vec<_>>().join("\n").replace(server.fake.web_url(), "GITHUB")
}

/// An App of `octo`, set up in the browser and installed.
async fn set_up() -> Server {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let page = browser.get("/setup?organization=octo").await;
    let back = browser.create_app(&page).await;
    browser.get(&back).await;
    let missing = "Installation: the App is installed nowhere\n  install it from GITHUB/apps/seam/installations/new";
    assert_eq!(wrong(&server).await, missing);
    server.fake.install("octo").await;
    assert_eq!(wrong(&server).await, "");
    server
}

#[tokio::test]
async fn without_an_app_the_way_to_one_is_named() {
    insta::assert_snapshot!(wrong(&Server::start().await).await, @"
    Webhook: no secret is set up: there is no endpoint
      set up the App, or give SEAM_GITHUB_WEBHOOK_SECRET
    App: no GitHub App is set up
      open the link that `seam setup` prints
    ");
}

#[tokio::test]
async fn each_permission_and_event_that_is_missing_is_named_with_its_page() {
    let server = set_up().await;
    server.fake.permit("octo", "checks", None);
    let id = server.fake.world().installations.keys().next().copied().unwrap();
    insta::assert_snapshot!(wrong(&server).await.replace(&id.to_string(), "ID"), @"
    Installation: octo: not granted: Checks (write)
      its owner accepts the new permissions on GITHUB/organizations/octo/settings/installations/ID
    ");
    {
        let mut world = server.fake.world();
        let app = world.app.as_mut().unwrap();
        app.permissions.remove("issues");
        app.events.remove("push");
    }
    insta::assert_snapshot!(wrong(&server).await.replace(&id.to_string(), "ID"), @"
    Permission: does not ask for “Issues” (read): GitHub sends comments on a pull request only to Apps that may read issues. Seam reads no others.
      add it on GITHUB/organizations/octo/settings/apps/seam/permissions
    Event: does not hear “Push”: To review what was pushed to a branch that has no pull request.
      tick it on GITHUB/organizations/octo/settings/apps/seam/permissions
    Installation: octo: not granted: Checks (write)
      its owner accepts the new permissions on GITHUB/organizations/octo/settings/installations/ID
    ");
}

#[tokio::test]
async fn the_webhook_at_github_is_held_against_this_server() {
    let server = set_up().await;
    {
        let mut world = server.fake.world();
        let app = world.app.as_mut().unwrap();
        app.webhook_url = "https://old.example.com/webhooks/github".to_owned();
        app.webhook_secret.clear();
    }
    insta::assert_snapshot!(wrong(&server).await, @"
    Webhook: GitHub sends to https://old.example.com/webhooks/github, and this server is http://localhost:8080/webhooks/github
      correct SEAM_PUBLIC_URL here, or the webhook URL on GITHUB/organizations/octo/settings/apps/seam
    Webhook: GitHub signs nothing: no secret is set there, and every delivery is refused
      `seam secrets rotate` sets a new one on both sides
    ");
}

#[tokio::test]
async fn deliveries_that_did_not_come_through_are_counted_with_the_likely_cause() {
    let server = set_up().await;
    {
        let mut world = server.fake.world();
        let first = world.deliveries.last().unwrap().clone();
        let attempt = |number: i64, guid: &str, answered| Delivery {
            id: first.id + number,
            guid: guid.to_owned(),
            answered,
            ..first.clone()
        };
        // The second came through when it was sent again.
        let more = [(1, "one", Some(401)), (2, "two", Some(401)), (3, "two", Some(202)), (4, "three", Some(401))];
        world.deliveries.extend(more.map(|(number, guid, answered)| attempt(number, guid, answered)));
    }
    insta::assert_snapshot!(wrong(&server).await, @"
    Deliveries: 2 of the last 4 did not come through: answered 401 2 times, last just now
      the secrets differ: `seam secrets rotate` sets a new one on both sides; what was missed is asked for again while `seam serve` runs
    ");
}

#[tokio::test]
async fn a_broken_database_is_one_line_of_the_report() {
    let server = set_up().await;
    let broken = |more: &[(&str, &str)]| {
        let mut settings = settings(server.folder.path(), &server.fake, more);
        settings.database_url = SecretString::from("postgres://seam@127.0.0.1:1/seam");
        settings
    };
    let without_app = wrong_with(&server, broken(&[])).await;
    let lines: Vec<_> = without_app.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines[..2], ["Database", "  start it, or correct DATABASE_URL"], "{without_app}");

    let own = server.fake.credentials();
    let checks = look(
        &server,
        broken(&[
            ("SEAM_GITHUB_APP_ID", &own.app_id.to_string()),
            ("SEAM_GITHUB_PRIVATE_KEY", &own.private_key),
            ("SEAM_GITHUB_WEBHOOK_SECRET", &own.webhook_secret),
        ]),
    )
    .await;
    let bad: Vec<_> = checks.iter().filter(|check| check.mend.is_some() && !is_of_the_machine(check)).collect();
    assert_eq!(bad.iter().map(|check| check.what).collect::<Vec<_>>(), ["Database"], "{bad:?}");
    assert!(checks.iter().any(|check| check.what == "Installation"));
}

#[tokio::test]
async fn the_data_dir_holds_what_the_next_start_needs() {
    let server = set_up().await;
    let data = server.folder.path();
    let checks = look(&server, settings(data, &server.fake, &[])).await;
    let good = |what| checks.iter().find(|check| check.what == what && check.mend.is_none()).unwrap().found.clone();
    assert!(good("Workflows").ends_with(" are in order") && good("Mirrors").ends_with("/mirrors can be written to"));
    assert!(checks.iter().any(|check| check.what == "Disk" && check.found.contains(" GB are free below ")));

    fs::create_dir(data.join("workflows")).unwrap();
    fs::write(data.join("workflows/own.yml"), "name: own\nnodes:\n  - id: one\n    tool: no.such_tool\n").unwrap();
    fs::write(data.join("workflows/other.yml"), "[").unwrap();
    fs::remove_dir_all(data.join("mirrors")).unwrap();
    assert!(!wrong(&server).await.contains("Mirrors"), "the next start makes it");
    fs::write(data.join("mirrors"), "").unwrap();
    insta::assert_snapshot!(wrong(&server).await.replace(&data.display().to_string(), "DATA"), @r#"
    Workflows: workflows cannot be loaded:
    DATA/workflows/other.yml:1: unclosed bracket '['
    DATA/workflows/own.yml:4: node one: the key "type" is missing
      correct these files: no server starts with them; `seam workflow validate FILE` checks one
    Mirrors: DATA/mirrors cannot be written to: Not a directory (os error 20)
      let the user that runs `seam serve` write there, or delete it: it is a cache
    "#);
    fs::remove_file(data.join("mirrors")).unwrap();

    let elsewhere = data.join("elsewhere");
    let mut moved = settings(data, &server.fake, &[]);
    moved.data_dir.clone_from(&elsewhere);
    let wrong = wrong_with(&server, moved).await;
    assert!(wrong.contains("Data: there is no folder ") && !elsewhere.exists(), "{wrong}");
}

#[tokio::test]
async fn a_master_key_that_is_lost_is_one_line_of_the_report() {
    let server = set_up().await;
    let settings = settings(server.folder.path(), &server.fake, &[("SEAM_MASTER_KEY", &"ab".repeat(32))]);
    insta::assert_snapshot!(wrong_with(&server, settings).await, @"
    Credentials: what is stored was sealed under another master key, or is damaged
      bring back the master key (SEAM_MASTER_KEY, or master.key in the data dir), or `seam secrets forget` and set up an App again
    Webhook: no secret is set up: there is no endpoint
      set up the App, or give SEAM_GITHUB_WEBHOOK_SECRET
    App: no GitHub App is set up
      open the link that `seam setup` prints
    ");
}
