//! Table `execution`: reading it, and what people do with it. What moves an execution along is in [`super::queue`].

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    columns::{Columns, Get as _},
    db::{Db, on_reader, on_tx, on_writer},
    enqueue::lock_names,
    error::StoreError,
    portions::{portions, repeat},
};
use crate::domain::{
    execution::{Execution, ExecutionStatus, Lane, Priority},
    ids::{DeliveryId, ExecutionId, InstallationId, RepoName, RepositoryId},
};

/// Which executions to list; newest first. The default is the newest hundred of all.
#[derive(Clone, Debug)]
pub struct Filter {
    pub status: Option<ExecutionStatus>,
    pub workflow: Option<String>,
    pub repository: Option<RepositoryId>,
    pub installation: Option<InstallationId>,
    pub delivery: Option<DeliveryId>,
    /// The one that waits for this to end.
    pub after: Option<ExecutionId>,
    /// Only older ones than this: the next page.
    pub before: Option<ExecutionId>,
    /// At most 1,000.
    pub limit: u32,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            status: None,
            workflow: None,
            repository: None,
            installation: None,
            delivery: None,
            after: None,
            before: None,
            limit: 100,
        }
    }
}

/// How many executions there are of what matters to an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub queued: i64,
    pub running: i64,
    /// Dead letters.
    pub failed: i64,
}

/// What became of a person's wish to run an execution once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retried {
    /// It is in line again; finished steps and effects are kept.
    Queued,
    /// It is not there, or not in a state from which it could be retried.
    NotFinished,
    /// A newer execution of its lane is queued already and does the same.
    NewerIsQueued,
}

/// What became of a person's wish to cancel an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelledNow {
    Yes,
    /// It is running: its worker stops before its next effect.
    Soon,
    /// It is not there, or finished.
    NotPending,
}

/// One execution.
pub async fn get(db: &Db, id: ExecutionId) -> Result<Option<Execution>, StoreError> {
    on_reader!(db, pool => {
        let row = sqlx::query("select * from execution where execution_id = $1").bind(id.0).fetch_optional(pool).await?;
        row.as_ref().map(from_row).transpose()
    })
}

/// Executions, newest first.
pub async fn list(db: &Db, filter: &Filter) -> Result<Vec<Execution>, StoreError> {
    on_reader!(db, pool => {
        let mut query = sqlx::QueryBuilder::new("select * from execution where true");
        // Literals, and the very words of the partial indexes, or SQLite would not use them.
        if let Some(status) = filter.status {
            query.push(" and status = '").push(status.as_str()).push("'");
        }
        let is_pending = filter.status.is_some_and(|status| !status.is_final());
        if is_pending {
            query.push(" and status in ('queued', 'running')");
        }
        if let Some(workflow) = &filter.workflow {
            query.push(" and workflow = ").push_bind(workflow);
        }
        if let Some(after) = filter.after {
            query.push(" and after_id = ").push_bind(after.0);
        }
        if let Some(repository) = filter.repository {
            query.push(" and repository_id = ").push_bind(repository.0);
        }
        if let Some(installation) = filter.installation {
            query.push(" and installation_id = ").push_bind(installation.0);
        }
        if let Some(delivery) = &filter.delivery {
            query.push(" and delivery_id = ").push_bind(&delivery.0);
        }
        if let Some(before) = filter.before {
            query.push(" and execution_id < ").push_bind(before.0);
        }
        // The plus keeps SQLite from going through all executions in their order to find the few pending ones.
        query.push(if is_pending { " order by +execution_id" } else { " order by execution_id" });
        query.push(" desc limit ").push_bind(i64::from(filter.limit.min(1000)));
        query.build().fetch_all(pool).await?.iter().map(from_row).collect()
    })
}

/// What deliveries started, oldest first.
pub async fn of_deliveries(db: &Db, deliveries: &[DeliveryId]) -> Result<Vec<Execution>, StoreError> {
    let mut found = Vec::new();
    for portion in portions(deliveries) {
        on_reader!(db, pool => {
            let mut query = sqlx::QueryBuilder::new("select * from execution where delivery_id in (");
            let mut ids = query.separated(", ");
            portion.iter().for_each(|id| {
                ids.push_bind(&id.0);
            });
            query.push(") order by execution_id");
            for row in query.build().fetch_all(pool).await? {
                found.push(from_row(&row)?);
            }
        });
    }
    Ok(found)
}

/// For metrics and the dashboard; reads partial indexes only.
pub async fn counts(db: &Db) -> Result<Counts, StoreError> {
    const COUNT: &str = "select
        (select count(*) from execution where status in ('queued', 'running') and status = 'queued') as queued,
        (select count(*) from execution where status = 'running') as running,
        (select count(*) from execution where status = 'failed') as failed";
    on_reader!(db, pool => {
        let row = sqlx::query(COUNT).fetch_one(pool).await?;
        Ok(Counts { queued: row.get("queued")?, running: row.get("running")?, failed: row.get("failed")? })
    })
}

/// Puts a dead letter (or a cancelled or superseded execution) in line again. Its attempt number goes on, its tries
/// start anew.
pub async fn retry(db: &Db, id: ExecutionId, now: DateTime<Utc>) -> Result<Retried, StoreError> {
    const REQUEUE: &str = "update execution
        set status = 'queued', waiting = false, tries = 0, silences = 0, stop = null, reason = null, run_at = $2, finished_at = null
        where execution_id = $1 and status in ('failed', 'cancelled', 'superseded')";
    let Some(execution) = get(db, id).await? else { return Ok(Retried::NotFinished) };
    let mut tx = db.begin().await?;
    lock_names(&mut tx, execution.lane.iter().map(|lane| lane.0.as_str())).await?;
    let done = on_tx!(&mut tx, connection => {
        sqlx::query(REQUEUE)
            .bind(id.0)
            .bind(now.timestamp_millis())
            .execute(connection)
            .await
            .map(|done| done.rows_affected())
            .map_err(StoreError::from)
    });
    match done {
        Ok(0) => Ok(Retried::NotFinished),
        Ok(_) => {
            tx.commit().await?;
            db.wake();
            Ok(Retried::Queued)
        }
        Err(error) if error.is_unique_violation() => Ok(Retried::NewerIsQueued),
        Err(error) => Err(error),
    }
}

/// Takes a queued execution out of line, tells the worker of a running one to stop, or lets a dead letter go.
pub async fn cancel(db: &Db, id: ExecutionId, now: DateTime<Utc>) -> Result<CancelledNow, StoreError> {
    const CANCEL: &str = "update execution
        set finished_at = case status when 'failed' then finished_at when 'queued' then $2 end,
            stop = case status when 'running' then 'cancelled' end,
            reason = case status when 'failed' then reason else 'cancelled by a person' end,
            status = case status when 'running' then status else 'cancelled' end
        where execution_id = $1 and status in ('queued', 'running', 'failed')
        returning status";
    let mut tx = db.begin().await?;
    let status: Option<String> = on_tx!(&mut tx, connection => {
        let rows = sqlx::query(CANCEL).bind(id.0).bind(now.timestamp_millis()).fetch_all(connection).await?;
        rows.first().map(|row| row.get("status")).transpose()?
    });
    tx.commit().await?;
    Ok(match status.as_deref() {
        None => CancelledNow::NotPending,
        Some("running") => CancelledNow::Soon,
        Some(_) => CancelledNow::Yes,
    })
}

/// Takes all out of line whose key begins like this; gives how many that were. What runs goes on.
pub async fn cancel_queued(db: &Db, once: &str, reason: &str, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const CANCEL: &str = "update execution set status = 'cancelled', reason = $2, finished_at = $3
        where status = 'queued' and substr(once, 1, length($1)) = $1";
    on_writer!(db, pool => {
        let query = sqlx::query(CANCEL).bind(once).bind(reason).bind(now.timestamp_millis());
        Ok(query.execute(pool).await?.rows_affected())
    })
}

/// Forgets executions that ended before a time, with their steps. Their effects are kept by [`super::effect::prune`].
pub async fn prune(db: &Db, before: DateTime<Utc>) -> Result<u64, StoreError> {
    const PRUNE: &str = "delete from execution where execution_id in (
        select execution_id from execution where finished_at < $1 order by finished_at limit 200)";
    repeat(db, PRUNE, before.timestamp_millis()).await
}

pub(super) fn from_row(row: &impl Columns) -> Result<Execution, StoreError> {
    let lane: Option<String> = row.get("lane")?;
    let repo: Option<String> = row.get("repo")?;
    let delivery: Option<String> = row.get("delivery_id")?;
    let repo = repo.map(|name| name.parse::<RepoName>()).transpose();
    Ok(Execution {
        id: ExecutionId(row.get("execution_id")?),
        workflow: row.get("workflow")?,
        lane: lane.map(Lane),
        priority: priority(row.get("priority")?)?,
        installation: row.optional_id("installation_id", InstallationId)?,
        repository: row.optional_id("repository_id", RepositoryId)?,
        repo: repo.map_err(|error| StoreError::unreadable("repo", error))?,
        input: row.json("input")?,
        delivery: delivery.map(DeliveryId),
        after: row.optional_id("after_id", ExecutionId)?,
        status: row.variant("status")?,
        reason: row.get("reason")?,
        attempt: row.get("attempt")?,
        tries: row.get("tries")?,
        created_at: row.time("created_at")?,
        run_at: row.time("run_at")?,
        started_at: row.optional_time("started_at")?,
        finished_at: row.optional_time("finished_at")?,
    })
}

fn priority(number: i32) -> Result<Priority, StoreError> {
    [Priority::Upkeep, Priority::Push, Priority::Command]
        .into_iter()
        .find(|priority| *priority as i32 == number)
        .ok_or_else(|| StoreError::unreadable("priority", number))
}
