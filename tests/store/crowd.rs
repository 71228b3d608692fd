//! Many enqueuers and workers at once on few lanes: what the database promises holds when everybody pushes.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use seam::{
    domain::{
        execution::{Execution, ExecutionStatus, NewExecution, Priority, Supersede},
        ids::ExecutionId,
    },
    store::{
        db::Db,
        enqueue::enqueue,
        execution::{self, Filter},
        queue::{self, Fence, Lease, Outcome},
    },
    telemetry::clock::Clock,
};

use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use super::rows::{at, of_installation, push};
use crate::support::database::{TestDatabase, on_each_database};

const ENQUEUERS: i64 = 4;
const EACH: i64 = 60;
const WORKERS: i64 = 6;
const LANES: i64 = 5;
/// Claims of one worker, empty ones included; a few hundred are usual.
const ENOUGH: i64 = 20_000;

/// The living hold what they claimed; the dead are found out at once.
const ALIVE: Duration = Duration::from_secs(1_000_000);
const DEAD: Duration = Duration::ZERO;

/// Who runs what at this moment, as the workers themselves know it.
#[derive(Default)]
struct Floor {
    running: HashMap<String, ExecutionId>,
    claimed: HashSet<(ExecutionId, i32)>,
    succeeded: HashSet<ExecutionId>,
}

struct Crowd {
    db: Db,
    clock: Clock,
    floor: Mutex<Floor>,
    all_queued: AtomicBool,
}

/// A few kinds of work, by a number that is as good as a random one.
fn work(number: i64) -> NewExecution {
    let lane = format!("lane {}", number % LANES);
    match number % 7 {
        0 => NewExecution { priority: Priority::Command, ..push(&lane) },
        1 => NewExecution { supersede: Supersede::Never, ..push(&lane) },
        2 => NewExecution { workflow: "describe".to_owned(), ..push(&lane) },
        3 => NewExecution { priority: Priority::Upkeep, ..of_installation(number % 3) },
        _ => push(&lane),
    }
}

impl Crowd {
    async fn put_in_line(&self, enqueuer: i64) -> Vec<(ExecutionId, NewExecution)> {
        let mut queued = Vec::new();
        let mut number = enqueuer * 1_000;
        while number < enqueuer * 1_000 + EACH {
            let batch: Vec<_> = (number..=number + number % 3).map(work).collect();
            number += i64::try_from(batch.len()).unwrap();
            let ids = enqueue(&self.db, &batch, self.clock.now()).await.unwrap();
            queued.extend(ids.into_iter().zip(batch));
        }
        queued
    }

    /// Claims until nothing is left. Every fifth worker dies over its work, and somebody else has to do it.
    async fn work_off(&self, worker: i64) {
        let name = format!("worker {worker}");
        for round in worker..ENOUGH {
            let lease = if round % 5 == 0 { DEAD } else { ALIVE };
            let no_more = self.all_queued.load(Ordering::SeqCst);
            match queue::claim(&self.db, &name, lease, self.clock.now()).await.unwrap() {
                Some(claimed) if lease == DEAD => self.floor.lock().unwrap().note(&claimed),
                Some(claimed) => self.run(&claimed, round).await,
                None => {
                    let counts = execution::counts(&self.db).await.unwrap();
                    if no_more && counts.queued + counts.running == 0 {
                        return;
                    }
                    self.clock.advance(TimeDelta::seconds(1));
                    queue::reap_expired(&self.db, i32::MAX, self.clock.now()).await.unwrap();
                }
            }
        }
        panic!("something is still queued or running: nobody can get at it");
    }

    async fn run(&self, claimed: &Execution, round: i64) {
        self.floor.lock().unwrap().enter(claimed);
        tokio::task::yield_now().await;
        let held = Lease::from(claimed);
        let now = self.clock.now();
        let seen = queue::heartbeat(&self.db, held, ALIVE, now).await.unwrap();
        assert_ne!(seen, Fence::Lost, "a living worker lost {}", claimed.id);
        // Before the database is told, or the next one of the lane may enter in between.
        self.floor.lock().unwrap().leave(claimed);
        let fence = match round % 5 {
            _ if seen == Fence::Superseded => queue::finish(&self.db, held, Outcome::Stopped, now).await,
            1 => queue::retry_later(&self.db, held, now + TimeDelta::seconds(5), "once more", now).await,
            2 => queue::release(&self.db, held, now).await,
            _ => {
                let first = self.floor.lock().unwrap().succeeded.insert(claimed.id);
                assert!(first, "{} succeeded twice", claimed.id);
                queue::finish(&self.db, held, Outcome::Succeeded, now).await
            }
        };
        assert_ne!(fence.unwrap(), Fence::Lost, "a living worker lost {}", claimed.id);
    }
}

impl Floor {
    fn note(&mut self, claimed: &Execution) {
        assert!(self.claimed.insert((claimed.id, claimed.attempt)), "{} was claimed twice as one attempt", claimed.id);
        assert!(!self.succeeded.contains(&claimed.id), "{} was claimed after it succeeded", claimed.id);
    }

    fn enter(&mut self, claimed: &Execution) {
        self.note(claimed);
        if let Some(lane) = &claimed.lane {
            let other = self.running.insert(lane.0.clone(), claimed.id);
            assert_eq!(other, None, "{} runs in {lane} beside another one", claimed.id);
        }
    }

    fn leave(&mut self, claimed: &Execution) {
        if let Some(lane) = &claimed.lane {
            self.running.remove(&lane.0);
        }
    }
}

on_each_database!(a_crowd_on_few_lanes_runs_everything_once_and_one_at_a_time, async |db| {
    let crowd = Arc::new(Crowd {
        db: db.clone(),
        clock: Clock::manual(at(0)),
        floor: Mutex::default(),
        all_queued: AtomicBool::new(false),
    });
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let crowd = crowd.clone();
            tokio::spawn(async move { crowd.work_off(worker).await })
        })
        .collect();
    let enqueuers: Vec<_> = (0..ENQUEUERS)
        .map(|enqueuer| {
            let crowd = crowd.clone();
            tokio::spawn(async move { crowd.put_in_line(enqueuer).await })
        })
        .collect();
    let mut queued = Vec::new();
    for enqueuer in enqueuers {
        queued.extend(enqueuer.await.unwrap());
    }
    crowd.all_queued.store(true, Ordering::SeqCst);
    for worker in workers {
        worker.await.unwrap();
    }

    let all = execution::list(&db, &Filter { limit: 1000, ..Filter::default() }).await.unwrap();
    assert_eq!(all.len(), queued.len());
    let newest = |new: &NewExecution| {
        queued
            .iter()
            .filter(|(_, other)| other.lane == new.lane && other.workflow == new.workflow)
            .map(|(id, _)| *id)
            .max()
    };
    let floor = crowd.floor.lock().unwrap();
    for (id, new) in &queued {
        let execution = all.iter().find(|one| one.id == *id).unwrap();
        let may_be_superseded =
            new.supersede == Supersede::Older && new.lane.is_some() && new.priority != Priority::Command;
        match execution.status {
            ExecutionStatus::Succeeded => assert!(floor.succeeded.contains(id)),
            ExecutionStatus::Superseded => {
                assert!(may_be_superseded, "{new:?} was superseded");
                assert_ne!(Some(*id), newest(new), "the newest of its lane was superseded: {:?}", execution.reason);
            }
            other => panic!("{id} ended as {other:?}"),
        }
    }
});

/// Two of a lane made running behind the back of the code: the database itself says no.
async fn refuse_two_running(database: TestDatabase) {
    const RUN: &str = "update execution set status = 'running' where lane = 'a'";
    let db = database.connect().await;
    let each = NewExecution { supersede: Supersede::Never, ..push("a") };
    enqueue(&db, &[each.clone(), each], at(0)).await.unwrap();
    let error = if database.url.starts_with("sqlite") {
        SqliteConnection::connect(&database.url).await.unwrap().execute(RUN).await.unwrap_err()
    } else {
        PgConnection::connect(&database.url).await.unwrap().execute(RUN).await.unwrap_err()
    };
    assert!(error.as_database_error().unwrap().is_unique_violation(), "{error}");
    db.close().await;
    database.remove().await;
}

#[tokio::test]
async fn sqlite_itself_refuses_two_running_of_a_lane() {
    refuse_two_running(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn postgres_itself_refuses_two_running_of_a_lane() {
    if let Some(database) = TestDatabase::postgres().await {
        refuse_two_running(database).await;
    }
}

/// However long the line: the first row of an index that is in order already, and nothing is sorted.
#[tokio::test]
async fn claiming_on_sqlite_reads_an_index_in_its_order() {
    const NEXT: &str = "explain query plan select execution_id from execution as candidate
        where status = 'queued' and not waiting
            and not exists (select 1 from execution as other where other.status = 'running' and other.lane = candidate.lane)
        order by priority desc, turn, execution_id limit 1";
    let database = TestDatabase::sqlite();
    database.connect().await.close().await;
    let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(NEXT).fetch_all(&mut connection).await.unwrap();
    let plan: Vec<_> = plan.into_iter().map(|(.., line)| line).collect();
    insta::assert_snapshot!(plan.join("\n"), @"
    SCAN candidate USING INDEX execution_line
    CORRELATED SCALAR SUBQUERY 1
    SEARCH other USING COVERING INDEX execution_one_running (lane=?)
    ");
}
