//! A client that knows no more than the protocol.

use chrono::{TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

use crate::fake_github::fake::FakeGitHub;

pub(super) struct Client {
    api: String,
    token: String,
}

pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Answered {
    /// Status and message, as refusals are told apart.
    pub(super) fn said(&self) -> String {
        let errors = if self.body["errors"].is_null() { String::new() } else { format!(" {}", self.body["errors"]) };
        format!("{} {}{errors}", self.status, self.body["message"].as_str().unwrap_or_default())
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A JWT of the App with these claims.
pub(super) fn jwt(fake: &FakeGitHub, claims: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(fake.credentials().private_key.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &key).unwrap()
}

impl Client {
    pub(super) fn with(fake: &FakeGitHub, token: &str) -> Self {
        Self { api: fake.api_url().to_owned(), token: token.to_owned() }
    }

    /// As the App.
    pub(super) fn app(fake: &FakeGitHub) -> Self {
        let now = Utc::now();
        let (from, to) = (now - TimeDelta::seconds(60), now + TimeDelta::minutes(9));
        let claims = json!({ "iat": from.timestamp(), "exp": to.timestamp(), "iss": fake.credentials().client_id });
        Self::with(fake, &jwt(fake, &claims))
    }

    /// As the installation on `octo`, with these permissions.
    pub(super) async fn installed(fake: &FakeGitHub, permissions: &Value) -> Self {
        let app = Self::app(fake);
        let id = app.get("/app/installations").await.body[0]["id"].clone();
        let answered =
            app.post(&format!("/app/installations/{id}/access_tokens"), json!({ "permissions": permissions })).await;
        Self::with(fake, answered.body["token"].as_str().unwrap_or_else(|| panic!("{}", answered.said())))
    }

    /// With everything a review needs.
    pub(super) async fn reviewer(fake: &FakeGitHub) -> Self {
        Self::installed(fake, &json!({ "contents": "write", "pull_requests": "write", "checks": "write" })).await
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, None, &[]).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answered {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> Answered {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    pub(super) async fn graphql(&self, query: &str, variables: Value) -> Value {
        self.post("/graphql", json!({ "query": query, "variables": variables })).await.body
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answered {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.api) };
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut request = client.request(method, url).bearer_auth(&self.token).header("user-agent", "test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Answered { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }
}
