//! The App's own credential: a short-lived JSON Web Token signed with its private key.
//! Source: <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app>.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use http::HeaderValue;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tokio::sync::watch;

use super::{answer::shortened, error::GitHubError};
use crate::telemetry::clock::Clock;

/// A difference below this is not worth another try: the token's own margins cover it.
const SKEW_WORTH_MENDING: i64 = 10;

/// Who the App is. Arrives when it is set up, and may change while Seam runs.
#[derive(Clone, Debug)]
pub struct AppCredentials {
    /// The App's id, or its client id: what GitHub wants as issuer.
    pub issuer: String,
    /// PEM text, PKCS#1 or PKCS#8.
    pub private_key: SecretString,
}

pub(crate) struct AppJwt {
    credentials: watch::Receiver<Option<AppCredentials>>,
    clock: Clock,
    /// GitHub's clock minus this one, in seconds, as far as it is known.
    skew: AtomicI64,
}

/// What a call as the App is made with.
pub(crate) struct Authorization {
    pub(crate) header: HeaderValue,
    /// What was known of GitHub's clock when it was made, in seconds.
    skew: i64,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
}

impl AppJwt {
    pub(crate) fn new(credentials: watch::Receiver<Option<AppCredentials>>, clock: Clock) -> Self {
        Self { credentials, clock, skew: AtomicI64::new(0) }
    }

    /// For whom tokens are made now: they belong to one App and are worth nothing for another.
    pub(crate) fn issuer(&self) -> Result<String, GitHubError> {
        self.credentials.borrow().as_ref().map(|app| app.issuer.clone()).ok_or(GitHubError::NotSetUp)
    }

    /// `Authorization` of a call as the App: valid from 60 s ago for ten minutes in all, the longest that GitHub takes
    /// with a margin for clocks that differ.
    pub(crate) fn authorization(&self) -> Result<Authorization, GitHubError> {
        let app = self.credentials.borrow().clone().ok_or(GitHubError::NotSetUp)?;
        let unusable = |error: jsonwebtoken::errors::Error| GitHubError::PrivateKey(shortened(&error.to_string()));
        let key = EncodingKey::from_rsa_pem(app.private_key.expose_secret().as_bytes()).map_err(unusable)?;
        let skew = self.skew.load(Ordering::Relaxed);
        let now = self.clock.now().timestamp() + skew;
        let claims = Claims { iss: &app.issuer, iat: now - 60, exp: now + 9 * 60 };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).map_err(unusable)?;
        Ok(Authorization { header: bearer(&SecretString::from(token)), skew })
    }

    /// After a 401: takes over GitHub's time. Tells whether what was refused was made by another one, so that another try makes
    /// sense; many calls may be refused at once.
    pub(crate) fn correct_by(&self, date: Option<DateTime<Utc>>, refused: &Authorization) -> bool {
        let Some(date) = date else { return false };
        let skew = date.timestamp() - self.clock.now().timestamp();
        let before = self.skew.swap(skew, Ordering::Relaxed);
        if (skew - before).abs() >= SKEW_WORTH_MENDING {
            tracing::warn!(github.clock_skew_s = skew, "this machine's clock differs from GitHub's by {skew} s");
        }
        (skew - refused.skew).abs() >= SKEW_WORTH_MENDING
    }
}

/// An `Authorization` header that is not printed.
pub(crate) fn bearer(token: &SecretString) -> HeaderValue {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
        .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn all_who_were_refused_for_a_wrong_clock_try_again_and_nobody_else() {
        let clock = Clock::manual(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let jwt = AppJwt::new(watch::channel(None).1, clock.clone());
        let made = |skew| Authorization { header: HeaderValue::from_static("x"), skew };
        let theirs = Some(clock.now() + TimeDelta::hours(1));
        // Both were made before anybody knew.
        assert!(jwt.correct_by(theirs, &made(0)) && jwt.correct_by(theirs, &made(0)));
        assert!(!jwt.correct_by(theirs, &made(3600)), "the time was right: something else is wrong");
        assert!(!jwt.correct_by(None, &made(0)));
    }
}
