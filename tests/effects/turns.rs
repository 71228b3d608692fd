//! Leases: who may perform, and who has to stop.

use seam::{
    effects::error::EffectError,
    store::{effect, execution, queue::Fence},
};
use tokio_util::sync::CancellationToken;

use super::desk::{Desk, comment};
use crate::{fake_github::faults::Fault, support::database::on_each_database};

on_each_database!(a_lost_lease_performs_nothing, async |db| {
    let desk = Desk::new(db).await;
    let held = desk.execution().await;
    let slow = desk.performer(held);
    let taken_over = desk.take_over().await;
    let planned = desk.summary("Hello.");
    let error = slow.perform(&planned).await.unwrap_err();
    assert!(matches!(error, EffectError::Stopped(Fence::Lost)), "{error}");
    assert_eq!(desk.writes().len(), 0);
    desk.performer(taken_over).perform(&planned).await.unwrap();
    assert_eq!(desk.writes().len(), 1);
});

on_each_database!(a_cancelled_execution_stops_before_its_next_effect, async |db| {
    let desk = Desk::new(db).await;
    let held = desk.execution().await;
    let performer = desk.performer(held);
    performer.perform(&desk.summary("Hello.")).await.unwrap();
    execution::cancel(&desk.db, held.execution, desk.clock.now()).await.unwrap();
    let error = performer.perform(&desk.check_run(0)).await.unwrap_err();
    assert!(matches!(error, EffectError::Stopped(Fence::Cancelled)), "{error}");
    assert_eq!(desk.writes().len(), 1);
});

on_each_database!(an_effect_of_many_writes_stops_between_them, async |db| {
    let desk = Desk::new(db).await;
    let held = desk.execution().await;
    let performer = desk.performer(held);
    let create = "POST /repos/{owner}/{repo}/check-runs";
    let release = CancellationToken::new();
    desk.fake.fail_next(create, Fault::Held(release.clone()), 1);
    let cancel_when_begun = async {
        while effect::of(&desk.db, held.execution).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        execution::cancel(&desk.db, held.execution, desk.clock.now()).await.unwrap();
        release.cancel();
    };
    let planned = desk.check_run(120);
    let (outcome, ()) = tokio::join!(performer.perform(&planned), cancel_when_begun);
    assert!(matches!(outcome, Err(EffectError::Stopped(Fence::Cancelled))), "{outcome:?}");
    assert_eq!(desk.writes(), [create]);
});

on_each_database!(two_executions_at_one_effect_write_once, async |db| {
    let desk = Desk::new(db).await;
    let (first, second) = (desk.execution().await, desk.execution().await);
    let (first, second) = (desk.performer(first), desk.performer(second));
    let planned = desk.review(&[comment("new.py", 1, 1)]);
    let both = tokio::join!(first.perform(&planned), second.perform(&planned));
    for outcome in [both.0, both.1] {
        assert!(matches!(outcome, Ok(_) | Err(EffectError::Busy(_))), "{outcome:?}");
    }
    assert_eq!(desk.writes().len(), 1);
});

on_each_database!(two_tools_of_one_execution_write_once, async |db| {
    let desk = Desk::new(db).await;
    let performer = desk.performer(desk.execution().await);
    let planned = desk.review(&[comment("new.py", 1, 1)]);
    let both = tokio::join!(performer.perform(&planned), performer.perform(&planned));
    assert_eq!(both.0.unwrap(), both.1.unwrap());
    assert_eq!(desk.writes().len(), 1);
});
