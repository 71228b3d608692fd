//! Table `installation`: on whose accounts the App is installed, as far as GitHub told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    columns::Columns,
    db::{Db, on_reader, on_writer},
    error::StoreError,
};
use crate::domain::{
    event::Account,
    ids::{AccountId, InstallationId},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Installation {
    pub id: InstallationId,
    pub account: Account,
    pub state: InstallationState,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InstallationState {
    Active,
    /// GitHub refuses its tokens until somebody unsuspends it.
    Suspended,
    Removed,
}

/// Installed, or told of again: a suspended one stays suspended.
pub async fn upsert(db: &Db, id: InstallationId, account: &Account, now: DateTime<Utc>) -> Result<(), StoreError> {
    const UPSERT: &str = "insert into installation
            (installation_id, account_id, account_login, account_is_bot, state, updated_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (installation_id) do update set account_id = excluded.account_id,
            account_login = excluded.account_login, account_is_bot = excluded.account_is_bot,
            state = case installation.state when 'suspended' then 'suspended' else 'active' end,
            updated_at = excluded.updated_at";
    set(db, UPSERT, id, account, "active", now).await
}

pub async fn suspend(db: &Db, id: InstallationId, account: &Account, now: DateTime<Utc>) -> Result<(), StoreError> {
    set(db, SET, id, account, "suspended", now).await
}

pub async fn unsuspend(db: &Db, id: InstallationId, account: &Account, now: DateTime<Utc>) -> Result<(), StoreError> {
    set(db, SET, id, account, "active", now).await
}

/// The row stays, so that what is still in line for it can be told from what was never known.
pub async fn remove(db: &Db, id: InstallationId, account: &Account, now: DateTime<Utc>) -> Result<(), StoreError> {
    set(db, SET, id, account, "removed", now).await
}

pub async fn get(db: &Db, id: InstallationId) -> Result<Option<Installation>, StoreError> {
    on_reader!(db, pool => {
        let query = sqlx::query("select * from installation where installation_id = $1").bind(id.0);
        query.fetch_optional(pool).await?.as_ref().map(from_row).transpose()
    })
}

/// All that were ever told of, removed ones too, by account.
pub async fn list(db: &Db) -> Result<Vec<Installation>, StoreError> {
    on_reader!(db, pool => {
        let query = sqlx::query("select * from installation order by lower(account_login), installation_id");
        query.fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

const SET: &str = "insert into installation
        (installation_id, account_id, account_login, account_is_bot, state, updated_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (installation_id) do update set account_id = excluded.account_id,
        account_login = excluded.account_login, account_is_bot = excluded.account_is_bot, state = excluded.state,
        updated_at = excluded.updated_at";

async fn set(
    db: &Db,
    sql: &'static str,
    id: InstallationId,
    account: &Account,
    state: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    on_writer!(db, pool => {
        let query = sqlx::query(sql)
            .bind(id.0)
            .bind(account.id.0)
            .bind(&account.login)
            .bind(account.is_bot)
            .bind(state)
            .bind(now.timestamp_millis());
        query.execute(pool).await?;
        Ok(())
    })
}

fn from_row(row: &impl Columns) -> Result<Installation, StoreError> {
    Ok(Installation {
        id: InstallationId(row.get("installation_id")?),
        account: Account {
            id: AccountId(row.get("account_id")?),
            login: row.get("account_login")?,
            is_bot: row.get("account_is_bot")?,
        },
        state: row.variant("state")?,
        updated_at: row.time("updated_at")?,
    })
}
