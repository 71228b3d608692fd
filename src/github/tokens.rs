//! Installation tokens: each for one repository and the permissions an execution needs, kept until shortly before they
//! expire, asked for once however many wait, and never logged.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    answer::secret, client::GitHub, error::GitHubError, permissions::Permissions, request::Kind, request::Request,
    send::Identity,
};
use crate::domain::ids::{InstallationId, RepoName, RepositoryId};

/// Renewed when less than this is left of their hour.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// A token with less than was wanted is renewed sooner: its owner may grant the rest at any time.
const LESS_LASTS: TimeDelta = TimeDelta::minutes(15);

/// What a token may reach.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) installation: InstallationId,
    pub(crate) reach: Reach,
    pub(crate) permissions: Permissions,
}

/// The one repository of a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    Id(RepositoryId),
    /// Another one of the same account, of which nothing but the name is known.
    Name(RepoName),
}

impl Reach {
    /// The repository's part of a token request.
    fn to_json(&self) -> (&'static str, Value) {
        match self {
            Self::Id(id) => ("repository_ids", json!([id])),
            Self::Name(name) => ("repositories", json!([name.name()])),
        }
    }
}

/// GitHub's answer. A token may have any length: the new kind has about 520 characters.
#[derive(Clone, Debug, Deserialize)]
struct InstallationToken {
    #[serde(deserialize_with = "secret")]
    token: SecretString,
    expires_at: DateTime<Utc>,
}

/// One scope's place: whoever holds it asks GitHub, the others wait and find the token.
type Slot = Arc<Mutex<Option<InstallationToken>>>;

pub(crate) struct Tokens {
    /// By App (its issuer) and scope.
    slots: Cache<(String, Scope), Slot>,
    turns: Cache<InstallationId, Arc<Mutex<()>>>,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        let idle = Duration::from_secs(3600);
        Self {
            slots: Cache::builder().max_capacity(10_000).time_to_idle(idle).build(),
            turns: Cache::builder().max_capacity(10_000).time_to_idle(idle).build(),
        }
    }

    async fn slot(&self, issuer: &str, scope: &Scope) -> Slot {
        self.slots.get_with((issuer.to_owned(), scope.clone()), async { Slot::default() }).await
    }

    /// After a 401: the next call asks for a new token, unless another one did already.
    pub(crate) async fn forget(&self, issuer: &str, scope: &Scope, token: &SecretString) {
        let slot = self.slot(issuer, scope).await;
        let mut kept = slot.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.token.expose_secret() == token.expose_secret()) {
            *kept = None;
        }
    }
}

impl GitHub {
    /// A token of `scope` with some minutes left. Where the installation does not grant all that is wanted (its owner has not
    /// accepted new permissions yet), it is a token for what is granted: what needs more fails and says what it needs.
    ///
    /// # Errors
    /// `NoAccess` when the installation or the repository in it is gone, `NotGranted` when none of the permissions is
    /// granted, `Suspended`, and whatever a call can fail with.
    pub(crate) async fn token(&self, issuer: &str, scope: &Scope) -> Result<SecretString, GitHubError> {
        let tokens = &self.inner.tokens;
        let slot = tokens.slot(issuer, scope).await;
        let mut kept = slot.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| self.inner.clock.now() + MARGIN < kept.expires_at) {
            return Ok(kept.token.clone());
        }
        // One token request at a time per installation, whatever its scope.
        let turn = tokens.turns.get_with(scope.installation, async { Arc::default() }).await;
        let _turn = turn.lock().await;
        let new = self.request_token(scope).await?;
        let token = new.token.clone();
        *kept = Some(new);
        Ok(token)
    }

    async fn request_token(&self, scope: &Scope) -> Result<InstallationToken, GitHubError> {
        let refused = match self.request_token_for(scope, &scope.permissions).await {
            Err(error @ GitHubError::NotGranted { .. }) => error,
            outcome => return outcome,
        };
        let installation = self.app().installation(scope.installation).await?;
        let granted = scope.permissions.limited_to(&installation.map(|one| one.permissions).unwrap_or_default());
        if granted.is_empty() || granted == scope.permissions {
            return Err(refused);
        }
        tracing::warn!(installation.id = %scope.installation, "{refused}; going on with {granted}");
        let mut token = self.request_token_for(scope, &granted).await?;
        token.expires_at = token.expires_at.min(self.inner.clock.now() + LESS_LASTS);
        Ok(token)
    }

    async fn request_token_for(
        &self,
        scope: &Scope,
        permissions: &Permissions,
    ) -> Result<InstallationToken, GitHubError> {
        let installation = scope.installation.to_string();
        let (key, repositories) = scope.reach.to_json();
        // Asking twice does no harm: it makes one more token that expires unused.
        let request = Request::new("POST /app/installations/{installation_id}/access_tokens", &[&installation])
            .kind(Kind::Set)
            .json(&json!({ key: repositories, "permissions": permissions }));
        let answer = self.send(Identity::App, &request).await.map_err(|error| match error {
            GitHubError::NotFound { .. } => GitHubError::NoAccess { message: "the App is not installed".to_owned() },
            GitHubError::Unprocessable { messages, .. } => {
                let message = messages.join("; ");
                if message.contains("permission") {
                    GitHubError::NotGranted { wanted: permissions.clone(), message }
                } else {
                    GitHubError::NoAccess { message }
                }
            }
            error => error,
        })?;
        answer.json(&request)
    }
}
