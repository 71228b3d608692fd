//! Effects: recorded before they are tried, done once.

use seam::{
    domain::{
        effect::{Effect, EffectKey, PlannedEffect},
        ids::{PullNumber, RepositoryId},
    },
    store::{
        effect::{self, EffectState, Progress},
        enqueue::enqueue,
        execution,
        queue::{self, Fence, Lease, Outcome},
    },
};
use serde_json::json;

use super::rows::{LEASE, at, push, running};
use crate::support::database::on_each_database;

const SHOP: RepositoryId = RepositoryId(42);

fn summary() -> PlannedEffect {
    PlannedEffect {
        key: EffectKey("summary:12@abc".to_owned()),
        effect: Effect::UpsertComment { pull: PullNumber(12), body: "Two problems.".to_owned() },
    }
}

on_each_database!(an_effect_that_was_done_is_found_again_with_its_result, async |db| {
    let held = Lease::from(&running(&db, push("a")).await);
    let key = &summary().key;
    assert_eq!(effect::begin(&db, held, SHOP, &summary(), at(1)).await.unwrap(), EffectState::New);
    let result = json!({ "comment": 99 });
    assert_eq!(effect::done(&db, held, SHOP, key, &result, at(2)).await.unwrap(), Fence::Held);
    queue::finish(&db, held, Outcome::Succeeded, at(3)).await.unwrap();

    let other = Lease::from(&running(&db, push("b")).await);
    let state = effect::begin(&db, other, SHOP, &summary(), at(4)).await.unwrap();
    assert_eq!(state, EffectState::Done(result.clone()));
    let elsewhere = RepositoryId(43);
    assert_eq!(effect::begin(&db, other, elsewhere, &summary(), at(4)).await.unwrap(), EffectState::New);

    let recorded = effect::of(&db, held.execution).await.unwrap();
    assert_eq!(recorded.len(), 1);
    assert_eq!((recorded[0].progress, recorded[0].result.clone()), (Progress::Done, Some(result)));
    assert_eq!(recorded[0].effect, serde_json::to_value(summary().effect).unwrap());
    assert_eq!((recorded[0].begun_at, recorded[0].finished_at), (at(1), Some(at(2))));
});

on_each_database!(an_effect_that_a_crash_cut_off_is_unfinished_for_the_next_attempt, async |db| {
    let first = Lease::from(&running(&db, push("a")).await);
    effect::begin(&db, first, SHOP, &summary(), at(1)).await.unwrap();
    queue::reap_expired(&db, 5, at(60)).await.unwrap();
    let second = Lease::from(&queue::claim(&db, "w2", LEASE, at(61)).await.unwrap().unwrap());
    assert_eq!(effect::begin(&db, second, SHOP, &summary(), at(62)).await.unwrap(), EffectState::Unfinished);

    let stale = effect::begin(&db, first, SHOP, &summary(), at(63)).await.unwrap();
    assert_eq!(stale, EffectState::Fenced(Fence::Lost));
    let key = &summary().key;
    assert_eq!(effect::done(&db, first, SHOP, key, &json!("stale"), at(63)).await.unwrap(), Fence::Lost);
    assert_eq!(effect::done(&db, second, SHOP, key, &json!("fresh"), at(64)).await.unwrap(), Fence::Held);
    let state = effect::begin(&db, second, SHOP, &summary(), at(65)).await.unwrap();
    assert_eq!(state, EffectState::Done(json!("fresh")));
});

on_each_database!(what_happened_is_recorded_even_when_the_lease_is_lost, async |db| {
    let first = Lease::from(&running(&db, push("a")).await);
    effect::begin(&db, first, SHOP, &summary(), at(1)).await.unwrap();
    queue::reap_expired(&db, 5, at(60)).await.unwrap();
    let done = effect::done(&db, first, SHOP, &summary().key, &json!(1), at(61)).await.unwrap();
    assert_eq!(done, Fence::Lost);
    let second = Lease::from(&queue::claim(&db, "w2", LEASE, at(62)).await.unwrap().unwrap());
    let state = effect::begin(&db, second, SHOP, &summary(), at(63)).await.unwrap();
    assert_eq!(state, EffectState::Done(json!(1)));
});

on_each_database!(an_effect_that_github_refused_may_be_tried_anew, async |db| {
    let held = Lease::from(&running(&db, push("a")).await);
    effect::begin(&db, held, SHOP, &summary(), at(1)).await.unwrap();
    effect::failed(&db, held, SHOP, &summary().key, "GitHub said 422", at(2)).await.unwrap();
    assert_eq!(effect::of(&db, held.execution).await.unwrap()[0].error.as_deref(), Some("GitHub said 422"));
    assert_eq!(effect::begin(&db, held, SHOP, &summary(), at(3)).await.unwrap(), EffectState::New);
    assert_eq!(effect::of(&db, held.execution).await.unwrap()[0].error, None);
});

on_each_database!(two_running_executions_do_not_do_the_same_effect_at_once, async |db| {
    let one = Lease::from(&running(&db, push("a")).await);
    let two = Lease::from(&running(&db, push("b")).await);
    assert_eq!(effect::begin(&db, one, SHOP, &summary(), at(1)).await.unwrap(), EffectState::New);
    let state = effect::begin(&db, two, SHOP, &summary(), at(1)).await.unwrap();
    assert_eq!(state, EffectState::Busy(one.execution));
    queue::finish(&db, one, Outcome::Failed("a timeout".into()), at(2)).await.unwrap();
    assert_eq!(effect::begin(&db, two, SHOP, &summary(), at(3)).await.unwrap(), EffectState::Unfinished);
});

on_each_database!(a_superseded_or_cancelled_execution_begins_no_effect, async |db| {
    let superseded = Lease::from(&running(&db, push("a")).await);
    let cancelled = Lease::from(&running(&db, push("b")).await);
    enqueue(&db, &[push("a")], at(1)).await.unwrap();
    execution::cancel(&db, cancelled.execution, at(1)).await.unwrap();
    for (held, fence) in [(superseded, Fence::Superseded), (cancelled, Fence::Cancelled)] {
        let state = effect::begin(&db, held, SHOP, &summary(), at(2)).await.unwrap();
        assert_eq!(state, EffectState::Fenced(fence));
        assert_eq!(effect::of(&db, held.execution).await.unwrap(), []);
    }
});

on_each_database!(of_many_who_begin_the_same_effect_one_is_told_that_it_is_new, async |db| {
    let mut tasks = Vec::new();
    for lane in 0..20 {
        let held = Lease::from(&running(&db, push(&lane.to_string())).await);
        let db = db.clone();
        tasks.push(tokio::spawn(async move { effect::begin(&db, held, SHOP, &summary(), at(1)).await.unwrap() }));
    }
    let mut new = 0;
    for task in tasks {
        match task.await.unwrap() {
            EffectState::New => new += 1,
            EffectState::Busy(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(new, 1);
});
