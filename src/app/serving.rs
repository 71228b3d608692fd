//! The running server: everything is built once from the settings, and serves until it is asked to stop.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::Router;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use uuid::Uuid;

use super::{basis::Basis, chores, connections, health};
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
    git::{mirror::Mirrors, mirror_limits::MirrorLimits},
    github::client::GitHub,
    llm::model::Models,
    sandbox::runner::Sandbox,
    store::{db::Db, ingest::Ingest, process},
    telemetry::{clock::Clock, metrics},
    tools::{
        build_check::BuildCheck,
        builtin::{self, Clients},
        context::Services,
        registry::Registry,
    },
    webhook::receive::{Decide, Webhooks},
    workflow::{
        self,
        library::Library,
        trigger::{self, Decision},
        worker::{self, Workers},
    },
};

/// How often this process looks whether another one has set up an App, and metrics are tidied.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// How long a request that is under way may take once the process was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Seam, built and ready to serve.
pub struct App {
    basis: Basis,
    workers: Workers,
    decide: Decide,
    working: watch::Sender<bool>,
    router: Router,
}

impl App {
    /// Builds everything that the settings ask for: connects to the database, brings it up to date, makes the master key
    /// at the first start.
    ///
    /// # Errors
    /// When something that Seam cannot work without is missing, with what to do about it.
    pub async fn build(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        Self::on(Basis::open(settings, clock).await?)
    }

    /// The same on what a server made before, for a command beside it.
    ///
    /// # Errors
    /// When no server has run here, or as for [`App::build`].
    pub async fn of_server(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        Self::on(Basis::of_server(settings, clock).await?)
    }

    /// On a basis that is there: a test's has a client with less patience.
    ///
    /// # Errors
    /// When the mirrors' folder cannot be made, or a workflow of the operator's is wrong.
    pub fn on(basis: Basis) -> anyhow::Result<Self> {
        metrics::install();
        let registry = registry(&basis)?;
        let library = load_workflows(&basis.settings.data_dir, &registry)?;
        let decide = decide(&basis, library.clone());
        let webhooks = webhooks(&basis, decide.clone());
        let offers = library.offers().into();
        let models = Models::of(basis.settings.llm.as_ref()).context("the language model cannot be used")?;
        let services = Arc::new(Services { clock: basis.clock.clone(), models, offers });
        let engine = workflow::engine::Engine { db: basis.db.clone(), registry, library, services };
        let work = worker::Settings { workers: basis.settings.workers.get(), ..worker::Settings::default() };
        let workers = Workers::new(engine, work, chores::all(&basis));
        let working = watch::channel(false).0;
        let desk = Arc::new(desk(&basis));
        let router = Router::new()
            .merge(webhooks.router())
            .merge(health::router(basis.db.clone(), working.subscribe()))
            .merge(page::assets())
            .merge(set_up::router(desk.clone()))
            .merge(execution::router(desk.clone()))
            .merge(start::router(desk))
            .layer(CatchPanicLayer::new());
        Ok(Self { basis, workers, decide, working, router })
    }

    /// What an event starts here.
    pub fn decide(&self, event: &Event) -> Decision {
        (self.decide)(event)
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
        &self.basis.db
    }

    pub fn github(&self) -> &GitHub {
        &self.basis.github
    }

    pub fn is_set_up(&self) -> bool {
        self.basis.keyring.current().is_some()
    }

    /// As [`Basis::sign_in_link`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_link(&self) -> anyhow::Result<String> {
        self.basis.sign_in_link().await
    }

    /// Serves on `listener` until `stop`, then finishes the requests and the executions that are under way.
    ///
    /// # Errors
    /// When one of its tasks panicked.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let stopping = CancellationToken::new();
        let looking = tokio::spawn(look_again(self.basis.clone(), stopping.clone()));
        let knowing = tokio::spawn(know_ourselves(self.basis.clone(), stopping.clone()));
        let (workers, stopped) = (self.workers.clone(), stopping.clone());
        let work = tokio::spawn(async move { workers.run(stopped).await });
        self.working.send_replace(true);
        let stopped = stopping.clone();
        tokio::spawn(async move {
            stop.await;
            stopped.cancel();
        });
        let out_of_patience = async {
            stopping.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = connections::serve(listener, self.router, stopping.clone()) => {}
            () = out_of_patience => {}
        }
        self.working.send_replace(false);
        looking.await?;
        knowing.await?;
        work.await?;
        self.basis.db.close().await;
        Ok(())
    }
}

fn registry(basis: &Basis) -> anyhow::Result<Registry> {
    let folder = basis.settings.data_dir.join("mirrors");
    let mirrors = Mirrors::new(folder, basis.settings.github.web_url.clone(), MirrorLimits::default())?;
    let keyring = basis.keyring.clone();
    let check = basis.settings.split_check.clone();
    let check = check.map(|check| BuildCheck::new(basis.sandbox.clone(), check, std::env::temp_dir()));
    if check.is_some()
        && let Err(why) = Sandbox::available()
    {
        tracing::warn!("no slice will be checked by SEAM_SPLIT_CHECK: {why}");
    }
    Ok(builtin::registry(&Clients {
        github: basis.github.clone(),
        mirrors,
        engine: Arc::new(analysis::engine::Engine::new()),
        db: basis.db.clone(),
        links: Links::new(move || keyring.public_url()),
        check,
    }))
}

/// The built-in workflows, and the operator's in `workflows` of the data dir.
///
/// # Errors
/// All mistakes of all files.
pub fn load_workflows(data_dir: &Path, registry: &Registry) -> anyhow::Result<Library> {
    let folder = data_dir.join("workflows");
    Library::load(folder.is_dir().then_some(folder.as_path()), registry).map_err(|invalid| {
        let wrong: Vec<_> = invalid.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("workflows cannot be loaded:\n{}", wrong.join("\n"))
    })
}

fn decide(basis: &Basis, library: Library) -> Decide {
    let own = basis.keyring.own();
    Arc::new(move |event: &Event| match own.borrow().as_ref() {
        Some(own) => trigger::decide(event, library.all(), own),
        None => Decision::Skip("no App is set up".to_owned()),
    })
}

fn webhooks(basis: &Basis, decide: Decide) -> Webhooks {
    let ingest = Ingest::start(basis.db.clone());
    Webhooks::new(ingest, basis.keyring.secrets(), decide, basis.clock.clone())
}

fn desk(basis: &Basis) -> Desk {
    let signer = Signer::new(basis.key.derive("sign"));
    let settings = &basis.settings;
    Desk {
        pages: Pages::new(&settings.public_url, &settings.github.web_url),
        door: Doorkeeper::new(signer.clone(), basis.clock.clone(), settings.public_url.clone()),
        signer,
        db: basis.db.clone(),
        github: basis.github.clone(),
        registrar: basis.keyring.clone(),
        public_url: settings.public_url.clone(),
        web_url: settings.github.web_url.clone(),
        clock: basis.clock.clone(),
    }
}

/// Follows what other processes and GitHub's pages change.
async fn look_again(Basis { keyring, github, db, clock, .. }: Basis, stopping: CancellationToken) {
    let metrics = metrics::install();
    let process = Uuid::new_v4().to_string();
    let beat = async || match process::beat(&db, &process, clock.now()).await {
        Ok(live) => github.share_limits_among(live),
        Err(error) => tracing::warn!("nobody knows how many processes there are: {error}"),
    };
    beat().await;
    loop {
        tokio::select! {
            () = stopping.cancelled() => {
                // Who is not told waits a minute to be sure.
                let _ = process::leave(&db, &process).await;
                return;
            }
            () = tokio::time::sleep(LOOK_AGAIN) => {
                metrics.run_upkeep();
                beat().await;
                if let Err(error) = keyring.refresh().await {
                    tracing::error!("{error:#}");
                }
            }
        }
    }
}

/// Follows who this App is: it may be set up only now, be renamed, and GitHub may not answer just now.
async fn know_ourselves(Basis { keyring, github, .. }: Basis, stopping: CancellationToken) {
    let mut credentials = keyring.credentials();
    let learn = async || {
        if keyring.current().is_some() {
            match github.app().own().await {
                Ok(app) => keyring.learn(&app),
                Err(error) => tracing::warn!("GitHub does not tell who this App is: {error}"),
            }
        }
    };
    let follow = async {
        loop {
            learn().await;
            tokio::select! {
                changed = credentials.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    };
    let _ = stopping.run_until_cancelled(follow).await;
}
