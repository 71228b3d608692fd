//! Leases: what happens when a worker is slow, dies, or comes back too late.

use chrono::TimeDelta;
use seam::{
    domain::execution::ExecutionStatus,
    store::{
        enqueue::enqueue,
        execution,
        queue::{self, Fence, Lease, Outcome, Reaped},
    },
};

use super::rows::{LEASE, at, of_installation, push, running, status};
use crate::support::database::on_each_database;

on_each_database!(a_worker_that_fell_silent_is_replaced_and_fenced_off, async |db| {
    let first = running(&db, push("a")).await;
    assert_eq!(queue::reap_expired(&db, 5, at(59)).await.unwrap(), Reaped::default());
    let reaped = queue::reap_expired(&db, 5, at(60)).await.unwrap();
    assert_eq!(reaped, Reaped { queued: vec![first.id], ..Reaped::default() });
    let second = queue::claim(&db, "w2", LEASE, at(61)).await.unwrap().unwrap();
    assert_eq!((second.id, second.attempt, second.tries), (first.id, 2, 2));

    let stale = Lease::from(&first);
    assert_eq!(queue::heartbeat(&db, stale, LEASE, at(62)).await.unwrap(), Fence::Lost);
    assert_eq!(queue::finish(&db, stale, Outcome::Failed("late".into()), at(62)).await.unwrap(), Fence::Lost);
    assert_eq!(queue::retry_later(&db, stale, at(99), "late", at(62)).await.unwrap(), Fence::Lost);
    assert_eq!(queue::release(&db, stale, at(62)).await.unwrap(), Fence::Lost);
    assert_eq!(status(&db, first.id).await, (ExecutionStatus::Running, None));

    let held = Lease::from(&second);
    assert_eq!(queue::finish(&db, held, Outcome::Succeeded, at(63)).await.unwrap(), Fence::Held);
    assert_eq!(queue::finish(&db, held, Outcome::Failed("twice".into()), at(64)).await.unwrap(), Fence::Lost);
    assert_eq!(status(&db, first.id).await, (ExecutionStatus::Succeeded, None));
});

on_each_database!(a_heartbeat_holds_the_lease, async |db| {
    let execution = running(&db, push("a")).await;
    assert_eq!(queue::heartbeat(&db, Lease::from(&execution), LEASE, at(50)).await.unwrap(), Fence::Held);
    assert_eq!(queue::reap_expired(&db, 5, at(109)).await.unwrap(), Reaped::default());
    assert_eq!(queue::reap_expired(&db, 5, at(110)).await.unwrap().queued, [execution.id]);
});

on_each_database!(what_silences_its_worker_again_and_again_becomes_a_dead_letter, async |db| {
    let id = enqueue(&db, &[push("a")], at(0)).await.unwrap()[0];
    for round in 1..=3 {
        let now = at(round * 100);
        assert_eq!(queue::claim(&db, "w", LEASE, now).await.unwrap().unwrap().tries, i32::try_from(round).unwrap());
        let reaped = queue::reap_expired(&db, 3, now + LEASE).await.unwrap();
        let expected = if round < 3 {
            Reaped { queued: vec![id], ..Reaped::default() }
        } else {
            Reaped { failed: vec![id], ..Reaped::default() }
        };
        assert_eq!(reaped, expected);
    }
    assert_eq!(status(&db, id).await, (ExecutionStatus::Failed, Some("its worker fell silent in attempt 3".into())));
});

on_each_database!(what_was_superseded_or_cancelled_while_its_worker_was_silent_does_not_run_again, async |db| {
    let first = running(&db, push("a")).await;
    let newer = enqueue(&db, &[push("a")], at(1)).await.unwrap()[0];
    let second = running(&db, push("b")).await;
    execution::cancel(&db, second.id, at(2)).await.unwrap();
    let mut stopped = queue::reap_expired(&db, 5, at(60)).await.unwrap().stopped;
    stopped.sort();
    assert_eq!(stopped, [first.id, second.id]);
    assert_eq!(
        status(&db, first.id).await,
        (ExecutionStatus::Superseded, Some(format!("superseded by execution {newer}")))
    );
    assert_eq!(status(&db, second.id).await, (ExecutionStatus::Cancelled, Some("cancelled by a person".into())));
});

on_each_database!(a_retry_waits_for_its_time, async |db| {
    let execution = running(&db, push("a")).await;
    let held = Lease::from(&execution);
    assert_eq!(queue::retry_later(&db, held, at(30), "GitHub said 502", at(1)).await.unwrap(), Fence::Held);
    assert_eq!(status(&db, execution.id).await, (ExecutionStatus::Queued, Some("GitHub said 502".into())));
    assert_eq!(queue::claim(&db, "w", LEASE, at(30) - TimeDelta::milliseconds(1)).await.unwrap(), None);
    let again = queue::claim(&db, "w", LEASE, at(30)).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempt, again.tries, again.reason), (execution.id, 2, 2, None));
    assert_eq!(again.started_at, Some(at(0)));
});

on_each_database!(a_waiting_retry_gives_way_to_a_newer_execution, async |db| {
    let execution = running(&db, push("a")).await;
    queue::retry_later(&db, Lease::from(&execution), at(30), "GitHub said 502", at(1)).await.unwrap();
    let newer = enqueue(&db, &[push("a")], at(2)).await.unwrap()[0];
    assert_eq!(status(&db, execution.id).await.0, ExecutionStatus::Superseded);
    assert_eq!(queue::claim(&db, "w", LEASE, at(31)).await.unwrap().unwrap().id, newer);
    assert_eq!(queue::claim(&db, "w", LEASE, at(31)).await.unwrap(), None);
});

on_each_database!(a_superseded_execution_that_fails_is_no_dead_letter, async |db| {
    let first = running(&db, push("a")).await;
    enqueue(&db, &[push("a")], at(1)).await.unwrap();
    queue::finish(&db, Lease::from(&first), Outcome::Failed("no such commit".into()), at(2)).await.unwrap();
    assert_eq!(status(&db, first.id).await.0, ExecutionStatus::Superseded);

    let second = queue::claim(&db, "w", LEASE, at(3)).await.unwrap().unwrap();
    enqueue(&db, &[push("a")], at(4)).await.unwrap();
    let held = Lease::from(&second);
    assert_eq!(queue::retry_later(&db, held, at(30), "GitHub said 502", at(5)).await.unwrap(), Fence::Superseded);
    assert_eq!(status(&db, second.id).await.0, ExecutionStatus::Superseded);
});

on_each_database!(what_a_superseded_execution_has_done_counts, async |db| {
    let first = running(&db, push("a")).await;
    enqueue(&db, &[push("a")], at(1)).await.unwrap();
    queue::finish(&db, Lease::from(&first), Outcome::Succeeded, at(2)).await.unwrap();
    assert_eq!(status(&db, first.id).await, (ExecutionStatus::Succeeded, None));
});

on_each_database!(a_released_execution_loses_no_try, async |db| {
    let first = running(&db, of_installation(1)).await;
    assert_eq!(queue::release(&db, Lease::from(&first), at(1)).await.unwrap(), Fence::Held);
    let second = queue::claim(&db, "w2", LEASE, at(1)).await.unwrap().unwrap();
    assert_eq!((second.id, second.attempt, second.tries), (first.id, 2, 1));
});
