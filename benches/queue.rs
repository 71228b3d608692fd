//! `cargo bench --bench queue`: how many executions a second are claimed and finished, and that a long line does not slow
//! it down. SQLite always, PostgreSQL where `SEAM_TEST_DATABASE_URL` names a server.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and ends where something is wrong")]

use std::{
    env,
    str::FromStr as _,
    time::{Duration, Instant},
};

use chrono::Utc;
use seam::{
    domain::{
        execution::{Lane, NewExecution, Priority, Supersede},
        ids::{InstallationId, RepositoryId},
    },
    store::{
        db::Db,
        enqueue::enqueue,
        queue::{self, Lease, Outcome},
    },
};
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, postgres::PgConnectOptions};

const POSTGRES: &str = "SEAM_TEST_DATABASE_URL";
const LEASE: Duration = Duration::from_secs(60);
const ROUNDS: usize = 1_000;
const INSTALLATIONS: i64 = 300;

#[tokio::main]
async fn main() {
    println!("claimed and finished, {ROUNDS} times for each length of the line; {INSTALLATIONS} installations");
    println!("{:<11} {:>9} {:>9} {:>9}", "", "in line", "workers", "per s");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    measure(&format!("sqlite://{}", folder.path().join("seam.db").display())).await;
    let Ok(server) = env::var(POSTGRES) else {
        println!("PostgreSQL was not measured: {POSTGRES} is not set");
        return;
    };
    let server = PgConnectOptions::from_str(&server).unwrap();
    let name = format!("seam_bench_{}", std::process::id());
    let mut connection = server.connect().await.unwrap();
    connection.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    measure(server.clone().database(&name).to_url_lossy().as_str()).await;
    connection.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
}

async fn measure(url: &str) {
    let db = Db::connect(url).await.unwrap();
    let mut in_line = 0;
    for length in [ROUNDS, 3_000, 30_000] {
        let new: Vec<_> = (in_line..length).map(execution).collect();
        let start = Instant::now();
        for batch in new.chunks(256) {
            enqueue(&db, batch, Utc::now()).await.unwrap();
        }
        let put = new.len() as f64 / start.elapsed().as_secs_f64();
        println!("{:<11} {length:>9} {:>9} {put:>9.0}  put in line, 256 at once", db.name(), "");
        for workers in [1, 4] {
            let start = Instant::now();
            let running: Vec<_> = (0..workers).map(|_| tokio::spawn(work(db.clone(), ROUNDS / 2 / workers))).collect();
            for worker in running {
                worker.await.unwrap();
            }
            let rate = (ROUNDS / 2) as f64 / start.elapsed().as_secs_f64();
            println!("{:<11} {length:>9} {workers:>9} {rate:>9.0}", db.name());
        }
        in_line = length - ROUNDS;
    }
    db.close().await;
}

async fn work(db: Db, rounds: usize) {
    for _ in 0..rounds {
        let claimed = queue::claim(&db, "worker", LEASE, Utc::now()).await.unwrap().unwrap();
        queue::finish(&db, Lease::from(&claimed), Outcome::Succeeded, Utc::now()).await.unwrap();
    }
}

fn execution(number: usize) -> NewExecution {
    // Half of it is one installation's.
    let installation = if number.is_multiple_of(2) { 0 } else { number as i64 % INSTALLATIONS };
    NewExecution {
        workflow: "review".to_owned(),
        lane: Some(Lane(format!("review:{installation}#{number}"))),
        supersede: Supersede::Older,
        priority: Priority::Push,
        installation: Some(InstallationId(installation + 1)),
        repository: Some(RepositoryId(installation + 1)),
        repo: Some("octo-org/web-shop".parse().unwrap()),
        input: json!({ "pull_number": number, "head_sha": "a".repeat(40) }),
        delivery: None,
        once: None,
        after: None,
    }
}
