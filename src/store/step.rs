//! Table `step`: the finished nodes of an execution. A restarted process goes on after the last of them.

use super::{
    columns::{Columns, Get as _, without_nul},
    db::{Db, on_reader, on_writer},
    error::StoreError,
    queue::{Fence, Lease},
};
use crate::domain::{
    execution::{Step, StepStatus},
    ids::ExecutionId,
};

/// Stores a finished node; one that failed before is replaced. Nothing is stored when the lease is lost.
pub async fn record(db: &Db, held: Lease, step: &Step) -> Result<Fence, StoreError> {
    const RECORD: &str =
        "insert into step (execution_id, path, status, output, error, attempt, started_at, finished_at)
        select execution_id, $3, $4, $5, $6, attempt, $7, $8 from execution
            where execution_id = $1 and attempt = $2 and status = 'running'
        on conflict (execution_id, path) do update set status = excluded.status, output = excluded.output,
            error = excluded.error, attempt = excluded.attempt, started_at = excluded.started_at,
            finished_at = excluded.finished_at
        returning (select stop from execution where execution.execution_id = step.execution_id) as stop";
    let status = match step.status {
        StepStatus::Succeeded => "succeeded",
        StepStatus::Failed => "failed",
        StepStatus::Skipped => "skipped",
    };
    on_writer!(db, pool => {
        let query = sqlx::query(RECORD)
            .bind(held.execution.0)
            .bind(held.attempt)
            .bind(&step.path)
            .bind(status)
            .bind(step.output.to_string())
            .bind(step.error.as_deref().map(without_nul))
            .bind(step.started_at.timestamp_millis())
            .bind(step.finished_at.timestamp_millis());
        let rows = query.fetch_all(pool).await?;
        let Some(row) = rows.first() else { return Ok(Fence::Lost) };
        let stop: Option<String> = row.get("stop")?;
        Ok(Fence::of_stop(stop.as_deref()))
    })
}

/// All finished nodes of an execution, in the order in which they finished.
pub async fn of(db: &Db, execution: ExecutionId) -> Result<Vec<Step>, StoreError> {
    const OF: &str = "select * from step where execution_id = $1 order by finished_at, started_at, path";
    on_reader!(db, pool => {
        sqlx::query(OF).bind(execution.0).fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

fn from_row(row: &impl Columns) -> Result<Step, StoreError> {
    Ok(Step {
        execution: ExecutionId(row.get("execution_id")?),
        path: row.get("path")?,
        status: row.variant("status")?,
        output: row.json("output")?,
        error: row.get("error")?,
        attempt: row.get("attempt")?,
        started_at: row.time("started_at")?,
        finished_at: row.time("finished_at")?,
    })
}
