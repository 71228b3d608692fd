//! The running server: everything is built once from the settings, and serves until it is asked to stop.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::Router;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use url::Url;

use super::{health, keyring::Keyring, master_key::MasterKey, setup_token, vault::Vault};
use crate::{
    analysis,
    config::{links::Links, settings::Settings},
    dashboard::{
        desk::Desk,
        execution,
        page::{self, Pages},
        registrar::Registrar as _,
        set_up,
        signed::Signer,
        start,
        visitor::Doorkeeper,
    },
    domain::event::Event,
    git::mirror::{MirrorLimits, Mirrors},
    github::client::{self, GitHub},
    store::{db::Db, ingest::Ingest},
    telemetry::{clock::Clock, metrics},
    tools::{
        builtin::{self, Clients},
        context::Services,
        registry::Registry,
    },
    webhook::receive::Webhooks,
    workflow::{
        self,
        library::Library,
        trigger::{self, Decision},
        worker::{self, Workers},
    },
};

/// How often this process looks whether another one has set up an App, and metrics are tidied.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// Seam, built and ready to serve.
pub struct App {
    clock: Clock,
    db: Db,
    vault: Vault,
    keyring: Arc<Keyring>,
    github: GitHub,
    workers: Workers,
    router: Router,
}

impl App {
    /// Builds everything that the settings ask for: connects to the database, brings it up to date, makes the master key
    /// at the first start.
    ///
    /// # Errors
    /// When something that Seam cannot work without is missing, with what to do about it.
    pub async fn build(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        client::install_crypto_provider();
        metrics::install();
        let key = MasterKey::load(settings.master_key.as_ref(), &settings.data_dir)?;
        let vault = Vault::new(&key);
        let db = Db::connect(settings.database_url.expose_secret())
            .await
            .context("cannot use the database that DATABASE_URL names")?;
        let keyring = Arc::new(Keyring::load(db.clone(), vault.clone(), clock.clone(), &settings).await?);
        let github =
            GitHub::new(client::Settings::new(settings.github.api_url.clone()), keyring.credentials(), clock.clone())
                .context("cannot use the GitHub that SEAM_GITHUB_API_URL names")?;
        let signer = Signer::new(key.derive("sign"));
        let desk = Arc::new(Desk {
            pages: Pages::new(&settings.public_url, &settings.github.web_url),
            door: Doorkeeper::new(signer.clone(), clock.clone(), settings.public_url.clone()),
            signer,
            db: db.clone(),
            github: github.clone(),
            registrar: keyring.clone(),
            public_url: settings.public_url.clone(),
            web_url: settings.github.web_url.clone(),
            clock: clock.clone(),
        });
        let mirrors = settings.data_dir.join("mirrors");
        let mirrors = Mirrors::new(mirrors, settings.github.web_url.clone(), MirrorLimits::default())?;
        let address = keyring.clone();
        let registry = builtin::registry(&Clients {
            github: github.clone(),
            mirrors,
            engine: Arc::new(analysis::engine::Engine::new()),
            db: db.clone(),
            links: Links::new(move || address.public_url()),
        });
        let library = load_workflows(&settings.data_dir, &registry)?;
        let (own, definitions) = (keyring.own(), library.clone());
        let decide = move |event: &Event| match own.borrow().as_ref() {
            Some(own) => trigger::decide(event, definitions.all(), own),
            None => Decision::Skip("no App is set up".to_owned()),
        };
        let webhooks = Webhooks::new(Ingest::start(db.clone()), keyring.secrets(), Arc::new(decide), clock.clone());
        let services = Arc::new(Services { clock: clock.clone(), ..Services::default() });
        let engine = workflow::engine::Engine { db: db.clone(), registry, library, services };
        let work = worker::Settings { workers: settings.workers.get(), ..worker::Settings::default() };
        let workers = Workers::new(engine, work, Vec::new());
        let router = Router::new()
            .merge(webhooks.router())
            .merge(health::router(db.clone()))
            .merge(page::assets())
            .merge(set_up::router(desk.clone()))
            .merge(execution::router(desk.clone()))
            .merge(start::router(desk))
            .layer(CatchPanicLayer::new());
        Ok(Self { clock, db, vault, keyring, github, workers, router })
    }

    /// The HTTP side, for a test that calls it without a socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// For a test that drains the queue instead of waiting.
    pub fn workers(&self) -> &Workers {
        &self.workers
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    pub fn github(&self) -> &GitHub {
        &self.github
    }

    pub fn is_set_up(&self) -> bool {
        self.keyring.current().is_some()
    }

    /// A link that signs in to set-up and to the pages of executions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_link(&self) -> anyhow::Result<Url> {
        let token = setup_token::issue(&self.db, &self.vault, self.clock.now()).await?;
        Ok(setup_token::link(&self.keyring.public_url(), &token).parse()?)
    }

    /// Serves on `listener` until `stop`, then finishes the requests and the executions that are under way.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let stopping = CancellationToken::new();
        let upkeep = tokio::spawn(look_again(self.keyring.clone(), self.github.clone(), stopping.clone()));
        let (workers, stopped) = (self.workers.clone(), stopping.clone());
        let work = tokio::spawn(async move { workers.run(stopped).await });
        let stopped = stopping.clone();
        let server = axum::serve(listener, self.router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move {
                stop.await;
                stopped.cancel();
            });
        let served = server.await;
        stopping.cancel();
        upkeep.await?;
        work.await?;
        self.db.close().await;
        served.context("the server stopped")
    }
}

/// The built-in workflows, and the operator's in `workflows` of the data dir.
fn load_workflows(data_dir: &Path, registry: &Registry) -> anyhow::Result<Library> {
    let folder = data_dir.join("workflows");
    Library::load(folder.is_dir().then_some(folder.as_path()), registry).map_err(|invalid| {
        let wrong: Vec<_> = invalid.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("workflows cannot be loaded:\n{}", wrong.join("\n"))
    })
}

/// Follows what other processes and GitHub's pages change.
async fn look_again(keyring: Arc<Keyring>, github: GitHub, stopping: CancellationToken) {
    let metrics = metrics::install();
    let mut credentials = keyring.credentials();
    credentials.mark_changed();
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            changed = credentials.changed() => {
                if changed.is_err() {
                    return;
                }
                if keyring.current().is_some() {
                    match github.app().app().await {
                        Ok(app) => keyring.learn(&app),
                        Err(error) => tracing::warn!("GitHub does not tell who this App is: {error}"),
                    }
                }
            }
            () = tokio::time::sleep(LOOK_AGAIN) => {
                metrics.run_upkeep();
                if let Err(error) = keyring.refresh().await {
                    tracing::error!("{error:#}");
                }
            }
        }
    }
}
