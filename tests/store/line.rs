//! The line of executions: who goes first, and who gives way.

use seam::{
    domain::{
        execution::{ExecutionStatus, Lane, NewExecution, Priority, Supersede},
        ids::DeliveryId,
    },
    store::{
        enqueue::enqueue,
        execution,
        ingest::Ingest,
        queue::{self, Fence, Lease, Outcome},
    },
};
use serde_json::json;

use super::rows::{LEASE, at, command, delivery, of_installation, push};
use crate::support::database::on_each_database;

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

on_each_database!(a_command_goes_before_a_push_and_a_push_before_upkeep, async |db| {
    let upkeep = NewExecution { priority: Priority::Upkeep, ..of_installation(1) };
    let late = NewExecution { priority: Priority::Command, ..of_installation(1) };
    enqueue(&db, &[upkeep, of_installation(1), late], at(0)).await.unwrap();
    let mut order = Vec::new();
    while let Some(execution) = queue::claim(&db, "w", LEASE, at(1)).await.unwrap() {
        order.push(execution.priority);
    }
    assert_eq!(order, [Priority::Command, Priority::Push, Priority::Upkeep]);
});

on_each_database!(executions_of_one_lane_run_one_after_the_other, async |db| {
    let each = NewExecution { supersede: Supersede::Never, ..push("a") };
    let ids = enqueue(&db, &vec![each; 3], at(0)).await.unwrap();
    for id in ids {
        let claimed = queue::claim(&db, "w", LEASE, at(1)).await.unwrap().unwrap();
        assert_eq!(claimed.id, id);
        assert_eq!(queue::claim(&db, "w", LEASE, at(1)).await.unwrap(), None);
        queue::finish(&db, Lease::from(&claimed), Outcome::Succeeded, at(1)).await.unwrap();
    }
});

on_each_database!(of_one_lane_in_one_batch_the_last_stays, async |db| {
    let other_workflow = NewExecution { workflow: "describe".to_owned(), ..push("a") };
    let ids = enqueue(&db, &[push("a"), other_workflow, push("b"), push("a")], at(0)).await.unwrap();
    let mut states = Vec::new();
    for id in &ids {
        let execution = execution::get(&db, *id).await.unwrap().unwrap();
        states.push((execution.status, execution.reason));
    }
    let queued = (ExecutionStatus::Queued, None);
    let superseded = (ExecutionStatus::Superseded, Some(format!("superseded by execution {}", ids[3])));
    assert_eq!(states, [superseded, queued.clone(), queued.clone(), queued]);
});

on_each_database!(an_execution_keeps_everything_it_was_queued_with, async |db| {
    let ingest = Ingest::start(db.clone());
    let new = NewExecution {
        input: json!({ "zebra": 1, "apple": ["\u{0}", "\u{1f980}", 1.5, null], "big": u64::MAX }),
        delivery: Some(DeliveryId("d".to_owned())),
        lane: Some(Lane("lane with \u{0} and 'quotes'".to_owned())),
        ..push("")
    };
    ingest.store(delivery("d"), vec![new.clone()]).await.unwrap();
    let stored = queue::claim(&db, "w", LEASE, at(3)).await.unwrap().unwrap();
    assert_eq!(stored.input.to_string(), new.input.to_string());
    assert_eq!(stored.lane.unwrap().0, "lane with \u{fffd} and 'quotes'");
    assert_eq!(stored.delivery, new.delivery);
    assert_eq!((stored.installation, stored.repository, stored.repo), (new.installation, new.repository, new.repo));
    assert_eq!((stored.created_at, stored.started_at, stored.finished_at), (at(0), Some(at(3)), None));
    assert_eq!((stored.attempt, stored.tries), (1, 1));
});
