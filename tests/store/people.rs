//! What people do with executions: looking, retrying dead letters, cancelling.

use seam::{
    domain::{
        execution::{ExecutionStatus, NewExecution, Supersede},
        ids::{DeliveryId, ExecutionId, RepositoryId},
    },
    store::{
        enqueue::enqueue,
        execution::{self, CancelledNow, Counts, Filter, Retried},
        ingest::Ingest,
        queue::{self, Fence, Lease, Outcome},
    },
};

use super::rows::{LEASE, at, delivery, of_installation, push, running, status};
use crate::support::database::on_each_database;

on_each_database!(a_dead_letter_is_listed_shown_and_retried, async |db| {
    let dead = running(&db, push("a")).await;
    let reason = "GitHub said 422: Validation Failed".to_owned();
    queue::finish(&db, Lease::from(&dead), Outcome::Failed(reason.clone()), at(1)).await.unwrap();
    running(&db, push("b")).await;
    enqueue(&db, &[push("c")], at(1)).await.unwrap();
    assert_eq!(execution::counts(&db).await.unwrap(), Counts { queued: 1, running: 1, failed: 1 });

    let failed = Filter { status: Some(ExecutionStatus::Failed), ..Filter::default() };
    let listed = execution::list(&db, &failed).await.unwrap();
    assert_eq!(listed.iter().map(|one| (one.id, one.reason.clone())).collect::<Vec<_>>(), [(dead.id, Some(reason))]);

    assert_eq!(execution::retry(&db, dead.id, at(2)).await.unwrap(), Retried::Queued);
    assert_eq!(execution::retry(&db, dead.id, at(2)).await.unwrap(), Retried::NotFinished);
    let again = queue::claim(&db, "w", LEASE, at(3)).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempt, again.tries, again.reason), (dead.id, 2, 1, None));
});

on_each_database!(a_dead_letter_is_not_retried_past_a_newer_execution_that_does_the_same, async |db| {
    let dead = running(&db, push("a")).await;
    queue::finish(&db, Lease::from(&dead), Outcome::Failed("no".into()), at(1)).await.unwrap();
    let newer = enqueue(&db, &[push("a")], at(2)).await.unwrap()[0];
    assert_eq!(execution::retry(&db, dead.id, at(3)).await.unwrap(), Retried::NewerIsQueued);
    assert_eq!(status(&db, dead.id).await.0, ExecutionStatus::Failed);
    assert_eq!(queue::claim(&db, "w", LEASE, at(4)).await.unwrap().unwrap().id, newer);
});

on_each_database!(a_queued_execution_is_cancelled_at_once_and_a_running_one_soon, async |db| {
    let id = enqueue(&db, &[push("a")], at(0)).await.unwrap()[0];
    assert_eq!(execution::cancel(&db, id, at(1)).await.unwrap(), CancelledNow::Yes);
    assert_eq!(status(&db, id).await, (ExecutionStatus::Cancelled, Some("cancelled by a person".into())));
    assert_eq!(execution::cancel(&db, id, at(1)).await.unwrap(), CancelledNow::NotPending);
    assert_eq!(queue::claim(&db, "w", LEASE, at(1)).await.unwrap(), None);

    let execution = running(&db, push("a")).await;
    let held = Lease::from(&execution);
    assert_eq!(execution::cancel(&db, execution.id, at(1)).await.unwrap(), CancelledNow::Soon);
    assert_eq!(queue::heartbeat(&db, held, LEASE, at(2)).await.unwrap(), Fence::Cancelled);
    assert_eq!(queue::finish(&db, held, Outcome::Stopped, at(3)).await.unwrap(), Fence::Held);
    assert_eq!(status(&db, execution.id).await, (ExecutionStatus::Cancelled, Some("cancelled by a person".into())));
    assert_eq!(execution::retry(&db, execution.id, at(4)).await.unwrap(), Retried::Queued);
    let again = queue::claim(&db, "w", LEASE, at(5)).await.unwrap().unwrap();
    assert_eq!(queue::heartbeat(&db, Lease::from(&again), LEASE, at(6)).await.unwrap(), Fence::Held);
});

on_each_database!(a_dead_letter_is_let_go_with_its_reason, async |db| {
    let dead = running(&db, push("a")).await;
    queue::finish(&db, Lease::from(&dead), Outcome::Failed("no".into()), at(1)).await.unwrap();
    assert_eq!(execution::cancel(&db, dead.id, at(2)).await.unwrap(), CancelledNow::Yes);
    let let_go = execution::get(&db, dead.id).await.unwrap().unwrap();
    assert_eq!((let_go.status, let_go.reason.as_deref()), (ExecutionStatus::Cancelled, Some("no")));
    assert_eq!(let_go.finished_at, Some(at(1)));
});

on_each_database!(a_cancelled_execution_stays_cancelled_when_a_newer_one_comes, async |db| {
    let execution = running(&db, push("a")).await;
    execution::cancel(&db, execution.id, at(1)).await.unwrap();
    enqueue(&db, &[push("a")], at(2)).await.unwrap();
    queue::finish(&db, Lease::from(&execution), Outcome::Stopped, at(3)).await.unwrap();
    assert_eq!(status(&db, execution.id).await, (ExecutionStatus::Cancelled, Some("cancelled by a person".into())));
});

on_each_database!(what_is_not_there_is_neither_retried_nor_cancelled, async |db| {
    let nobody = ExecutionId(404);
    assert_eq!(execution::get(&db, nobody).await.unwrap(), None);
    assert_eq!(execution::retry(&db, nobody, at(0)).await.unwrap(), Retried::NotFinished);
    assert_eq!(execution::cancel(&db, nobody, at(0)).await.unwrap(), CancelledNow::NotPending);
});

on_each_database!(executions_are_listed_newest_first_page_by_page, async |db| {
    let each = NewExecution { supersede: Supersede::Never, ..of_installation(1) };
    let ids = enqueue(&db, &vec![each; 5], at(0)).await.unwrap();
    let mut pages = Vec::new();
    let mut filter = Filter { limit: 2, ..Filter::default() };
    loop {
        let page: Vec<_> = execution::list(&db, &filter).await.unwrap().iter().map(|one| one.id).collect();
        let Some(&last) = page.last() else { break };
        filter.before = Some(last);
        pages.push(page);
    }
    assert_eq!(pages, [vec![ids[4], ids[3]], vec![ids[2], ids[1]], vec![ids[0]]]);
});

on_each_database!(executions_are_found_by_what_they_are_about, async |db| {
    let ingest = Ingest::start(db.clone());
    let of_repository = NewExecution { repository: Some(RepositoryId(1)), ..push("b") };
    let of_workflow = NewExecution { workflow: "it's".into(), ..push("c") };
    ingest.store(delivery("d"), vec![push("a")]).await.unwrap();
    ingest.store(delivery("e"), vec![of_repository, of_workflow, of_installation(9)]).await.unwrap();
    let found = async |filter: Filter| {
        let found = execution::list(&db, &filter).await.unwrap();
        found.iter().map(|one| one.id.0).collect::<Vec<_>>()
    };
    let all = Filter::default;
    assert_eq!(found(Filter { delivery: Some(DeliveryId("d".into())), ..all() }).await, [1]);
    assert_eq!(found(Filter { repository: Some(RepositoryId(1)), ..all() }).await, [2]);
    assert_eq!(found(Filter { workflow: Some("it's".into()), ..all() }).await, [3]);
    assert_eq!(found(Filter { installation: Some(seam::domain::ids::InstallationId(9)), ..all() }).await, [4]);
    assert_eq!(found(Filter { status: Some(ExecutionStatus::Failed), ..all() }).await, [0; 0]);
});
