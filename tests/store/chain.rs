//! Executions that exist once, and those that wait for others.

use seam::{
    domain::{
        execution::{After, NewExecution},
        ids::ExecutionId,
    },
    store::{
        enqueue,
        execution::{self, Filter},
        queue::{self, Lease, Outcome},
    },
};

use super::rows::{LEASE, at, command, push};
use crate::support::database::on_each_database;

fn once(lane: &str, key: &str) -> NewExecution {
    NewExecution { once: Some(key.to_owned()), ..command(lane) }
}

on_each_database!(an_execution_with_a_key_is_stored_once, async |db| {
    let first = enqueue::enqueue(&db, &[once("a", "k"), once("b", "l"), once("c", "k")], at(0)).await.unwrap();
    assert_eq!((first[0] == first[2], first[0] == first[1]), (true, false));
    let second = enqueue::enqueue(&db, &[once("d", "l"), push("e")], at(1)).await.unwrap();
    assert_eq!(second[0], first[1]);
    assert_eq!(execution::list(&db, &Filter::default()).await.unwrap().len(), 3);
});

on_each_database!(of_many_who_want_the_same_key_one_gets_it, async |db| {
    let callers: Vec<_> = (0..16)
        .map(|number: i64| {
            let db = db.clone();
            tokio::spawn(async move {
                let lane = number.to_string();
                enqueue::enqueue(&db, &[once(&lane, "k"), once(&lane, &lane)], at(number)).await.unwrap()[0]
            })
        })
        .collect();
    let mut ids = Vec::new();
    for caller in callers {
        ids.push(caller.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(execution::list(&db, &Filter::default()).await.unwrap().len(), 17);
});

on_each_database!(one_that_follows_waits_for_the_end_of_the_one_before, async |db| {
    let after = |lane| NewExecution { after: Some(After::Previous), ..command(lane) };
    let ids = enqueue::enqueue(&db, &[command("a"), after("b"), after("c")], at(0)).await.unwrap();
    let claim = async || queue::claim(&db, "w", LEASE, at(1)).await.unwrap();
    for (index, end) in [Outcome::Failed("no".to_owned()), Outcome::Succeeded].into_iter().enumerate() {
        let execution = claim().await.unwrap();
        assert_eq!(execution.id, ids[index]);
        assert_eq!(execution.after, index.checked_sub(1).map(|before| ids[before]));
        assert_eq!(claim().await.map(|one| one.id), None, "it does not wait");
        let held = Lease::from(&execution);
        queue::retry_later(&db, held, at(5), "a moment", at(1)).await.unwrap();
        assert_eq!(claim().await.map(|one| one.id), None, "a retry is no end");
        let again = queue::claim(&db, "w", LEASE, at(6)).await.unwrap().unwrap();
        queue::finish(&db, Lease::from(&again), end, at(6)).await.unwrap();
    }
    assert_eq!(claim().await.map(|one| one.id), Some(ids[2]));
    let new = NewExecution { after: Some(After::Execution(ExecutionId(987_654))), ..command("d") };
    let free = enqueue::enqueue(&db, &[new], at(2)).await.unwrap();
    assert_eq!(claim().await.map(|one| one.id), Some(free[0]), "one that is forgotten has ended");
});

on_each_database!(those_of_a_key_are_taken_out_of_line, async |db| {
    let ids =
        enqueue::enqueue(&db, &[once("a", "x:1:a"), once("b", "x:1:b"), once("c", "x:12:a")], at(0)).await.unwrap();
    let running = queue::claim(&db, "w", LEASE, at(1)).await.unwrap().unwrap();
    assert_eq!(running.id, ids[0]);
    assert_eq!(execution::cancel_queued(&db, "x:1:", "gone", at(2)).await.unwrap(), 1);
    let left = queue::claim(&db, "w", LEASE, at(3)).await.unwrap().map(|one| one.id);
    assert_eq!(left, Some(ids[2]));
    let cancelled = execution::get(&db, ids[1]).await.unwrap().unwrap();
    assert_eq!((cancelled.status.as_str(), cancelled.reason.as_deref()), ("cancelled", Some("gone")));
});
