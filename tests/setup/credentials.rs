//! What set-up brought: kept sealed, found again, and shared by the processes of one database.

use std::fs;

use seam::{
    app::{keyring::Keyring, master_key::MasterKey, serving::App, vault::Vault},
    dashboard::registrar::Registrar as _,
    store::db::Db,
};
use secrecy::ExposeSecret as _;

use super::server::{Server, settings};
use crate::fake_github::key::app_key;

async fn set_up() -> Server {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let page = browser.get("/setup").await;
    let back = browser.create_app(&page).await;
    assert_eq!(browser.get(&back).await.status, 303);
    server
}

#[tokio::test]
async fn nothing_secret_is_in_the_database_or_on_a_page() {
    let server = set_up().await;
    let webhook_secret = server.fake.credentials().webhook_secret;
    let key_line = app_key().pem.lines().nth(1).unwrap();
    for entry in fs::read_dir(server.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = fs::read(&path) else { continue };
        for secret in [webhook_secret.as_str(), key_line] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret in clear", path.display());
        }
    }
    let mut browser = server.operator().await;
    for path in ["/", "/setup", "/setup?again=yes", "/setup/installed"] {
        let page = browser.get(path).await;
        assert!(!page.html.contains(&webhook_secret) && !page.html.contains(key_line), "{path}");
    }
}

#[tokio::test]
async fn the_next_start_works_as_the_same_app_and_only_with_the_same_key() {
    let server = set_up().await;
    let again = settings(server.folder.path(), &server.fake, &[]);
    let restarted = App::build(again, server.clock.clone()).await.unwrap();
    assert_eq!(restarted.github().app().app().await.unwrap().slug, "seam");

    let other_key = "ab".repeat(32);
    let other = settings(server.folder.path(), &server.fake, &[("SEAM_MASTER_KEY", &other_key)]);
    let error = App::build(other, server.clock.clone()).await.err().unwrap();
    insta::assert_snapshot!(format!("{error:#}"), @"the App's credentials cannot be opened: bring back the master key they were sealed with (SEAM_MASTER_KEY, or master.key in the data dir), or run `seam secrets forget` and set up an App again: what is stored was sealed under another master key, or is damaged");
}

#[tokio::test]
async fn another_process_of_the_same_database_follows() {
    let server = Server::start().await;
    let settings = settings(server.folder.path(), &server.fake, &[]);
    let vault = Vault::new(&MasterKey::load(None, server.folder.path()).unwrap());
    let db = Db::connect(settings.database_url.expose_secret()).await.unwrap();
    let replica = Keyring::load(db, vault, server.clock.clone(), &settings).await.unwrap();
    assert_eq!(replica.current(), None);

    let mut browser = server.operator().await;
    let page = browser.get("/setup").await;
    let back = browser.create_app(&page).await;
    browser.get(&back).await;
    replica.refresh().await.unwrap();
    assert_eq!(replica.current().unwrap().id, server.fake.credentials().app_id);
    assert!(replica.credentials().borrow().is_some() && !replica.secrets().borrow().is_empty());
}

#[tokio::test]
async fn credentials_that_cannot_be_stored_are_used_and_the_page_says_so() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let page = browser.get("/setup").await;
    let back = browser.create_app(&page).await;
    server.app.db().close().await;
    let page = browser.get(&back).await;
    insta::assert_snapshot!(format!("{} {}", page.status, page.text()), @"500 The App works, but its credentials could not be stored The database refused them, and GitHub tells them only once. Seam uses them until it is stopped. What to do: Mend the database. Then make a new private key and a new webhook secret on the App’s page on GitHub, and give them to Seam as SEAM_GITHUB_APP_ID, SEAM_GITHUB_PRIVATE_KEY and SEAM_GITHUB_WEBHOOK_SECRET; or delete the App and begin again. This checks the database: seam doctor");
    assert_eq!(server.app.github().app().app().await.unwrap().slug, "seam");
}
