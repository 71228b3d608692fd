//! Table `pause`: pull requests that are not reviewed by themselves until somebody says so.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    columns::Columns,
    db::{Db, on_reader, on_writer},
    error::StoreError,
};
use crate::domain::ids::{PullNumber, RepositoryId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pause {
    pub pull: PullNumber,
    /// Login of the person; `None`: Seam itself, because nobody was heard of.
    pub by: Option<String>,
    pub at: DateTime<Utc>,
}

/// Tells whether anything changed. A person's pause takes the place of Seam's own, and never the other way round.
pub async fn pause(
    db: &Db,
    repository: RepositoryId,
    pull: PullNumber,
    by: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const PAUSE: &str = "insert into pause (repository_id, pull, paused_by, paused_at) values ($1, $2, $3, $4)
        on conflict (repository_id, pull) do update
            set paused_by = excluded.paused_by, paused_at = excluded.paused_at
            where pause.paused_by is null and excluded.paused_by is not null";
    on_writer!(db, pool => {
        let query = sqlx::query(PAUSE).bind(repository.0).bind(pull.0).bind(by).bind(now.timestamp_millis());
        Ok(query.execute(pool).await?.rows_affected() > 0)
    })
}

/// Ends any pause. Tells whether there was one.
pub async fn resume(db: &Db, repository: RepositoryId, pull: PullNumber) -> Result<bool, StoreError> {
    const RESUME: &str = "delete from pause where repository_id = $1 and pull = $2";
    on_writer!(db, pool => {
        Ok(sqlx::query(RESUME).bind(repository.0).bind(pull.0).execute(pool).await?.rows_affected() > 0)
    })
}

/// Ends the pause that Seam made itself, and no person's. Tells whether there was one.
pub async fn resume_own(db: &Db, repository: RepositoryId, pull: PullNumber) -> Result<bool, StoreError> {
    const RESUME: &str = "delete from pause where repository_id = $1 and pull = $2 and paused_by is null";
    on_writer!(db, pool => {
        Ok(sqlx::query(RESUME).bind(repository.0).bind(pull.0).execute(pool).await?.rows_affected() > 0)
    })
}

pub async fn get(db: &Db, repository: RepositoryId, pull: PullNumber) -> Result<Option<Pause>, StoreError> {
    const GET: &str = "select * from pause where repository_id = $1 and pull = $2";
    on_reader!(db, pool => {
        let query = sqlx::query(GET).bind(repository.0).bind(pull.0);
        query.fetch_optional(pool).await?.as_ref().map(from_row).transpose()
    })
}

/// All of a repository, by number.
pub async fn list(db: &Db, repository: RepositoryId) -> Result<Vec<Pause>, StoreError> {
    const LIST: &str = "select * from pause where repository_id = $1 order by pull";
    on_reader!(db, pool => {
        sqlx::query(LIST).bind(repository.0).fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

fn from_row(row: &impl Columns) -> Result<Pause, StoreError> {
    Ok(Pause { pull: PullNumber(row.get("pull")?), by: row.get("paused_by")?, at: row.time("paused_at")? })
}
