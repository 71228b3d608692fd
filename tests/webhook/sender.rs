//! Signs and sends deliveries as GitHub does, to the real endpoint on a real database.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use seam::{
    domain::{
        event::{Event, EventKind},
        execution::{NewExecution, Priority, Supersede},
    },
    store::{db::Db, ingest::Ingest},
    telemetry::clock::Clock,
    webhook::{receive::Webhooks, signature::WebhookSecrets},
    workflow::trigger::Decision,
};
use secrecy::SecretString;
use sha2::Sha256;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// The endpoint, and who knows its secret.
pub(super) struct Sender {
    router: Router,
    pub(super) secrets: watch::Sender<WebhookSecrets>,
}

pub(super) const SECRET: &str = "a secret of the tests";

pub(super) fn secrets(texts: &[&str]) -> WebhookSecrets {
    WebhookSecrets::new(texts.iter().map(|text| SecretString::from(*text)))
}

pub(super) fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Pushes start one execution with the event as its input; all else is skipped.
fn decide(event: &Event) -> Decision {
    match &event.kind {
        EventKind::Push(_) => {
            let repository = event.repository.as_ref();
            Decision::Start(vec![NewExecution {
                workflow: "review".to_owned(),
                lane: None,
                supersede: Supersede::Never,
                priority: Priority::Push,
                installation: event.installation,
                repository: repository.map(|it| it.id),
                repo: repository.map(|it| it.name.clone()),
                input: serde_json::to_value(event).unwrap(),
                delivery: None,
                once: None,
                after: None,
            }])
        }
        _ => Decision::Skip(format!("nothing to do for {}", event.full_name())),
    }
}

impl Sender {
    pub(super) fn new(db: Db) -> Self {
        let (sender, receiver) = watch::channel(secrets(&[SECRET]));
        let webhooks = Webhooks::new(Ingest::start(db), receiver, Arc::new(decide), Clock::System);
        Self { router: webhooks.router(), secrets: sender }
    }

    /// A request as GitHub makes it, to be spoilt by the test.
    pub(super) fn request(id: &str, event: &str, body: impl Into<Bytes>) -> Request<Body> {
        let body = body.into();
        Request::post("/webhooks/github")
            .header("content-type", "application/json")
            .header("x-github-event", event)
            .header("x-github-delivery", id)
            .header("x-hub-signature-256", sign(SECRET, &body))
            .body(Body::from(body))
            .unwrap()
    }

    pub(super) async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}
