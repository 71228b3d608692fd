//! One call from beginning to end: its credentials, its turn, its tries.

use backon::{BackoffBuilder as _, ExponentialBuilder};
use http::{HeaderValue, StatusCode};
use secrecy::SecretString;

use super::{
    answer::Answer,
    client::GitHub,
    error::{GitHubError, Happened},
    etags,
    jwt::{Authorization, bearer},
    request::{Kind, Request},
    tokens::Scope,
    transport::Headers,
};

/// As whom a call is made.
#[derive(Clone, Copy)]
pub(crate) enum Identity<'a> {
    Nobody,
    App,
    Installation(&'a Scope),
}

/// What one try is made with.
enum Credentials {
    Nobody,
    App(Authorization),
    Person(HeaderValue),
    Installation { issuer: String, token: SecretString },
}

impl Credentials {
    fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Nobody => None,
            Self::App(authorization) => Some(authorization.header.clone()),
            Self::Person(header) => Some(header.clone()),
            Self::Installation { token, .. } => Some(bearer(token)),
        }
    }
}

impl GitHub {
    /// Sends until there is an answer to work with. What may be repeated is repeated: reads and settings after network
    /// errors and 5xx, everything after a refusal (limits, old credentials) and where no connection came about. A
    /// `Kind::Create` that may have happened is never sent again. Where no try is left in time, the last one's error says
    /// more than the wait.
    pub(crate) async fn send(&self, identity: Identity<'_>, request: &Request) -> Result<Answer, GitHubError> {
        let settings = &self.inner.settings;
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(settings.backoff)
            .with_max_delay(settings.backoff * 20)
            .with_max_times(settings.tries.saturating_sub(1))
            .with_jitter()
            .build();
        let limits = self.inner.limits.of(match identity {
            Identity::Installation(scope) => Some(scope.installation),
            Identity::App | Identity::Nobody => None,
        });
        let mut renewed = false;
        let mut failed = None;
        loop {
            let credentials = self.credentials(identity).await?;
            let admission = limits.admit(request).await.map_err(|wait| failed.take().unwrap_or(wait))?;
            let outcome = self.ask(identity, request, credentials.header()).await;
            drop(admission);
            let outcome = match outcome {
                Ok(answer) if answer.status == StatusCode::UNAUTHORIZED && !renewed => {
                    renewed = true;
                    if self.renew(identity, credentials, &answer).await {
                        continue;
                    }
                    limits.check(request, answer)
                }
                Ok(answer) => limits.check(request, answer),
                Err(error) => Err(error),
            };
            let error = match outcome {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match &error {
                // The next try waits for the limit, or gives up at once where that takes too long.
                GitHubError::RateLimited { .. } | GitHubError::SecondaryLimit { .. } if pauses.next().is_some() => {}
                GitHubError::Timeout { happened, .. }
                | GitHubError::Network { happened, .. }
                | GitHubError::Server { happened, .. }
                    if *happened == Happened::No || request.kind != Kind::Create =>
                {
                    let Some(pause) = pauses.next() else { return Err(error) };
                    tracing::debug!(github.endpoint = request.endpoint, "trying again after: {error}");
                    tokio::time::sleep(pause).await;
                }
                _ => return Err(error),
            }
            failed = Some(error);
        }
    }

    async fn credentials(&self, identity: Identity<'_>) -> Result<Credentials, GitHubError> {
        Ok(match identity {
            Identity::Nobody => Credentials::Nobody,
            Identity::App => Credentials::App(self.inner.jwt.authorization()?),
            Identity::Installation(scope) => {
                if let Some(token) = &self.inner.person {
                    return Ok(Credentials::Person(bearer(token)));
                }
                let issuer = self.inner.jwt.issuer()?;
                // Boxed: asking for a token is a call as well.
                let token = Box::pin(self.token(&issuer, scope)).await?;
                Credentials::Installation { issuer, token }
            }
        })
    }

    /// One try, with what is kept from an earlier answer.
    async fn ask(
        &self,
        identity: Identity<'_>,
        request: &Request,
        authorization: Option<HeaderValue>,
    ) -> Result<Answer, GitHubError> {
        let inner = &self.inner;
        let key = match identity {
            Identity::Installation(scope) => etags::Key::of(scope, request, &inner.settings.api_url),
            Identity::App | Identity::Nobody => None,
        };
        let Some(key) = key else {
            return inner.transport.send(request, &Headers { authorization, if_none_match: None }).await;
        };
        let kept = inner.etags.get(&key).await;
        let headers = Headers { authorization, if_none_match: kept.as_ref().map(|kept| kept.etag.clone()) };
        let answer = inner.transport.send(request, &headers).await?;
        Ok(inner.etags.settle(key, kept, answer).await)
    }

    /// After a 401: gives up what was refused. Whether there is now something else to try with.
    async fn renew(&self, identity: Identity<'_>, credentials: Credentials, answer: &Answer) -> bool {
        match (identity, credentials) {
            (Identity::Installation(scope), Credentials::Installation { issuer, token }) => {
                self.inner.tokens.forget(&issuer, scope, &token).await;
                true
            }
            (_, Credentials::App(refused)) => self.inner.jwt.correct_by(answer.date(), &refused),
            _ => false,
        }
    }
}
