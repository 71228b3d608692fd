//! Who Seam says it is: the App's JSON Web Token, installation tokens, and where they go.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use seam::{
    domain::ids::{InstallationId, PullNumber, RepositoryId},
    github::{
        error::GitHubError,
        permissions::{Permission, Permissions},
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::server::{Seen, Server, TOKENS, noon, ok, pull, repository, status, usual};
use crate::fake_github::key::app_key;

fn claims(seen: &Seen) -> Value {
    let token = seen.header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    let key = DecodingKey::from_rsa_der(&app_key().public);
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

fn bearer(seen: &Seen) -> String {
    seen.header("authorization").unwrap_or("none").chars().take("Bearer token-1".len()).collect()
}

#[tokio::test]
async fn the_app_signs_a_token_that_lives_nine_minutes() {
    let server = Server::start(|_| Some(ok(&json!({ "id": 1, "slug": "seam", "name": "Seam", "html_url": "" })))).await;
    server.client().app().app().await.unwrap();
    let claims = claims(&server.seen()[0]);
    let noon = noon().timestamp();
    assert_eq!(claims, json!({ "iss": "Iv1.seam", "iat": noon - 60, "exp": noon + 540 }));
}

#[tokio::test]
async fn a_wrong_clock_is_set_right_once_by_the_date_of_a_401() {
    let hour_ahead = (noon() + TimeDelta::hours(1)).to_rfc2822();
    let server = Server::start(move |seen| {
        let on_time = claims(seen)["iat"].as_i64().unwrap() > noon().timestamp() + 3000;
        Some(match on_time {
            true => ok(&json!({ "id": 1, "slug": "seam", "name": "Seam", "html_url": "" })),
            false => status(401).header("date", &hour_ahead).json(&json!({ "message": "'Issued at' claim is wrong" })),
        })
    })
    .await;
    let app = server.client().app();
    app.app().await.unwrap();
    app.app().await.unwrap();
    assert_eq!(server.lines(), ["GET /app"; 3], "one refusal, and the time is known from then on");
}

#[tokio::test]
async fn an_app_that_was_renamed_is_known_again() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Some(ok(&json!({ "id": 1, "slug": "seam", "name": "Seam", "html_url": "" }))),
        1 => Some(ok(&json!({ "id": 1, "slug": "seam-of-octo", "name": "Seam", "html_url": "" }))),
        _ => Some(status(404)),
    })
    .await;
    let github = server.client();
    let mut slugs = Vec::new();
    for _ in 0..4 {
        slugs.push(github.app().own().await.unwrap().slug.clone());
        server.clock.advance(TimeDelta::minutes(6));
    }
    assert_eq!(slugs, ["seam", "seam", "seam-of-octo", "seam-of-octo"]);
    server.clock.advance(TimeDelta::hours(1));
    assert_eq!(github.app().own().await.unwrap().slug, "seam-of-octo", "what GitHub said last holds while it is away");
}

#[tokio::test]
async fn a_401_with_the_right_time_is_not_tried_again() {
    let server = Server::start(|_| {
        let body = json!({ "message": "A JSON web token could not be decoded" });
        Some(status(401).header("date", noon().to_rfc2822()).json(&body))
    })
    .await;
    let error = server.client().app().app().await.unwrap_err();
    assert!(matches!(error, GitHubError::Unauthorized { .. }), "{error}");
    assert_eq!(server.lines(), ["GET /app"]);
}

#[tokio::test]
async fn without_an_app_nothing_is_sent() {
    let server = Server::start(|_| None).await;
    let github = server.client();
    server.credentials.send_replace(None);
    assert_eq!(repository(&github).pull(PullNumber(1)).await.unwrap_err(), GitHubError::NotSetUp);
    assert!(server.lines().is_empty());
}

#[tokio::test]
async fn credentials_may_arrive_and_change_while_it_runs() {
    let server = Server::start(|seen| (seen.line != TOKENS).then(|| ok(&pull(1)))).await;
    let github = server.client();
    let first = server.credentials.send_replace(None).unwrap();
    assert!(repository(&github).pull(PullNumber(1)).await.is_err());
    server.credentials.send_replace(Some(first.clone()));
    repository(&github).pull(PullNumber(1)).await.unwrap();
    server.credentials.send_replace(Some(seam::github::jwt::AppCredentials { issuer: "Iv1.other".into(), ..first }));
    repository(&github).pull(PullNumber(1)).await.unwrap();
    let issuers: Vec<_> = server.seen().iter().filter(|s| s.line == TOKENS).map(|s| claims(s)["iss"].clone()).collect();
    assert_eq!(issuers, ["Iv1.seam", "Iv1.other"], "tokens of one App are not used for another");
}

#[tokio::test]
async fn a_key_that_is_none_is_said_without_showing_it() {
    let server = Server::start(|_| None).await;
    let github = server.client();
    server.credentials.send_modify(|app| app.as_mut().unwrap().private_key = SecretString::from("hunter2"));
    let error = github.app().app().await.unwrap_err();
    assert!(matches!(error, GitHubError::PrivateKey(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_token_reaches_one_repository_with_the_permissions_asked_for() {
    let server = Server::start(|seen| (seen.line != TOKENS).then(|| ok(&pull(1)))).await;
    server.repository().pull(PullNumber(1)).await.unwrap();
    let seen = server.seen();
    assert_eq!(
        seen[0].body,
        json!({ "repository_ids": [42],
            "permissions": { "checks": "write", "contents": "read", "pull_requests": "write" } })
    );
    assert_eq!(claims(&seen[0])["iss"], "Iv1.seam");
    assert_eq!((seen[1].line.as_str(), bearer(&seen[1]).as_str()), ("GET /repos/o/r/pulls/1", "Bearer token-1"));
    assert_eq!(seen[1].header("x-github-api-version"), Some("2022-11-28"));
    assert_eq!(seen[1].header("accept"), Some("application/vnd.github+json"));
    assert!(seen[1].header("user-agent").unwrap().starts_with("seam/"));
}

#[tokio::test]
async fn fifty_waiters_make_one_token_request() {
    let server = Server::start(|seen| (seen.line != TOKENS).then(|| ok(&pull(1)))).await;
    let repository = server.repository();
    let calls = (0..50).map(|_| {
        let repository = repository.clone();
        tokio::spawn(async move { repository.pull(PullNumber(1)).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.lines().iter().filter(|line| *line == TOKENS).count(), 1);
}

#[tokio::test]
async fn other_repositories_and_permissions_get_other_tokens() {
    let server = Server::start(|_| None).await;
    let github = server.client();
    let first = repository(&github);
    let other_permissions = first.with_permissions(Permissions::for_review().write(Permission::Contents));
    let other_repository =
        github.repository(InstallationId(7), RepositoryId(43), "o/s".parse().unwrap(), Permissions::for_review());
    let mut tokens = Vec::new();
    for client in [&first, &other_permissions, &other_repository, &first] {
        tokens.push(client.token().await.unwrap().expose_secret()[..7].to_owned());
    }
    assert_eq!(tokens, ["token-1", "token-2", "token-3", "token-1"]);
}

#[tokio::test]
async fn one_installation_asks_for_one_token_at_a_time() {
    let gate = Arc::new(Semaphore::new(0));
    let behind = Arc::clone(&gate);
    let server = Server::start(move |seen| (seen.line == TOKENS).then(|| usual(seen, noon()).behind(&behind))).await;
    let github = server.client();
    let asking: Vec<_> = (0..3)
        .map(|id| {
            let (name, permissions) = ("o/r".parse().unwrap(), Permissions::for_review());
            let repository = github.repository(InstallationId(7), RepositoryId(id), name, permissions);
            tokio::spawn(async move { repository.token().await.map(drop) })
        })
        .collect();
    for request in 1..=3 {
        server.settle_at(request).await;
        gate.add_permits(1);
    }
    for asked in asking {
        asked.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let server = Server::start(|_| None).await;
    let repository = server.repository();
    repository.token().await.unwrap();
    server.advance(TimeDelta::minutes(54));
    repository.token().await.unwrap();
    assert_eq!(server.lines().len(), 1);
    server.advance(TimeDelta::minutes(2));
    repository.token().await.unwrap();
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_dropped_and_the_call_tried_once_more_even_a_write() {
    let server = Server::start(|seen| match seen.line.as_str() {
        TOKENS => None,
        _ if bearer(seen) == "Bearer token-1" => Some(status(401).json(&json!({ "message": "Bad credentials" }))),
        _ => Some(status(201).json(&comment())),
    })
    .await;
    server.repository().create_issue_comment(PullNumber(1), "hello").await.unwrap();
    let comments = "POST /repos/o/r/issues/1/comments";
    assert_eq!(server.lines(), [TOKENS, comments, TOKENS, comments]);
}

fn comment() -> Value {
    json!({ "id": 5, "body": "hello", "user": null, "performed_via_github_app": null,
        "created_at": "2026-07-14T12:00:00Z", "html_url": "" })
}

#[tokio::test]
async fn two_refused_tokens_are_an_error() {
    let server = Server::start(|seen| (seen.line != TOKENS).then(|| status(401))).await;
    let error = server.repository().pull(PullNumber(1)).await.unwrap_err();
    assert!(matches!(error, GitHubError::Unauthorized { .. }), "{error}");
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn what_an_installation_does_not_give_is_told_apart() {
    let cases = [
        (404, "Not Found"),
        (403, "This installation has been suspended"),
        (422, "There is at least one repository that does not exist or is not accessible to the parent installation."),
        (422, "The permissions requested are not granted to this installation."),
    ];
    let mut told = Vec::new();
    for (code, message) in cases {
        let server = Server::start(move |seen| {
            Some(match seen.line.as_str() {
                TOKENS => status(code).json(&json!({ "message": message })),
                _ => ok(&json!({ "id": 7, "html_url": "", "permissions": { "metadata": "read" } })),
            })
        })
        .await;
        let error = server.repository().pull(PullNumber(1)).await.unwrap_err();
        told.push(format!("{error} | lost access: {}", error.lost_access().is_some()));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    the App has no access to this repository (any more): the App is not installed | lost access: true
    the installation is suspended | lost access: true
    the App has no access to this repository (any more): There is at least one repository that does not exist or is not accessible to the parent installation. | lost access: true
    the installation does not grant checks:write, contents:read, pull_requests:write: The permissions requested are not granted to this installation. | lost access: false
    ");
}

#[tokio::test]
async fn what_is_not_granted_yet_is_done_without() {
    let server = Server::start(|seen| match seen.line.as_str() {
        TOKENS if seen.body["permissions"]["checks"] == "write" => {
            let message = "The permissions requested are not granted to this installation.";
            Some(status(422).json(&json!({ "message": message })))
        }
        "GET /app/installations/7" => {
            let permissions = json!({ "contents": "write", "pull_requests": "write", "metadata": "read" });
            Some(ok(&json!({ "id": 7, "html_url": "", "permissions": permissions })))
        }
        "GET /repos/o/r/pulls/1" => Some(ok(&pull(1))),
        _ => None,
    })
    .await;
    let repository = server.repository();
    repository.pull(PullNumber(1)).await.unwrap();
    let asked: Vec<_> = server.seen().into_iter().filter(|seen| seen.line == TOKENS).collect();
    assert_eq!(asked[1].body["permissions"], json!({ "contents": "read", "pull_requests": "write" }));
    server.advance(TimeDelta::minutes(11));
    repository.pull(PullNumber(1)).await.unwrap();
    assert_eq!(server.calls().len(), 4, "soon it asks again for all: {:?}", server.lines());
}

#[tokio::test]
async fn a_renamed_repository_is_followed_and_a_post_stays_a_post() {
    let server = Server::start(|seen| match seen.line.as_str() {
        "POST /repos/o/r/issues/1/comments" => {
            Some(status(301).header("location", "/repositories/42/issues/1/comments").json(&json!({})))
        }
        "POST /repositories/42/issues/1/comments" => Some(status(201).json(&comment())),
        _ => None,
    })
    .await;
    server.repository().create_issue_comment(PullNumber(1), "hello").await.unwrap();
    let last = server.seen().pop().unwrap();
    assert_eq!((bearer(&last).as_str(), &last.body), ("Bearer token-1", &json!({ "body": "hello" })));
}

#[tokio::test]
async fn credentials_never_follow_a_redirect_to_another_host() {
    let elsewhere = Server::start(|_| Some(ok(&pull(1)))).await;
    let target = elsewhere.url.clone();
    let server = Server::start(move |seen| {
        let location = format!("{target}{}", seen.line.split(' ').nth(1).unwrap());
        (seen.line != TOKENS).then(|| status(302).header("location", location))
    })
    .await;
    let error = server.repository().pull(PullNumber(1)).await.unwrap_err();
    assert!(matches!(error, GitHubError::Redirected { .. }), "{error}");
    assert!(elsewhere.lines().is_empty());
}

#[tokio::test]
async fn circles_of_redirects_end() {
    let server = Server::start(|seen| (seen.line != TOKENS).then(|| status(301).header("location", "/again"))).await;
    let error = server.repository().pull(PullNumber(1)).await.unwrap_err();
    assert!(matches!(error, GitHubError::Redirected { .. }), "{error}");
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn a_manifest_is_converted_without_credentials() {
    let server = Server::start(|seen| {
        let body = json!({ "id": 9, "slug": "seam-x", "name": "Seam X", "html_url": "https://github.com/apps/seam-x",
            "owner": { "id": 3, "login": "octo-org", "type": "Organization" }, "client_id": "Iv1.x",
            "client_secret": "cs", "webhook_secret": "ws", "pem": "PEM", "permissions": {}, "events": [] });
        (seen.line == "POST /app-manifests/c%2Fo%20de/conversions").then(|| status(201).json(&body))
    })
    .await;
    let registered = server.client().convert_manifest(&SecretString::from("c/o de")).await.unwrap();
    assert_eq!(server.seen()[0].header("authorization"), None);
    assert_eq!((registered.id, registered.private_key.expose_secret()), (9, "PEM"));
    let printed = format!("{registered:?}");
    assert!(["PEM", "\"cs\"", "\"ws\""].iter().all(|secret| !printed.contains(secret)), "{printed}");
    let used = server.client().convert_manifest(&SecretString::from("used")).await.unwrap_err();
    assert!(matches!(used, GitHubError::NotFound { .. }) && !used.to_string().contains("used"), "{used}");
}

/// Everything that is logged, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_line_and_no_error_holds_a_token() {
    let log = Log::default();
    let writer = log.clone();
    let logging = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _logging = tracing::subscriber::set_default(logging.finish());
    let server = Server::start(|seen| match seen.earlier {
        _ if seen.line == TOKENS => None,
        0 => Some(status(502)),
        1 => Some(status(401).json(&json!({ "message": "Bad credentials" }))),
        _ => Some(status(422).json(&json!({ "message": "No", "errors": ["no"] }))),
    })
    .await;
    let repository = server.repository();
    let error = repository.pull(PullNumber(1)).await.unwrap_err();
    let jwt = server.seen()[0].header("authorization").unwrap().to_owned();
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    let said = format!("{log}{error}{error:?}{:?}", repository.token().await);
    assert!(log.contains("trying again"), "{log}");
    assert!(!said.contains("token-1") && !said.contains("token-2") && !said.contains(&jwt), "{said}");
}
