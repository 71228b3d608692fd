//! Check runs, conversation comments, files and lists.

use chrono::Utc;
use seam::telemetry::clock::Clock;
use serde_json::{Value, json};

use super::client::Client;
use crate::fake_github::{acts::repo::Repo, fake::FakeGitHub, git_repository::Commit, official};

async fn start() -> (FakeGitHub, Repo, Client) {
    let fake = FakeGitHub::start(Clock::System).await;
    let shop = fake.repository("octo/shop", [("src/a.py", "one\n"), ("README.md", "# Shop\n")]);
    let client = Client::reviewer(&fake).await;
    (fake, shop, client)
}

#[tokio::test]
async fn a_check_run_keeps_githubs_limits_and_gathers_annotations() {
    let (fake, shop, client) = start().await;
    let head = shop.branch("main");
    let runs = "/repos/octo/shop/check-runs";
    let annotation = |line: usize| json!({ "path": "src/a.py", "start_line": line, "end_line": line, "annotation_level": "warning", "message": "Hm." });
    let fifty: Vec<Value> = (1..=50).map(annotation).collect();
    let many: Vec<Value> = (1..=51).map(annotation).collect();
    let run = |output: Value| json!({ "name": "Seam", "head_sha": head, "conclusion": "neutral", "output": output });
    let mut said = Vec::new();
    for body in [
        run(json!({ "title": "T", "summary": "S", "annotations": many })),
        run(json!({ "title": "T", "summary": "x".repeat(65_536) })),
        json!({ "name": "Seam", "head_sha": "1".repeat(40) }),
        json!({ "name": "Seam", "head_sha": head, "actions": [{ "label": "x".repeat(21), "description": "d", "identifier": "i" }] }),
    ] {
        said.push(client.post(runs, body).await.said());
    }
    let made = client.post(runs, run(json!({ "title": "T", "summary": "S", "annotations": fifty }))).await;
    said.push(made.said());
    // Two of the bodies above break GitHub's description as well.
    insta::assert_snapshot!(said.join("\n"), @r"
    422 Invalid request.

    No more than 50 items are allowed; 51 were supplied.
    422 Invalid request.

    Only 65535 characters are allowed for summary.
    422 No commit found for SHA: 1111111111111111111111111111111111111111
    422 Invalid request.

    Only 20 characters are allowed for label; 21 were supplied.
    201
    ");
    let forgiven = fake.forgive();
    assert_eq!(forgiven.len(), if official::is_there() { 3 } else { 0 }, "{forgiven:#?}");

    let one = format!("{runs}/{}", made.body["id"]);
    let more = json!({ "output": { "title": "T", "summary": "S", "annotations": [annotation(51)] } });
    assert_eq!(client.patch(&one, more).await.body["output"]["annotations_count"], 51);
    let page = client.get(&format!("{one}/annotations?per_page=50&page=2")).await;
    assert_eq!(page.body.as_array().unwrap().len(), 1);
    client.post(runs, run(json!({ "title": "Again", "summary": "S" }))).await;
    let latest = client.get(&format!("/repos/octo/shop/commits/{head}/check-runs?check_name=Seam")).await.body;
    assert_eq!((&latest["total_count"], &latest["check_runs"][0]["output"]["title"]), (&json!(1), &json!("Again")));
    assert_eq!(client.get(&one).await.body["conclusion"], "neutral");
    assert!(shop.checks_shown("main").starts_with("check Seam: neutral: Again\n"), "{}", shop.checks_shown("main"));
}

#[tokio::test]
async fn comments_are_written_edited_removed_and_reacted_to() {
    let (fake, shop, client) = start().await;
    let pull = shop.new_pull("topic", [("b", "1\n")]).titled("Add b").open().await;
    pull.comment("ada", "Please look.").await;
    let comments = "/repos/octo/shop/issues/1/comments";
    assert_eq!(client.post(comments, json!({ "body": "x".repeat(65_537) })).await.status, 422);
    let made = client.post(comments, json!({ "body": "One problem." })).await.body;
    let own = format!("/repos/octo/shop/issues/comments/{}", made["id"]);
    client.patch(&own, json!({ "body": "Two problems." })).await;
    let eyes = json!({ "content": "eyes" });
    assert_eq!(client.post(&format!("{own}/reactions"), eyes.clone()).await.status, 201);
    assert_eq!(client.post(&format!("{own}/reactions"), eyes).await.status, 200);
    insta::assert_snapshot!(pull.shown(), @r"
    #1 Add b (open)

    ada wrote
      Please look.

    seam[bot] wrote
      Two problems.
      [eyes by seam[bot]]
    ");
    assert_eq!(client.send(reqwest::Method::DELETE, &own, None, &[]).await.status, 204);
    assert_eq!(client.get(comments).await.body.as_array().unwrap().len(), 1);
    assert_eq!(client.get(&own).await.status, 404);
    let edits = fake.asked("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}");
    assert_eq!((edits.len(), edits[0].status, edits[0].path.as_str()), (1, 200, own.as_str()));
    assert_eq!(shop.pull(1).head(), pull.head());
}

#[tokio::test]
async fn lists_come_in_pages_and_unchanged_answers_as_304() {
    let (_fake, shop, client) = start().await;
    let pull = shop.open_pull("topic", [("b", "1\n")]).await;
    for number in 0..7 {
        pull.comment("ada", &format!("Comment {number}")).await;
    }
    let first = client.get("/repos/octo/shop/issues/1/comments?per_page=3").await;
    assert_eq!(first.body.as_array().unwrap().len(), 3);
    assert!(first.header("link").contains("rel=\"next\"") && first.header("link").contains("/repositories/"));
    let next = first.header("link").split(['<', '>']).nth(1).unwrap();
    let second = client.get(next).await;
    assert_eq!(second.body[0]["body"], "Comment 3");
    let last = client.get("/repos/octo/shop/issues/1/comments?per_page=3&page=3").await;
    assert!(last.header("link").contains("rel=\"prev\"") && !last.header("link").contains("rel=\"next\""));

    let tag = client.get("/repos/octo/shop/pulls/1").await.header("etag").to_owned();
    let again = client.send(reqwest::Method::GET, "/repos/octo/shop/pulls/1", None, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body), (304, Value::String(String::new())));
    pull.convert_to_draft().await;
    let changed = client.send(reqwest::Method::GET, "/repos/octo/shop/pulls/1", None, &[("if-none-match", &tag)]).await;
    assert_eq!((changed.status, &changed.body["draft"]), (200, &json!(true)));
    let left = changed.header("x-ratelimit-remaining").parse::<u32>().unwrap();
    assert!(left < 5_000 && changed.header("x-ratelimit-limit") == "5000");
}

#[tokio::test]
async fn files_commits_and_comparisons_are_read_from_git() {
    let (_fake, shop, client) = start().await;
    let before = shop.branch("main");
    let head = shop
        .push("main", Commit::new().message("Change a").write("src/a.py", "two\n").rename("README.md", "READ.md"))
        .await;
    let repo = "/repos/octo/shop";
    let file = client.get(&format!("{repo}/contents/src/a.py?ref=main")).await.body;
    assert_eq!(file["content"], "dHdvCg==\n");
    let raw = [("accept", "application/vnd.github.raw+json")];
    let old = client.send(reqwest::Method::GET, &format!("{repo}/contents/src/a.py?ref={before}"), None, &raw).await;
    assert_eq!(old.body, "one\n");
    let folder = client.get(&format!("{repo}/contents/src")).await.body;
    assert_eq!((&folder[0]["name"], &folder[0]["type"]), (&json!("a.py"), &json!("file")));
    assert_eq!(client.get(&format!("{repo}/contents/none")).await.status, 404);
    let commit = client.get(&format!("{repo}/commits/main")).await.body;
    assert_eq!((&commit["sha"], &commit["commit"]["message"]), (&json!(head), &json!("Change a")));
    assert_eq!(commit["files"][0]["previous_filename"], "README.md");
    let compared = client.get(&format!("{repo}/compare/{before}...{head}")).await.body;
    assert_eq!((&compared["status"], &compared["ahead_by"]), (&json!("ahead"), &json!(1)));
    assert_eq!(client.get(&format!("{repo}/branches/main")).await.body["commit"]["sha"], json!(head));
    assert_eq!(client.get(&format!("{repo}/git/ref/heads/main")).await.body["object"]["sha"], json!(head));
    assert_eq!(client.get(repo).await.body["default_branch"], "main");
    assert_eq!(client.get("/installation/repositories").await.body["total_count"], 1);
    assert_eq!(client.get("/rate_limit").await.status, 200);
}

#[tokio::test]
async fn pull_requests_are_found_by_branch_and_by_commit() {
    let (_fake, shop, client) = start().await;
    shop.commit("release", Commit::new().message("Release"));
    let first = shop.open_pull("one", [("b", "1\n")]).await;
    let second = shop.new_pull("two", [("c", "1\n")]).base("release").draft().by_fork_of("mallory").open().await;
    let numbers = async |path: &str| {
        let body = client.get(path).await.body;
        body.as_array()
            .unwrap_or_else(|| panic!("{path}: {body}"))
            .iter()
            .map(|one| one["number"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers("/repos/octo/shop/pulls").await, [2, 1]);
    assert_eq!(numbers("/repos/octo/shop/pulls?head=octo:one").await, [1]);
    assert_eq!(numbers("/repos/octo/shop/pulls?head=mallory:two&state=all").await, [2]);
    assert_eq!(numbers("/repos/octo/shop/pulls?base=release").await, [2]);
    assert_eq!(numbers(&format!("/repos/octo/shop/commits/{}/pulls", first.head())).await, [1]);
    let whole = client.get("/repos/octo/shop/pulls/2").await.body;
    assert_eq!(
        (&whole["head"]["repo"]["fork"], &whole["commits"], &whole["changed_files"]),
        (&json!(true), &json!(1), &json!(1))
    );
    let diff = [("accept", "application/vnd.github.diff")];
    let diff = client.send(reqwest::Method::GET, "/repos/octo/shop/pulls/2", None, &diff).await.body;
    assert!(diff.as_str().unwrap().starts_with("diff --git a/c b/c"));
    assert_eq!(client.get("/repos/octo/shop/pulls/1/commits").await.body.as_array().unwrap().len(), 1);

    first.merge().await;
    second.close().await;
    assert_eq!(numbers("/repos/octo/shop/pulls").await, Vec::<i64>::new());
    assert_eq!(client.get("/repos/octo/shop/pulls/1").await.body["merged"], true);
    second.reopen().await;
    second.ready_for_review().await;
    second.change_base("main").await;
    assert_eq!(numbers("/repos/octo/shop/pulls?base=main").await, [second.number()]);
}

#[tokio::test]
async fn more_than_eighty_comments_a_minute_are_too_many() {
    let clock = Clock::manual(Utc::now());
    let fake = FakeGitHub::start(clock.clone()).await;
    let shop = fake.repository("octo/shop", [("a", "1\n")]);
    shop.open_pull("topic", [("b", "1\n")]).await;
    let client = Client::reviewer(&fake).await;
    let comment = async || client.post("/repos/octo/shop/issues/1/comments", json!({ "body": "More." })).await;
    for _ in 0..80 {
        assert_eq!(comment().await.status, 201);
    }
    let refused = comment().await;
    assert!(refused.said().contains("secondary rate limit"), "{}", refused.said());
    assert_eq!(refused.header("retry-after"), "60");
    clock.advance(chrono::TimeDelta::seconds(61));
    assert_eq!(comment().await.status, 201);
    for _ in 0..100 {
        fake.without_limits();
        assert_eq!(comment().await.status, 201);
    }
}
