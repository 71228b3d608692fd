//! What is measured, each in a process of its own: Seam's endpoint on a database, and two that keep nothing.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use seam::{
    store::{db::Db, ingest::Ingest},
    telemetry::{clock::Clock, metrics},
    tools::registry::Registry,
    webhook::{
        payload,
        receive::Webhooks,
        signature::{Signature, WebhookSecrets},
    },
    workflow::{
        load::load,
        trigger::{self, OwnApp},
    },
};
use secrecy::SecretString;
use tokio::{net::TcpListener, sync::watch};

/// Set for a server's process: the database to use, or [`NOTHING_KEPT`].
pub(crate) const SERVE: &str = "SEAM_BENCH_SERVE";
const NOTHING_KEPT: &str = "nothing kept";
pub(crate) const SECRET: &str = "a secret of the bench";

/// Runs the server that `what` names, until it is killed.
pub(crate) async fn serve(what: &str) {
    let router = if what == NOTHING_KEPT { nothing_kept() } else { seam(what).await };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

fn secrets() -> WebhookSecrets {
    WebhookSecrets::new([SecretString::from(SECRET)])
}

/// The endpoint with one workflow that every pull request starts.
async fn seam(url: &str) -> Router {
    const WORKFLOW: &str = "
name: review
on: { events: [pull_request] }
nodes:
  - { id: review, type: llm, prompt: 'Review ${input.head_sha}.', default: {} }
edges:
  - { from: start, to: review }
";
    metrics::install();
    let definitions = [load("review.yml", WORKFLOW, &Registry::default()).unwrap()];
    let own = OwnApp { app_id: 1, slug: "seam".to_owned(), bot: None };
    let decide = move |event: &_| trigger::decide(event, &definitions, &own);
    let db = Db::connect(url).await.unwrap();
    let (_sender, secrets) = watch::channel(secrets());
    Webhooks::new(Ingest::start(db), secrets, Arc::new(decide), Clock::System).router()
}

/// The least that an endpoint can do in this language: verifies and parses, and forgets.
fn nothing_kept() -> Router {
    let answer = async |headers: HeaderMap, body: Bytes| {
        let signature = headers.get("x-hub-signature-256").and_then(|header| Signature::parse(header.as_bytes()));
        let is_genuine = signature.is_some_and(|signature| secrets().accept(&body, &signature));
        if is_genuine && payload::parse("pull_request", &body).is_ok() {
            StatusCode::ACCEPTED
        } else {
            StatusCode::BAD_REQUEST
        }
    };
    Router::new().route("/webhooks/github", post(answer))
}

pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) address: String,
}

impl Server {
    /// Seam on the database at `url`.
    pub(crate) fn on(url: &str) -> Self {
        Self::start(Command::new(env::current_exe().unwrap()).env(SERVE, url))
    }

    pub(crate) fn nothing_kept() -> Self {
        Self::on(NOTHING_KEPT)
    }

    /// Probot, fetched from npm at the first time, and its version.
    pub(crate) fn probot() -> Result<(String, Self), String> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("probot");
        std::fs::create_dir_all(&folder).unwrap();
        for file in ["package.json", "server.mjs"] {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/ingest/probot").join(file);
            std::fs::copy(source, folder.join(file)).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder);
        let output = npm.output().map_err(|error| format!("npm does not run: {error}"))?;
        if !output.status.success() {
            return Err("npm cannot install it".to_owned());
        }
        let package = std::fs::read(folder.join("node_modules/probot/package.json")).unwrap();
        let package: serde_json::Value = serde_json::from_slice(&package).unwrap();
        let version = package["version"].as_str().unwrap_or_default();
        let mut node = Command::new("node");
        node.arg("server.mjs").current_dir(&folder).env("WEBHOOK_SECRET", SECRET).env("NODE_ENV", "production");
        Ok((format!("Probot {version}"), Self::start(&mut node)))
    }

    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "{command:?} ended at once");
        Self { process, address: address.trim().to_owned() }
    }

    /// Killed, not stopped: what was answered must be on disk.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
