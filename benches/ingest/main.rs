//! `cargo bench --bench ingest`: how many webhooks a second are on disk and answered, and how long each takes.
//!
//! The server is a process of its own with the real endpoint: signature, parsing, triggers, one transaction, 202. This
//! process is GitHub: every connection sends its next delivery when the last one was answered; then 500 a second are sent
//! whatever the answers do. SQLite always, PostgreSQL where `SEAM_TEST_DATABASE_URL` names a server. Options:
//! `-- --seconds N`, `--connections 1,32,256`, `--only sqlite|postgres`.

#![recursion_limit = "256"]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and ends where something is wrong")]

mod load;
mod payload;
mod server;

use std::{
    env,
    str::FromStr as _,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, postgres::PgConnectOptions};

use crate::{
    load::{Load, Signed},
    server::{SERVE, Server, serve},
};

const POSTGRES: &str = "SEAM_TEST_DATABASE_URL";
/// Pull requests that the deliveries are about: later ones supersede earlier ones.
const PULLS: usize = 200;
/// The steady load that the aim speaks of.
const STEADY: u64 = 500;
const WARM_UP: Duration = Duration::from_secs(1);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match env::var(SERVE) {
        Ok(url) => runtime.block_on(serve(&url)),
        Err(_) => runtime.block_on(measure(&Options::from_arguments())),
    }
}

struct Options {
    seconds: u64,
    connections: Vec<usize>,
    only: Option<String>,
}

impl Options {
    fn from_arguments() -> Self {
        let mut options = Self { seconds: 5, connections: vec![1, 32, 256], only: None };
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().expect("the option has a value");
            match argument.as_str() {
                "--seconds" => options.seconds = value().parse().unwrap(),
                "--connections" => options.connections = value().split(',').map(|n| n.parse().unwrap()).collect(),
                "--only" => options.only = Some(value()),
                // What cargo adds.
                "--bench" => {}
                other => panic!("unknown option {other}"),
            }
        }
        options
    }
}

async fn measure(options: &Options) {
    let bodies: Arc<Vec<Signed>> = Arc::new((0..PULLS).map(Signed::pull_request).collect());
    println!(
        "{} cores; a pull_request payload of {} bytes; {} s each after {} s of warm-up",
        std::thread::available_parallelism().unwrap(),
        bodies[0].body.len(),
        options.seconds,
        WARM_UP.as_secs(),
    );
    println!(
        "{:<11} {:>12} {:>9} {:>9} {:>9} {:>9}  CPU of server / client, µs each",
        "", "load", "per s", "p50 ms", "p99 ms", "max ms"
    );
    let is_wanted = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    if is_wanted("sqlite") {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let url = format!("sqlite://{}", folder.path().join("seam.db").display());
        measure_database("SQLite", &url, options, &bodies).await;
    }
    if is_wanted("postgres") {
        match env::var(POSTGRES) {
            Ok(server) => {
                let options_of_server = PgConnectOptions::from_str(&server).unwrap();
                let name = format!("seam_bench_{}", std::process::id());
                let mut connection = options_of_server.connect().await.unwrap();
                connection.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
                let url = options_of_server.clone().database(&name).to_url_lossy();
                measure_database("PostgreSQL", url.as_str(), options, &bodies).await;
                connection.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
            }
            Err(_) => println!("PostgreSQL was not measured: {POSTGRES} is not set"),
        }
    }
}

async fn measure_database(name: &str, url: &str, options: &Options, bodies: &Arc<Vec<Signed>>) {
    let mut server = Server::start(url);
    let sent = Arc::new(AtomicU64::new(0));
    let load = |connections, pace| Load {
        address: server.address.clone(),
        bodies: bodies.clone(),
        sent: sent.clone(),
        connections,
        pace,
    };
    let loads =
        options.connections.iter().map(|&connections| (format!("{connections} conn."), load(connections, None)));
    let steady = (format!("{STEADY}/s"), load(64, Some(STEADY)));
    let mut stored = 0;
    for (label, load) in loads.chain([steady]) {
        stored += load.run(WARM_UP).await.len();
        let (server_before, client_before, start) =
            (server::cpu(server.process.id()), server::cpu(std::process::id()), Instant::now());
        let mut latencies = load.run(Duration::from_secs(options.seconds)).await;
        let elapsed = start.elapsed();
        stored += latencies.len();
        let count = latencies.len() as f64;
        let each = |before: Duration, pid| (server::cpu(pid) - before).as_secs_f64() * 1e6 / count;
        let (server_cpu, client_cpu) =
            (each(server_before, server.process.id()), each(client_before, std::process::id()));
        latencies.sort_unstable();
        let millis = |share: f64| latencies[((count - 1.0) * share) as usize].as_secs_f64() * 1e3;
        println!(
            "{name:<11} {label:>12} {:>9.0} {:>9.2} {:>9.2} {:>9.2}  {server_cpu:.0} / {client_cpu:.0}",
            count / elapsed.as_secs_f64(),
            millis(0.5),
            millis(0.99),
            millis(1.0),
        );
    }
    println!("{name:<11} memory at its peak: {}", server::peak_memory(server.process.id()));
    // Killed, not stopped: what was answered must be there.
    server.process.kill().unwrap();
    server.process.wait().unwrap();
    let rows = count_rows(url).await;
    assert_eq!(rows, (stored, stored), "(deliveries, executions) that are there, and that were answered 202");
}

async fn count_rows(url: &str) -> (usize, usize) {
    const COUNT: &str = "select (select count(*) from delivery), (select count(*) from execution)";
    let (deliveries, executions): (i64, i64) = if url.starts_with("sqlite") {
        sqlx::query_as(COUNT).fetch_one(&mut sqlx::SqliteConnection::connect(url).await.unwrap()).await.unwrap()
    } else {
        sqlx::query_as(COUNT).fetch_one(&mut sqlx::PgConnection::connect(url).await.unwrap()).await.unwrap()
    };
    (deliveries as usize, executions as usize)
}
