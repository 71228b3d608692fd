//! The line of executions: claiming, superseding, leases.

use std::time::Duration;

use seam::{
    domain::execution::ExecutionStatus,
    store::{
        enqueue::enqueue,
        execution,
        queue::{self, Fence, Lease, Outcome},
    },
};

use super::rows::{at, command, of_installation, push};
use crate::support::database::on_each_database;

const LEASE: Duration = Duration::from_secs(60);

on_each_database!(a_newer_execution_supersedes_a_queued_one_of_its_lane, async |db| {
    let ids = enqueue(&db, &[push("a"), push("b")], at(0)).await.unwrap();
    let newer = enqueue(&db, &[push("a")], at(1)).await.unwrap()[0];
    let old = execution::get(&db, ids[0]).await.unwrap().unwrap();
    assert_eq!(old.status, ExecutionStatus::Superseded);
    assert_eq!(old.reason, Some(format!("superseded by execution {newer}")));
    assert_eq!(old.finished_at, Some(at(1)));
    let other = execution::get(&db, ids[1]).await.unwrap().unwrap();
    assert_eq!(other.status, ExecutionStatus::Queued);
});

on_each_database!(a_running_execution_hears_that_it_is_superseded_and_the_newer_one_waits_for_it, async |db| {
    enqueue(&db, &[push("a")], at(0)).await.unwrap();
    let running = queue::claim(&db, "w1", LEASE, at(1)).await.unwrap().unwrap();
    let newer = enqueue(&db, &[push("a")], at(2)).await.unwrap()[0];
    assert_eq!(queue::claim(&db, "w2", LEASE, at(3)).await.unwrap(), None);
    let lease = Lease::from(&running);
    assert_eq!(queue::heartbeat(&db, lease, LEASE, at(4)).await.unwrap(), Fence::Superseded);
    assert_eq!(queue::finish(&db, lease, Outcome::Stopped, at(5)).await.unwrap(), Fence::Held);
    let stopped = execution::get(&db, running.id).await.unwrap().unwrap();
    assert_eq!(stopped.status, ExecutionStatus::Superseded);
    assert_eq!(stopped.reason, Some(format!("superseded by execution {newer}")));
    assert_eq!(queue::claim(&db, "w2", LEASE, at(6)).await.unwrap().unwrap().id, newer);
});

on_each_database!(a_persons_command_is_never_superseded_and_supersedes_nothing, async |db| {
    let ids = enqueue(&db, &[command("a"), push("a"), command("a"), command("a")], at(0)).await.unwrap();
    enqueue(&db, &[command("a")], at(1)).await.unwrap();
    for id in ids {
        assert_eq!(execution::get(&db, id).await.unwrap().unwrap().status, ExecutionStatus::Queued);
    }
});

on_each_database!(an_installation_with_one_execution_does_not_wait_behind_another_ones_hundred, async |db| {
    enqueue(&db, &vec![of_installation(1); 100], at(0)).await.unwrap();
    let served = |count: usize| {
        let db = &db;
        async move {
            let mut served = Vec::new();
            for _ in 0..count {
                let execution = queue::claim(db, "w", LEASE, at(1)).await.unwrap().unwrap();
                queue::finish(db, Lease::from(&execution), Outcome::Succeeded, at(1)).await.unwrap();
                served.push(execution.installation.unwrap().0);
            }
            served
        }
    };
    assert_eq!(served(10).await, [1; 10]);
    enqueue(&db, &vec![of_installation(2); 3], at(2)).await.unwrap();
    enqueue(&db, &[of_installation(3)], at(2)).await.unwrap();
    assert_eq!(served(8).await, [1, 2, 3, 1, 2, 1, 2, 1]);
});
