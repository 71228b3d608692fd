//! Table `process`: which processes work on this database at the moment.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    columns::Get as _,
    db::{Db, on_reader, on_writer},
    error::StoreError,
};

/// Who was not seen for so long is gone; longer than four heartbeats.
const GONE_AFTER: TimeDelta = TimeDelta::seconds(75);

/// This process is alive. Gives how many are, this one included.
pub async fn beat(db: &Db, id: &str, now: DateTime<Utc>) -> Result<u32, StoreError> {
    const BEAT: &str = "insert into process (process_id, seen_at) values ($1, $2)
        on conflict (process_id) do update set seen_at = excluded.seen_at";
    const LIVE: &str = "select count(*) as live from process where seen_at >= $1";
    const FORGET: &str = "delete from process where seen_at < $1";
    let gone = (now - GONE_AFTER).timestamp_millis();
    on_writer!(db, pool => {
        sqlx::query(BEAT).bind(id).bind(now.timestamp_millis()).execute(pool).await?;
        sqlx::query(FORGET).bind(gone).execute(pool).await?;
    });
    let live: i64 = on_reader!(db, pool => {
        sqlx::query(LIVE).bind(gone).fetch_one(pool).await?.get("live")?
    });
    Ok(u32::try_from(live).unwrap_or(u32::MAX).max(1))
}

/// It stops: its share is the others' now.
pub async fn leave(db: &Db, id: &str) -> Result<(), StoreError> {
    on_writer!(db, pool => {
        sqlx::query("delete from process where process_id = $1").bind(id).execute(pool).await?;
        Ok(())
    })
}
