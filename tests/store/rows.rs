//! What the tests of this room store.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use seam::{
    domain::{
        delivery::{DeliveryStatus, NewDelivery},
        execution::{Execution, ExecutionStatus, Lane, NewExecution, Priority, Supersede},
        ids::{DeliveryId, ExecutionId, InstallationId, RepositoryId},
    },
    store::{db::Db, enqueue::enqueue, execution, queue},
};
use serde_json::json;

pub(super) const LEASE: Duration = Duration::from_secs(60);

/// A time like any other, in seconds after it.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

pub(super) fn delivery(id: &str) -> NewDelivery {
    NewDelivery {
        id: DeliveryId(id.to_owned()),
        event: "pull_request".to_owned(),
        action: Some("opened".to_owned()),
        installation: Some(InstallationId(7)),
        repository: Some(RepositoryId(42)),
        payload: Bytes::from_static(br#"{"action":"opened"}"#),
        status: DeliveryStatus::Accepted,
        reason: None,
        received_at: at(0),
    }
}

/// A push to a lane: the newest is enough.
pub(super) fn push(lane: &str) -> NewExecution {
    NewExecution {
        workflow: "review".to_owned(),
        lane: Some(Lane(lane.to_owned())),
        supersede: Supersede::Older,
        priority: Priority::Push,
        installation: Some(InstallationId(7)),
        repository: Some(RepositoryId(42)),
        repo: Some("octo/shop".parse().unwrap()),
        input: json!({ "pull": 12 }),
        delivery: None,
        once: None,
        after: None,
    }
}

/// A person's command in a lane.
pub(super) fn command(lane: &str) -> NewExecution {
    NewExecution { priority: Priority::Command, ..push(lane) }
}

/// A push without a lane, of one installation.
pub(super) fn of_installation(installation: i64) -> NewExecution {
    NewExecution { lane: None, installation: Some(InstallationId(installation)), ..push("") }
}

/// Queued and claimed.
pub(super) async fn running(db: &Db, new: NewExecution) -> Execution {
    enqueue(db, &[new], at(0)).await.unwrap();
    queue::claim(db, "worker", LEASE, at(0)).await.unwrap().unwrap()
}

pub(super) async fn status(db: &Db, id: ExecutionId) -> (ExecutionStatus, Option<String>) {
    let execution = execution::get(db, id).await.unwrap().unwrap();
    (execution.status, execution.reason)
}
