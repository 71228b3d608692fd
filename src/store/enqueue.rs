//! Puts executions in line, many at a time: an older one of the same lane and workflow gives way, and each gets its turn.
//!
//! The line is fair between installations: the turns of one installation rise by one from execution to execution, and its
//! first turn is the one being served right now. So whoever queues a thousand executions at once stands at every second
//! place, and who comes after them with a single one goes next. The turn is computed when an execution is put in line;
//! claiming reads the first row of an index, however long the line is.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use sqlx::QueryBuilder;

use super::{
    columns::{Get as _, without_nul},
    db::{Db, Tx, on_tx},
    error::StoreError,
    execution,
    portions::portions,
    wakeups,
};
use crate::domain::{
    execution::{After, Execution, NewExecution, Priority, Supersede},
    ids::{DeliveryId, ExecutionId},
};

/// Puts executions in line in one transaction. Their ids come back in the same order; for one whose key is known it is the
/// id of the one that has it.
pub async fn enqueue(db: &Db, new: &[NewExecution], now: DateTime<Utc>) -> Result<Vec<ExecutionId>, StoreError> {
    let mut tx = db.begin().await?;
    let entries: Vec<_> = new.iter().map(|execution| Asked { execution, delivery: None, at: now }).collect();
    let ids = put_in_line(&mut tx, &entries).await?;
    tx.commit().await?;
    if !ids.is_empty() {
        db.wake();
    }
    Ok(ids)
}

/// An execution that somebody asks for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) execution: &'a NewExecution,
    /// With what it came, unless it names another delivery itself.
    pub(super) delivery: Option<&'a DeliveryId>,
    pub(super) at: DateTime<Utc>,
}

/// Stores one that `worker` holds already: nobody else sees it waiting. It must be of no lane, where another one may be
/// running.
pub async fn enqueue_claimed(
    db: &Db,
    new: &NewExecution,
    worker: &str,
    lease: Duration,
    now: DateTime<Utc>,
) -> Result<Execution, StoreError> {
    const CLAIM: &str =
        "update execution set status = 'running', attempt = 1, tries = 1, worker = $2, lease_until = $3,
        started_at = $4 where execution_id = $1 returning *";
    let mut tx = db.begin().await?;
    let ids = put_in_line(&mut tx, &[Asked { execution: new, delivery: None, at: now }]).await?;
    let until = now + TimeDelta::from_std(lease).unwrap_or(TimeDelta::days(1));
    let execution = on_tx!(&mut tx, connection => {
        let query = sqlx::query(CLAIM)
            .bind(ids[0].0)
            .bind(worker)
            .bind(until.timestamp_millis())
            .bind(now.timestamp_millis());
        execution::from_row(&query.fetch_one(connection).await?)?
    });
    tx.commit().await?;
    Ok(execution)
}

/// An execution about to be stored.
struct Entry<'a> {
    id: i64,
    new: &'a NewExecution,
    delivery: Option<&'a DeliveryId>,
    after: Option<i64>,
    now: i64,
    lane: Option<String>,
    turn: i64,
    /// The one that takes its place before it was even stored: both came in one batch.
    superseded_by: Option<i64>,
}

impl Entry<'_> {
    fn supersedes(&self) -> bool {
        supersedes(self.new)
    }

    fn share(&self) -> Share {
        (self.new.priority as i32, self.new.installation.map_or(0, |id| id.0))
    }
}

/// A priority, and an installation (0: none) that has its share of it.
type Share = (i32, i64);

fn supersedes(new: &NewExecution) -> bool {
    new.lane.is_some() && new.supersede == Supersede::Older && new.priority != Priority::Command && new.once.is_none()
}

/// Within a transaction. Whoever commits wakes the workers.
pub(super) async fn put_in_line(tx: &mut Tx, asked: &[Asked<'_>]) -> Result<Vec<ExecutionId>, StoreError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let superseding = asked.iter().map(|asked| asked.execution).filter(|new| supersedes(new));
    let lanes = superseding.filter_map(|new| new.lane.as_ref()).map(|lane| lane.0.as_str());
    let keys: Vec<&str> = asked.iter().filter_map(|asked| asked.execution.once.as_deref()).collect();
    lock_names(tx, lanes.chain(keys.iter().copied())).await?;
    let mut known = known(tx, &keys).await?;
    let reserved = reserve_ids(tx, asked.len()).await?;
    let (mut ids, mut entries) = (Vec::<i64>::with_capacity(asked.len()), Vec::with_capacity(asked.len()));
    for (asked, id) in asked.iter().zip(reserved) {
        let new = asked.execution;
        let taken = new.once.as_ref().map(|key| *known.entry(key.clone()).or_insert(id));
        if taken.is_none_or(|taken| taken == id) {
            entries.push(Entry {
                id,
                new,
                delivery: new.delivery.as_ref().or(asked.delivery),
                after: match new.after {
                    Some(After::Previous) => ids.last().copied(),
                    Some(After::Execution(earlier)) => Some(earlier.0),
                    None => None,
                },
                now: asked.at.timestamp_millis(),
                lane: new.lane.as_ref().map(|lane| without_nul(&lane.0)),
                turn: 0,
                superseded_by: None,
            });
        }
        ids.push(taken.unwrap_or(id));
    }
    supersede_within(&mut entries);
    take_turns(tx, &mut entries).await?;
    supersede_older(tx, &entries).await?;
    insert(tx, &entries).await?;
    if let Tx::Postgres(tx) = tx {
        sqlx::query("select pg_notify($1, '')").bind(wakeups::CHANNEL).execute(&mut **tx).await?;
    }
    Ok(ids.into_iter().map(ExecutionId).collect())
}

/// Until the transaction ends, nobody else puts a superseding execution in one of these lanes, or one of these keys in line.
/// Sorted, so that two who want the same names do not wait for each other.
pub(super) async fn lock_names<'a>(tx: &mut Tx, names: impl IntoIterator<Item = &'a str>) -> Result<(), StoreError> {
    let Tx::Postgres(tx) = tx else { return Ok(()) };
    let key = |name: &str| {
        let mut first = [0; 8];
        first.copy_from_slice(&Sha256::digest(name)[..8]);
        i64::from_be_bytes(first)
    };
    let keys: BTreeSet<i64> = names.into_iter().map(key).collect();
    if !keys.is_empty() {
        sqlx::query("select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key")
            .bind(keys.into_iter().collect::<Vec<_>>())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// The executions that have one of these keys.
async fn known(tx: &mut Tx, keys: &[&str]) -> Result<HashMap<String, i64>, StoreError> {
    let mut known = HashMap::new();
    for portion in portions(keys) {
        on_tx!(&mut *tx, connection => {
            let mut query = QueryBuilder::new("select once, execution_id from execution where once in (");
            let mut list = query.separated(", ");
            for key in portion {
                list.push_bind(*key);
            }
            query.push(")");
            for row in query.build().fetch_all(connection).await? {
                known.insert(row.get("once")?, row.get("execution_id")?);
            }
        });
    }
    Ok(known)
}

/// Ids in rising order, known before the rows are: a superseded execution names the one that took its place.
async fn reserve_ids(tx: &mut Tx, count: usize) -> Result<Vec<i64>, StoreError> {
    let count = i64::try_from(count).expect("a batch fits in memory");
    match tx {
        // We hold the only lock for writing.
        Tx::Sqlite(tx) => {
            let last: Option<i64> = sqlx::query_scalar("select seq from sqlite_sequence where name = 'execution'")
                .fetch_optional(&mut **tx)
                .await?;
            let last = last.unwrap_or(0);
            Ok((last + 1..=last + count).collect())
        }
        Tx::Postgres(tx) => {
            const NEXT: &str = "select nextval(pg_get_serial_sequence('execution', 'execution_id'))
                from generate_series(1, $1)";
            let mut ids: Vec<i64> = sqlx::query_scalar(NEXT).bind(count).fetch_all(&mut **tx).await?;
            ids.sort_unstable();
            Ok(ids)
        }
    }
}

/// Of several in this batch that supersede each other the last stays.
fn supersede_within(entries: &mut [Entry<'_>]) {
    let mut newest: HashMap<(Option<String>, &str), i64> = HashMap::new();
    for entry in entries.iter_mut().rev().filter(|entry| entry.supersedes()) {
        let key = (entry.lane.clone(), entry.new.workflow.as_str());
        match newest.get(&key) {
            Some(&newer) => entry.superseded_by = Some(newer),
            None => {
                newest.insert(key, entry.id);
            }
        }
    }
}

async fn take_turns(tx: &mut Tx, entries: &mut [Entry<'_>]) -> Result<(), StoreError> {
    let shares: BTreeSet<Share> = entries.iter().map(Entry::share).collect();
    let shares: Vec<Share> = shares.into_iter().collect();
    let mut next: BTreeMap<Share, i64> = BTreeMap::new();
    for portion in portions(&shares) {
        on_tx!(&mut *tx, connection => {
            let mut query = QueryBuilder::new("with share (priority, installation) as (");
            query.push_values(portion, |mut row, &(priority, installation)| {
                row.push_bind(priority).push_bind(installation);
            });
            query.push(") select priority, installation,
                (select max(turn) from execution where status = 'running' and priority = share.priority) as served,
                (select min(turn) from execution
                    where status = 'queued' and not waiting and priority = share.priority) as first,
                (select max(turn) from execution where status in ('queued', 'running')
                    and priority = share.priority and coalesce(installation_id, 0) = share.installation) as own
                from share");
            for row in query.build().fetch_all(connection).await? {
                let (served, first, own): (Option<i64>, Option<i64>, Option<i64>) =
                    (row.get("served")?, row.get("first")?, row.get("own")?);
                let turn = served.max(first).unwrap_or(0).max(own.map_or(0, |own| own + 1));
                next.insert((row.get("priority")?, row.get("installation")?), turn);
            }
        });
    }
    for entry in entries.iter_mut().filter(|entry| entry.superseded_by.is_none()) {
        let turn = next.entry(entry.share()).or_default();
        entry.turn = *turn;
        *turn += 1;
    }
    Ok(())
}

/// Queued ones end here; the worker of a running one is told to stop. One statement for both, because a queued one may be
/// claimed and a running one be put back at the same moment.
async fn supersede_older(tx: &mut Tx, entries: &[Entry<'_>]) -> Result<(), StoreError> {
    let newer: Vec<_> = entries.iter().filter(|entry| entry.supersedes() && entry.superseded_by.is_none()).collect();
    for portion in portions(&newer) {
        on_tx!(&mut *tx, connection => {
            let mut query = QueryBuilder::new("with newer (lane, workflow, id, at) as (");
            query.push_values(portion, |mut row, entry| {
                row.push_bind(&entry.lane).push_bind(&entry.new.workflow).push_bind(entry.id).push_bind(entry.now);
            });
            query.push(") update execution set
                    finished_at = case execution.status when 'queued' then newer.at end,
                    stop = case execution.status when 'running' then 'superseded' end,
                    status = case execution.status when 'queued' then 'superseded' else execution.status end,
                    reason = 'superseded by execution ' || newer.id
                from newer
                where execution.lane = newer.lane and execution.workflow = newer.workflow
                    and execution.supersede and execution.status in ('queued', 'running') and execution.stop is null");
            query.build().execute(connection).await?;
        });
    }
    Ok(())
}

async fn insert(tx: &mut Tx, entries: &[Entry<'_>]) -> Result<(), StoreError> {
    for portion in portions(entries) {
        on_tx!(&mut *tx, connection => {
            let mut query = QueryBuilder::new("insert into execution (execution_id, workflow, lane, supersede, priority,
                installation_id, repository_id, repo, input, delivery_id, once, after_id, status, reason, turn,
                created_at, run_at, finished_at) ");
            query.push_values(portion, |mut row, entry| {
                let new = entry.new;
                row.push_bind(entry.id)
                    .push_bind(&new.workflow)
                    .push_bind(&entry.lane)
                    .push_bind(entry.supersedes())
                    .push_bind(new.priority as i32)
                    .push_bind(new.installation.map(|id| id.0))
                    .push_bind(new.repository.map(|id| id.0))
                    .push_bind(new.repo.as_ref().map(ToString::to_string))
                    .push_bind(new.input.to_string())
                    .push_bind(entry.delivery.map(|id| &id.0))
                    .push_bind(&new.once)
                    .push_bind(entry.after)
                    .push_bind(if entry.superseded_by.is_some() { "superseded" } else { "queued" })
                    .push_bind(entry.superseded_by.map(|newer| format!("superseded by execution {newer}")))
                    .push_bind(entry.turn)
                    .push_bind(entry.now)
                    .push_bind(entry.now)
                    .push_bind(entry.superseded_by.map(|_| entry.now));
            });
            query.build().execute(connection).await?;
        });
    }
    Ok(())
}
