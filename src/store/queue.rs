//! Moves executions along: claimed under a lease, kept by heartbeats, finished or put back.
//!
//! The attempt number is the fence: it rises with every claim, and whoever comes with an older one changes nothing and is
//! told [`Fence::Lost`]. That no two of a lane run at once is a unique index, not a habit of this code.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    columns::{Columns, Get as _, without_nul},
    db::{Db, Locking, locking, on_writer},
    error::StoreError,
    execution,
};
use crate::domain::{execution::Execution, ids::ExecutionId};

/// What a worker holds while it runs an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    pub execution: ExecutionId,
    pub attempt: i32,
}

impl From<&Execution> for Lease {
    fn from(execution: &Execution) -> Self {
        Self { execution: execution.id, attempt: execution.attempt }
    }
}

/// Whether a worker may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    Held,
    /// The lease ran out and another one has taken over, or it is finished: nothing was written. Leave it alone.
    Lost,
    /// A newer one of its lane waits: stop before the next effect and finish with [`Outcome::Stopped`].
    Superseded,
    /// A person cancelled it: stop before the next effect and finish with [`Outcome::Stopped`].
    Cancelled,
}

impl Fence {
    /// From column `stop` of an execution that is running under the lease.
    pub(super) fn of_stop(stop: Option<&str>) -> Self {
        match stop {
            None => Self::Held,
            Some("cancelled") => Self::Cancelled,
            Some(_) => Self::Superseded,
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Succeeded,
    /// There was nothing to do, and why.
    Skipped(String),
    /// A dead letter: it does not run again unless a person says so.
    Failed(String),
    /// The fence said so: it becomes superseded or cancelled.
    Stopped,
}

/// What became of executions whose worker fell silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reaped {
    pub queued: Vec<ExecutionId>,
    /// Given up: their worker fell silent too often.
    pub failed: Vec<ExecutionId>,
    /// Superseded or cancelled meanwhile.
    pub stopped: Vec<ExecutionId>,
}

/// Puts those in line whose time has come.
const PROMOTE: Locking = locking!(
    "update execution set waiting = false where execution_id in (
        select execution_id from execution where status = 'queued' and waiting and run_at <= $1
        order by run_at limit 100",
    " for update skip locked",
    ")"
);

const CLAIM: Locking = locking!(
    "update execution set status = 'running', attempt = attempt + 1, tries = tries + 1, reason = null, worker = $1,
        lease_until = $2, started_at = coalesce(started_at, $3)
    where execution_id = (
        select execution_id from execution as candidate
        where status = 'queued' and not waiting
            and not exists (select 1 from execution as other where other.status = 'running' and other.lane = candidate.lane)
            and not exists (select 1 from execution as earlier
                where earlier.execution_id = candidate.after_id and earlier.status in ('queued', 'running'))
        order by priority desc, turn, execution_id limit 1",
    " for update of candidate skip locked",
    ") returning *"
);

/// How often to look again when another worker took the lane between looking and taking.
const CLAIM_TRIES: usize = 16;

/// Takes the next execution for `worker`: highest priority, then whose installation's turn it is, then oldest. It is
/// anybody's again when `lease` has passed without a heartbeat.
pub async fn claim(
    db: &Db,
    worker: &str,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Option<Execution>, StoreError> {
    let promote = db.pick(PROMOTE);
    on_writer!(db, pool => {
        sqlx::query(promote).bind(now.timestamp_millis()).execute(pool).await?;
    });
    for _ in 0..CLAIM_TRIES {
        match claim_once(db, worker, lease, now).await {
            Err(error) if error.is_unique_violation() => {}
            claimed => return claimed,
        }
    }
    Ok(None)
}

async fn claim_once(
    db: &Db,
    worker: &str,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Option<Execution>, StoreError> {
    let sql = db.pick(CLAIM);
    on_writer!(db, pool => {
        let query = sqlx::query(sql).bind(worker).bind(after(now, lease).timestamp_millis()).bind(now.timestamp_millis());
        query.fetch_all(pool).await?.first().map(execution::from_row).transpose()
    })
}

/// Holds the lease until `lease` after `now`, and hears whether to go on.
pub async fn heartbeat(db: &Db, held: Lease, lease: Duration, now: DateTime<Utc>) -> Result<Fence, StoreError> {
    const HOLD: &str = "update execution set lease_until = $3
        where execution_id = $1 and attempt = $2 and status = 'running' returning stop";
    on_writer!(db, pool => {
        let query = sqlx::query(HOLD).bind(held.execution.0).bind(held.attempt).bind(after(now, lease).timestamp_millis());
        fence(&query.fetch_all(pool).await?)
    })
}

/// Ends a run for good.
pub async fn finish(db: &Db, held: Lease, outcome: Outcome, now: DateTime<Utc>) -> Result<Fence, StoreError> {
    // What failed because it was told to stop is no dead letter.
    const FINISH: &str = "update execution set
            status = case when $3 = 'failed' or $3 = 'stopped' then coalesce(stop, case $3 when 'failed' then 'failed' else 'cancelled' end) else $3 end,
            reason = case when $3 = 'stopped' or ($3 = 'failed' and stop is not null) then reason else $4 end,
            stop = null, worker = null, lease_until = null, finished_at = $5
        where execution_id = $1 and attempt = $2 and status = 'running'";
    let (status, reason) = match outcome {
        Outcome::Succeeded => ("succeeded", None),
        Outcome::Skipped(reason) => ("skipped", Some(reason)),
        Outcome::Failed(reason) => ("failed", Some(reason)),
        Outcome::Stopped => ("stopped", None),
    };
    on_writer!(db, pool => {
        let query = sqlx::query(FINISH)
            .bind(held.execution.0)
            .bind(held.attempt)
            .bind(status)
            .bind(reason.as_deref().map(without_nul))
            .bind(now.timestamp_millis());
        Ok(if query.execute(pool).await?.rows_affected() == 0 { Fence::Lost } else { Fence::Held })
    })
}

/// Back in line, not to be claimed before `at`. A superseded or cancelled one ends instead, and the fence says so.
pub async fn retry_later(
    db: &Db,
    held: Lease,
    at: DateTime<Utc>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Fence, StoreError> {
    put_back(db, held, at, Some(reason), now).await
}

/// What could not be stored is as good as a worker that fell silent: back in line, not before `at`, or a dead letter when it was
/// so `max_silences` times. Gives whether it is one.
pub async fn stumble(
    db: &Db,
    held: Lease,
    (max_silences, at): (i32, DateTime<Utc>),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(Fence, bool), StoreError> {
    const STUMBLE: &str = "update execution set
            silences = silences + 1,
            status = coalesce(stop, case when silences + 1 >= $6 then 'failed' else 'queued' end),
            reason = case when stop is null then $4 else reason end,
            finished_at = case when stop is not null or silences + 1 >= $6 then $5 end,
            run_at = $3, waiting = ($3 > $5), worker = null, lease_until = null
        where execution_id = $1 and attempt = $2 and status = 'running' returning stop, status";
    on_writer!(db, pool => {
        let query = sqlx::query(STUMBLE)
            .bind(held.execution.0)
            .bind(held.attempt)
            .bind(at.timestamp_millis())
            .bind(without_nul(reason))
            .bind(now.timestamp_millis())
            .bind(max_silences);
        let rows = query.fetch_all(pool).await?;
        let status: Option<String> = rows.first().map(|row| row.get("status")).transpose()?;
        Ok((fence(&rows)?, status.as_deref() == Some("failed")))
    })
}

/// Gives a run back untried, for whoever claims next: this process is going down.
pub async fn release(db: &Db, held: Lease, now: DateTime<Utc>) -> Result<Fence, StoreError> {
    let fence = put_back(db, held, now, None, now).await?;
    db.wake();
    Ok(fence)
}

async fn put_back(
    db: &Db,
    held: Lease,
    at: DateTime<Utc>,
    failure: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Fence, StoreError> {
    const PUT_BACK: &str = "update execution set
            status = coalesce(stop, 'queued'),
            reason = case when stop is null then $4 else reason end,
            finished_at = case when stop is null then null else $5 end,
            tries = case when $4 is null then tries - 1 else tries end,
            run_at = $3, waiting = ($3 > $5), worker = null, lease_until = null
        where execution_id = $1 and attempt = $2 and status = 'running' returning stop";
    on_writer!(db, pool => {
        let query = sqlx::query(PUT_BACK)
            .bind(held.execution.0)
            .bind(held.attempt)
            .bind(at.timestamp_millis())
            .bind(failure.map(without_nul))
            .bind(now.timestamp_millis());
        fence(&query.fetch_all(pool).await?)
    })
}

const REAP: Locking = locking!(
    "update execution set
        silences = silences + 1,
        status = coalesce(stop, case when silences + 1 >= $2 then 'failed' else 'queued' end),
        reason = case when stop is null then 'its worker fell silent in attempt ' || attempt else reason end,
        finished_at = case when stop is not null or silences + 1 >= $2 then $1 end,
        run_at = $1, waiting = false, worker = null, lease_until = null
    where execution_id in (
        select execution_id from execution where status = 'running' and lease_until <= $1",
    " for update skip locked",
    ") returning execution_id, status"
);

/// Takes back what workers hold beyond their lease: they crashed, or cannot reach the database. What fell silent
/// `max_silences` times becomes a dead letter: it may be what kills the process.
pub async fn reap_expired(db: &Db, max_silences: i32, now: DateTime<Utc>) -> Result<Reaped, StoreError> {
    let sql = db.pick(REAP);
    let mut reaped = Reaped::default();
    on_writer!(db, pool => {
        for row in sqlx::query(sql).bind(now.timestamp_millis()).bind(max_silences).fetch_all(pool).await? {
            let (id, status): (i64, String) = (row.get("execution_id")?, row.get("status")?);
            let list = match status.as_str() {
                "queued" => &mut reaped.queued,
                "failed" => &mut reaped.failed,
                _ => &mut reaped.stopped,
            };
            list.push(ExecutionId(id));
        }
    });
    if !reaped.queued.is_empty() {
        db.wake();
    }
    Ok(reaped)
}

fn fence(rows: &[impl Columns]) -> Result<Fence, StoreError> {
    let Some(row) = rows.first() else { return Ok(Fence::Lost) };
    let stop: Option<String> = row.get("stop")?;
    Ok(Fence::of_stop(stop.as_deref()))
}

fn after(now: DateTime<Utc>, lease: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(lease).ok().and_then(|lease| now.checked_add_signed(lease)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
