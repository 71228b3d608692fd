//! Who may ask for what.

use chrono::{TimeDelta, Utc};
use seam::telemetry::clock::Clock;
use serde_json::json;

use super::client::{Client, jwt};
use crate::fake_github::{
    fake::FakeGitHub,
    model::{accounts::Role, app::Level},
};

#[tokio::test]
async fn a_jwt_must_be_signed_by_the_app_and_short_lived() {
    let fake = FakeGitHub::start(Clock::System).await;
    let app = fake.credentials();
    let now = Utc::now().timestamp();
    let mut said = Vec::new();
    for claims in [
        json!({ "iat": now - 60, "exp": now + 540, "iss": app.client_id }),
        json!({ "iat": now - 60, "exp": now + 540, "iss": app.app_id }),
        json!({ "iat": now - 60, "exp": now + 700, "iss": app.client_id }),
        json!({ "iat": now - 60, "exp": now - 1, "iss": app.client_id }),
        json!({ "iat": now + 60, "exp": now + 540, "iss": app.client_id }),
        json!({ "iat": now - 60, "exp": now + 540, "iss": "somebody" }),
    ] {
        said.push(Client::with(&fake, &jwt(&fake, &claims)).get("/app").await.said());
    }
    let forged = jwt(&fake, &json!({ "iat": now - 60, "exp": now + 540, "iss": app.client_id }));
    said.push(Client::with(&fake, &forged[..forged.len() - 8]).get("/app").await.said());
    insta::assert_snapshot!(said.join("\n"), @r"
    200 
    200 
    401 'Expiration time' claim ('exp') is too far in the future
    401 'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires
    401 'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued
    404 Integration not found
    401 A JSON web token could not be decoded
    ");
}

#[tokio::test]
async fn a_token_reaches_what_it_was_made_for_and_no_further() {
    let clock = Clock::manual(Utc::now());
    let fake = FakeGitHub::start(clock.clone()).await;
    let (shop, other) = (fake.repository("octo/shop", [("a", "1\n")]), fake.repository("octo/other", [("a", "1\n")]));
    shop.open_pull("topic", [("a", "2\n")]).await;
    let app = Client::app(&fake);
    let id = app.get("/repos/octo/shop/installation").await.body["id"].clone();
    let tokens = format!("/app/installations/{id}/access_tokens");
    let asked = json!({ "repository_ids": [shop.id()], "permissions": { "pull_requests": "read" } });
    let answered = app.post(&tokens, asked).await;
    let token = answered.body["token"].as_str().unwrap();
    assert!(token.starts_with("ghs_") && (480..560).contains(&token.len()), "{} characters", token.len());

    let client = Client::with(&fake, token);
    assert_eq!(client.get("/repos/octo/shop/pulls/1").await.status, 200);
    assert_eq!(client.get("/repos/octo/other").await.said(), "404 Not Found");
    let refused = client.get("/repos/octo/shop/contents/a").await;
    assert_eq!(refused.said(), "403 Resource not accessible by integration");
    assert_eq!(refused.header("x-accepted-github-permissions"), "contents=read");
    let comment = json!({ "body": "hello" });
    assert_eq!(client.post("/repos/octo/shop/issues/1/comments", comment).await.status, 403);

    let too_much = app.post(&tokens, json!({ "permissions": { "administration": "write" } })).await;
    assert_eq!(too_much.said(), "422 The permissions requested are not granted to this installation.");
    let foreign = app.post(&tokens, json!({ "repository_ids": [other.id(), 1] })).await;
    assert_eq!(foreign.status, 422);

    clock.advance(TimeDelta::minutes(61));
    assert_eq!(client.get("/repos/octo/shop/pulls/1").await.said(), "401 Bad credentials");
}

#[tokio::test]
async fn a_suspended_or_removed_installation_is_shut_out() {
    let fake = FakeGitHub::start(Clock::System).await;
    fake.repository("octo/shop", [("a", "1\n")]);
    let client = Client::reviewer(&fake).await;
    fake.suspend("octo").await;
    assert_eq!(client.get("/repos/octo/shop").await.said(), "403 This installation has been suspended");
    fake.unsuspend("octo").await;
    assert_eq!(client.get("/repos/octo/shop").await.status, 200);
    fake.permit("octo", "contents", Some(Level::Read));
    assert_eq!(client.get("/repos/octo/shop").await.said(), "401 Bad credentials");
    fake.uninstall("octo").await;
    assert_eq!(Client::app(&fake).get("/repos/octo/shop/installation").await.status, 404);
}

#[tokio::test]
async fn people_have_the_role_they_were_given() {
    let fake = FakeGitHub::start(Clock::System).await;
    let shop = fake.repository("octo/shop", [("a", "1\n")]);
    let client = Client::reviewer(&fake).await;
    shop.set_role("ivan", Role::Triage);
    shop.set_role("judy", Role::Maintain);
    let mut said = Vec::new();
    for login in ["ivan", "judy", "ada", "grace", "octo", "mallory", "nobody"] {
        let answered = client.get(&format!("/repos/octo/shop/collaborators/{login}/permission")).await;
        said.push(format!(
            "{login} {} {} {}",
            answered.status, answered.body["permission"], answered.body["role_name"]
        ));
    }
    shop.make_public();
    let answered = client.get("/repos/octo/shop/collaborators/mallory/permission").await;
    said.push(format!("mallory {}", answered.body["permission"]));
    insta::assert_snapshot!(said.join("\n"), @r#"
    ivan 200 "read" "triage"
    judy 200 "write" "maintain"
    ada 200 "write" "write"
    grace 200 "admin" "admin"
    octo 200 "admin" "admin"
    mallory 200 "none" "none"
    nobody 404 null null
    mallory "read"
    "#);
    assert_eq!(client.get("/users/seam%5Bbot%5D").await.body["type"], "Bot");
}
