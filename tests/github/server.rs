//! A GitHub that a test writes in a few lines: a function from what was asked to what is answered.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, Response, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use seam::{
    domain::ids::{InstallationId, RepositoryId},
    github::{
        client::{GitHub, Pace, Settings, install_crypto_provider},
        jwt::AppCredentials,
        permissions::Permissions,
        repository::RepositoryClient,
    },
    telemetry::clock::Clock,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::fake_github::key::app_key;

pub(crate) const TOKENS: &str = "POST /app/installations/7/access_tokens";

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Method, path and query: `GET /repos/o/r/pulls/1`.
    pub(crate) line: String,
    /// How many with the same line came before.
    pub(crate) earlier: usize,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What is answered.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    end: End,
}

enum End {
    Whole,
    Never,
    /// Headers come, then nothing more.
    InTheMiddle,
    /// Comes when the gate is opened.
    Behind(Arc<Semaphore>),
}

pub(crate) fn status(status: u16) -> Reply {
    Reply { status, headers: Vec::new(), body: Bytes::new(), end: End::Whole }
}

pub(crate) fn ok(body: &Value) -> Reply {
    status(200).json(body)
}

/// Nothing is answered until the client gives up.
pub(crate) fn never() -> Reply {
    Reply { end: End::Never, ..status(200) }
}

impl Reply {
    pub(crate) fn json(self, body: &Value) -> Self {
        self.body(body.to_string()).header("content-type", "application/json; charset=utf-8".to_owned())
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn stops_in_the_middle(mut self) -> Self {
        self.end = End::InTheMiddle;
        self
    }

    /// Waits until there is a permit at the gate.
    pub(crate) fn behind(mut self, gate: &Arc<Semaphore>) -> Self {
        self.end = End::Behind(Arc::clone(gate));
        self
    }

    async fn send(self) -> Response<Body> {
        match &self.end {
            End::Never => std::future::pending::<()>().await,
            End::Behind(gate) => gate.acquire().await.unwrap().forget(),
            End::Whole | End::InTheMiddle => {}
        }
        let mut response = Response::builder().status(StatusCode::from_u16(self.status).unwrap());
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        if matches!(self.end, End::InTheMiddle) {
            response = response.header(header::CONTENT_LENGTH, self.body.len() + 1);
            let begun = futures_util::stream::iter([Ok::<_, std::io::Error>(self.body)]);
            let and_then = futures_util::stream::once(std::future::pending());
            return response.body(Body::from_stream(futures_util::StreamExt::chain(begun, and_then))).unwrap();
        }
        response.body(Body::from(self.body)).unwrap()
    }
}

/// The running server, with a client that talks to it.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) credentials: watch::Sender<Option<AppCredentials>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// 14 July 2026, noon.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_784_030_400, 0).unwrap()
}

impl Server {
    /// `answer` says `None` where the usual answer will do: a new token for a token request, and 404 for anything else.
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Option<Reply> + Send + Sync + 'static) -> Self {
        install_crypto_provider();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let counts = Arc::new(Mutex::new(HashMap::<String, usize>::new()));
        let clock = Clock::manual(noon());
        let answer = Arc::new(answer);
        let (log, now) = (Arc::clone(&seen), clock.clone());
        let router = axum::Router::new().fallback(move |request: Request| {
            let (answer, log, counts, now) = (Arc::clone(&answer), Arc::clone(&log), Arc::clone(&counts), now.clone());
            async move {
                let (parts, body) = request.into_parts();
                let line = format!("{} {}", parts.method, parts.uri.path_and_query().unwrap());
                let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let body = serde_json::from_slice(&bytes).unwrap_or_default();
                let reply = {
                    let mut counts = counts.lock().unwrap();
                    let count = counts.entry(line.clone()).or_default();
                    let seen = Seen { line, earlier: *count, headers: parts.headers, body };
                    *count += 1;
                    log.lock().unwrap().push(seen.clone());
                    answer(&seen).unwrap_or_else(|| usual(&seen, now.now()))
                };
                reply.send().await
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let app =
            AppCredentials { issuer: "Iv1.seam".to_owned(), private_key: SecretString::from(app_key().pem.clone()) };
        let mut settings = Settings::new(url.parse().unwrap());
        settings.backoff = Duration::from_millis(1);
        settings.timeout = Duration::from_secs(30);
        settings.patience = Duration::ZERO;
        settings.pace = Pace::GitHubCom;
        Self { url, clock, settings, credentials: watch::Sender::new(Some(app)), seen }
    }

    pub(crate) fn client(&self) -> GitHub {
        GitHub::new(self.settings.clone(), self.credentials.subscribe(), self.clock.clone()).unwrap()
    }

    /// A client of repository 42 (`o/r`), for reviews.
    pub(crate) fn repository(&self) -> RepositoryClient {
        repository(&self.client())
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The lines of all requests so far, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    /// The same without token requests.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.lines().into_iter().filter(|line| line != TOKENS).collect()
    }

    /// Until this many requests have come, and for a while to see whether one more comes.
    pub(crate) async fn settle_at(&self, requests: usize) {
        let arrived = async {
            while self.lines().len() < requests {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), arrived).await.expect("the requests come");
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.lines().len(), requests, "{:?}", self.lines());
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }
}

pub(crate) fn repository(github: &GitHub) -> RepositoryClient {
    github.repository(InstallationId(7), RepositoryId(42), "o/r".parse().unwrap(), Permissions::for_review())
}

pub(crate) fn usual(seen: &Seen, now: DateTime<Utc>) -> Reply {
    if seen.line == TOKENS {
        // Longer than 500 characters, with dots, as they are since 2026; and not like a live one.
        let token = format!("token-{}.{}", seen.earlier + 1, "x".repeat(500));
        return status(201).json(&json!({ "token": token, "expires_at": now + TimeDelta::hours(1) }));
    }
    status(404).json(&json!({ "message": "Not Found" }))
}

/// A pull request as GitHub answers it, shortened to what is read.
pub(crate) fn pull(number: i64) -> Value {
    let end = |branch: &str, sha: char| {
        json!({ "ref": branch, "sha": sha.to_string().repeat(40),
            "repo": { "id": 42, "full_name": "o/r", "private": true } })
    };
    json!({ "number": number, "state": "open", "title": "A title", "body": null, "draft": false, "merged_at": null,
        "user": { "id": 1, "login": "octocat", "type": "User" }, "head": end("topic", 'a'), "base": end("main", 'b'),
        "html_url": "https://github.com/o/r/pull/1", "labels": [] })
}
