//! What comes back: pages, kept answers, files, threads, permissions.

use bytes::Bytes;
use seam::{
    config::policy::Role,
    domain::{
        anchor::{Anchor, Side},
        effect::{Annotation, Conclusion, InlineComment, Verdict},
        finding::{Fingerprint, Severity},
        ids::{CommitSha, PullNumber},
    },
    github::{
        checks::{CheckOutput, CheckRunChange, CheckStatus},
        error::GitHubError,
        reviews::NewReview,
    },
};
use serde_json::{Value, json};

use super::server::{Server, TOKENS, ok, pull, status};

fn sha(digit: char) -> CommitSha {
    digit.to_string().repeat(40).parse().unwrap()
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let server = Server::start(|seen| match seen.header("if-none-match") {
        _ if seen.line == TOKENS => None,
        Some("\"one\"") => Some(status(304).header("etag", "\"one\"")),
        _ => Some(ok(&pull(1)).header("etag", "\"one\"")),
    })
    .await;
    let repository = server.repository();
    let first = repository.pull(PullNumber(1)).await.unwrap();
    assert_eq!(repository.pull(PullNumber(1)).await.unwrap(), first);
    let conditional: Vec<_> = server.seen().iter().map(|seen| seen.header("if-none-match").is_some()).collect();
    assert_eq!(conditional, [false, false, true]);
}

#[tokio::test]
async fn lists_are_read_to_their_last_page_and_never_on_another_host() {
    let server = Server::start(|seen| match seen.line.as_str() {
        TOKENS => None,
        "GET /repos/o/r/pulls?state=open&per_page=100" => {
            let host = seen.header("host").unwrap();
            Some(ok(&json!([pull(1), pull(2)])).header("link", format!("<http://{host}/more?page=2>; rel=\"next\"")))
        }
        "GET /more?page=2" => Some(ok(&json!([pull(3)]))),
        _ => Some(ok(&json!([])).header("link", "<http://evil.example/x>; rel=\"next\"")),
    })
    .await;
    let repository = server.repository();
    let numbers: Vec<_> = repository.open_pulls().await.unwrap().iter().map(|pull| pull.number.0).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let error = repository.reviews(PullNumber(1)).await.unwrap_err();
    assert!(matches!(error, GitHubError::Redirected { .. }), "{error}");
}

#[tokio::test]
async fn endless_lists_end() {
    let server = Server::start(|seen| {
        let host = seen.header("host").unwrap();
        let next = format!("<http://{host}/again>; rel=\"next\"");
        (seen.line != TOKENS).then(|| ok(&json!([pull(1)])).header("link", next))
    })
    .await;
    assert_eq!(server.repository().open_pulls().await.unwrap().len(), 30);
}

#[tokio::test]
async fn a_file_comes_as_it_is_and_a_missing_one_is_none() {
    let server = Server::start(|seen| match seen.line.as_str() {
        "GET /repos/o/r/contents/.github/seam.yml?ref=main" => {
            Some(status(200).header("content-type", "application/vnd.github.raw+json").body(&b"\xffreview:\r\n"[..]))
        }
        "GET /repos/o/r/contents/.github" => Some(ok(&json!([{ "name": "seam.yml" }]))),
        "GET /repos/o/r/contents/big" => Some(status(200).body(vec![0; 2000])),
        _ => None,
    })
    .await;
    let repository = server.repository();
    let file = repository.file(".github/seam.yml", Some("main"), 1000).await.unwrap();
    assert_eq!(file, Some(Bytes::from_static(b"\xffreview:\r\n")));
    assert_eq!(server.seen().pop().unwrap().header("accept"), Some("application/vnd.github.raw+json"));
    assert_eq!(repository.file("missing", None, 1000).await.unwrap(), None);
    assert_eq!(repository.file(".github", None, 1000).await.unwrap(), None);
    assert_eq!(repository.file("../../../user", None, 1000).await.unwrap(), None);
    let error = repository.file("big", None, 1000).await.unwrap_err();
    assert!(matches!(error, GitHubError::TooLarge { limit: 1000, .. }), "{error}");
}

#[tokio::test]
async fn roles_fail_closed() {
    let server = Server::start(|seen| {
        let login = seen.line.rsplit('/').nth(1)?;
        let known = ["admin", "write", "read", "none", "maintain", "superuser"].contains(&login);
        known.then(|| ok(&json!({ "permission": login, "role_name": "x" })))
    })
    .await;
    let repository = server.repository();
    let mut roles = Vec::new();
    for login in ["admin", "write", "maintain", "read", "none", "superuser", "stranger"] {
        roles.push(repository.role_of(login).await.unwrap());
    }
    let (admin, write, read) = (Some(Role::Admin), Some(Role::Write), Some(Role::Read));
    assert_eq!(roles, [admin, write, write, read, None, None, None]);
}

#[tokio::test]
async fn a_review_is_sent_as_github_wants_it() {
    let server = Server::start(|seen| {
        let review = json!({ "id": 80, "body": "b", "state": "COMMENTED", "user": null, "commit_id": null });
        (seen.line != TOKENS).then(|| ok(&review))
    })
    .await;
    let comment = |start_line, line, side| InlineComment {
        path: "src/a b.rs".to_owned(),
        anchor: Anchor { side, start_line, line },
        body: "Look.".to_owned(),
        fingerprint: Fingerprint::of("r", "", ""),
    };
    let comments = [comment(3, 3, Side::Right), comment(3, 5, Side::Left)];
    let commit = sha('a');
    let review = NewReview { commit: &commit, verdict: Verdict::RequestChanges, body: "All.", comments: &comments };
    server.repository().create_review(PullNumber(1), &review).await.unwrap();
    insta::assert_snapshot!(format!("{:#}", server.seen().pop().unwrap().body), @r#"
        {
          "commit_id": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "event": "REQUEST_CHANGES",
          "body": "All.",
          "comments": [
            {
              "path": "src/a b.rs",
              "body": "Look.",
              "line": 3,
              "side": "RIGHT"
            },
            {
              "path": "src/a b.rs",
              "body": "Look.",
              "line": 5,
              "side": "LEFT",
              "start_line": 3,
              "start_side": "LEFT"
            }
          ]
        }
        "#);
}

#[tokio::test]
async fn a_check_run_is_sent_as_github_wants_it() {
    let server = Server::start(|seen| {
        let run = json!({ "id": 9, "name": "Seam", "head_sha": sha('a'), "status": "completed", "conclusion": "failure",
            "external_id": "k", "html_url": null, "app": { "id": 1 }, "output": { "title": "t", "annotations_count": 1 } });
        (seen.line != TOKENS).then(|| status(201).json(&run))
    })
    .await;
    let annotation = Annotation {
        path: "a.rs".to_owned(),
        start_line: 1,
        end_line: 2,
        severity: Severity::Info,
        title: "T".to_owned(),
        message: "M".to_owned(),
    };
    let output = CheckOutput {
        title: "1 problem".to_owned(),
        summary: "S".to_owned(),
        text: None,
        annotations: vec![annotation],
    };
    let change = CheckRunChange {
        status: Some(CheckStatus::Completed),
        conclusion: Some(Conclusion::Failure),
        output: Some(output),
        ..CheckRunChange::default()
    };
    let run = server.repository().create_check_run("Seam", &sha('a'), "k", &change).await.unwrap();
    assert_eq!((run.id.0, run.status), (9, CheckStatus::Completed));
    insta::assert_snapshot!(format!("{:#}", server.seen().pop().unwrap().body), @r#"
        {
          "name": "Seam",
          "head_sha": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "external_id": "k",
          "status": "completed",
          "conclusion": "failure",
          "output": {
            "title": "1 problem",
            "summary": "S",
            "annotations": [
              {
                "path": "a.rs",
                "start_line": 1,
                "end_line": 2,
                "annotation_level": "notice",
                "message": "M",
                "title": "T"
              }
            ]
          }
        }
        "#);
}

fn threads_page(ids: &[&str], next: Option<&str>) -> Value {
    let nodes: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({ "id": id, "isResolved": true, "isOutdated": false, "viewerCanResolve": false, "path": "a.rs",
                "line": null, "startLine": null, "resolvedBy": { "login": "octocat" },
                "root": { "nodes": [{ "databaseId": 11, "body": "b", "author": null,
                    "reactions": { "nodes": [{ "user": { "login": "octocat" } }, null, { "user": null }] } }, null] },
                "latest": { "nodes": [{ "databaseId": 11, "body": "b", "author": null }] } })
        })
        .collect();
    json!({ "data": { "repository": { "pullRequest": { "reviewThreads": {
        "pageInfo": { "hasNextPage": next.is_some(), "endCursor": next }, "nodes": nodes } } } } })
}

#[tokio::test]
async fn threads_come_in_pages() {
    let server = Server::start(|seen| match seen.body["variables"]["after"].as_str() {
        _ if seen.line != "POST /graphql" => None,
        None => Some(ok(&threads_page(&["T1", "T2"], Some("c1")))),
        Some("c1") => Some(ok(&threads_page(&["T3"], None))),
        Some(_) => None,
    })
    .await;
    let threads = server.repository().review_threads(PullNumber(1)).await.unwrap();
    let ids: Vec<_> = threads.iter().map(|thread| thread.node_id.as_str()).collect();
    assert_eq!(ids, ["T1", "T2", "T3"]);
    assert_eq!((threads[0].root.len(), threads[0].root[0].reactions.len(), threads[0].latest.len()), (1, 2, 1));
}

#[tokio::test]
async fn threads_know_whether_the_app_began_and_resolved_them() {
    let actor = |login: &str, kind: &str| json!({ "login": login, "__typename": kind });
    let cases = [
        (actor("seam", "Bot"), actor("seam", "User")),
        (actor("seam", "User"), actor("seam[bot]", "Bot")),
        (actor("other", "Bot"), actor("octocat", "User")),
        (Value::Null, Value::Null),
    ];
    let server = Server::start(move |seen| {
        let mut page = threads_page(&["T1", "T2", "T3", "T4"], None);
        let nodes = &mut page["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"];
        for (thread, (author, resolver)) in nodes.as_array_mut().unwrap().iter_mut().zip(&cases) {
            thread["root"]["nodes"][0]["author"] = author.clone();
            thread["resolvedBy"] = resolver.clone();
        }
        match seen.line.as_str() {
            "GET /app" => Some(ok(&json!({ "id": 1, "slug": "Seam", "name": "Seam", "html_url": "" }))),
            "POST /graphql" => Some(ok(&page)),
            _ => None,
        }
    })
    .await;
    let app = server.client().app().own().await.unwrap();
    let threads = server.repository().review_threads(PullNumber(1)).await.unwrap();
    let told: Vec<_> = threads.iter().map(|thread| (thread.is_begun_by(&app), thread.is_resolved_by(&app))).collect();
    assert_eq!(told, [(true, true), (false, true), (false, false), (false, false)]);
}

#[tokio::test]
async fn errors_of_graphql_come_with_200_and_are_errors() {
    let mut told = Vec::new();
    for kind in ["FORBIDDEN", "NOT_FOUND", "RATE_LIMITED", ""] {
        let server = Server::start(move |seen| {
            let errors = json!([{ "type": kind, "message": "GitHub says no" }]);
            (seen.line == "POST /graphql")
                .then(|| ok(&json!({ "data": { "resolveReviewThread": null }, "errors": errors })))
        })
        .await;
        told.push(server.repository().set_thread("T1", true).await.unwrap_err().to_string());
    }
    insta::assert_snapshot!(told.join("\n"), @r"
        not permitted at POST /graphql: GitHub says no
        not found at POST /graphql
        the rate limit is used up until 2026-07-14 12:01:00 UTC
        GitHub refused a query of POST /graphql: GitHub says no
        ");
}

#[tokio::test]
async fn graphql_reads_are_repeated_after_5xx() {
    let server = Server::start(|seen| match seen.earlier {
        _ if seen.line == TOKENS => None,
        0 => Some(status(502)),
        _ => Some(ok(&threads_page(&[], None))),
    })
    .await;
    assert!(server.repository().review_threads(PullNumber(1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_pull_request_of_a_deleted_fork_is_a_fork() {
    let server = Server::start(|seen| {
        let mut pull = pull(1);
        pull["head"]["repo"] = Value::Null;
        pull["user"] = Value::Null;
        (seen.line != TOKENS).then(|| ok(&pull))
    })
    .await;
    assert!(server.repository().pull(PullNumber(1)).await.unwrap().is_from_fork());
}

#[tokio::test]
async fn deliveries_go_on_where_the_cursor_says() {
    let server = Server::start(|seen| {
        let host = seen.header("host").unwrap();
        let row = json!([{ "id": 1, "guid": "g", "delivered_at": "2026-07-14T12:00:00Z", "redelivery": false,
            "duration": 0.1, "status": "Invalid HTTP Response: 503", "status_code": 503, "event": "push", "action": null,
            "installation_id": 7, "repository_id": null, "throttled_at": null }]);
        match seen.line.as_str() {
            "GET /app/hook/deliveries?per_page=100" => {
                let next = format!("<http://{host}/app/hook/deliveries?per_page=100&cursor=v1_2>; rel=\"next\"");
                Some(ok(&row).header("link", next))
            }
            "GET /app/hook/deliveries?per_page=100&cursor=v1_2" => Some(ok(&json!([]))),
            "POST /app/hook/deliveries/1/attempts" => Some(status(202).json(&json!({}))),
            _ => None,
        }
    })
    .await;
    let app = server.client().app();
    let (first, next) = app.deliveries(None).await.unwrap();
    assert!(!first[0].succeeded());
    let (second, end) = app.deliveries(next).await.unwrap();
    assert!(second.is_empty() && end.is_none());
    app.redeliver(first[0].id).await.unwrap();
}
