//! The credentials in force: from the settings, or from set-up. What set-up brought is kept sealed, and handed to the
//! client and the webhook endpoint the moment it is there, also when another process of the same database got it.

use std::sync::Mutex;

use anyhow::Context as _;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tokio::sync::watch;
use url::Url;

use super::{
    kept::{self, Kept},
    setup_token,
    vault::Vault,
};
use crate::{
    config::{
        github_settings::{AppSettings, GitHubSettings},
        settings::Settings,
    },
    dashboard::{
        registrar::{CurrentApp, Registrar, Source},
        visitor::is_loopback,
    },
    github::{app::App, jwt::AppCredentials, manifest::RegisteredApp},
    store::{credential, db::Db, error::StoreError},
    telemetry::clock::Clock,
    webhook::signature::WebhookSecrets,
    workflow::trigger::OwnApp,
};

pub struct Keyring {
    db: Db,
    vault: Vault,
    clock: Clock,
    settings: GitHubSettings,
    public_url: Url,
    credentials: watch::Sender<Option<AppCredentials>>,
    secrets: watch::Sender<WebhookSecrets>,
    current: watch::Sender<Option<CurrentApp>>,
    own: watch::Sender<Option<OwnApp>>,
    in_force: Mutex<InForce>,
}

/// The sealed row that is in force, and how long all of it is.
#[derive(Default)]
struct InForce {
    sealed: Option<Vec<u8>>,
    until: Option<DateTime<Utc>>,
}

impl Keyring {
    /// Reads what is kept, unless the settings name an App.
    ///
    /// # Errors
    /// When the database fails, or what it holds cannot be opened with this master key.
    pub async fn load(db: Db, vault: Vault, clock: Clock, settings: &Settings) -> anyhow::Result<Self> {
        let keyring = Self {
            db,
            vault,
            clock,
            settings: settings.github.clone(),
            public_url: settings.public_url.clone(),
            credentials: watch::channel(None).0,
            secrets: watch::channel(WebhookSecrets::default()).0,
            current: watch::channel(None).0,
            own: watch::channel(None).0,
            in_force: Mutex::default(),
        };
        keyring.apply(None);
        keyring.refresh().await?;
        Ok(keyring)
    }

    pub fn credentials(&self) -> watch::Receiver<Option<AppCredentials>> {
        self.credentials.subscribe()
    }

    pub fn secrets(&self) -> watch::Receiver<WebhookSecrets> {
        self.secrets.subscribe()
    }

    /// Who we are, to know our own events again.
    pub fn own(&self) -> watch::Receiver<Option<OwnApp>> {
        self.own.subscribe()
    }

    /// The address in links: the settings', or, where they name none that others could follow, the one given in set-up.
    pub fn public_url(&self) -> Url {
        match self.current().map(|app| app.source) {
            Some(Source::SetUp { address, .. }) if is_loopback(&self.public_url) => address,
            _ => self.public_url.clone(),
        }
    }

    /// Looks whether another process has set up an App, or another one.
    ///
    /// # Errors
    /// When the database fails, or what it holds cannot be opened with this master key.
    pub async fn refresh(&self) -> anyhow::Result<()> {
        if self.settings.app.is_some() {
            return Ok(());
        }
        let sealed = credential::get(&self.db, kept::ROW).await.context("cannot read the App's credentials")?;
        let now = self.clock.now();
        if self.in_force().sealed == sealed && self.in_force().until.is_none_or(|until| now < until) {
            return Ok(());
        }
        let kept = sealed.as_deref().map(|sealed| Kept::open(&self.vault, sealed)).transpose().context(
            "the App's credentials cannot be opened: bring back the master key they were sealed with (SEAM_MASTER_KEY, or \
             master.key in the data dir), or run `seam secrets forget` and set up an App again",
        )?;
        let until = kept.as_ref().and_then(Kept::expires_at).filter(|until| now < *until);
        self.apply(kept);
        *self.in_force() = InForce { sealed, until };
        Ok(())
    }

    /// What GitHub says of the App now: it may have been renamed since.
    pub fn learn(&self, app: &App) {
        self.own.send_replace(Some(OwnApp { app_id: app.id, slug: app.slug.clone(), bot: None }));
    }

    fn in_force(&self) -> std::sync::MutexGuard<'_, InForce> {
        self.in_force.lock().expect("nobody panics while holding it")
    }

    /// Puts credentials in force; what the settings name goes first.
    fn apply(&self, kept: Option<Kept>) {
        let (credentials, current, own) = match (&self.settings.app, &kept) {
            (Some(app), _) => (
                Some(credentials_of(app)),
                Some(CurrentApp { id: app.app_id, source: Source::Settings }),
                Some(OwnApp { app_id: app.app_id, slug: String::new(), bot: None }),
            ),
            (None, Some(kept)) => (
                Some(AppCredentials {
                    issuer: kept.id.to_string(),
                    private_key: SecretString::from(kept.private_key.as_str()),
                }),
                Some(CurrentApp {
                    id: kept.id,
                    source: Source::SetUp {
                        name: kept.name.clone(),
                        slug: kept.slug.clone(),
                        html_url: kept.html_url.clone(),
                        address: kept.address.clone(),
                    },
                }),
                Some(OwnApp { app_id: kept.id, slug: kept.slug.clone(), bot: None }),
            ),
            (None, None) => (None, None, None),
        };
        // GitHub makes a secret of its own for an App that is set up here.
        let of_set_up = kept.filter(|_| self.settings.app.is_none()).map(|kept| kept.webhook_secrets(self.clock.now()));
        let of_settings = self.settings.webhook_secret.iter().chain(&self.settings.previous_webhook_secret).cloned();
        let secrets: Vec<_> = of_settings.chain(of_set_up.into_iter().flatten()).collect();
        self.credentials.send_replace(credentials);
        self.secrets.send_replace(WebhookSecrets::new(secrets));
        self.current.send_replace(current);
        self.own.send_replace(own);
    }
}

/// Those that the settings name.
pub(super) fn credentials_of(app: &AppSettings) -> AppCredentials {
    AppCredentials { issuer: app.app_id.to_string(), private_key: app.private_key.clone() }
}

#[async_trait]
impl Registrar for Keyring {
    async fn redeem(&self, token: &str) -> Result<bool, StoreError> {
        setup_token::redeem(&self.db, &self.vault, token, self.clock.now()).await
    }

    fn current(&self) -> Option<CurrentApp> {
        self.current.borrow().clone()
    }

    async fn keep(&self, app: &RegisteredApp, address: &Url) -> Result<(), StoreError> {
        let kept = Kept::of(app, address, self.clock.now());
        let sealed = kept.seal(&self.vault);
        // In force first: GitHub tells them only once, and a database that fails must not lose them.
        self.apply(Some(kept));
        credential::put(&self.db, kept::ROW, &sealed, self.clock.now()).await?;
        *self.in_force() = InForce { sealed: Some(sealed), until: None };
        Ok(())
    }
}

/// Forgets what set-up brought; running processes notice within seconds. Tells whether there was something.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &Db) -> Result<bool, StoreError> {
    credential::remove(db, kept::ROW).await
}
