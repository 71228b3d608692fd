//! What is forgotten, and when.

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use seam::{
    domain::{
        delivery::NewDelivery,
        effect::{Effect, EffectKey, PlannedEffect},
        execution::{NewExecution, Step, StepStatus},
        ids::DeliveryId,
    },
    store::{
        delivery::{self, Pruned, Retention},
        effect, execution,
        ingest::{Ingest, Ingested},
        queue::{self, Lease, Outcome},
        step,
    },
};
use serde_json::Value;

use super::rows::{LEASE, at, delivery as arrival, of_installation, push};
use crate::support::database::on_each_database;

const DAY: Duration = Duration::from_secs(24 * 3600);

on_each_database!(payloads_go_first_and_ids_stay_as_long_as_github_redelivers, async |db| {
    let ingest = Ingest::start(db.clone());
    for day in 0..20 {
        let new = NewDelivery { received_at: at(0) + TimeDelta::days(day), ..arrival(&day.to_string()) };
        ingest.store(new, vec![]).await.unwrap();
    }
    let now = at(0) + TimeDelta::days(20);
    // Rows for a day only: too short, and not done.
    let keep = Retention { payloads: 3 * DAY, rows: DAY };
    assert_eq!(delivery::prune(&db, keep, now).await.unwrap(), Pruned { payloads: 17, rows: 12 });
    assert_eq!(delivery::prune(&db, keep, now).await.unwrap(), Pruned { payloads: 0, rows: 0 });

    let left = delivery::list(&db, now, 100).await.unwrap();
    assert_eq!(
        left.iter().map(|one| one.id.0.as_str()).collect::<Vec<_>>(),
        ["19", "18", "17", "16", "15", "14", "13", "12"]
    );
    assert_eq!(left[7].size, 19);
    let payload = async |id: &str| delivery::payload(&db, &DeliveryId(id.to_owned())).await.unwrap();
    assert_eq!(payload("16").await, None);
    assert_eq!(payload("17").await, Some(arrival("17").payload));
    let again = NewDelivery { payload: Bytes::from_static(b"{}"), ..arrival("12") };
    assert_eq!(ingest.store(again, vec![]).await.unwrap(), Ingested::Duplicate);
});

on_each_database!(finished_executions_are_forgotten_with_their_steps, async |db| {
    let ingest = Ingest::start(db.clone());
    let of_delivery = |lane| NewExecution { delivery: Some(DeliveryId("d".into())), ..push(lane) };
    ingest.store(arrival("d"), vec![of_delivery("a"), of_delivery("b"), of_installation(1)]).await.unwrap();
    let old = queue::claim(&db, "w", LEASE, at(0)).await.unwrap().unwrap();
    let held = Lease::from(&old);
    let step = Step {
        execution: old.id,
        path: "fetch".into(),
        status: StepStatus::Succeeded,
        output: Value::Null,
        error: None,
        attempt: 1,
        started_at: at(0),
        finished_at: at(0),
    };
    step::record(&db, held, &step).await.unwrap();
    let planned = PlannedEffect { key: EffectKey("k".into()), effect: Effect::ResolveThread { thread: "t".into() } };
    effect::begin(&db, held, old.repository.unwrap(), &planned, at(0)).await.unwrap();
    queue::finish(&db, held, Outcome::Succeeded, at(1)).await.unwrap();
    let new = queue::claim(&db, "w", LEASE, at(0)).await.unwrap().unwrap();
    queue::finish(&db, Lease::from(&new), Outcome::Succeeded, at(5)).await.unwrap();

    assert_eq!(execution::prune(&db, at(5)).await.unwrap(), 1);
    assert_eq!(execution::get(&db, old.id).await.unwrap(), None);
    assert_eq!(step::of(&db, old.id).await.unwrap(), []);
    assert!(execution::get(&db, new.id).await.unwrap().is_some());
    assert_eq!(execution::counts(&db).await.unwrap().queued, 1);

    assert_eq!(effect::of(&db, old.id).await.unwrap().len(), 1);
    assert_eq!(effect::prune(&db, at(1)).await.unwrap(), 1);
    assert_eq!(effect::of(&db, old.id).await.unwrap(), []);
});
