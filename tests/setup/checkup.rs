//! What `seam doctor` finds, from nothing to an App in order, and after a permission was taken away.

use seam::app::{basis::Basis, checkup};

use super::server::{Server, settings};

/// What is wrong, with how to mend it; addresses of the test are left out.
async fn wrong(server: &Server) -> String {
    let basis = Basis::open(settings(server.folder.path(), &server.fake, &[]), server.clock.clone()).await.unwrap();
    let checks = checkup::look(&basis).await;
    assert!(checks.iter().any(|check| check.what == "git" && check.mend.is_none()), "{checks:?}");
    let lines = checks
        .iter()
        .filter(|check| check.what != "Clock")
        .filter_map(|check| check.mend.as_ref().map(|mend| format!("{}: {}\n  {mend}", check.what, check.found)));
    lines.collect::<Vec<_>>().join("\n").replace(server.fake.web_url(), "GITHUB")
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_named_with_the_way_to_mend_it() {
    let server = Server::start().await;
    insta::assert_snapshot!(wrong(&server).await, @"
    Webhook: no secret is set up: there is no endpoint
      set up the App, or give SEAM_GITHUB_WEBHOOK_SECRET
    App: no GitHub App is set up
      open the link that `seam setup` prints
    ");

    let mut browser = server.operator().await;
    let page = browser.get("/setup?organization=octo").await;
    let back = browser.create_app(&page).await;
    browser.get(&back).await;
    insta::assert_snapshot!(wrong(&server).await, @"
    Installation: the App is installed nowhere
      install it from GITHUB/apps/seam/installations/new
    ");

    server.fake.install("octo").await;
    assert_eq!(wrong(&server).await, "");
    server.fake.permit("octo", "checks", None);
    let id = server.fake.world().installations.keys().next().copied().unwrap();
    insta::assert_snapshot!(wrong(&server).await.replace(&id.to_string(), "ID"), @"
    Installation: octo: not granted: Checks (write)
      its owner accepts the new permissions on GITHUB/organizations/octo/settings/installations/ID
    ");
    // Whether anybody answers at all is asked at the root, which the fake does not have.
    assert!(server.fake.forgive().iter().all(|request| request.ends_with("GET /")));
}
