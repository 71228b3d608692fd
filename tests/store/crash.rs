//! A process that is killed while deliveries arrive: what it acknowledged is there, whole, and nothing is there in part.

use std::{
    collections::HashSet,
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use bytes::Bytes;
use seam::{
    domain::{
        delivery::NewDelivery,
        execution::{Lane, NewExecution},
        ids::DeliveryId,
    },
    store::{
        db::Db,
        delivery,
        execution::{self, Filter},
        ingest::{Ingest, Ingested},
    },
};

use super::rows::{delivery as arrival, push};
use crate::support::database::TestDatabase;

const URL: &str = "SEAM_TEST_CRASH_URL";
const ROUND: &str = "SEAM_TEST_CRASH_ROUND";
const ROUNDS: usize = 8;

/// Run by [`survive`] in a process of its own, which is killed in the midst of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_stores_until_it_is_killed() {
    let (Ok(url), Ok(round)) = (env::var(URL), env::var(ROUND)) else { return };
    let ingest = Ingest::start(Db::connect(&url).await.unwrap());
    let callers: Vec<_> = (0..8)
        .map(|caller| {
            let (ingest, round) = (ingest.clone(), round.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    let id = format!("{round}-{caller}-{number}");
                    let lane = |part: &str| Some(Lane(format!("{id}{part}")));
                    let executions = ["a", "b"].map(|part| NewExecution { lane: lane(part), ..push("") }).to_vec();
                    let new = NewDelivery { payload: Bytes::from(vec![b'x'; 5_000]), ..arrival(&id) };
                    let stored = ingest.store(new, executions).await.unwrap();
                    assert!(matches!(stored, Ingested::Stored(_)));
                    writeln!(std::io::stdout(), "acknowledged {id}").unwrap();
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
}

async fn survive(database: TestDatabase) {
    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "store::crash::child_that_stores_until_it_is_killed", "--nocapture"])
            .env(URL, &database.url)
            .env(ROUND, round.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ids = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("acknowledged ").map(str::to_owned));
        for (count, id) in ids.enumerate() {
            acknowledged.insert(id);
            // Go on reading what was written before the end: it counts.
            if count == round * 13 {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
    }

    let db = database.connect().await;
    let mut found = HashSet::new();
    let mut filter = Filter { limit: 1000, ..Filter::default() };
    let mut executions = std::collections::HashMap::<DeliveryId, usize>::new();
    loop {
        let page = execution::list(&db, &filter).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before = Some(last.id);
        for execution in page {
            *executions.entry(execution.delivery.unwrap()).or_default() += 1;
        }
    }
    for (id, count) in executions {
        assert_eq!(count, 2, "{id} was stored in part");
        assert!(delivery::payload(&db, &id).await.unwrap().is_some_and(|payload| payload.len() == 5_000));
        found.insert(id.0);
    }
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(acknowledged.len() > ROUNDS * 13, "the children were killed before they did anything");
    db.close().await;
    database.remove().await;
}

#[tokio::test]
async fn sqlite_survives_being_killed() {
    survive(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn postgres_survives_being_killed() {
    if let Some(database) = TestDatabase::postgres().await {
        survive(database).await;
    }
}
