//! `cargo bench --bench ingest`: how many webhooks a second are on disk and answered, and how long each takes.
//!
//! The server is a process of its own with the real endpoint: signature, parsing, triggers, one transaction, 202. This
//! process is GitHub: every connection sends its next delivery when the last one was answered; then 500 a second are sent
//! whatever the answers do. SQLite always, PostgreSQL where `SEAM_TEST_DATABASE_URL` names a server.
//!
//! Beside it stand two that keep nothing: the least endpoint in this language (verifies, parses, forgets), and, where npm
//! is there, Probot with a handler that does nothing.
//!
//! Options: `-- --seconds N`, `--connections 1,32,256`, `--only sqlite,postgres,nothing,probot`.

#![recursion_limit = "256"]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and ends where something is wrong")]

mod load;
mod payload;
#[expect(dead_code, reason = "another bench uses the rest")]
#[path = "../common/process.rs"]
mod process;
mod server;
#[path = "../common/times.rs"]
mod times;

use std::{
    env,
    io::Write as _,
    str::FromStr as _,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _, postgres::PgConnectOptions};

use crate::{
    load::{Load, Signed},
    server::{SERVE, Server, serve},
    times::Times,
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
        Ok(what) => runtime.block_on(serve(&what)),
        Err(_) => runtime.block_on(Bench::from_arguments().measure()),
    }
}

struct Bench {
    seconds: u64,
    connections: Vec<usize>,
    only: Option<String>,
    bodies: Arc<Vec<Signed>>,
}

impl Bench {
    fn from_arguments() -> Self {
        let bodies = Arc::new((0..PULLS).map(Signed::pull_request).collect());
        let mut bench = Self { seconds: 5, connections: vec![1, 32, 256], only: None, bodies };
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().expect("the option has a value");
            match argument.as_str() {
                "--seconds" => bench.seconds = value().parse().unwrap(),
                "--connections" => bench.connections = value().split(',').map(|n| n.parse().unwrap()).collect(),
                "--only" => bench.only = Some(value()),
                // What cargo adds.
                "--bench" => {}
                other => panic!("unknown option {other}"),
            }
        }
        bench
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only.split(',').any(|one| one == name))
    }

    async fn measure(&self) {
        println!(
            "{} cores; a pull_request payload of {} bytes; {} s each after {} s of warm-up; a flush to this disk takes {:.2} ms",
            std::thread::available_parallelism().unwrap(),
            self.bodies[0].body.len(),
            self.seconds,
            WARM_UP.as_secs(),
            flush().as_secs_f64() * 1e3,
        );
        println!(
            "{:<15} {:>9} {:>9} {:>9} {:>9} {:>9}  CPU of server / client, µs each",
            "", "load", "per s", "p50 ms", "p99 ms", "max ms"
        );
        if self.is_wanted("nothing") {
            let server = Server::nothing_kept();
            self.run("nothing kept", &server).await;
            server.kill();
        }
        if self.is_wanted("probot") {
            match Server::probot() {
                Ok((name, server)) => {
                    self.run(&name, &server).await;
                    server.kill();
                }
                Err(why) => println!("Probot was not measured: {why}"),
            }
        }
        if self.is_wanted("sqlite") {
            let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            self.run_on("SQLite", &format!("sqlite://{}", folder.path().join("seam.db").display())).await;
        }
        if self.is_wanted("postgres") {
            match env::var(POSTGRES) {
                Ok(server) => self.run_on_postgres(&server).await,
                Err(_) => println!("PostgreSQL was not measured: {POSTGRES} is not set"),
            }
        }
    }

    async fn run_on_postgres(&self, server: &str) {
        let server = PgConnectOptions::from_str(server).unwrap();
        let name = format!("seam_bench_{}", std::process::id());
        let mut connection = server.connect().await.unwrap();
        let settings = "select current_setting('fsync') = 'on' and current_setting('synchronous_commit') = 'on'";
        if !connection.fetch_one(settings).await.unwrap().get::<bool, _>(0) {
            println!("This PostgreSQL does not wait for its disk (fsync, synchronous_commit):");
        }
        connection.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        self.run_on("PostgreSQL", server.clone().database(&name).to_url_lossy().as_str()).await;
        connection.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
    }

    /// Measures the endpoint, and looks that all it answered is there.
    async fn run_on(&self, name: &str, url: &str) {
        let server = Server::on(url);
        let stored = self.run(name, &server).await;
        println!("{name:<15} memory at its peak: {:.0} MB", process::peak_resident(server.process.id()));
        server.kill();
        let rows = count_rows(url).await;
        assert_eq!(rows, (stored, stored), "(deliveries, executions) that are there, and that were answered 202");
    }

    /// All loads on one server; gives how many deliveries it answered.
    async fn run(&self, name: &str, server: &Server) -> usize {
        let sent = Arc::new(AtomicU64::new(0));
        let load = |connections, pace| Load {
            address: server.address.clone(),
            bodies: self.bodies.clone(),
            sent: sent.clone(),
            connections,
            pace,
        };
        let most =
            self.connections.iter().map(|&connections| (format!("{connections} conn."), load(connections, None)));
        let steady = (format!("{STEADY}/s"), load(64, Some(STEADY)));
        let mut answered = 0;
        for (label, load) in most.chain([steady]) {
            answered += load.run(WARM_UP).await.len();
            let processes = [server.process.id(), std::process::id()];
            let (before, start) = (processes.map(process::cpu), Instant::now());
            let times = Times::from(load.run(Duration::from_secs(self.seconds)).await);
            let elapsed = start.elapsed();
            answered += times.count();
            let count = times.count() as f64;
            let cpu = |which: usize| (process::cpu(processes[which]) - before[which]).as_secs_f64() * 1e6 / count;
            println!(
                "{name:<15} {label:>9} {:>9.0} {:>9.2} {:>9.2} {:>9.2}  {:.0} / {:.0}",
                count / elapsed.as_secs_f64(),
                times.millis(0.5),
                times.millis(0.99),
                times.millis(1.0),
                cpu(0),
                cpu(1),
            );
        }
        answered
    }
}

/// How long this disk takes for what a commit needs: some bytes more in a file, and the word that they are there.
fn flush() -> Duration {
    const TIMES: u32 = 200;
    let mut file = tempfile::tempfile_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let start = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
    }
    start.elapsed() / TIMES
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
