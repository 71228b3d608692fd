//! Schedules that many replicas share.

use std::time::Duration;

use seam::store::schedule;

use super::rows::at;
use crate::support::database::on_each_database;

const MINUTE: Duration = Duration::from_secs(60);

on_each_database!(a_schedule_is_due_at_once_and_then_at_its_rhythm, async |db| {
    schedule::ensure(&db, "sweep", MINUTE, at(0)).await.unwrap();
    assert_eq!(schedule::take_due(&db, at(0)).await.unwrap(), ["sweep"]);
    assert_eq!(schedule::take_due(&db, at(59)).await.unwrap(), [""; 0]);
    schedule::ensure(&db, "sweep", MINUTE, at(59)).await.unwrap();
    assert_eq!(schedule::take_due(&db, at(60)).await.unwrap(), ["sweep"]);
    // An hour of standstill is one run, not sixty.
    assert_eq!(schedule::take_due(&db, at(3600)).await.unwrap(), ["sweep"]);
    assert_eq!(schedule::take_due(&db, at(3600)).await.unwrap(), [""; 0]);
});

on_each_database!(a_faster_rhythm_counts_from_now, async |db| {
    schedule::ensure(&db, "sweep", MINUTE * 60, at(0)).await.unwrap();
    schedule::take_due(&db, at(0)).await.unwrap();
    schedule::ensure(&db, "sweep", MINUTE, at(10)).await.unwrap();
    assert_eq!(schedule::take_due(&db, at(69)).await.unwrap(), [""; 0]);
    assert_eq!(schedule::take_due(&db, at(70)).await.unwrap(), ["sweep"]);
});

on_each_database!(of_many_replicas_one_takes_a_run, async |db| {
    for name in ["catch-up", "prune", "sweep"] {
        schedule::ensure(&db, name, MINUTE, at(0)).await.unwrap();
    }
    for round in 0..10 {
        let takers: Vec<_> = (0..8)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move { schedule::take_due(&db, at(round * 60)).await.unwrap() })
            })
            .collect();
        let mut taken = Vec::new();
        for taker in takers {
            taken.extend(taker.await.unwrap());
        }
        taken.sort();
        assert_eq!(taken, ["catch-up", "prune", "sweep"]);
    }
});
