//! Table `organisation_policy`: the last good version of each organisation's file of settings, for when it is broken.

use chrono::{DateTime, Utc};

use super::{
    columns::{Get as _, without_nul},
    db::{Db, on_reader, on_writer},
    error::StoreError,
};
use crate::domain::ids::InstallationId;

pub async fn get(db: &Db, installation: InstallationId) -> Result<Option<String>, StoreError> {
    const GET: &str = "select text from organisation_policy where installation_id = $1";
    on_reader!(db, pool => {
        sqlx::query(GET).bind(installation.0).fetch_optional(pool).await?.map(|row| row.get("text")).transpose()
    })
}

pub async fn put(db: &Db, installation: InstallationId, text: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    const PUT: &str = "insert into organisation_policy (installation_id, text, updated_at) values ($1, $2, $3)
        on conflict (installation_id) do update set text = excluded.text, updated_at = excluded.updated_at";
    on_writer!(db, pool => {
        sqlx::query(PUT)
            .bind(installation.0)
            .bind(without_nul(text))
            .bind(now.timestamp_millis())
            .execute(pool)
            .await?;
        Ok(())
    })
}

/// The organisation has no such file any more.
pub async fn remove(db: &Db, installation: InstallationId) -> Result<(), StoreError> {
    on_writer!(db, pool => {
        let query = sqlx::query("delete from organisation_policy where installation_id = $1").bind(installation.0);
        query.execute(pool).await?;
        Ok(())
    })
}
