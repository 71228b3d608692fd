//! Table `split`: plans that were made for branches, and what became of them.

use chrono::{DateTime, Utc};

use super::{
    columns::{Columns, without_nul},
    db::{Db, on_reader, on_writer},
    error::StoreError,
    portions::repeat,
};
use crate::domain::{
    ids::{RepositoryId, SplitId},
    split::Split,
};

/// Stores a split as it is now.
pub async fn upsert(db: &Db, split: &Split, now: DateTime<Utc>) -> Result<(), StoreError> {
    const UPSERT: &str = "insert into split (split_id, repository_id, branch, state, split, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $6)
        on conflict (split_id) do update set state = excluded.state, split = excluded.split,
            updated_at = excluded.updated_at";
    let text = serde_json::to_string(split).expect("a split is plain data");
    on_writer!(db, pool => {
        let query = sqlx::query(UPSERT)
            .bind(split.id.0)
            .bind(split.repository.0)
            .bind(without_nul(&split.branch))
            .bind(split.state.as_str())
            .bind(without_nul(&text))
            .bind(now.timestamp_millis());
        query.execute(pool).await?;
        Ok(())
    })
}

/// Only of this repository: an id is but a number.
pub async fn get(db: &Db, repository: RepositoryId, id: SplitId) -> Result<Option<Split>, StoreError> {
    const GET: &str = "select split from split where repository_id = $1 and split_id = $2";
    on_reader!(db, pool => {
        let row = sqlx::query(GET).bind(repository.0).bind(id.0).fetch_optional(pool).await?;
        row.as_ref().map(from_row).transpose()
    })
}

/// The newest of a branch.
pub async fn newest(db: &Db, repository: RepositoryId, branch: &str) -> Result<Option<Split>, StoreError> {
    const NEWEST: &str =
        "select split from split where repository_id = $1 and branch = $2 order by split_id desc limit 1";
    on_reader!(db, pool => {
        let row = sqlx::query(NEWEST).bind(repository.0).bind(without_nul(branch)).fetch_optional(pool).await?;
        row.as_ref().map(from_row).transpose()
    })
}

/// All of a repository that have something open on GitHub, oldest first.
pub async fn open(db: &Db, repository: RepositoryId) -> Result<Vec<Split>, StoreError> {
    const OPEN: &str = "select split from split where repository_id = $1 and state = 'open' order by split_id";
    on_reader!(db, pool => {
        sqlx::query(OPEN).bind(repository.0).fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

/// Forgets what nobody touched since a time, unless something of it is open.
pub async fn prune(db: &Db, before: DateTime<Utc>) -> Result<u64, StoreError> {
    const PRUNE: &str = "delete from split where split_id in (select split_id from split
        where updated_at < $1 and state not in ('opening', 'open') order by updated_at limit 200)";
    repeat(db, PRUNE, before.timestamp_millis()).await
}

fn from_row(row: &impl Columns) -> Result<Split, StoreError> {
    row.json("split")
}
