//! The way in.

use seam::store::{
    delivery, execution,
    ingest::{Ingest, Ingested},
};

use super::rows::{delivery as arrival, push};
use crate::support::database::on_each_database;

on_each_database!(a_delivery_is_stored_with_its_executions_once, async |db| {
    let ingest = Ingest::start(db.clone());
    let new = arrival("one");
    let Ingested::Stored(ids) = ingest.store(new.clone(), vec![push("a"), push("b")]).await.unwrap() else {
        panic!("a new delivery was called a duplicate");
    };
    assert_eq!(ids.len(), 2);
    assert_eq!(ingest.store(new.clone(), vec![push("c")]).await.unwrap(), Ingested::Duplicate);
    assert_eq!(execution::list(&db, &execution::Filter::default()).await.unwrap().len(), 2);
    assert_eq!(delivery::payload(&db, &new.id).await.unwrap(), Some(new.payload));
});
