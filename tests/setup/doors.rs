//! Who gets in: the printed link works once, and executions are shown to operators only.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo, http::Request};
use seam::{
    domain::execution::{NewExecution, Priority, Supersede},
    store::enqueue::enqueue,
};
use serde_json::json;
use tower::ServiceExt as _;

use super::server::{Server, noon};

#[tokio::test]
async fn the_link_works_once_and_leaves_no_token_behind() {
    let server = Server::start().await;
    let link = server.link().await;
    let mut browser = server.browser();
    let entered = browser.get(&link).await;
    assert_eq!(entered.location.as_deref(), Some("/setup"), "the token is out of the address");
    assert_eq!(browser.get("/setup").await.status, 200);
    assert_eq!(browser.get(&link).await.status, 303, "whoever is in stays in");

    let refused = server.browser().get(&link).await;
    insta::assert_snapshot!(format!("{} {}", refused.status, refused.text()), @"403 This link was used before, or is old Its token works once, and for a day. If it was not you who used it, somebody else has signed in: a look at the log tells when. What to do: Print a new link on the machine that Seam runs on (or in its container), and open it in this browser: seam setup");
}

#[tokio::test]
async fn a_new_link_is_good_for_a_day_and_the_same_until_it_is_used() {
    let server = Server::start().await;
    let link = server.link().await;
    assert_eq!(server.link().await, link, "every process prints the same");
    server.clock.advance(chrono::TimeDelta::hours(24));
    assert_eq!(server.browser().get(&link).await.status, 403);
    let next = server.link().await;
    assert_ne!(next, link);
    assert_eq!(server.browser().get(&next).await.status, 303);
}

#[tokio::test]
async fn nobody_enters_without_the_right_token() {
    let server = Server::start().await;
    let link = server.link().await;
    let page = server.browser().get("/setup").await;
    insta::assert_snapshot!(format!("{} {}", page.status, page.text()), @"401 This page needs the link that Seam printed Set-up decides which GitHub App this server works as, so it is open only to who can run commands on the server. The link holds a token that works once; the sign-in that it gives lasts a day. What to do: Print a new link on the machine that Seam runs on (or in its container), and open it in this browser: seam setup");
    let twice = server.browser().get("/setup?token=a&token=b").await;
    assert_eq!((twice.status, twice.text()), (401, page.text()), "what nobody can read says nothing");
    for wrong in ["/setup?token=", &link[..link.len() - 1], &format!("{link}x"), "/setup?token=%00"] {
        let status = server.browser().get(wrong).await.status;
        assert!(matches!(status, 400 | 403), "{wrong}: {status}");
    }
    assert_eq!(server.browser().get(&link).await.status, 303, "wrong guesses do not use it up");
}

#[tokio::test]
async fn a_sign_in_lasts_a_day() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    server.clock.advance(chrono::TimeDelta::hours(24));
    assert_eq!(browser.get("/setup").await.status, 401);
}

async fn with_an_execution(server: &Server) -> String {
    let new = NewExecution {
        workflow: "review".to_owned(),
        lane: None,
        supersede: Supersede::Never,
        priority: Priority::Push,
        installation: None,
        repository: None,
        repo: Some("octo/secret-plans".parse().unwrap()),
        input: json!({ "note": "<script>alert(1)</script>" }),
        delivery: None,
        once: None,
        after: None,
    };
    let ids = enqueue(server.app.db(), &[new], noon()).await.unwrap();
    format!("/executions/{}", ids[0])
}

#[tokio::test]
async fn what_an_execution_did_is_shown_to_operators_only() {
    let server = Server::start_with(&[("SEAM_PUBLIC_URL", "https://seam.example.com")]).await;
    let path = with_an_execution(&server).await;
    let stranger = server.browser().get(&path).await;
    assert_eq!(stranger.status, 401);
    insta::assert_snapshot!(stranger.text(), @"What a run did is shown to operators Its steps quote code that may be private. All findings stand on GitHub, in the check run and the review that you came from. What to do: If you operate this server, print a sign-in link on its machine, open it, and come back here: seam setup");
    let none = server.browser().get("/executions/99999").await;
    assert_eq!((none.status, none.text()), (401, stranger.text()), "a stranger does not learn which there are");
    assert!(!server.browser().get("/").await.html.contains("secret-plans"));

    let mut operator = server.operator().await;
    let page = operator.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("octo/secret-plans") && !page.html.contains("<script>"), "{}", page.html);
    assert!(operator.get("/").await.html.contains("secret-plans"));
    assert_eq!(operator.get("/executions/99999").await.status, 404);
    assert_eq!(operator.get("/executions/x").await.status, 404);
}

#[tokio::test]
async fn a_server_that_only_this_machine_reaches_needs_no_sign_in_to_look_at_executions() {
    let server = Server::start().await;
    let path = with_an_execution(&server).await;
    let ask = async |peer: &str, host: &str| {
        let mut request = Request::get(&path).header("host", host).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        server.app.router().oneshot(request).await.unwrap().status().as_u16()
    };
    assert_eq!(ask("127.0.0.1:4000", "localhost:8080").await, 200);
    assert_eq!(ask("192.0.2.1:4000", "localhost:8080").await, 401);
    assert_eq!(ask("127.0.0.1:4000", "seam.example.com").await, 401);
}

#[tokio::test]
async fn an_app_from_the_settings_is_reached_from_elsewhere_whatever_the_request_looks_like() {
    let key = &crate::fake_github::key::app_key().pem;
    let server = Server::start_with(&[
        ("SEAM_GITHUB_URL", "https://github.example.com"),
        ("SEAM_GITHUB_APP_ID", "7"),
        ("SEAM_GITHUB_PRIVATE_KEY", key),
    ])
    .await;
    let path = with_an_execution(&server).await;
    let mut request = Request::get(&path).header("host", "localhost:8080").body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
    assert_eq!(server.app.router().oneshot(request).await.unwrap().status().as_u16(), 401);
}
