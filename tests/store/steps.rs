//! Finished nodes, and that a stale attempt stores none.

use seam::{
    domain::{
        execution::{Execution, Step, StepStatus},
        ids::ExecutionId,
    },
    store::{
        enqueue::enqueue,
        queue::{self, Fence, Lease},
        step,
    },
};
use serde_json::{Value, json};

use super::rows::{LEASE, at, push, running};
use crate::support::database::on_each_database;

fn finished(execution: &Execution, path: &str, output: Value) -> Step {
    Step {
        execution: execution.id,
        path: path.to_owned(),
        status: StepStatus::Succeeded,
        output,
        error: None,
        attempt: execution.attempt,
        started_at: at(1),
        finished_at: at(2),
    }
}

on_each_database!(steps_are_read_back_as_they_were_recorded, async |db| {
    let execution = running(&db, push("a")).await;
    let held = Lease::from(&execution);
    let failed = Step {
        status: StepStatus::Failed,
        output: Value::Null,
        error: Some("GitHub said 502".to_owned()),
        ..finished(&execution, "fetch", Value::Null)
    };
    let skipped = Step { status: StepStatus::Skipped, finished_at: at(3), ..finished(&execution, "post", Value::Null) };
    for step in [&failed, &skipped] {
        assert_eq!(step::record(&db, held, step).await.unwrap(), Fence::Held);
    }
    assert_eq!(step::of(&db, execution.id).await.unwrap(), [failed, skipped.clone()]);

    let succeeded = finished(&execution, "fetch", json!({ "b": 1, "a": ["\u{0}", {}] }));
    step::record(&db, held, &succeeded).await.unwrap();
    assert_eq!(step::of(&db, execution.id).await.unwrap(), [succeeded, skipped]);
    assert_eq!(step::of(&db, ExecutionId(404)).await.unwrap(), []);
});

on_each_database!(a_stale_attempt_records_no_step, async |db| {
    let first = running(&db, push("a")).await;
    queue::reap_expired(&db, 5, at(60)).await.unwrap();
    let stale = finished(&first, "fetch", json!("stale"));
    assert_eq!(step::record(&db, Lease::from(&first), &stale).await.unwrap(), Fence::Lost);
    let second = queue::claim(&db, "w2", LEASE, at(61)).await.unwrap().unwrap();
    let fresh = finished(&second, "fetch", json!("fresh"));
    assert_eq!(step::record(&db, Lease::from(&second), &fresh).await.unwrap(), Fence::Held);
    assert_eq!(step::record(&db, Lease::from(&first), &stale).await.unwrap(), Fence::Lost);
    assert_eq!(step::of(&db, first.id).await.unwrap(), [fresh]);
});

on_each_database!(a_superseded_execution_hears_of_it_with_its_next_step, async |db| {
    let execution = running(&db, push("a")).await;
    enqueue(&db, &[push("a")], at(1)).await.unwrap();
    let step = finished(&execution, "fetch", json!(1));
    assert_eq!(step::record(&db, Lease::from(&execution), &step).await.unwrap(), Fence::Superseded);
});
