//! Table `delivery`: every webhook call that was answered 202, keyed by GitHub's id of it.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::QueryBuilder;

use super::{
    columns::{Columns, Get as _, without_nul},
    db::{Db, Tx, on_reader, on_tx},
    error::StoreError,
    payload::{Packed, unpack},
    portions::{portions, repeat},
};
use crate::domain::{
    delivery::{Delivery, DeliveryStatus, NewDelivery},
    ids::{DeliveryId, InstallationId, RepositoryId},
};

/// GitHub redelivers for 3 days, GitHub Enterprise Server for 7: an id forgotten earlier would be taken for a new one.
const REDELIVERY: TimeDelta = TimeDelta::days(8);

/// How long deliveries are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The raw bodies.
    pub payloads: Duration,
    /// The rows with their ids; never less than GitHub's time for redelivery.
    pub rows: Duration,
}

/// What [`prune`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    pub payloads: u64,
    pub rows: u64,
}

/// One delivery without its payload.
pub async fn get(db: &Db, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
    const GET: &str =
        "select delivery_id, event, action, installation_id, repository_id, status, reason, received_at, size
        from delivery where delivery_id = $1";
    on_reader!(db, pool => {
        let row = sqlx::query(GET).bind(&id.0).fetch_optional(pool).await?;
        row.as_ref().map(from_row).transpose()
    })
}

/// At most `limit` (and 1,000) deliveries received before a time, newest first.
pub async fn list(db: &Db, before: DateTime<Utc>, limit: u32) -> Result<Vec<Delivery>, StoreError> {
    const LIST: &str =
        "select delivery_id, event, action, installation_id, repository_id, status, reason, received_at, size
        from delivery where received_at < $1 order by received_at desc, delivery_id limit $2";
    on_reader!(db, pool => {
        let query = sqlx::query(LIST).bind(before.timestamp_millis()).bind(i64::from(limit.min(1000)));
        query.fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

/// The raw body as it was signed; `None` when the delivery is not there or its payload was pruned.
pub async fn payload(db: &Db, id: &DeliveryId) -> Result<Option<Bytes>, StoreError> {
    const PAYLOAD: &str = "select payload_encoding, payload, size from delivery where delivery_id = $1";
    on_reader!(db, pool => {
        let Some(row) = sqlx::query(PAYLOAD).bind(&id.0).fetch_optional(pool).await? else { return Ok(None) };
        let (encoding, bytes): (Option<String>, Option<Vec<u8>>) = (row.get("payload_encoding")?, row.get("payload")?);
        match (encoding, bytes) {
            (Some(encoding), Some(bytes)) => unpack(&encoding, bytes, row.get("size")?).map(Some),
            _ => Ok(None),
        }
    })
}

/// Forgets what is older than it is kept, some hundred rows at a time: new deliveries are stored in between.
pub async fn prune(db: &Db, keep: Retention, now: DateTime<Utc>) -> Result<Pruned, StoreError> {
    const PAYLOADS: &str = "update delivery set payload = null, payload_encoding = null where delivery_id in (
        select delivery_id from delivery where received_at < $1 and payload_encoding is not null
        order by received_at limit 200)";
    const ROWS: &str = "delete from delivery where delivery_id in (
        select delivery_id from delivery where received_at < $1 order by received_at limit 200)";
    let before = |age: Duration| {
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        now.checked_sub_signed(age).map_or(0, |time| time.timestamp_millis())
    };
    Ok(Pruned {
        payloads: repeat(db, PAYLOADS, before(keep.payloads)).await?,
        rows: repeat(db, ROWS, before(keep.rows).min((now - REDELIVERY).timestamp_millis())).await?,
    })
}

/// Stores those that are not there yet and returns their ids. The payload is the packed one.
pub(super) async fn insert_new(
    tx: &mut Tx,
    deliveries: &[(&NewDelivery, &Packed)],
) -> Result<Vec<DeliveryId>, StoreError> {
    let mut stored = Vec::with_capacity(deliveries.len());
    for portion in portions(deliveries) {
        on_tx!(&mut *tx, connection => {
            let mut query = QueryBuilder::new("insert into delivery (delivery_id, event, action, installation_id,
                repository_id, status, reason, received_at, size, payload_encoding, payload) ");
            query.push_values(portion, |mut row, (delivery, payload)| {
                row.push_bind(&delivery.id.0)
                    .push_bind(without_nul(&delivery.event))
                    .push_bind(delivery.action.as_deref().map(without_nul))
                    .push_bind(delivery.installation.map(|id| id.0))
                    .push_bind(delivery.repository.map(|id| id.0))
                    .push_bind(match delivery.status {
                        DeliveryStatus::Accepted => "accepted",
                        DeliveryStatus::Skipped => "skipped",
                    })
                    .push_bind(delivery.reason.as_deref().map(without_nul))
                    .push_bind(delivery.received_at.timestamp_millis())
                    .push_bind(i64::try_from(payload.size).unwrap_or(i64::MAX))
                    .push_bind(payload.encoding)
                    .push_bind(&payload.bytes[..]);
            });
            query.push(" on conflict (delivery_id) do nothing returning delivery_id");
            for row in query.build().fetch_all(connection).await? {
                stored.push(DeliveryId(row.get("delivery_id")?));
            }
        });
    }
    Ok(stored)
}

fn from_row(row: &impl Columns) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: DeliveryId(row.get("delivery_id")?),
        event: row.get("event")?,
        action: row.get("action")?,
        installation: row.optional_id("installation_id", InstallationId)?,
        repository: row.optional_id("repository_id", RepositoryId)?,
        status: row.variant("status")?,
        reason: row.get("reason")?,
        received_at: row.time("received_at")?,
        size: row.get("size")?,
    })
}
