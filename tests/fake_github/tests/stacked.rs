//! Pull requests on pull requests, and the traps that GitHub has there.

use chrono::Utc;
use seam::telemetry::clock::Clock;
use serde_json::json;

use super::client::Client;
use crate::fake_github::{
    acts::{pull::Method, pull::Pull, repo::Repo},
    fake::FakeGitHub,
    git_repository::Commit,
    model::pull::PullState,
};

async fn start() -> (FakeGitHub, Repo, Client) {
    let fake = FakeGitHub::start(Clock::manual(Utc::now())).await;
    let shop = fake.repository("octo/shop", [("a", "1\n"), ("b", "1\n")]);
    let client = Client::reviewer(&fake).await;
    (fake, shop, client)
}

/// `lower` changes `a`, `upper` stands on it and changes `b`.
async fn stack(shop: &Repo) -> (Pull, Pull) {
    let lower = shop.open_pull("lower", [("a", "2\n")]).await;
    shop.point("upper", &shop.git().commit(&[&lower.head()], [("b", "2\n")])).await;
    (lower, shop.new_pull("upper", Commit::new().write("b", "3\n")).base("lower").open().await)
}

fn state(pull: &Pull) -> String {
    let now = pull.now();
    let state = match now.state {
        PullState::Open => "open",
        PullState::Closed { .. } => "closed",
        PullState::Merged { .. } => "merged",
    };
    format!("{state} on {}", now.base_ref)
}

#[tokio::test]
async fn a_pull_request_whose_head_is_in_its_base_is_marked_as_merged_for_good() {
    let (_fake, shop, client) = start().await;
    let (lower, upper) = stack(&shop).await;
    // The stack is reordered, and its branches are pushed before its bases are right.
    shop.point("lower", &shop.git().commit(&[&upper.head()], [("a", "3\n")])).await;
    assert_eq!((state(&lower).as_str(), state(&upper).as_str()), ("open on main", "merged on lower"));
    let reopened = client.patch("/repos/octo/shop/pulls/2", json!({ "state": "open" })).await;
    assert_eq!(reopened.status, 422);
}

#[tokio::test]
async fn a_deleted_branch_takes_its_pull_requests_with_it_unless_it_was_merged() {
    let (_fake, shop, _) = start().await;
    let (lower, upper) = stack(&shop).await;
    lower.merge_by(Method::Squash).await;
    shop.delete_branch("lower").await;
    assert_eq!((state(&lower).as_str(), state(&upper).as_str()), ("merged on main", "open on main"));
    let (_fake, shop, _) = start().await;
    let (lower, upper) = stack(&shop).await;
    shop.delete_branch("lower").await;
    assert_eq!((state(&lower).as_str(), state(&upper).as_str()), ("closed on main", "closed on lower"));
}

#[tokio::test]
async fn the_three_buttons_leave_the_same_files() {
    for method in [Method::Merge, Method::Squash, Method::Rebase] {
        let (_fake, shop, _) = start().await;
        let (lower, upper) = stack(&shop).await;
        lower.merge_by(method).await;
        assert_eq!(shop.git().git(&["show", "main:a"]), "2", "{method:?}");
        assert_eq!(shop.git().is_ancestor(&lower.head(), &shop.branch("main")), matches!(method, Method::Merge));
        assert_eq!(state(&upper), "open on lower");
    }
}

#[tokio::test]
async fn what_makes_no_pull_request_and_no_tree_is_refused() {
    let (_fake, shop, client) = start().await;
    let (_, upper) = stack(&shop).await;
    shop.point("same", &shop.branch("main")).await;
    let pulls = "/repos/octo/shop/pulls";
    let new = |head: &str, base: &str| json!({ "title": "T", "head": head, "base": base });
    let mut said = Vec::new();
    for body in [new("lower", "main"), new("same", "main"), new("nowhere", "main")] {
        said.push(client.post(pulls, body).await.said());
    }
    let based = json!({ "base": "main" });
    said.push(client.patch(&format!("{pulls}/{}", upper.number()), based).await.said());
    let tree = |entry| json!({ "base_tree": shop.git().lookup("main^{tree}"), "tree": [entry] });
    let gone = json!({ "path": "nowhere", "mode": "100644", "type": "blob", "sha": null });
    let missing = json!({ "path": "c", "mode": "100644", "type": "blob", "sha": "1".repeat(40) });
    for entry in [gone, missing] {
        said.push(client.post("/repos/octo/shop/git/trees", tree(entry)).await.said());
    }
    said.push(client.get("/repos/octo/shop/stacks").await.said());
    insta::assert_snapshot!(said.join("\n"), @r#"
    422 Validation Failed [{"resource":"PullRequest","field":"base","code":"custom","message":"A pull request already exists for octo:lower."}]
    422 Validation Failed [{"resource":"PullRequest","field":"base","code":"custom","message":"No commits between main and same"}]
    422 Validation Failed [{"resource":"PullRequest","field":"head","code":"invalid","message":""}]
    200 
    422 GitRPC::BadObjectState
    422 tree.sha 1111111111111111111111111111111111111111 is not a valid blob
    404 Not Found
    "#);
}
