//! The way in: a delivery and its executions in one commit. Making a commit durable is what takes time, so that one task
//! does it for all who wait: what arrives while a commit is under way shares the next one. Nobody is answered before the
//! commit is on disk.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{
    db::Db,
    delivery,
    enqueue::{Asked, put_in_line},
    error::StoreError,
    payload::{Packed, pack},
};
use crate::domain::{
    delivery::NewDelivery,
    execution::NewExecution,
    ids::{DeliveryId, ExecutionId},
};

/// Deliveries that wait at once.
const QUEUE: usize = 2048;
/// Bytes of payload that wait at once, in KiB: room for two of GitHub's largest and thousands of ordinary ones.
const QUEUE_KIB: u32 = 64 * 1024;
/// What one commit takes at most.
const BATCH: usize = 256;
/// What one commit takes at once of those that wait, be they ever so few.
const SMALL_BATCH: usize = 16;
/// How often a batch is tried when it only collided with another transaction.
const TRIES: usize = 4;

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ingested {
    /// It is on disk, and its executions are in line.
    Stored(Vec<ExecutionId>),
    /// Its id is known: nothing was stored.
    Duplicate,
}

/// Stores deliveries. Clones share one queue; the task behind it ends, all stored, when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Ingest {
    queue: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
}

#[derive(Debug)]
struct Arrival {
    /// Its payload went into `payload`.
    delivery: NewDelivery,
    payload: Packed,
    executions: Vec<NewExecution>,
}

/// A delivery in the queue, with whom to tell.
#[derive(Debug)]
struct Waiting {
    arrival: Arrival,
    answer: oneshot::Sender<Result<Ingested, StoreError>>,
    room: OwnedSemaphorePermit,
}

impl Ingest {
    /// Starts the task that commits.
    pub fn start(db: Db) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(db, waiting));
        Self { queue, room: Arc::new(Semaphore::new(QUEUE_KIB as usize)) }
    }

    /// Stores a delivery and puts its executions in line, all or nothing. The time of both is the delivery's.
    ///
    /// Fails at once with [`StoreError::Full`] when too much waits already.
    pub async fn store(
        &self,
        mut delivery: NewDelivery,
        executions: Vec<NewExecution>,
    ) -> Result<Ingested, StoreError> {
        let kib = |size: usize| size / 1024 + 1;
        let mut room = u32::try_from(kib(delivery.payload.len()))
            .ok()
            .and_then(|kib| self.room.clone().try_acquire_many_owned(kib).ok())
            .ok_or(StoreError::Full)?;
        let payload = pack(std::mem::take(&mut delivery.payload)).await;
        drop(room.split(room.num_permits() - kib(payload.bytes.len())));
        let (answer, answered) = oneshot::channel();
        let arrival = Arrival { delivery, payload, executions };
        self.queue.try_send(Waiting { arrival, answer, room }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Full,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopped,
        })?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }
}

async fn run(db: Db, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    // Half of a long queue: while one half is written, those of the other are answered and come again. Taking all of it
    // would write one alone, the first to come back, and then all others.
    while waiting.recv_many(&mut batch, (waiting.len() / 2).clamp(SMALL_BATCH, BATCH)).await > 0 {
        let (arrivals, others): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|waiting| (waiting.arrival, (waiting.answer, waiting.room))).unzip();
        let results = store_all(&db, &arrivals).await;
        drop(arrivals);
        for ((answer, room), result) in others.into_iter().zip(results) {
            drop(room);
            // Whoever went away finds a duplicate when it comes again.
            let _gone = answer.send(result);
        }
    }
}

/// One result for each. When a delivery spoils the batch, each is stored by itself.
async fn store_all(db: &Db, arrivals: &[Arrival]) -> Vec<Result<Ingested, StoreError>> {
    match store_patiently(db, arrivals).await {
        Ok(stored) => stored.into_iter().map(Ok).collect(),
        Err(error) if error.is_about_the_data() && arrivals.len() > 1 => {
            let mut results = Vec::with_capacity(arrivals.len());
            for arrival in arrivals {
                let result = store_patiently(db, std::slice::from_ref(arrival)).await;
                results.push(result.map(|mut stored| stored.pop().expect("one result for one arrival")));
            }
            results
        }
        Err(error) => arrivals.iter().map(|_| Err(error.clone())).collect(),
    }
}

async fn store_patiently(db: &Db, arrivals: &[Arrival]) -> Result<Vec<Ingested>, StoreError> {
    let mut tries = 1;
    loop {
        match store_batch(db, arrivals).await {
            Err(error) if error.is_passing() && tries < TRIES => tries += 1,
            result => return result,
        }
    }
}

async fn store_batch(db: &Db, arrivals: &[Arrival]) -> Result<Vec<Ingested>, StoreError> {
    // One of each id, sorted: two processes that store the same deliveries do not wait for each other in circles.
    let mut first: HashMap<&DeliveryId, usize> = HashMap::with_capacity(arrivals.len());
    for (index, arrival) in arrivals.iter().enumerate() {
        first.entry(&arrival.delivery.id).or_insert(index);
    }
    let mut chosen: Vec<usize> = first.into_values().collect();
    chosen.sort_by_key(|&index| &arrivals[index].delivery.id);
    let rows: Vec<_> = chosen.iter().map(|&index| (&arrivals[index].delivery, &arrivals[index].payload)).collect();

    let mut tx = db.begin().await?;
    let stored: HashSet<DeliveryId> = delivery::insert_new(&mut tx, &rows).await?.into_iter().collect();
    // In the order of arrival: the later one supersedes.
    chosen.retain(|&index| stored.contains(&arrivals[index].delivery.id));
    chosen.sort_unstable();
    let executions: Vec<_> = chosen
        .iter()
        .flat_map(|&index| {
            let Arrival { delivery, executions, .. } = &arrivals[index];
            let (delivery, at) = (Some(&delivery.id), delivery.received_at);
            executions.iter().map(move |execution| Asked { execution, delivery, at })
        })
        .collect();
    let mut ids = put_in_line(&mut tx, &executions).await?.into_iter();
    tx.commit().await?;
    if !executions.is_empty() {
        db.wake();
    }

    let mut results = vec![Ingested::Duplicate; arrivals.len()];
    for index in chosen {
        results[index] = Ingested::Stored(ids.by_ref().take(arrivals[index].executions.len()).collect());
    }
    Ok(results)
}
