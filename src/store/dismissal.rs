//! Table `dismissal`: problems that people do not want to hear of. They hold for the whole repository: what was dismissed
//! on one pull request is not raised on the next.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    columns::{Columns, without_nul},
    db::{Db, on_reader, on_writer},
    error::StoreError,
};
use crate::domain::{
    finding::Fingerprint,
    ids::{PullNumber, RepositoryId},
};

/// Within a repository its fingerprint and path name it: the same code in another file is another problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dismissal {
    pub fingerprint: Fingerprint,
    pub path: String,
    pub rule: Option<String>,
    /// The pull request on which it was dismissed.
    pub pull: PullNumber,
    pub way: DismissedBy,
    /// Login of the person.
    pub by: String,
    /// The person's words.
    pub reason: Option<String>,
    pub at: DateTime<Utc>,
}

/// What the person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DismissedBy {
    /// Resolved its thread.
    Resolved,
    /// Gave its comment a thumbs down.
    Reaction,
    /// Deleted its comment.
    Deleted,
    /// Asked for it in words: `/ignore`.
    Command,
}

impl DismissedBy {
    fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Reaction => "reaction",
            Self::Deleted => "deleted",
            Self::Command => "command",
        }
    }
}

/// Tells whether it is new: what was dismissed before stays as it is, but for a reason where there was none.
pub async fn dismiss(db: &Db, repository: RepositoryId, dismissal: &Dismissal) -> Result<bool, StoreError> {
    const INSERT: &str = "insert into dismissal
            (repository_id, fingerprint, path, rule, pull, way, dismissed_by, reason, dismissed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";
    const EXPLAIN: &str = "update dismissal set reason = $4
        where repository_id = $1 and fingerprint = $2 and path = $3 and reason is null";
    let (path, reason) = (without_nul(&dismissal.path), dismissal.reason.as_deref().map(without_nul));
    on_writer!(db, pool => {
        let query = sqlx::query(INSERT)
            .bind(repository.0)
            .bind(dismissal.fingerprint.as_str())
            .bind(&path)
            .bind(dismissal.rule.as_deref().map(without_nul))
            .bind(dismissal.pull.0)
            .bind(dismissal.way.as_str())
            .bind(&dismissal.by)
            .bind(&reason)
            .bind(dismissal.at.timestamp_millis());
        let is_new = query.execute(pool).await?.rows_affected() > 0;
        if !is_new && reason.is_some() {
            let query = sqlx::query(EXPLAIN).bind(repository.0).bind(dismissal.fingerprint.as_str());
            query.bind(&path).bind(&reason).execute(pool).await?;
        }
        Ok(is_new)
    })
}

/// The problem may be raised again. Tells whether it was dismissed.
pub async fn lift(
    db: &Db,
    repository: RepositoryId,
    fingerprint: &Fingerprint,
    path: &str,
) -> Result<bool, StoreError> {
    const LIFT: &str = "delete from dismissal where repository_id = $1 and fingerprint = $2 and path = $3";
    on_writer!(db, pool => {
        let query = sqlx::query(LIFT).bind(repository.0).bind(fingerprint.as_str()).bind(without_nul(path));
        Ok(query.execute(pool).await?.rows_affected() > 0)
    })
}

/// Who does not want to hear of a problem, if anybody.
pub async fn get(
    db: &Db,
    repository: RepositoryId,
    fingerprint: &Fingerprint,
    path: &str,
) -> Result<Option<Dismissal>, StoreError> {
    const GET: &str = "select * from dismissal where repository_id = $1 and fingerprint = $2 and path = $3";
    on_reader!(db, pool => {
        let query = sqlx::query(GET).bind(repository.0).bind(fingerprint.as_str()).bind(without_nul(path));
        query.fetch_optional(pool).await?.as_ref().map(from_row).transpose()
    })
}

/// All of a repository, oldest first.
pub async fn list(db: &Db, repository: RepositoryId) -> Result<Vec<Dismissal>, StoreError> {
    const LIST: &str = "select * from dismissal where repository_id = $1 order by dismissed_at, path, fingerprint";
    on_reader!(db, pool => {
        sqlx::query(LIST).bind(repository.0).fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

fn from_row(row: &impl Columns) -> Result<Dismissal, StoreError> {
    let fingerprint: String = row.get("fingerprint")?;
    Ok(Dismissal {
        fingerprint: fingerprint.parse().map_err(|error| StoreError::unreadable("fingerprint", error))?,
        path: row.get("path")?,
        rule: row.get("rule")?,
        pull: PullNumber(row.get("pull")?),
        way: row.variant("way")?,
        by: row.get("dismissed_by")?,
        reason: row.get("reason")?,
        at: row.time("dismissed_at")?,
    })
}
