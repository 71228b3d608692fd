//! The real endpoint in a process of its own, and what that process uses.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use seam::{
    store::{db::Db, ingest::Ingest},
    telemetry::{clock::Clock, metrics},
    tools::registry::Registry,
    webhook::{receive::Webhooks, signature::WebhookSecrets},
    workflow::{
        load::load,
        trigger::{self, OwnApp},
    },
};
use secrecy::SecretString;
use tokio::{net::TcpListener, sync::watch};

/// Set for the server's process: the database to use.
pub(crate) const SERVE: &str = "SEAM_BENCH_SERVE";
pub(crate) const SECRET: &str = "a secret of the bench";

/// The endpoint with one workflow that every pull request starts.
pub(crate) async fn serve(url: &str) {
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
    let (_sender, secrets) = watch::channel(WebhookSecrets::new([SecretString::from(SECRET)]));
    let webhooks = Webhooks::new(Ingest::start(db), secrets, Arc::new(decide), Clock::System);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, webhooks.router()).await.unwrap();
}

pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(url: &str) -> Self {
        let mut process =
            Command::new(env::current_exe().unwrap()).env(SERVE, url).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { process, address: address.trim().to_owned() }
    }
}

/// User and system time of a process; Linux only.
pub(crate) fn cpu(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<_> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // 100 a second on every Linux that people run.
    Duration::from_millis(ticks * 10)
}

pub(crate) fn peak_memory(process: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().to_owned()
}
