//! Workers hear of work, also of what other processes put in line.

use std::time::{Duration, Instant};

use seam::store::enqueue::enqueue;

use super::rows::{at, push};
use crate::support::database::{TestDatabase, on_each_database};

/// Nobody waits that long when it works.
const LONG: Duration = Duration::from_secs(300);

on_each_database!(a_waiting_worker_is_woken_by_new_work, async |db| {
    let mut wakeups = db.wakeups();
    let waiting = tokio::spawn(async move {
        let start = Instant::now();
        wakeups.wait(LONG).await;
        start.elapsed()
    });
    enqueue(&db, &[push("a")], at(0)).await.unwrap();
    assert!(waiting.await.unwrap() < LONG);
});

on_each_database!(what_came_before_the_wait_is_not_missed, async |db| {
    let mut wakeups = db.wakeups();
    enqueue(&db, &[push("a")], at(0)).await.unwrap();
    let start = Instant::now();
    wakeups.wait(LONG).await;
    assert!(start.elapsed() < LONG);
});

on_each_database!(a_wait_without_work_ends_by_itself, async |db| {
    let mut wakeups = db.wakeups();
    // On PostgreSQL the listener rings once when it begins to listen.
    for _ in 0..2 {
        wakeups.wait(Duration::from_millis(1)).await;
    }
});

#[tokio::test]
async fn another_process_on_postgresql_is_woken_too() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let (one, other) = (database.connect().await, database.connect().await);
    let mut wakeups = other.wakeups();
    // Whether the listener listens already is not to be seen: put something in line until it hears.
    let heard = tokio::spawn(async move { wakeups.wait(LONG).await });
    let mut lane = 0;
    while !heard.is_finished() {
        enqueue(&one, &[push(&lane.to_string())], at(0)).await.unwrap();
        lane += 1;
    }
    heard.await.unwrap();
    one.close().await;
    other.close().await;
    database.remove().await;
}
