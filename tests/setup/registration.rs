//! The way from the printed link to an installed App, and every way off it.

use chrono::TimeDelta;
use seam::{config::app_manifest::AppManifest, store::delivery};

use super::server::{CONVERT, Server, noon};
use crate::fake_github::faults::Fault;

#[tokio::test]
async fn one_button_leads_from_the_printed_link_to_an_app_at_work() {
    let server = Server::start().await;
    let mut browser = server.operator().await;

    let page = browser.get("/setup?organization=octo").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    let manifest = AppManifest::built_in();
    for why in manifest.permissions.iter().map(|it| &it.why).chain(manifest.events.iter().map(|it| &it.why)) {
        let why = why.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&why), "the page does not say: {why}");
    }

    let back = browser.create_app(&page).await;
    let registered = browser.get(&back).await;
    assert_eq!((registered.status, registered.location.as_deref()), (303, Some("/setup")), "{}", registered.text());
    let install = browser.get("/setup").await;
    assert!(install.text().contains("Now install it"), "{}", install.text());
    let install_link = format!("{}/apps/seam/installations/new", server.fake.web_url());
    assert!(install.html.replace("&#x2f;", "/").contains(&install_link), "{}", install.html);

    // At work without a restart: GitHub knows the App's key, and the App knows GitHub's signature.
    assert_eq!(server.app.github().app().app().await.unwrap().slug, "seam");
    server.fake.install("octo").await;
    let arrived = delivery::list(server.app.db(), noon() + TimeDelta::days(1), 10).await.unwrap();
    assert_eq!(arrived.iter().map(|it| it.event.as_str()).collect::<Vec<_>>(), ["installation"]);
    assert_eq!(browser.get("/setup/installed?installation_id=1&setup_action=install").await.status, 200);
}

#[tokio::test]
async fn an_app_of_ones_own_account_is_the_default() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let page = browser.get("/setup").await;
    assert!(page.form().0.starts_with(&format!("{}/settings/apps/new?state=", server.fake.web_url())));
    let back = browser.create_app(&page).await;
    assert_eq!(browser.get(&back).await.status, 303);
    assert!(server.app.is_set_up());
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_changes_nothing() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let page = browser.get("/setup").await;
    let back = browser.create_app(&page).await;
    let (start, state) = back.split_once("state=").unwrap();

    let mut other_browser = server.operator().await;
    let mut said = Vec::new();
    for (mut who, path) in [
        (other_browser.clone(), back.clone()),
        (browser.clone(), format!("{start}state=x{state}")),
        (browser.clone(), format!("{start}state=")),
        (browser.clone(), "/setup/registered".to_owned()),
        (browser.clone(), format!("/setup/registered?code=..%2f..%2fuser&state={state}")),
        (server.browser(), back.clone()),
    ] {
        let page = who.get(&path).await;
        said.push(format!("{} {}", page.status, page.text().split_once(" What to do:").unwrap().0));
    }
    insta::assert_snapshot!(said.join("\n"), @"
    400 This answer belongs to another sign-in What came back from GitHub was not asked for by this browser. It may come from a set-up page that was open in another browser, or from somebody who wants this server to work as their App. Nothing was changed.
    400 This answer belongs to another sign-in What came back from GitHub was not asked for by this browser. It may come from a set-up page that was open in another browser, or from somebody who wants this server to work as their App. Nothing was changed.
    400 This answer belongs to another sign-in What came back from GitHub was not asked for by this browser. It may come from a set-up page that was open in another browser, or from somebody who wants this server to work as their App. Nothing was changed.
    400 GitHub sent nothing along This address is where GitHub leads after an App was registered, with a code. There is none here.
    400 GitHub sent nothing along This address is where GitHub leads after an App was registered, with a code. There is none here.
    401 This page needs the link that Seam printed Set-up decides which GitHub App this server works as, so it is open only to who can run commands on the server. The link holds a token that works once; the sign-in that it gives lasts a day.
    ");
    assert!(!server.app.is_set_up());
    assert_eq!(server.fake.asked(CONVERT).len(), 0, "no code was traded");

    server.clock.advance(TimeDelta::minutes(61));
    let page = other_browser.get(&back).await;
    assert_eq!(page.status, 400);
    let page = browser.get(&back).await;
    insta::assert_snapshot!(format!("{} {}", page.status, page.text()), @"400 That took more than an hour GitHub’s code for a newly registered App is worth something for an hour only. What to do: Delete the App on GitHub, under Settings (yours, or the organisation’s), Developer settings, GitHub Apps, and begin again. Back to set-up");
}

#[tokio::test]
async fn each_failure_of_github_says_what_to_do() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let mut said = Vec::new();
    for fault in [Fault::Status(404), Fault::Status(403), Fault::DropAfterWork] {
        let page = browser.get("/setup").await;
        let back = browser.create_app(&page).await;
        server.fake.fail_next(CONVERT, fault, 1);
        let page = browser.get(&back).await;
        said.push(format!("{} {}", page.status, page.text()));
    }
    insta::assert_snapshot!(said.join("\n"), @"
    400 GitHub does not know this code (any more) A code works once, and for an hour after the App was registered. What to do: Delete the App on GitHub, under Settings (yours, or the organisation’s), Developer settings, GitHub Apps, and begin again. Back to set-up
    502 Seam could not fetch the App’s credentials The App is registered, but its credentials did not get here (not permitted at POST /app-manifests/{code}/conversions: Resource not accessible by integration). What to do: The code stays good for an hour. Reload this page when GitHub’s API can be reached. This tells what is in the way: seam doctor
    502 GitHub’s answer was lost on the way 127.0.0.1 may have given out the credentials, and it does so only once (GitHub answered 502 at POST /app-manifests/{code}/conversions). What to do: Reload this page once. If GitHub does not know the code any more, delete the App there, under Settings (yours, or the organisation’s), Developer settings, GitHub Apps, and begin again. Back to set-up
    ");
    assert!(!server.app.is_set_up());
}

#[tokio::test]
async fn after_a_lost_network_the_same_answer_works_when_it_is_loaded_again() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let page = browser.get("/setup").await;
    let back = browser.create_app(&page).await;
    server.fake.fail_next(CONVERT, Fault::Status(503), 1);
    assert_eq!(browser.get(&back).await.status, 502);
    assert_eq!(browser.get(&back).await.status, 303);
    assert!(server.app.is_set_up());
    let again = browser.get(&back).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("If you loaded this page twice, all is well."), "{}", again.text());
}

#[tokio::test]
async fn another_app_is_registered_only_on_purpose() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let first_page = browser.get("/setup").await;
    let (first, second) = (browser.create_app(&first_page).await, browser.create_app(&first_page).await);
    assert_eq!(browser.get(&first).await.status, 303);
    assert_eq!(browser.get(&second).await.status, 409);

    let on_purpose = browser.get("/setup?again=yes&name=Seam+two").await;
    assert!(on_purpose.text().contains("There is an App already."), "{}", on_purpose.text());
    let back = browser.create_app(&on_purpose).await;
    assert_eq!(browser.get(&back).await.status, 303);
    assert_eq!(server.app.github().app().app().await.unwrap().slug, "seam-two");
}
