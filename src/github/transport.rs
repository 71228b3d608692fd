//! The way to GitHub: octocrab builds and sends every request. Its own stack retries POSTs, turns a redirected POST into
//! a GET and reads answers of any size, so it runs here on a plain HTTP service, and this file sees to the rest.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use tower::Service;
use url::Url;

use super::{
    answer::{Answer, happened, shortened},
    error::{GitHubError, Happened},
    request::Request,
};
use crate::telemetry::metrics::GITHUB_REQUESTS;

/// Redirects that are followed for one call.
const MAX_REDIRECTS: usize = 3;

pub(crate) struct Transport {
    octocrab: Octocrab,
    api: Url,
    timeout: Duration,
}

/// Headers that differ from call to call.
#[derive(Default)]
pub(crate) struct Headers {
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) if_none_match: Option<HeaderValue>,
}

impl Transport {
    /// `timeout`: for one answer, its body included. Needs a tokio runtime (octocrab starts a task).
    pub(crate) fn new(api: Url, timeout: Duration) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("seam/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(timeout.min(Duration::from_secs(10)))
            .build()?;
        let Ok(octocrab) =
            OctocrabBuilder::new_empty().with_service(PlainHttp(client)).with_auth(AuthState::None).build();
        Ok(Self { octocrab, api, timeout })
    }

    /// One try. An answer of any status is a success here, if it came whole, in time and within its bound.
    pub(crate) async fn send(&self, request: &Request, headers: &Headers) -> Result<Answer, GitHubError> {
        let attempt = tokio::time::timeout(self.timeout, self.follow(request, headers));
        let timed_out = GitHubError::Timeout { endpoint: request.endpoint, happened: happened(request) };
        let outcome = attempt.await.unwrap_or(Err(timed_out));
        let status = match &outcome {
            Ok(answer) => answer.status.as_str().to_owned(),
            Err(GitHubError::Timeout { .. }) => "timeout".to_owned(),
            Err(_) => "failed".to_owned(),
        };
        metrics::counter!(GITHUB_REQUESTS, "endpoint" => request.endpoint, "status" => status).increment(1);
        outcome
    }

    /// A renamed or transferred repository redirects, with whatever method: the same call goes to the new place, but
    /// only on the same host. A redirect means that nothing was done.
    async fn follow(&self, request: &Request, headers: &Headers) -> Result<Answer, GitHubError> {
        let mut url = request.url(&self.api);
        for _ in 0..=MAX_REDIRECTS {
            if url.origin() != self.api.origin() {
                break;
            }
            let answer = self.once(request, headers, &url).await?;
            let redirects = matches!(
                answer.status,
                StatusCode::MOVED_PERMANENTLY
                    | StatusCode::FOUND
                    | StatusCode::TEMPORARY_REDIRECT
                    | StatusCode::PERMANENT_REDIRECT
            );
            if !redirects {
                return Ok(answer);
            }
            let Some(location) = answer.header("location").and_then(|location| url.join(location).ok()) else { break };
            url = location;
        }
        Err(GitHubError::Redirected { endpoint: request.endpoint })
    }

    async fn once(&self, request: &Request, headers: &Headers, url: &Url) -> Result<Answer, GitHubError> {
        let network = |error: octocrab::Error| network_error(request, &error);
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(url.as_str())
            .header(header::ACCEPT, request.accept);
        if let Some(authorization) = &headers.authorization {
            builder = builder.header(header::AUTHORIZATION, authorization);
        }
        if let Some(etag) = &headers.if_none_match {
            builder = builder.header(header::IF_NONE_MATCH, etag);
        }
        let built = self.octocrab.build_request(builder, request.body.as_ref()).map_err(network)?;
        let (parts, body) = self.octocrab.execute(built).await.map_err(network)?.into_parts();
        let body = Limited::new(body, request.max_bytes).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                let (endpoint, limit) = (request.endpoint, request.max_bytes);
                GitHubError::TooLarge { endpoint, limit, happened: happened(request) }
            } else {
                let message = shortened(&error.to_string());
                GitHubError::Network { endpoint: request.endpoint, message, happened: happened(request) }
            }
        })?;
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() })
    }
}

/// Nothing has happened if there was no connection to say it on.
fn network_error(request: &Request, error: &octocrab::Error) -> GitHubError {
    let endpoint = request.endpoint;
    let source = match error {
        octocrab::Error::Service { source, .. } => source.downcast_ref::<reqwest::Error>(),
        // The request could not even be built.
        _ => return GitHubError::Network { endpoint, message: shortened(&error.to_string()), happened: Happened::No },
    };
    match source {
        Some(source) if source.is_timeout() && source.is_connect() => {
            GitHubError::Timeout { endpoint, happened: Happened::No }
        }
        Some(source) => {
            let cause = std::iter::successors(Some(source as &dyn std::error::Error), |error| error.source()).last();
            GitHubError::Network {
                endpoint,
                message: shortened(&cause.map(ToString::to_string).unwrap_or_default()),
                happened: if source.is_connect() || source.is_builder() { Happened::No } else { happened(request) },
            }
        }
        None => GitHubError::Network { endpoint, message: shortened(&error.to_string()), happened: happened(request) },
    }
}

/// What octocrab sends with.
#[derive(Clone)]
struct PlainHttp(reqwest::Client);

type Sent = Pin<Box<dyn Future<Output = Result<http::Response<reqwest::Body>, reqwest::Error>> + Send>>;

impl Service<http::Request<OctoBody>> for PlainHttp {
    type Response = http::Response<reqwest::Body>;
    type Error = reqwest::Error;
    type Future = Sent;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<OctoBody>) -> Sent {
        let client = self.0.clone();
        Box::pin(async move {
            let request = request.map(reqwest::Body::wrap);
            // The address holds a one-time code when an App is registered: it is kept out of errors.
            let response = client.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
            Ok(response.into())
        })
    }
}
