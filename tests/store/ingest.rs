//! The way in: once, all or nothing, many callers in one commit, and never more than memory holds.

use std::collections::HashSet;

use bytes::Bytes;
use futures_util::future::maybe_done;
use seam::{
    domain::{
        delivery::{DeliveryStatus, NewDelivery},
        execution::{Lane, NewExecution},
        ids::{DeliveryId, ExecutionId},
    },
    store::{
        db::Db,
        delivery,
        error::StoreError,
        execution::{self, Filter},
        ingest::{Ingest, Ingested},
    },
};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use super::rows::{at, delivery as arrival, of_installation, push};
use crate::support::database::{TestDatabase, on_each_database};

async fn all_executions(db: &Db) -> Vec<(Option<DeliveryId>, ExecutionId)> {
    let all = execution::list(db, &Filter { limit: 1000, ..Filter::default() }).await.unwrap();
    all.into_iter().map(|one| (one.delivery, one.id)).collect()
}

on_each_database!(a_delivery_is_stored_with_its_executions_once, async |db| {
    let ingest = Ingest::start(db.clone());
    let new = arrival("one");
    let Ingested::Stored(ids) = ingest.store(new.clone(), vec![push("a"), push("b")]).await.unwrap() else {
        panic!("a new delivery was called a duplicate");
    };
    assert_eq!(ids.len(), 2);
    assert_eq!(ingest.store(new.clone(), vec![push("c")]).await.unwrap(), Ingested::Duplicate);
    let of_delivery = ids.iter().rev().map(|id| (Some(new.id.clone()), *id)).collect::<Vec<_>>();
    assert_eq!(all_executions(&db).await, of_delivery);
    assert_eq!(delivery::payload(&db, &new.id).await.unwrap(), Some(new.payload));
});

on_each_database!(a_delivery_is_kept_as_it_came, async |db| {
    let ingest = Ingest::start(db.clone());
    let odd = NewDelivery {
        event: "mar\0ker".to_owned(),
        action: None,
        installation: None,
        repository: None,
        payload: (0..=255).cycle().take(300_000).collect::<Vec<u8>>().into(),
        status: DeliveryStatus::Skipped,
        reason: Some("an event that Seam does not know".to_owned()),
        ..arrival("odd")
    };
    ingest.store(odd.clone(), vec![]).await.unwrap();
    ingest.store(NewDelivery { payload: Bytes::new(), received_at: at(1), ..arrival("empty") }, vec![]).await.unwrap();
    let listed = delivery::list(&db, at(2), 10).await.unwrap();
    assert_eq!(
        listed.iter().map(|one| (one.id.0.as_str(), one.size)).collect::<Vec<_>>(),
        [("empty", 0), ("odd", 300_000)]
    );
    let stored = delivery::get(&db, &odd.id).await.unwrap().unwrap();
    assert_eq!((stored.event.as_str(), stored.action, stored.installation), ("mar\u{fffd}ker", None, None));
    assert_eq!((stored.status, stored.reason, stored.received_at), (odd.status, odd.reason, odd.received_at));
    assert_eq!(delivery::payload(&db, &odd.id).await.unwrap(), Some(odd.payload));
    assert_eq!(delivery::payload(&db, &DeliveryId("empty".into())).await.unwrap(), Some(Bytes::new()));
    assert_eq!(delivery::payload(&db, &DeliveryId("nowhere".into())).await.unwrap(), None);
});

on_each_database!(of_many_callers_with_one_delivery_one_stores_it, async |db| {
    let ingests = [Ingest::start(db.clone()), Ingest::start(db.clone())];
    let mut callers = Vec::new();
    for caller in 0..64 {
        let ingest = ingests[caller % 2].clone();
        callers.push(tokio::spawn(async move {
            let mut stored = Vec::new();
            for turn in 0..20 {
                // Everybody in another order.
                let id = (turn * 7 + caller) % 20;
                let lanes = [format!("lane {}", id % 3), format!("lane {}", (id + 1) % 3)];
                let executions = lanes.iter().map(|lane| push(lane)).collect();
                if let Ingested::Stored(ids) = ingest.store(arrival(&id.to_string()), executions).await.unwrap() {
                    assert_eq!(ids.len(), 2);
                    stored.push(id);
                }
            }
            stored
        }));
    }
    let mut stored = Vec::new();
    for caller in callers {
        stored.extend(caller.await.unwrap());
    }
    stored.sort_unstable();
    assert_eq!(stored, (0..20).collect::<Vec<_>>());
    assert_eq!(all_executions(&db).await.len(), 40);
});

on_each_database!(every_caller_is_told_its_own_executions, async |db| {
    let ingest = Ingest::start(db.clone());
    let callers: Vec<_> = (0..200)
        .map(|number: usize| {
            let ingest = ingest.clone();
            tokio::spawn(async move {
                let executions = vec![of_installation(1); number % 4];
                let Ingested::Stored(ids) = ingest.store(arrival(&number.to_string()), executions).await.unwrap()
                else {
                    panic!("{number} was called a duplicate");
                };
                assert_eq!(ids.len(), number % 4);
                ids.into_iter().map(|id| (Some(DeliveryId(number.to_string())), id)).collect::<Vec<_>>()
            })
        })
        .collect();
    let mut told = HashSet::new();
    for caller in callers {
        told.extend(caller.await.unwrap());
    }
    assert_eq!(told.len(), 300);
    assert_eq!(told, all_executions(&db).await.into_iter().collect());
});

on_each_database!(a_delivery_that_cannot_be_stored_spoils_no_other, async |db| {
    let ingest = Ingest::start(db.clone());
    let impossible = NewExecution { delivery: Some(DeliveryId("never came".into())), ..push("a") };
    let callers: Vec<_> = (0..50)
        .map(|number: usize| {
            let ingest = ingest.clone();
            let execution = if number == 25 { impossible.clone() } else { of_installation(1) };
            tokio::spawn(async move { ingest.store(arrival(&number.to_string()), vec![execution]).await })
        })
        .collect();
    for (number, caller) in callers.into_iter().enumerate() {
        let result = caller.await.unwrap();
        assert_eq!(result.is_ok(), number != 25, "{number}: {result:?}");
    }
    assert_eq!(all_executions(&db).await.len(), 49);
    // Nothing of it was stored, so that it may come again.
    assert_eq!(delivery::get(&db, &DeliveryId("25".into())).await.unwrap().map(|one| one.id), None);
    let again = ingest.store(arrival("25"), vec![push("a")]).await.unwrap();
    assert!(matches!(again, Ingested::Stored(_)), "{again:?}");
});

/// Another process that holds everybody up.
enum Blocker {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Blocker {
    async fn block(database: &TestDatabase) -> Self {
        if database.url.starts_with("sqlite") {
            let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
            connection.execute("begin immediate").await.unwrap();
            Self::Sqlite(connection)
        } else {
            let mut connection = PgConnection::connect(&database.url).await.unwrap();
            connection.execute("begin; lock table delivery in exclusive mode").await.unwrap();
            Self::Postgres(connection)
        }
    }

    async fn release(self) {
        match self {
            Self::Sqlite(mut connection) => drop(connection.execute("rollback").await.unwrap()),
            Self::Postgres(mut connection) => drop(connection.execute("rollback").await.unwrap()),
        }
    }
}

async fn refuse_what_memory_does_not_hold(database: TestDatabase) {
    let db = database.connect().await;
    let ingest = Ingest::start(db.clone());
    let blocker = Blocker::block(&database).await;
    // Nothing that could be packed.
    let noise = (0u32..5 << 20).flat_map(|n| n.wrapping_mul(2_654_435_761).rotate_left(n % 32).to_le_bytes());
    let large = Bytes::from(noise.collect::<Vec<u8>>());
    let mut waiting = Vec::new();
    let mut refused = 0;
    for number in 0..8 {
        let ingest = ingest.clone();
        let new = NewDelivery { payload: large.clone(), ..arrival(&number.to_string()) };
        let mut call = Box::pin(async move { ingest.store(new, vec![]).await });
        // Polled once, it stands in the queue or is refused.
        match futures_util::poll!(&mut call) {
            std::task::Poll::Ready(result) => {
                assert!(matches!(result, Err(StoreError::Full)), "{result:?}");
                refused += 1;
            }
            std::task::Poll::Pending => waiting.push(call),
        }
    }
    assert_eq!((waiting.len(), refused), (3, 5));
    blocker.release().await;
    for call in waiting {
        assert!(matches!(call.await, Ok(Ingested::Stored(_))));
    }
    // There is room again.
    let late = NewDelivery { payload: large, ..arrival("late") };
    assert_eq!(ingest.store(late, vec![]).await.unwrap(), Ingested::Stored(vec![]));
    db.close().await;
    database.remove().await;
}

#[tokio::test]
async fn sqlite_refuses_what_memory_does_not_hold() {
    refuse_what_memory_does_not_hold(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn postgres_refuses_what_memory_does_not_hold() {
    if let Some(database) = TestDatabase::postgres().await {
        refuse_what_memory_does_not_hold(database).await;
    }
}

on_each_database!(without_a_database_every_caller_hears_of_it_soon, async |db| {
    let ingest = Ingest::start(db.clone());
    db.close().await;
    let result = ingest.store(arrival("one"), vec![push("a")]).await;
    assert!(matches!(result, Err(StoreError::Database(_))), "{result:?}");
});

on_each_database!(what_was_queued_before_the_last_handle_went_is_stored, async |db| {
    let ingest = Ingest::start(db.clone());
    let mut calls = Vec::new();
    for number in 0..10 {
        let ingest = ingest.clone();
        let lane = Some(Lane(number.to_string()));
        let executions = vec![NewExecution { lane, ..push("") }];
        let call = async move { ingest.store(arrival(&number.to_string()), executions).await };
        let mut call = Box::pin(maybe_done(call));
        // Polled once, it stands in the queue, or is stored already.
        let _ = futures_util::poll!(&mut call);
        calls.push(call);
    }
    drop(ingest);
    for mut call in calls {
        call.as_mut().await;
        assert!(matches!(call.as_mut().take_output(), Some(Ok(Ingested::Stored(_)))));
    }
    assert_eq!(all_executions(&db).await.len(), 10);
});
