//! Table `review_round`: the last review of each pull request, and how long people have been silent since.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    columns::{Columns, without_nul},
    db::{Db, on_reader, on_writer},
    error::StoreError,
};
use crate::domain::ids::{CommitSha, PullNumber, RepositoryId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReviewRound {
    /// What was reviewed.
    pub head: CommitSha,
    /// What it went by: another one may find something new anywhere.
    pub basis: String,
    /// The files that were not looked at in full.
    pub partly: Vec<String>,
    /// Pushes that were reviewed since a person was heard of.
    pub unheard: u32,
    pub at: DateTime<Utc>,
}

pub async fn get(db: &Db, repository: RepositoryId, pull: PullNumber) -> Result<Option<ReviewRound>, StoreError> {
    const GET: &str = "select * from review_round where repository_id = $1 and pull = $2";
    on_reader!(db, pool => {
        let query = sqlx::query(GET).bind(repository.0).bind(pull.0);
        query.fetch_optional(pool).await?.as_ref().map(from_row).transpose()
    })
}

/// Takes the place of the round before. `by_push`: nobody asked for it; the same head counts once.
pub async fn finish(
    db: &Db,
    repository: RepositoryId,
    pull: PullNumber,
    round: &ReviewRound,
    by_push: bool,
) -> Result<(), StoreError> {
    const FINISH: &str = "insert into review_round (repository_id, pull, head_sha, basis, partly, unheard, reviewed_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (repository_id, pull) do update set
            unheard = review_round.unheard
                + case when review_round.head_sha = excluded.head_sha then 0 else excluded.unheard end,
            head_sha = excluded.head_sha, basis = excluded.basis, partly = excluded.partly,
            reviewed_at = excluded.reviewed_at";
    let partly = serde_json::to_string(&round.partly).expect("a list of texts is JSON");
    on_writer!(db, pool => {
        let query = sqlx::query(FINISH)
            .bind(repository.0)
            .bind(pull.0)
            .bind(round.head.as_str())
            .bind(&round.basis)
            .bind(without_nul(&partly))
            .bind(i64::from(by_push))
            .bind(round.at.timestamp_millis());
        query.execute(pool).await?;
        Ok(())
    })
}

/// A person was heard of: pushes are counted from here.
pub async fn heard(db: &Db, repository: RepositoryId, pull: PullNumber) -> Result<(), StoreError> {
    const HEARD: &str = "update review_round set unheard = 0 where repository_id = $1 and pull = $2 and unheard > 0";
    on_writer!(db, pool => {
        sqlx::query(HEARD).bind(repository.0).bind(pull.0).execute(pool).await?;
        Ok(())
    })
}

fn from_row(row: &impl Columns) -> Result<ReviewRound, StoreError> {
    let head: String = row.get("head_sha")?;
    let unheard: i64 = row.get("unheard")?;
    Ok(ReviewRound {
        head: head.parse().map_err(|error| StoreError::unreadable("head_sha", error))?,
        basis: row.get("basis")?,
        partly: row.json("partly")?,
        unheard: u32::try_from(unheard).map_err(|error| StoreError::unreadable("unheard", error))?,
        at: row.time("reviewed_at")?,
    })
}
