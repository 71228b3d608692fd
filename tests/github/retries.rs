//! What is repeated, what is not, and what may have happened.

use std::time::Duration;

use seam::{domain::ids::PullNumber, github::error::GitHubError};
use serde_json::json;

use super::server::{Reply, Server, TOKENS, never, ok, pull, status};

const PULL: &str = "GET /repos/o/r/pulls/1";
const COMMENT: &str = "POST /repos/o/r/issues/1/comments";
const EDIT: &str = "PATCH /repos/o/r/issues/comments/5";

/// Fails the first `times` calls beside token requests.
async fn failing(times: usize, fault: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |seen| match seen.line.as_str() {
        TOKENS => None,
        _ if seen.earlier < times => Some(fault()),
        PULL => Some(ok(&pull(1))),
        _ => Some(ok(&json!({ "id": 5, "created_at": "2026-07-14T12:00:00Z", "html_url": "" }))),
    })
    .await
}

#[tokio::test]
async fn a_read_is_repeated_after_5xx() {
    let server = failing(2, || status(502).body("Server Error")).await;
    server.repository().pull(PullNumber(1)).await.unwrap();
    assert_eq!(server.calls(), [PULL; 3]);
}

#[tokio::test]
async fn a_read_that_never_works_is_an_error_after_some_tries() {
    let server = failing(99, || status(503)).await;
    let error = server.repository().pull(PullNumber(1)).await.unwrap_err();
    assert!(matches!(error, GitHubError::Server { status: 503, .. }) && !error.may_have_happened(), "{error}");
    assert_eq!(server.calls(), [PULL; 4]);
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_repeated() {
    let server = failing(1, || status(502).body("Server Error")).await;
    let error = server.repository().create_issue_comment(PullNumber(1), "hello").await.unwrap_err();
    assert!(error.may_have_happened(), "{error}");
    assert_eq!(server.calls(), [COMMENT]);
}

#[tokio::test]
async fn setting_a_value_is_repeated() {
    let server = failing(1, || status(500)).await;
    server.repository().update_issue_comment(seam::domain::ids::CommentId(5), "hello").await.unwrap();
    assert_eq!(server.calls(), [EDIT; 2]);
}

#[tokio::test]
async fn slow_answers_are_given_up_and_a_read_is_repeated() {
    let mut server = failing(1, never).await;
    server.settings.timeout = Duration::from_secs(3);
    server.repository().pull(PullNumber(1)).await.unwrap();
    assert_eq!(server.calls(), [PULL; 2]);
}

#[tokio::test]
async fn a_write_without_an_answer_may_have_happened() {
    let mut server = failing(1, never).await;
    server.settings.timeout = Duration::from_secs(3);
    let error = server.repository().create_issue_comment(PullNumber(1), "hello").await.unwrap_err();
    assert!(matches!(error, GitHubError::Timeout { .. }) && error.may_have_happened(), "{error}");
    assert_eq!(server.calls(), [COMMENT]);
}

#[tokio::test]
async fn an_answer_that_stops_in_the_middle_is_no_answer() {
    let mut server = failing(1, || ok(&json!({ "id": 5 })).stops_in_the_middle()).await;
    server.settings.timeout = Duration::from_secs(3);
    let error = server.repository().create_issue_comment(PullNumber(1), "hello").await.unwrap_err();
    assert!(matches!(error, GitHubError::Timeout { .. }) && error.may_have_happened(), "{error}");
}

#[tokio::test]
async fn a_write_whose_answer_cannot_be_read_did_happen() {
    let server = failing(1, || status(201).body("{\"id\":")).await;
    let error = server.repository().create_issue_comment(PullNumber(1), "hello").await.unwrap_err();
    assert!(matches!(error, GitHubError::Decode { .. }) && error.may_have_happened(), "{error}");
}

#[tokio::test]
async fn without_a_connection_nothing_has_happened() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    let mut server = failing(0, never).await;
    let repository = server.repository();
    repository.token().await.unwrap();
    drop(listener);
    server.settings.api_url = closed.parse().unwrap();
    let error = server.client().convert_manifest(&secrecy::SecretString::from("code")).await.unwrap_err();
    assert!(matches!(error, GitHubError::Network { .. }) && !error.may_have_happened(), "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_a_write_open() {
    // Takes the request and hangs up.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 1024];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await;
        }
    });
    let mut server = failing(0, never).await;
    server.settings.api_url = format!("http://{address}").parse().unwrap();
    let error = server.client().convert_manifest(&secrecy::SecretString::from("code")).await.unwrap_err();
    assert!(matches!(error, GitHubError::Network { .. }) && error.may_have_happened(), "{error}");
}

#[tokio::test]
async fn huge_answers_are_not_read_to_their_end() {
    let server = failing(99, || status(200).body(vec![b' '; 20 * 1024 * 1024])).await;
    let error = server.repository().pull(PullNumber(1)).await.unwrap_err();
    assert!(matches!(error, GitHubError::TooLarge { .. }), "{error}");
    assert_eq!(server.calls(), [PULL], "a second try would be as large");
}

#[tokio::test]
async fn refusals_are_not_repeated() {
    let body = json!({ "message": "No." });
    for code in [400, 403, 404, 409, 410, 418, 422] {
        let body = body.clone();
        let server = failing(99, move || status(code).json(&body)).await;
        let error = server.repository().create_issue_comment(PullNumber(1), "hello").await.unwrap_err();
        assert!(!error.may_have_happened(), "{error}");
        assert_eq!(server.calls(), [COMMENT], "{code}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let body = json!({ "message": "Resource not accessible by integration" });
    let server = failing(99, move || {
        status(403).header("x-accepted-github-permissions", "issues=write; pull_requests=write").json(&body)
    })
    .await;
    let error = server.repository().create_issue_comment(PullNumber(1), "hello").await.unwrap_err();
    insta::assert_snapshot!(error, @"not permitted at POST /repos/{owner}/{repo}/issues/{issue_number}/comments: Resource not accessible by integration (needs issues=write; pull_requests=write)");
}
