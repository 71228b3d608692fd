//! Table `credential`: what the set-up was given by GitHub. Bytes are sealed before they come here; nothing in this room
//! can open them.

use chrono::{DateTime, Utc};

use super::{
    columns::{Columns as _, Get as _},
    db::{Db, on_reader, on_writer},
    error::StoreError,
};

/// Stores or replaces.
pub async fn put(db: &Db, name: &str, sealed: &[u8], now: DateTime<Utc>) -> Result<(), StoreError> {
    const PUT: &str = "insert into credential (name, sealed, updated_at) values ($1, $2, $3)
        on conflict (name) do update set sealed = excluded.sealed, updated_at = excluded.updated_at";
    on_writer!(db, pool => {
        sqlx::query(PUT).bind(name).bind(sealed).bind(now.timestamp_millis()).execute(pool).await?;
        Ok(())
    })
}

pub async fn get(db: &Db, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    on_reader!(db, pool => {
        let query = sqlx::query("select sealed from credential where name = $1").bind(name);
        query.fetch_optional(pool).await?.map(|row| row.get("sealed")).transpose()
    })
}

/// Stores unless somebody else has done so since `old` was read. Tells whether it did.
pub async fn replace(db: &Db, name: &str, old: &[u8], new: &[u8], now: DateTime<Utc>) -> Result<bool, StoreError> {
    const REPLACE: &str = "update credential set sealed = $3, updated_at = $4 where name = $1 and sealed = $2";
    on_writer!(db, pool => {
        let query = sqlx::query(REPLACE).bind(name).bind(old).bind(new).bind(now.timestamp_millis());
        Ok(query.execute(pool).await?.rows_affected() > 0)
    })
}

/// What there is, each with the time it was stored.
pub async fn names(db: &Db) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
    on_reader!(db, pool => {
        let rows = sqlx::query("select name, updated_at from credential order by name").fetch_all(pool).await?;
        rows.iter().map(|row| Ok((row.get("name")?, row.time("updated_at")?))).collect()
    })
}

/// Tells whether there was one.
pub async fn remove(db: &Db, name: &str) -> Result<bool, StoreError> {
    on_writer!(db, pool => {
        let query = sqlx::query("delete from credential where name = $1").bind(name);
        Ok(query.execute(pool).await?.rows_affected() > 0)
    })
}
