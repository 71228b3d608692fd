//! What the server and the commands that look after it have in common: the database, the keys, and a client of GitHub.
//! A server makes what is not there yet; a command makes nothing, and says where it looked.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;

use super::{keyring::Keyring, master_key::MasterKey, setup_token, vault::Vault};
use crate::{
    config::settings::Settings,
    github::client::{self, GitHub},
    sandbox::runner::Sandbox,
    store::db::Db,
    telemetry::clock::Clock,
};

const NO_DATABASE: &str = "cannot use the database that DATABASE_URL names";

/// What to do where no server has run.
pub(super) const NO_SERVER: &str = "start `seam serve` here, or name the folder of the server (--data-dir)";

#[derive(Clone)]
pub struct Basis {
    pub settings: Arc<Settings>,
    pub clock: Clock,
    pub key: Arc<MasterKey>,
    pub db: Db,
    pub keyring: Arc<Keyring>,
    pub github: GitHub,
    /// Where the operator's command is run on slices.
    pub sandbox: Sandbox,
}

impl Basis {
    /// Connects to the database and brings it up to date; makes the master key where there is none.
    ///
    /// # Errors
    /// When something that Seam cannot work without is missing, with what to do about it.
    pub async fn open(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let key = MasterKey::load(settings.master_key.as_ref(), &settings.data_dir)?;
        let db = Db::connect(settings.database_url.expose_secret()).await.context(NO_DATABASE)?;
        Self::on(settings, clock, key, db).await
    }

    /// The same of what a server made before: makes nothing.
    ///
    /// # Errors
    /// When there is no such thing, with where it was looked for.
    pub async fn of_server(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let db = connect(&settings).await?;
        let key = MasterKey::find(settings.master_key.as_ref(), &settings.data_dir)?;
        Self::on(settings, clock, key, db).await
    }

    async fn on(settings: Settings, clock: Clock, key: MasterKey, db: Db) -> anyhow::Result<Self> {
        client::install_crypto_provider();
        let keyring = Keyring::load(db.clone(), Vault::new(&key), clock.clone(), &settings).await?;
        let github =
            GitHub::new(client::Settings::new(settings.github.api_url.clone()), keyring.credentials(), clock.clone())
                .context("cannot use the GitHub that SEAM_GITHUB_API_URL names")?;
        Ok(Self {
            settings: Arc::new(settings),
            clock,
            key: Arc::new(key),
            db,
            keyring: Arc::new(keyring),
            github,
            sandbox: Sandbox::of_this_program(),
        })
    }

    /// A link that signs in to set-up and to the pages of executions, for the browser that opens it first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_link(&self) -> anyhow::Result<String> {
        let token = setup_token::issue(&self.db, &Vault::new(&self.key), self.clock.now()).await?;
        Ok(setup_token::link(&self.keyring.public_url(), &token))
    }
}

/// The database of a server, brought up to date; none is made.
///
/// # Errors
/// When there is none, or it cannot be reached or brought up to date.
pub async fn connect(settings: &Settings) -> anyhow::Result<Db> {
    let url = settings.database_url.expose_secret();
    if let Some(path) = Db::not_made_yet(url) {
        bail!("there is no database at {}: {NO_SERVER}", path.display());
    }
    Db::connect(url).await.context(NO_DATABASE)
}
