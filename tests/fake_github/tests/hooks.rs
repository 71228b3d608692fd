//! Webhooks as they are sent, and the App's registration.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use hmac::{Hmac, KeyInit as _, Mac as _};
use seam::telemetry::clock::Clock;
use serde_json::{Value, json};
use sha2::Sha256;

use super::client::Client;
use crate::fake_github::{fake::FakeGitHub, git_repository::Commit, official::webhook_schema, post::Receiver};

type Heard = Arc<Mutex<Vec<(String, String, Value)>>>;

/// Listens as Seam would; gives what arrives: the GUID, the event with its action, and the payload.
fn listen(fake: &FakeGitHub) -> Heard {
    let heard = Heard::default();
    let secret = fake.credentials().webhook_secret;
    let handler = async move |State(heard): State<Heard>, headers: HeaderMap, body: Bytes| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&body);
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert_eq!(headers["x-hub-signature-256"], signature);
        let payload: Value = serde_json::from_slice(&body).unwrap();
        let action = payload["action"].as_str().map(|action| format!(".{action}")).unwrap_or_default();
        let event = format!("{}{action}", headers["x-github-event"].to_str().unwrap());
        heard.lock().unwrap().push((headers["x-github-delivery"].to_str().unwrap().to_owned(), event, payload));
        axum::http::StatusCode::ACCEPTED
    };
    let router = Router::new().route("/hooks", post(handler)).with_state(Arc::clone(&heard));
    fake.send_webhooks_to(Receiver::Router(router, "/hooks"));
    heard
}

#[tokio::test]
async fn every_act_is_told_in_githubs_own_shape() {
    let fake = FakeGitHub::start(Clock::System).await;
    let heard = listen(&fake);
    let shop = fake.repository("octo/shop", [("a", "1\n")]);
    let client = Client::reviewer(&fake).await;
    let pull = shop.open_pull("topic", [("b", "1\n")]).await;
    pull.push([("b", "2\n")]).await;
    pull.force_push([("b", "3\n")]).await;
    let comment = json!([{ "path": "b", "line": 1, "side": "RIGHT", "body": "Here." }]);
    client
        .post("/repos/octo/shop/pulls/1/reviews", json!({ "event": "COMMENT", "body": "Look.", "comments": comment }))
        .await;
    let run = json!({ "name": "Seam", "head_sha": pull.head(), "status": "in_progress" });
    let run = client.post("/repos/octo/shop/check-runs", run).await.body;
    client.patch(&format!("/repos/octo/shop/check-runs/{}", run["id"]), json!({ "conclusion": "success" })).await;
    pull.resolve_thread_as("ada", 0).await;
    pull.comment("ada", "/review").await;
    pull.rerequest_check("ada").await;
    pull.convert_to_draft().await;
    pull.ready_for_review().await;
    pull.merge().await;
    shop.delete_branch("topic").await;
    shop.rename("store").await;
    fake.suspend("octo").await;
    shop.push("main", [("c", "nobody hears this\n")]).await;
    fake.unsuspend("octo").await;
    fake.uninstall("octo").await;

    let heard = heard.lock().unwrap();
    let events: Vec<&str> = heard.iter().map(|(_, event, _)| event.as_str()).collect();
    insta::assert_snapshot!(events.join("\n"), @r"
    push
    check_suite.requested
    pull_request.opened
    push
    check_suite.requested
    pull_request.synchronize
    push
    check_suite.requested
    pull_request.synchronize
    pull_request_review.submitted
    pull_request_review_comment.created
    check_run.created
    check_run.completed
    pull_request_review_thread.resolved
    issue_comment.created
    check_run.rerequested
    pull_request.converted_to_draft
    pull_request.ready_for_review
    pull_request.closed
    push
    check_suite.requested
    push
    repository.renamed
    installation.suspend
    installation.unsuspend
    installation.deleted
    ");
    let problems: Vec<String> = heard
        .iter()
        .flat_map(|(_, event, payload)| webhook_schema::check(event.split('.').next().unwrap(), payload))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let pushed = &heard[0].2;
    assert_eq!((&pushed["created"], &pushed["commits"][0]["added"]), (&json!(true), &json!(["b"])));
    let forced = heard.iter().filter(|(_, event, _)| event == "push").nth(2).unwrap();
    assert_eq!(forced.2["forced"], true);
}

#[tokio::test]
async fn lost_webhooks_are_listed_and_sent_again_with_their_own_guid() {
    let fake = FakeGitHub::start(Clock::System).await;
    let heard = listen(&fake);
    let shop = fake.repository("octo/shop", [("a", "1\n")]);
    fake.lose_webhooks();
    shop.open_pull("topic", Commit::new().write("b", "1\n")).await;
    fake.find_webhooks();
    assert!(heard.lock().unwrap().is_empty());

    let app = Client::app(&fake);
    let failed = app.get("/app/hook/deliveries?status=failure&per_page=2").await;
    let first_page = failed.body.as_array().unwrap().len();
    let next = failed.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
    let rest = app.get(&next).await.body;
    assert_eq!(
        (first_page, rest.as_array().unwrap().len()),
        (2, 2),
        "push, check_suite, pull_request, and installation"
    );
    let opened = &failed.body[0];
    assert_eq!((&opened["event"], &opened["action"]), (&json!("pull_request"), &json!("opened")));
    let whole = app.get(&format!("/app/hook/deliveries/{}", opened["id"])).await.body;
    assert_eq!(whole["request"]["payload"]["number"], 1);

    let again = app.post(&format!("/app/hook/deliveries/{}/attempts", opened["id"]), Value::Null).await;
    assert_eq!(again.status, 202);
    assert_eq!(fake.deliver().await, 1);
    assert_eq!(json!(heard.lock().unwrap()[0].0), opened["guid"]);
    fake.repeat_webhooks().await;
    assert_eq!(heard.lock().unwrap().iter().filter(|(guid, ..)| json!(guid) == opened["guid"]).count(), 3);
}

#[tokio::test]
async fn webhooks_go_to_an_address_by_themselves() {
    let mut fake = FakeGitHub::start(Clock::System).await;
    let (heard, hear) = tokio::sync::mpsc::unbounded_channel();
    let router = Router::new().route("/hooks", post(async move |_: Bytes| heard.send(()).is_ok().to_string()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    fake.send_webhooks_to(Receiver::Url(url));
    fake.deliver_by_itself();
    fake.shared.install("ada");
    let mut hear = hear;
    assert!(hear.recv().await.is_some());
    server.abort();
}

#[tokio::test]
async fn a_manifest_becomes_an_app_once() {
    let fake = FakeGitHub::start_empty(Clock::System).await;
    let manifest = json!({
        "name": "Seam of Octo", "url": "https://seam.example.com", "hook_attributes": { "url": "https://seam.example.com/hooks" },
        "redirect_url": "http://127.0.0.1:1/setup/callback", "public": false,
        "default_permissions": { "contents": "read", "checks": "write" }, "default_events": ["push"],
    });
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let submit = async |manifest: &Value| {
        let url = format!("{}/organizations/octo/settings/apps/new?state=st%20ate", fake.web_url());
        browser.post(url).form(&[("manifest", manifest.to_string())]).send().await.unwrap()
    };
    let back = submit(&manifest).await;
    let location = url::Url::parse(back.headers()["location"].to_str().unwrap()).unwrap();
    let query: std::collections::BTreeMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!((query["state"].as_str(), location.path()), ("st ate", "/setup/callback"));

    let convert = format!("{}/app-manifests/{}/conversions", fake.api_url(), query["code"]);
    let convert = async || browser.post(&convert).header("user-agent", "test").send().await.unwrap();
    let made: Value = convert().await.json().await.unwrap();
    assert_eq!((&made["slug"], &made["owner"]["login"]), (&json!("seam-of-octo"), &json!("octo")));
    assert!(made["pem"].as_str().unwrap().contains("RSA PRIVATE KEY"));
    assert_eq!(convert().await.status(), 404);
    assert_eq!(Client::app(&fake).get("/app").await.body["name"], "Seam of Octo");

    let mut wrong = manifest.clone();
    wrong["default_events"] = json!(["installation"]);
    assert_eq!(submit(&wrong).await.status(), 422);
    let choose = browser.get(format!("{}/apps/seam-of-octo/installations/new", fake.web_url())).send().await.unwrap();
    assert!(choose.text().await.unwrap().contains("Install on octo"));
    let install = format!("{}/apps/seam-of-octo/installations", fake.web_url());
    assert_eq!(browser.post(install).form(&[("account", "octo")]).send().await.unwrap().status(), 200);
    assert_eq!(Client::app(&fake).get("/app/installations").await.body[0]["permissions"]["checks"], "write");
}
