//! Table `effect`: every write to GitHub, recorded before it is tried and found again after a crash. What makes two writes
//! the same write is the repository and the key.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::{
    columns::{Columns, Get as _, without_nul},
    db::{Db, Locking, Tx, locking, on_reader, on_tx, on_writer},
    error::StoreError,
    portions::repeat,
    queue::{Fence, Lease},
};
use crate::domain::{
    effect::{EffectKey, PlannedEffect},
    ids::{ExecutionId, RepositoryId},
};

/// What is known of an effect when somebody wants it.
#[derive(Clone, Debug, PartialEq)]
pub enum EffectState {
    /// Never tried, or refused for certain: perform it.
    New,
    /// Somebody began it and did not say how it ended: look on GitHub for its mark before performing it.
    Unfinished,
    /// It happened, with this result: do nothing.
    Done(Value),
    /// Another running execution is at it right now: come back later.
    Busy(ExecutionId),
    /// The lease is lost, or the execution is to stop: perform nothing. Nothing was written.
    Fenced(Fence),
}

/// A recorded effect, for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecordedEffect {
    pub repository: RepositoryId,
    pub key: EffectKey,
    pub kind: String,
    /// Who was at it last.
    pub execution: ExecutionId,
    pub attempt: i32,
    pub progress: Progress,
    /// The effect itself, as [`crate::domain::effect::Effect`] was written at the time.
    pub effect: Value,
    pub result: Option<Value>,
    pub error: Option<String>,
    pub begun_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    Begun,
    Done,
    Failed,
}

/// Before an effect is performed: records that `held` is at it, and tells what is known of it.
pub async fn begin(
    db: &Db,
    held: Lease,
    repository: RepositoryId,
    planned: &PlannedEffect,
    now: DateTime<Utc>,
) -> Result<EffectState, StoreError> {
    let mut tx = db.begin().await?;
    let fence = fence(&mut tx, held).await?;
    if fence != Fence::Held {
        return Ok(EffectState::Fenced(fence));
    }
    let state = if insert(&mut tx, held, repository, planned, now).await? {
        EffectState::New
    } else {
        let state = known(&mut tx, held, repository, &planned.key).await?;
        if matches!(state, EffectState::Done(_) | EffectState::Busy(_)) {
            return Ok(state);
        }
        take_over(&mut tx, held, repository, planned, now).await?;
        state
    };
    tx.commit().await?;
    Ok(state)
}

/// It happened. Stored as long as nobody else took the effect over, even when the lease is lost: it is true.
pub async fn done(
    db: &Db,
    held: Lease,
    repository: RepositoryId,
    key: &EffectKey,
    result: &Value,
    now: DateTime<Utc>,
) -> Result<Fence, StoreError> {
    end(db, held, repository, key, Ok(result), now).await
}

/// It did certainly not happen, and GitHub says why. An effect of which nobody knows stays begun: say nothing.
pub async fn failed(
    db: &Db,
    held: Lease,
    repository: RepositoryId,
    key: &EffectKey,
    error: &str,
    now: DateTime<Utc>,
) -> Result<Fence, StoreError> {
    end(db, held, repository, key, Err(error), now).await
}

/// The effects an execution was last at, in the order in which they were begun.
pub async fn of(db: &Db, execution: ExecutionId) -> Result<Vec<RecordedEffect>, StoreError> {
    const OF: &str = "select * from effect where execution_id = $1 order by begun_at, key";
    on_reader!(db, pool => {
        sqlx::query(OF).bind(execution.0).fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

/// Forgets effects that were begun before a time: nothing may want to do them again by then.
pub async fn prune(db: &Db, before: DateTime<Utc>) -> Result<u64, StoreError> {
    const PRUNE: &str = "delete from effect where (repository_id, key) in (
        select repository_id, key from effect where begun_at < $1 order by begun_at limit 200)";
    repeat(db, PRUNE, before.timestamp_millis()).await
}

/// Holds the execution's row until the transaction ends, so that nobody takes it over in between.
async fn fence(tx: &mut Tx, held: Lease) -> Result<Fence, StoreError> {
    const FENCE: Locking = locking!(
        "select stop from execution where execution_id = $1 and attempt = $2 and status = 'running'",
        " for share",
        ""
    );
    let sql = tx.pick(FENCE);
    on_tx!(tx, connection => {
        let row = sqlx::query(sql).bind(held.execution.0).bind(held.attempt).fetch_optional(connection).await?;
        let Some(row) = row else { return Ok(Fence::Lost) };
        let stop: Option<String> = row.get("stop")?;
        Ok(Fence::of_stop(stop.as_deref()))
    })
}

/// Whether nobody ever wanted this effect.
async fn insert(
    tx: &mut Tx,
    held: Lease,
    repository: RepositoryId,
    planned: &PlannedEffect,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const INSERT: &str = "insert into effect (repository_id, key, execution_id, attempt, kind, effect, begun_at, state)
        values ($1, $2, $3, $4, $5, $6, $7, 'begun') on conflict (repository_id, key) do nothing";
    write(tx, INSERT, held, repository, planned, now).await.map(|rows| rows == 1)
}

/// The row is there and locked.
async fn take_over(
    tx: &mut Tx,
    held: Lease,
    repository: RepositoryId,
    planned: &PlannedEffect,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const TAKE_OVER: &str = "update effect set execution_id = $3, attempt = $4, kind = $5, effect = $6, begun_at = $7,
            state = 'begun', error = null, finished_at = null
        where repository_id = $1 and key = $2";
    write(tx, TAKE_OVER, held, repository, planned, now).await.map(|_| ())
}

async fn write(
    tx: &mut Tx,
    sql: &'static str,
    held: Lease,
    repository: RepositoryId,
    planned: &PlannedEffect,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let effect = serde_json::to_string(&planned.effect).expect("an effect is plain data");
    on_tx!(tx, connection => {
        let query = sqlx::query(sql)
            .bind(repository.0)
            .bind(without_nul(&planned.key.0))
            .bind(held.execution.0)
            .bind(held.attempt)
            .bind(planned.effect.kind())
            .bind(effect)
            .bind(now.timestamp_millis());
        Ok(query.execute(connection).await?.rows_affected())
    })
}

async fn known(tx: &mut Tx, held: Lease, repository: RepositoryId, key: &EffectKey) -> Result<EffectState, StoreError> {
    // Whoever began it is at it as long as it runs under the same lease.
    const KNOWN: Locking = locking!(
        "select effect.*, execution.execution_id as runner from effect left join execution
            on execution.execution_id = effect.execution_id and execution.attempt = effect.attempt
            and execution.status = 'running'
        where effect.repository_id = $1 and effect.key = $2",
        " for update of effect",
        ""
    );
    let sql = tx.pick(KNOWN);
    on_tx!(tx, connection => {
        let row = sqlx::query(sql).bind(repository.0).bind(without_nul(&key.0)).fetch_one(connection).await?;
        let effect = from_row(&row)?;
        let runner: Option<i64> = row.get("runner")?;
        Ok(match effect.progress {
            Progress::Done => EffectState::Done(effect.result.unwrap_or_default()),
            Progress::Failed => EffectState::New,
            Progress::Begun if runner.is_some_and(|runner| runner != held.execution.0) => {
                EffectState::Busy(effect.execution)
            }
            Progress::Begun => EffectState::Unfinished,
        })
    })
}

async fn end(
    db: &Db,
    held: Lease,
    repository: RepositoryId,
    key: &EffectKey,
    result: Result<&Value, &str>,
    now: DateTime<Utc>,
) -> Result<Fence, StoreError> {
    const END: &str = "update effect set state = $5, result = $6, error = $7, finished_at = $8
        where repository_id = $1 and key = $2 and execution_id = $3 and attempt = $4 and state = 'begun'";
    let state = if result.is_ok() { "done" } else { "failed" };
    on_writer!(db, pool => {
        let query = sqlx::query(END)
            .bind(repository.0)
            .bind(without_nul(&key.0))
            .bind(held.execution.0)
            .bind(held.attempt)
            .bind(state)
            .bind(result.ok().map(ToString::to_string))
            .bind(result.err().map(without_nul))
            .bind(now.timestamp_millis());
        query.execute(pool).await?;
    });
    const STOP: &str = "select stop from execution where execution_id = $1 and attempt = $2 and status = 'running'";
    on_reader!(db, pool => {
        let row = sqlx::query(STOP).bind(held.execution.0).bind(held.attempt).fetch_optional(pool).await?;
        let Some(row) = row else { return Ok(Fence::Lost) };
        let stop: Option<String> = row.get("stop")?;
        Ok(Fence::of_stop(stop.as_deref()))
    })
}

fn from_row(row: &impl Columns) -> Result<RecordedEffect, StoreError> {
    let result: Option<String> = row.get("result")?;
    let result = result.map(|text| serde_json::from_str(&text)).transpose();
    Ok(RecordedEffect {
        repository: RepositoryId(row.get("repository_id")?),
        key: EffectKey(row.get("key")?),
        kind: row.get("kind")?,
        execution: ExecutionId(row.get("execution_id")?),
        attempt: row.get("attempt")?,
        progress: row.variant("state")?,
        effect: row.json("effect")?,
        result: result.map_err(|error| StoreError::unreadable("result", error))?,
        error: row.get("error")?,
        begun_at: row.time("begun_at")?,
        finished_at: row.optional_time("finished_at")?,
    })
}
