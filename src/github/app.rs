//! Calls as the App itself: who it is, and where it is installed.
//! Source: <https://docs.github.com/rest/apps/apps>.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{client::GitHub, error::GitHubError, pages, request::Request, send::Identity, users::User};
use crate::domain::ids::{InstallationId, RepoName};

/// For how long what GitHub says of the App is believed.
const OWN_HOLDS: TimeDelta = TimeDelta::minutes(10);

/// The App that Seam is.
pub(crate) struct Own {
    /// As whom it was asked for.
    issuer: String,
    asked_at: DateTime<Utc>,
    app: Arc<App>,
}

/// Calls with the App's JSON Web Token. Deliveries stand in `deliveries`.
#[derive(Clone)]
pub struct AppClient {
    pub(crate) github: GitHub,
}

/// The App as it is registered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct App {
    pub id: i64,
    /// Its bot is `SLUG[bot]`.
    pub slug: String,
    pub name: String,
    pub client_id: Option<String>,
    pub html_url: String,
    pub owner: Option<User>,
    /// As GitHub writes them: `{"checks": "write"}`.
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
    #[serde(default)]
    pub events: Vec<String>,
}

impl App {
    /// The page on which its owner changes it.
    pub fn settings_page(&self) -> String {
        let web = Url::parse(&self.html_url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        match self.owner.as_ref().filter(|owner| owner.is_organization()) {
            Some(owner) => format!("{web}/organizations/{}/settings/apps/{}", owner.login, self.slug),
            None => format!("{web}/settings/apps/{}", self.slug),
        }
    }

    /// The page on which its owner changes what it asks for.
    pub fn permissions_page(&self) -> String {
        format!("{}/permissions", self.settings_page())
    }

    /// Whether somebody is the bot under whose name the App writes.
    pub fn is_author(&self, user: Option<&User>) -> bool {
        user.is_some_and(|user| {
            user.is_bot() && user.login.strip_suffix("[bot]").is_some_and(|slug| slug.eq_ignore_ascii_case(&self.slug))
        })
    }
}

/// One installation of the App on one account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Installation {
    pub id: InstallationId,
    pub account: Option<User>,
    /// `all` repositories of the account, also later ones, or `selected` ones.
    repository_selection: Option<String>,
    /// What its owner granted; may be less than the App asks for.
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
    #[serde(default)]
    pub events: Vec<String>,
    /// The page where the owner configures it.
    pub html_url: String,
    pub suspended_at: Option<DateTime<Utc>>,
}

impl Installation {
    /// It reaches whatever repository the account has.
    pub fn covers_all(&self) -> bool {
        self.repository_selection.as_deref() == Some("all")
    }
}

impl AppClient {
    pub async fn app(&self) -> Result<App, GitHubError> {
        self.fetch(&Request::new("GET /app", &[])).await
    }

    /// The same, asked for again after a while: it may have been renamed. Where GitHub does not answer, what it said before
    /// holds.
    pub async fn own(&self) -> Result<Arc<App>, GitHubError> {
        let (issuer, now) = (self.github.inner.jwt.issuer()?, self.github.inner.clock.now());
        let mut kept = self.github.inner.own.lock().await;
        let before = kept.as_mut().filter(|own| own.issuer == issuer);
        let before = match before {
            Some(own) if now - own.asked_at < OWN_HOLDS => return Ok(Arc::clone(&own.app)),
            Some(own) => {
                // One asks; for all others what is known holds meanwhile.
                own.asked_at = now;
                Some(Arc::clone(&own.app))
            }
            None => None,
        };
        if let Some(before) = before {
            drop(kept);
            let Ok(app) = self.app().await else { return Ok(before) };
            let app = Arc::new(app);
            *self.github.inner.own.lock().await = Some(Own { issuer, asked_at: now, app: Arc::clone(&app) });
            return Ok(app);
        }
        let app = Arc::new(self.app().await?);
        *kept = Some(Own { issuer, asked_at: now, app: Arc::clone(&app) });
        Ok(app)
    }

    pub async fn installations(&self) -> Result<Vec<Installation>, GitHubError> {
        pages::list(&self.github, Identity::App, Request::new("GET /app/installations", &[])).await
    }

    /// `None`: it was removed.
    pub async fn installation(&self, id: InstallationId) -> Result<Option<Installation>, GitHubError> {
        self.find(&Request::new("GET /app/installations/{installation_id}", &[&id.to_string()])).await
    }

    /// `None`: the App is not installed there, or there is no such repository.
    pub async fn installation_of(&self, name: &RepoName) -> Result<Option<Installation>, GitHubError> {
        self.find(&Request::new("GET /repos/{owner}/{repo}/installation", &[name.owner(), name.name()])).await
    }

    pub(crate) async fn fetch<T: DeserializeOwned>(&self, request: &Request) -> Result<T, GitHubError> {
        self.github.send(Identity::App, request).await?.json(request)
    }

    pub(crate) async fn find<T: DeserializeOwned>(&self, request: &Request) -> Result<Option<T>, GitHubError> {
        match self.fetch(request).await {
            Err(GitHubError::NotFound { .. }) => Ok(None),
            outcome => outcome.map(Some),
        }
    }
}
