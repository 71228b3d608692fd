//! Reviews, review comments and threads.

use seam::telemetry::clock::Clock;
use serde_json::{Value, json};

use super::client::Client;
use crate::fake_github::{
    acts::{pull::Pull, repo::Repo},
    fake::FakeGitHub,
    git_repository::Commit,
    official,
};

fn numbered(lines: impl Iterator<Item = u32>) -> String {
    lines.map(|line| format!("line {line}\n")).collect()
}

/// A pull request that changes line 10 of 30.
async fn changed_line_ten() -> (FakeGitHub, Repo, Pull, Client) {
    let fake = FakeGitHub::start(Clock::System).await;
    let text = numbered(1..=30);
    let shop = fake.repository("octo/shop", [("a.txt", text.as_str())]);
    let pull = shop.open_pull("topic", [("a.txt", text.replace("line 10\n", "line ten\n").as_str())]).await;
    let client = Client::reviewer(&fake).await;
    (fake, shop, pull, client)
}

fn review(comments: Value) -> Value {
    json!({ "event": "COMMENT", "body": "Look.", "comments": comments })
}

#[tokio::test]
async fn a_review_with_one_comment_outside_the_diff_is_refused_as_a_whole() {
    let (_fake, _shop, pull, client) = changed_line_ten().await;
    let reviews = "/repos/octo/shop/pulls/1/reviews";
    let good = json!({ "path": "a.txt", "line": 10, "side": "RIGHT", "body": "Here." });
    let mut said = Vec::new();
    for bad in [
        json!({ "path": "a.txt", "line": 20, "side": "RIGHT", "body": "Far away." }),
        json!({ "path": "a.txt", "line": 9, "side": "LEFT", "body": "An unchanged line on the left." }),
        json!({ "path": "b.txt", "line": 1, "side": "RIGHT", "body": "Another file." }),
        json!({ "path": "a.txt", "start_line": 2, "start_side": "RIGHT", "line": 10, "side": "RIGHT", "body": "Range." }),
        json!({ "path": "a.txt", "start_line": 10, "start_side": "RIGHT", "line": 10, "side": "RIGHT", "body": "Same." }),
        json!({ "path": "a.txt", "line": 10, "side": "RIGHT", "body": "x".repeat(65_537) }),
    ] {
        said.push(client.post(reviews, review(json!([good, bad]))).await.said());
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    422 Unprocessable Entity ["Line could not be resolved"]
    422 Unprocessable Entity ["Line could not be resolved"]
    422 Unprocessable Entity ["Path could not be resolved"]
    422 Unprocessable Entity ["Pull request review thread start line must be part of the same hunk as the line."]
    422 Unprocessable Entity ["Pull request review thread start line must precede the end line."]
    422 Unprocessable Entity ["Body is too long (maximum is 65536 characters)"]
    "#);
    assert!(pull.threads().is_empty() && pull.now().reviews.is_empty());

    let no_body = client.post(reviews, json!({ "event": "COMMENT", "comments": [good] })).await;
    assert_eq!(no_body.said(), r#"422 Unprocessable Entity ["Body can't be blank"]"#);
    let pending = json!({ "comments": [good] });
    assert_eq!(client.post(reviews, pending.clone()).await.status, 200);
    assert_eq!(
        client.get("/repos/octo/shop/pulls/1/comments").await.body,
        json!([]),
        "a pending review is nobody else's"
    );
    let second = client.post(reviews, pending).await;
    assert_eq!(second.said(), r#"422 Unprocessable Entity ["User can only have one pending review per pull request"]"#);
}

#[tokio::test]
async fn a_review_is_shown_with_its_threads_and_follows_its_lines() {
    let (_fake, _shop, pull, client) = changed_line_ten().await;
    let comments = json!([
        { "path": "a.txt", "start_line": 9, "start_side": "RIGHT", "line": 10, "side": "RIGHT", "body": "Two lines. <!-- hidden -->" },
        { "path": "a.txt", "line": 10, "side": "LEFT", "body": "It was better." },
        { "path": "a.txt", "line": 13, "side": "RIGHT", "body": "Unchanged, but near." },
    ]);
    let posted = client.post("/repos/octo/shop/pulls/1/reviews", review(comments)).await;
    assert_eq!(posted.status, 200, "{}", posted.said());
    let file = json!({ "path": "a.txt", "subject_type": "file", "commit_id": pull.head(), "body": "All of it." });
    assert_eq!(client.post("/repos/octo/shop/pulls/1/comments", file).await.status, 201);
    let root = pull.threads()[0].root;
    let replies = format!("/repos/octo/shop/pulls/1/comments/{root}/replies");
    let reply = client.post(&replies, json!({ "body": "And more." })).await;
    assert_eq!(reply.status, 201);
    let nested = format!("/repos/octo/shop/pulls/1/comments/{}/replies", reply.body["id"]);
    assert_eq!(client.post(&nested, json!({ "body": "No." })).await.status, 422);
    pull.resolve_thread_as("ada", 1).await;
    pull.reply("ada", 2, "Thanks.").await;
    insta::assert_snapshot!(pull.shown(), @r"
    #1 Pull in topic (open)

    seam[bot] COMMENTED at c21ca08
      Look.

    a.txt:9-10
      seam[bot]:
        Two lines.
      seam[bot]:
        And more.

    a.txt:10 (removed), resolved by ada
      seam[bot]:
        It was better.

    a.txt:13
      seam[bot]:
        Unchanged, but near.
      ada:
        Thanks.

    a.txt (file)
      seam[bot]:
        All of it.
    ");

    // Two lines more above; the commented line itself is changed.
    let text = numbered(1..=30).replace("line 10\n", "line X\n").replace("line 8\n", "line 8\nnew\nnew\n");
    pull.push([("a.txt", text.as_str())]).await;
    let lines = client.get("/repos/octo/shop/pulls/1/comments").await.body;
    let lines: Vec<_> =
        lines.as_array().unwrap().iter().map(|one| format!("{} {}", one["line"], one["original_line"])).collect();
    assert_eq!(lines, ["null 10", "null 10", "15 13", "null null", "null 10", "15 13"]);
    insta::assert_snapshot!(pull.shown(), @r"
    #1 Pull in topic (open)

    seam[bot] COMMENTED at c21ca08
      Look.

    a.txt:9-10 (outdated)
      seam[bot]:
        Two lines.
      seam[bot]:
        And more.

    a.txt:10 (removed) (outdated), resolved by ada
      seam[bot]:
        It was better.

    a.txt:15
      seam[bot]:
        Unchanged, but near.
      ada:
        Thanks.

    a.txt (file)
      seam[bot]:
        All of it.
    ");

    let by_id = client.get(&format!("/repos/octo/shop/pulls/comments/{root}")).await;
    assert_eq!(by_id.body["original_start_line"], 9);
    let edited = client.patch(&format!("/repos/octo/shop/pulls/comments/{root}"), json!({ "body": "Edited." })).await;
    assert_eq!(edited.body["body"], "Edited.");
    let of_review = format!("/repos/octo/shop/pulls/1/reviews/{}/comments", posted.body["id"]);
    assert_eq!(client.get(&of_review).await.body.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn single_comments_are_refused_field_by_field() {
    let (_fake, _shop, pull, client) = changed_line_ten().await;
    let comments = "/repos/octo/shop/pulls/1/comments";
    let head = pull.head();
    let mut said = Vec::new();
    for body in [
        json!({ "path": "a.txt", "line": 20, "side": "RIGHT", "commit_id": head, "body": "Far." }),
        json!({ "path": "b.txt", "line": 1, "side": "RIGHT", "commit_id": head, "body": "Other." }),
        json!({ "path": "a.txt", "line": 10, "side": "RIGHT", "commit_id": "1".repeat(40), "body": "Unknown." }),
        json!({ "path": "a.txt", "line": 10, "side": "RIGHT", "commit_id": head, "body": "" }),
    ] {
        said.push(client.post(comments, body).await.said());
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    422 Validation Failed [{"resource":"PullRequestReviewComment","field":"pull_request_review_thread.line","code":"invalid","message":"must be part of the diff"}]
    422 Validation Failed [{"resource":"PullRequestReviewComment","field":"pull_request_review_thread.path","code":"invalid","message":"could not be resolved"}]
    422 No commit found for SHA: 1111111111111111111111111111111111111111
    422 Validation Failed [{"resource":"PullRequestReviewComment","field":"body","code":"missing_field","message":"body can't be blank"}]
    "#);
}

const THREADS: &str = "query($number: Int!, $after: String) { repository(owner: \"octo\", name: \"shop\") { pullRequest(number: $number) {
    reviewThreads(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { ...thread } } } } }
    fragment thread on PullRequestReviewThread { key: id isResolved isOutdated viewerCanResolve resolvedBy { login }
        comments(first: 1) { nodes { databaseId author { login ... on Bot { __typename } } } } }";

#[tokio::test]
async fn threads_are_paged_and_resolved_by_graphql_where_contents_may_be_written() {
    let (fake, _shop, pull, client) = changed_line_ten().await;
    let comments: Vec<Value> =
        (8..=10).map(|line| json!({ "path": "a.txt", "line": line, "side": "RIGHT", "body": "Here." })).collect();
    client.post("/repos/octo/shop/pulls/1/reviews", review(json!(comments))).await;

    let first = client.graphql(THREADS, json!({ "number": 1 })).await;
    let threads = &first["data"]["repository"]["pullRequest"]["reviewThreads"];
    assert_eq!((&threads["totalCount"], threads["nodes"].as_array().unwrap().len()), (&json!(3), 2));
    let cursor = &threads["pageInfo"]["endCursor"];
    let second = client.graphql(THREADS, json!({ "number": 1, "after": cursor })).await;
    insta::assert_json_snapshot!(second["data"]["repository"]["pullRequest"]["reviewThreads"], @r#"
    {
      "totalCount": 3,
      "pageInfo": {
        "hasNextPage": false,
        "endCursor": "Y3Vyc29yOjI="
      },
      "nodes": [
        {
          "key": "PRRT_fake1018",
          "isResolved": false,
          "isOutdated": false,
          "viewerCanResolve": true,
          "resolvedBy": null,
          "comments": {
            "nodes": [
              {
                "databaseId": 1018,
                "author": {
                  "login": "seam",
                  "__typename": "Bot"
                }
              }
            ]
          }
        }
      ]
    }
    "#);

    let resolve =
        "mutation($thread: ID!) { resolveReviewThread(input: { threadId: $thread }) { thread { isResolved } } }";
    let thread = json!({ "thread": pull.threads()[0].node_id });
    let weak = Client::installed(&fake, &json!({ "contents": "read", "pull_requests": "write" })).await;
    let refused = weak.graphql(resolve, thread.clone()).await;
    assert_eq!(refused["errors"][0]["type"], "FORBIDDEN");
    let may = "query($thread: ID!) { node(id: $thread) { ... on PullRequestReviewThread { viewerCanResolve } } }";
    assert_eq!(weak.graphql(may, thread.clone()).await["data"]["node"]["viewerCanResolve"], false);

    let resolved = client.graphql(resolve, thread.clone()).await;
    assert_eq!(resolved["data"]["resolveReviewThread"]["thread"]["isResolved"], true);
    assert_eq!(pull.threads()[0].resolved_by.as_deref(), Some("seam[bot]"));
    let reopen =
        "mutation($thread: ID!) { unresolveReviewThread(input: { threadId: $thread }) { thread { isResolved } } }";
    assert_eq!(client.graphql(reopen, thread).await["data"]["unresolveReviewThread"]["thread"]["isResolved"], false);
    let reply = "mutation($thread: ID!, $body: String!) { addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $thread, body: $body }) { comment { databaseId } } }";
    let replied = client.graphql(reply, json!({ "thread": pull.threads()[1].node_id, "body": "Fixed." })).await;
    assert!(replied["data"]["addPullRequestReviewThreadReply"]["comment"]["databaseId"].is_i64(), "{replied}");
    let missing = client.graphql(resolve, json!({ "thread": "PRRT_none" })).await;
    assert_eq!(missing["errors"][0]["type"], "NOT_FOUND");

    client.graphql("query { repository(owner: \"octo\", nam: \"shop\") { pullRequests { nope } } }", json!({})).await;
    let stars =
        client.graphql("query { repository(owner: \"octo\", name: \"shop\") { stargazerCount } }", json!({})).await;
    assert!(stars["data"]["repository"].is_null());
    let problems = fake.forgive();
    if !official::is_there() {
        return;
    }
    insta::assert_snapshot!(problems.join("\n"), @r"
    POST /graphql repository: Query.repository takes no argument nam
    POST /graphql repository: Query.repository needs the argument name
    POST /graphql repository: Repository.pullRequests is a connection and needs first or last
    POST /graphql repository: PullRequestConnection has no field nope
    POST /graphql repository: the fake does not know Repository.stargazerCount
    ");
}

#[tokio::test]
async fn a_force_push_a_rebase_and_a_rename_of_the_file_move_the_comments_as_git_does() {
    let (_fake, shop, pull, client) = changed_line_ten().await;
    let comment = json!([{ "path": "a.txt", "line": 10, "side": "RIGHT", "body": "Here." }]);
    client.post("/repos/octo/shop/pulls/1/reviews", review(comment)).await;
    let old_head = pull.head();
    let line = async || client.get("/repos/octo/shop/pulls/1/comments").await.body[0]["line"].clone();

    let text = numbered(1..=30).replace("line 10\n", "line ten\n");
    pull.force_push([("a.txt", text.as_str()), ("b.txt", "new\n")]).await;
    assert_eq!(line().await, 10);
    let gone = json!({ "event": "COMMENT", "body": "Old.", "commit_id": old_head, "comments": [] });
    assert_eq!(client.post("/repos/octo/shop/pulls/1/reviews", gone).await.status, 422);

    shop.push("main", [("c.txt", "meanwhile\n"), ("a.txt", format!("zero\n{}", numbered(1..=30)).as_str())]).await;
    pull.rebase().await;
    assert_eq!(line().await, 11);
    assert_eq!(client.get("/repos/octo/shop/pulls/1/files").await.body.as_array().unwrap().len(), 2);

    pull.push(Commit::new().rename("a.txt", "z.txt")).await;
    assert_eq!(line().await, Value::Null);
}
