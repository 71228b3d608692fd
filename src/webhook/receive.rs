//! `POST /webhooks/github`: what is answered, and when. The order matters: the size is capped while the body streams in,
//! the signature is checked before anything is parsed, and 202 is said only when the delivery is on disk.

use std::{sync::Arc, time::Instant};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use bytes::Bytes;
use metrics::{counter, histogram};
use serde_json::json;
use tokio::sync::watch;

use super::{
    body::{BodyReader, Unread},
    fields::Payload,
    payload::{self, Malformed},
    signature::{Signature, WebhookSecrets},
};
use crate::{
    domain::{
        delivery::{DeliveryStatus, NewDelivery},
        event::Event,
        ids::DeliveryId,
    },
    store::ingest::{Ingest, Ingested},
    telemetry::{
        clock::Clock,
        metrics::{WEBHOOK_DURATION, WEBHOOK_REQUESTS},
    },
    workflow::trigger::Decision,
};

/// Bodies larger than this are verified and parsed on a thread that may take its time.
const QUICK: usize = 256 * 1024;

/// The other content type that a webhook can be set to.
const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// Decides what an event leads to: pure, and quick.
pub type Decide = Arc<dyn Fn(&Event) -> Decision + Send + Sync>;

/// What the endpoint works with.
#[derive(Clone)]
pub struct Webhooks {
    ingest: Ingest,
    secrets: watch::Receiver<WebhookSecrets>,
    decide: Decide,
    clock: Clock,
    bodies: BodyReader,
}

impl Webhooks {
    pub fn new(ingest: Ingest, secrets: watch::Receiver<WebhookSecrets>, decide: Decide, clock: Clock) -> Self {
        Self { ingest, secrets, decide, clock, bodies: BodyReader::new() }
    }

    pub fn router(self) -> Router {
        Router::new().route("/webhooks/github", post(receive)).with_state(self)
    }
}

/// Every way to answer.
#[derive(Debug)]
enum Answer {
    Stored,
    Duplicate,
    /// No secret is set up: there is no endpoint.
    Closed,
    BadSignature,
    BadHeader(&'static str),
    Malformed(Malformed),
    Incomplete,
    TooLarge,
    Unavailable,
}

impl Answer {
    /// The metric's `result`.
    fn result(&self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::Closed => "closed",
            Self::BadSignature => "bad_signature",
            Self::BadHeader(_) => "bad_header",
            Self::Malformed(_) => "malformed",
            Self::Incomplete => "incomplete",
            Self::TooLarge => "too_large",
            Self::Unavailable => "unavailable",
        }
    }

    fn into_response(self) -> Response {
        let error = |status: StatusCode, message: &str| (status, Json(json!({ "error": message }))).into_response();
        match self {
            Self::Stored => (StatusCode::ACCEPTED, Json(json!({ "status": "stored" }))).into_response(),
            Self::Duplicate => (StatusCode::OK, Json(json!({ "status": "duplicate" }))).into_response(),
            Self::Closed => error(StatusCode::NOT_FOUND, "no webhook secret is set up here"),
            Self::BadSignature => error(
                StatusCode::UNAUTHORIZED,
                "X-Hub-Signature-256 is missing, or was not made with the webhook's secret",
            ),
            Self::BadHeader(message) => error(StatusCode::BAD_REQUEST, message),
            Self::Malformed(malformed) => error(StatusCode::BAD_REQUEST, &malformed.to_string()),
            Self::Incomplete => error(StatusCode::BAD_REQUEST, "the body did not arrive completely, or not in time"),
            Self::TooLarge => error(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 25 MB"),
            Self::Unavailable => {
                error(StatusCode::SERVICE_UNAVAILABLE, "the delivery cannot be stored at the moment; deliver it again")
            }
        }
    }
}

async fn receive(State(webhooks): State<Webhooks>, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let (event, answer) = webhooks.answer(&parts.headers, body).await;
    counter!(WEBHOOK_REQUESTS, "event" => event, "result" => answer.result()).increment(1);
    histogram!(WEBHOOK_DURATION).record(started.elapsed());
    answer.into_response()
}

impl Webhooks {
    /// The event's name as the metric knows it, and the answer.
    async fn answer(&self, headers: &HeaderMap, body: Body) -> (&'static str, Answer) {
        const NOT_PROVED: &str = "unverified";
        let secrets = self.secrets.borrow().clone();
        if secrets.is_empty() {
            return (NOT_PROVED, Answer::Closed);
        }
        let Some(signature) = headers.get("x-hub-signature-256").and_then(|header| Signature::parse(header.as_bytes()))
        else {
            return (NOT_PROVED, Answer::BadSignature);
        };
        let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let body = match self.bodies.read(body, announced).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return (NOT_PROVED, Answer::TooLarge),
            Err(Unread::Incomplete) => return (NOT_PROVED, Answer::Incomplete),
            Err(Unread::Busy) => return (NOT_PROVED, Answer::Unavailable),
        };
        let bytes = body.bytes.clone();
        let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(FORM));
        let name = headers.get("x-github-event").map(|name| name.as_bytes().to_vec());
        let understand = move || {
            if !secrets.accept(&bytes, &signature) {
                return Err((NOT_PROVED, Answer::BadSignature));
            }
            let Some(name) = name.as_deref().and_then(event_name) else {
                return Err(("other", Answer::BadHeader("X-GitHub-Event is missing, or is no name of an event")));
            };
            let label = Payload::KNOWN.into_iter().find(|known| *known == name).unwrap_or("other");
            if is_form {
                let message = "the webhook must send application/json: change its content type on the App's page";
                return Err((label, Answer::BadHeader(message)));
            }
            match payload::parse(name, &bytes) {
                Ok(understood) => Ok((label, understood)),
                Err(malformed) => Err((label, Answer::Malformed(malformed))),
            }
        };
        let understood = if body.bytes.len() <= QUICK {
            understand()
        } else {
            tokio::task::spawn_blocking(understand).await.expect("verifying and parsing do not panic")
        };
        let (label, understood) = match understood {
            Ok(understood) => understood,
            Err(refused) => return refused,
        };
        let Some(id) = headers.get("x-github-delivery").and_then(|id| delivery_id(id.as_bytes())) else {
            return (label, Answer::BadHeader("X-GitHub-Delivery is missing, or is no id"));
        };
        (label, self.store(id, understood, body.bytes.clone()).await)
    }

    async fn store(&self, id: DeliveryId, understood: payload::Understood, payload: Bytes) -> Answer {
        let payload::Understood { event, problem } = understood;
        let decision = match problem {
            Some(problem) => Decision::Skip(problem),
            None => (self.decide)(&event),
        };
        let (status, reason, mut executions) = match decision {
            Decision::Start(executions) => (DeliveryStatus::Accepted, None, executions),
            Decision::Skip(reason) => (DeliveryStatus::Skipped, Some(reason), Vec::new()),
        };
        for execution in &mut executions {
            execution.delivery = Some(id.clone());
        }
        let delivery = NewDelivery {
            id: id.clone(),
            event: event.name,
            action: event.action,
            installation: event.installation,
            repository: event.repository.map(|repository| repository.id),
            payload,
            status,
            reason,
            received_at: self.clock.now(),
        };
        match self.ingest.store(delivery, executions).await {
            Ok(Ingested::Stored(_)) => Answer::Stored,
            Ok(Ingested::Duplicate) => Answer::Duplicate,
            Err(error) => {
                tracing::error!(delivery.id = %id, "cannot store delivery {id}: {error}");
                Answer::Unavailable
            }
        }
    }
}

/// `pull_request`, and any name GitHub may think of: it ends up in the database.
fn event_name(header: &[u8]) -> Option<&str> {
    let name = str::from_utf8(header).ok()?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (!name.is_empty() && name.len() <= 100 && name.bytes().all(allowed)).then_some(name)
}

/// A GUID with GitHub; anything like one is taken.
fn delivery_id(header: &[u8]) -> Option<DeliveryId> {
    let id = str::from_utf8(header).ok()?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!id.is_empty() && id.len() <= 100 && id.bytes().all(allowed)).then(|| DeliveryId(id.to_owned()))
}
