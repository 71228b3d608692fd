//! The credentials in force: from the settings, or from set-up. What set-up brought is kept sealed, and handed to the
//! client and the webhook endpoint the moment it is there, also when another process of the same database got it.

use std::sync::Mutex;

use anyhow::Context as _;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use url::Url;
use zeroize::Zeroizing;

use super::{
    setup_token,
    vault::{CannotOpen, Vault},
};
use crate::{
    config::settings::{GitHubSettings, Settings},
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

const ROW: &str = "github-app";

/// What is sealed in the database.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: i64,
    slug: String,
    name: String,
    html_url: String,
    client_id: String,
    client_secret: String,
    webhook_secret: Option<String>,
    private_key: String,
    address: Url,
}

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
    /// The sealed row that is in force.
    in_force: Mutex<Option<Vec<u8>>>,
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
            in_force: Mutex::new(None),
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
        let sealed = credential::get(&self.db, ROW).await.context("cannot read the App's credentials")?;
        if *self.in_force() == sealed {
            return Ok(());
        }
        let kept = sealed.as_deref().map(|sealed| self.open(sealed)).transpose().context(
            "the App's credentials cannot be opened: bring back the master key they were sealed with (SEAM_MASTER_KEY, or \
             master.key in the data dir), or run `seam secrets forget` and set up an App again",
        )?;
        self.apply(kept);
        *self.in_force() = sealed;
        Ok(())
    }

    /// What GitHub says of the App now: it may have been renamed since.
    pub fn learn(&self, app: &App) {
        self.own.send_replace(Some(OwnApp { app_id: app.id, slug: app.slug.clone(), bot: None }));
    }

    fn in_force(&self) -> std::sync::MutexGuard<'_, Option<Vec<u8>>> {
        self.in_force.lock().expect("nobody panics while holding it")
    }

    fn open(&self, sealed: &[u8]) -> Result<Kept, CannotOpen> {
        serde_json::from_slice(&self.vault.open(ROW, sealed)?).map_err(|_| CannotOpen)
    }

    /// Puts credentials in force; what the settings name goes first.
    fn apply(&self, kept: Option<Kept>) {
        let (credentials, current, own) = match (&self.settings.app, &kept) {
            (Some(app), _) => (
                Some(AppCredentials { issuer: app.app_id.to_string(), private_key: app.private_key.clone() }),
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
        let secrets = match &self.settings.webhook_secret {
            Some(secret) => [Some(secret.clone()), self.settings.previous_webhook_secret.clone()],
            None => [kept.and_then(|kept| kept.webhook_secret).map(SecretString::from), None],
        };
        self.credentials.send_replace(credentials);
        self.secrets.send_replace(WebhookSecrets::new(secrets.into_iter().flatten()));
        self.current.send_replace(current);
        self.own.send_replace(own);
    }
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
        let kept = Kept {
            id: app.id,
            slug: app.slug.clone(),
            name: app.name.clone(),
            html_url: app.html_url.clone(),
            client_id: app.client_id.clone(),
            client_secret: app.client_secret.expose_secret().to_owned(),
            webhook_secret: app.webhook_secret.as_ref().map(|secret| secret.expose_secret().to_owned()),
            private_key: app.private_key.expose_secret().to_owned(),
            address: address.clone(),
        };
        let plain = Zeroizing::new(serde_json::to_vec(&kept).expect("credentials are plain data"));
        let sealed = self.vault.seal(ROW, &plain);
        // In force first: GitHub tells them only once, and a database that fails must not lose them.
        self.apply(Some(kept));
        credential::put(&self.db, ROW, &sealed, self.clock.now()).await?;
        *self.in_force() = Some(sealed);
        Ok(())
    }
}

/// Forgets what set-up brought; running processes notice within seconds. Tells whether there was something.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &Db) -> Result<bool, StoreError> {
    credential::remove(db, ROW).await
}
