//! Failures, redirects, git, and requests that GitHub would not know.

use std::time::Duration;

use seam::telemetry::clock::Clock;
use serde_json::json;

use super::client::Client;
use crate::fake_github::{fake::FakeGitHub, faults::Fault, model::app::Level};

#[tokio::test]
async fn planned_failures_come_once_each_and_in_order() {
    let fake = FakeGitHub::start(Clock::System).await;
    let shop = fake.repository("octo/shop", [("a", "1\n")]);
    let pull = shop.open_pull("topic", [("b", "1\n")]).await;
    let client = Client::reviewer(&fake).await;
    let show = "GET /repos/{owner}/{repo}";
    fake.fail_next(show, Fault::Status(502), 2);
    fake.fail_next(show, Fault::SecondaryLimit { retry_after: 7 }, 1);
    fake.fail_next(show, Fault::PrimaryLimit { reset_in: 60 }, 1);
    fake.fail_next(show, Fault::Slow(Duration::from_millis(1)), 1);
    let mut said = Vec::new();
    for _ in 0..6 {
        let answered = client.get("/repos/octo/shop").await;
        said.push(format!(
            "{} {}{}",
            answered.said(),
            answered.header("retry-after"),
            answered.header("x-ratelimit-remaining").replace("49", "..")
        ));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    502 Server Error 
    502 Server Error 
    403 You have exceeded a secondary rate limit. Please wait a few minutes before you try again. 7
    403 API rate limit exceeded for installation. 0
    200  ..99
    200  ..98
    ");

    fake.fail_next("POST /repos/{owner}/{repo}/issues/*", Fault::DropAfterWork, 1);
    let answered = client.post("/repos/octo/shop/issues/1/comments", json!({ "body": "There." })).await;
    assert_eq!((answered.status, pull.now().issue_comments.len()), (502, 1));
    fake.fail_next(show, Fault::Timeout, 1);
    let hung = tokio::spawn(async move { client.get("/repos/octo/shop").await });
    while !fake.shared.faults().unmet().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!hung.is_finished());
    hung.abort();
}

#[tokio::test]
#[should_panic(expected = "unknown request: GET /repos/octo/shop/nonsense")]
async fn an_unknown_request_fails_the_test() {
    let fake = FakeGitHub::start(Clock::System).await;
    fake.repository("octo/shop", [("a", "1\n")]);
    assert_eq!(Client::reviewer(&fake).await.get("/repos/octo/shop/nonsense").await.status, 404);
}

#[tokio::test]
#[should_panic(expected = "was planned for GET /app and never met")]
async fn a_failure_that_nothing_meets_fails_the_test() {
    let fake = FakeGitHub::start(Clock::System).await;
    fake.fail_next("GET /app", Fault::Status(500), 1);
}

#[tokio::test]
async fn requests_need_a_user_agent_and_a_known_version() {
    let fake = FakeGitHub::start(Clock::System).await;
    let nobody = reqwest::Client::builder().user_agent("").build().unwrap();
    let status = nobody.get(format!("{}/rate_limit", fake.api_url())).send().await.unwrap().status();
    assert_eq!(status, 403);
    let app = Client::app(&fake);
    let old = [("x-github-api-version", "2020-01-01")];
    assert_eq!(app.send(reqwest::Method::GET, "/app", None, &old).await.status, 400);
}

#[tokio::test]
async fn a_renamed_repository_answers_under_its_id() {
    let fake = FakeGitHub::start(Clock::System).await;
    let shop = fake.repository("octo/shop", [("a", "1\n")]);
    let client = Client::reviewer(&fake).await;
    shop.rename("store").await;
    let moved = client.get("/repos/octo/shop/branches/main").await;
    assert_eq!(moved.status, 301);
    assert!(moved.header("location").ends_with(&format!("/repositories/{}/branches/main", shop.id())));
    assert_eq!(client.get(moved.header("location")).await.status, 200);
    assert_eq!(client.get("/repos/octo/store").await.body["full_name"], json!(shop.full_name()));
    let query = "query { repository(owner: \"octo\", name: \"shop\") { nameWithOwner } }";
    assert_eq!(client.graphql(query, json!({})).await["data"]["repository"]["nameWithOwner"], "octo/store");
}

#[tokio::test]
async fn git_is_served_to_whoever_may_read_and_pushes_need_write() {
    let fake = FakeGitHub::start(Clock::System).await;
    let shop = fake.repository("octo/shop", [("a", "1\n")]);
    let pull = shop.new_pull("topic", [("b", "1\n")]).by_fork_of("mallory").open().await;
    let client = Client::installed(&fake, &json!({ "contents": "read" })).await;
    let advertise = async |path: &str, token: Option<&str>| {
        let mut request = reqwest::Client::new().get(format!("{}/{path}", fake.web_url()));
        if let Some(token) = token {
            request = request.basic_auth("x-access-token", Some(token));
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let fetch = "octo/shop.git/info/refs?service=git-upload-pack";
    let push = "octo/shop.git/info/refs?service=git-receive-pack";
    let (status, refs) = advertise(fetch, Some(client.token())).await;
    assert!(status == 200 && refs.contains(&format!("{} refs/pull/1/head", pull.head())), "{refs}");
    assert_eq!(advertise(fetch, None).await.0, 401);
    assert_eq!(advertise(fetch, Some("ghs_wrong")).await.0, 401);
    assert_eq!(advertise(push, Some(client.token())).await.0, 403);
    assert_eq!(advertise("mallory/shop.git/info/refs?service=git-upload-pack", Some(client.token())).await.0, 404);
    let writer = Client::reviewer(&fake).await;
    assert_eq!(advertise(push, Some(writer.token())).await.0, 200);
    shop.make_public();
    assert_eq!(advertise(fetch, None).await.0, 200);
    fake.permit("octo", "contents", Some(Level::Read));
    assert_eq!(advertise(push, Some(writer.token())).await.0, 401);
}
