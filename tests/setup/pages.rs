//! What the pages show, and what they never do.

use std::time::Duration;

use seam::{
    domain::execution::{NewExecution, Priority, Supersede},
    store::{
        enqueue,
        queue::{self, Lease, Outcome},
    },
};
use serde_json::Value;

use super::server::Server;

#[tokio::test]
async fn what_a_person_writes_is_never_markup() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    let evil = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for field in ["name", "organization", "address"] {
        let page = browser.get(&format!("/setup?{field}={evil}")).await;
        assert_eq!(page.status, 200);
        assert!(!page.html.contains("<script"), "{field}: {}", page.html);
    }
    let page = browser.get(&format!("/{evil}")).await;
    assert_eq!((page.status, page.html.contains("<script")), (404, false));
}

#[tokio::test]
async fn every_page_forbids_scripts_frames_and_caches() {
    let server = Server::start().await;
    let mut browser = server.operator().await;
    for path in ["/", "/setup", "/setup/installed", "/setup/registered", "/executions/1", "/nothing"] {
        let page = browser.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(policy.ends_with(&format!("form-action 'self' {}", server.fake.web_url())), "{path}: {policy}");
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn the_start_page_lists_what_ran_and_why_it_failed() {
    let server = Server::start().await;
    let (db, now) = (server.app.db(), server.clock.now());
    let new = NewExecution {
        workflow: "review".to_owned(),
        lane: None,
        priority: Priority::Push,
        supersede: Supersede::Never,
        installation: None,
        repository: None,
        repo: Some("octo/shop".parse().unwrap()),
        input: Value::Null,
        delivery: None,
        once: None,
        after: None,
    };
    enqueue::enqueue(db, &[new], now).await.unwrap();
    let claimed = queue::claim(db, "test", Duration::from_secs(60), now).await.unwrap().unwrap();
    let why = format!("post: nothing may be <written>{}", " on GitHub".repeat(100));
    queue::finish(db, Lease::from(&claimed), Outcome::Failed(why), now).await.unwrap();
    let page = server.operator().await.get("/").await;
    let row = "review 1 octo/shop failed post: nothing may be <written> on GitHub";
    assert!(page.status == 200 && page.text().contains(row), "{} {}", page.status, page.text());
    assert!(page.text().len() < 1_000, "{}", page.text());
}

#[tokio::test]
async fn an_address_that_github_cannot_reach_is_asked_for_before_the_button_is_there() {
    let server = Server::start_with(&[("SEAM_GITHUB_URL", "https://github.com")]).await;
    let mut browser = server.operator().await;
    let page = browser.get("/setup?address=http://localhost:8080").await;
    assert!(!page.html.contains("Create GitHub App"));
    assert!(page.text().contains("github.com cannot reach localhost on this machine."), "{}", page.text());
    let page = browser.get("/setup?address=https://seam.example.com&name=My+Seam").await;
    let (action, manifest) = page.form();
    assert!(action.starts_with("https://github.com/settings/apps/new?state="));
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    insta::assert_json_snapshot!(manifest, @r#"
    {
      "name": "My Seam",
      "description": "Reviews every push and pull request, once, on the right line, and is silent when there is nothing to say.",
      "url": "https://seam.example.com/",
      "hook_attributes": {
        "url": "https://seam.example.com/webhooks/github",
        "active": true
      },
      "redirect_url": "https://seam.example.com/setup/registered",
      "setup_url": "https://seam.example.com/setup/installed",
      "public": false,
      "default_permissions": {
        "metadata": "read",
        "contents": "write",
        "pull_requests": "write",
        "checks": "write",
        "issues": "read"
      },
      "default_events": [
        "push",
        "pull_request",
        "pull_request_review_thread",
        "pull_request_review",
        "pull_request_review_comment",
        "issue_comment",
        "repository"
      ]
    }
    "#);
}

#[tokio::test]
async fn an_app_from_the_settings_is_shown_and_left_alone() {
    let key = &crate::fake_github::key::app_key().pem;
    let server = Server::start_with(&[("SEAM_GITHUB_APP_ID", "7"), ("SEAM_GITHUB_PRIVATE_KEY", key)]).await;
    let mut browser = server.operator().await;
    for path in ["/setup", "/setup?again=yes"] {
        let page = browser.get(path).await;
        assert!(page.text().contains("Its credentials come from the settings of this server"), "{}", page.text());
        assert!(!page.html.contains("<form"));
    }
}
