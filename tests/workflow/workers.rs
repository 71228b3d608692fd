//! Workers: leases, superseding, cancelling, going down, schedules.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use seam::{
    domain::execution::ExecutionStatus,
    store::execution::{self, CancelledNow, Filter},
    tools::context::ToolContext,
    workflow::{
        library::Library,
        load::load,
        upkeep::Chore,
        worker::{Settings, Workers},
    },
};
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::workshop::{Call, Workshop, nothing, until};
use crate::support::database::on_each_database;

/// Says that it has begun, then waits until it is let go.
#[derive(Clone, Default)]
struct Gate {
    begun: Arc<Notify>,
    open: Arc<Notify>,
}

impl Gate {
    fn call(&self) -> Call {
        let gate = self.clone();
        Call::default().on("wait", move |_, with| {
            let gate = gate.clone();
            async move {
                gate.begun.notify_one();
                gate.open.notified().await;
                Ok(with)
            }
        })
    }
}

/// A tool that goes on until it is told to stop.
fn until_stopped(begun: &Arc<Notify>) -> Call {
    let begun = begun.clone();
    Call::default().on("wait", move |context: ToolContext, _: Value| {
        let begun = begun.clone();
        async move {
            begun.notify_one();
            context.cancellation.cancelled().await;
            context.check()?;
            Ok(Value::Null)
        }
    })
}

const WAIT: &str = r#"
nodes:
  - { id: first, type: tool, tool: test.call, inputs: { act: "${input.act}" } }
  - { id: last, type: tool, tool: test.call, inputs: { with: "${first.output}" } }
"#;

fn quick() -> Settings {
    Settings {
        workers: 2,
        heartbeat: Duration::from_millis(10),
        poll: Duration::from_millis(50),
        grace: Duration::from_secs(30),
        ..Settings::default()
    }
}

fn spawn(workers: Workers) -> (CancellationToken, JoinHandle<()>) {
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    (shutdown, tokio::spawn(async move { workers.run(stop).await }))
}

async fn has_status(shop: &Workshop, id: seam::domain::ids::ExecutionId, status: ExecutionStatus) -> bool {
    execution::get(&shop.db, id).await.unwrap().unwrap().status == status
}

on_each_database!(many_workers_run_every_execution_once, async |db| {
    let shop = Workshop::new(&db, Call::default(), WAIT.replace("\"${input.act}\"", "echo").as_str());
    for _ in 0..40 {
        shop.start(nothing()).await;
    }
    let (shutdown, running) = spawn(shop.workers_with(Settings { workers: 8, ..quick() }));
    let one_lane: Vec<_> = {
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(shop.start_in(Some("lane"), nothing()).await);
        }
        ids
    };
    let idle = async || {
        let counts = execution::counts(&shop.db).await.unwrap();
        counts.queued + counts.running == 0
    };
    until(idle).await;
    shutdown.cancel();
    running.await.unwrap();
    let all = execution::list(&db, &Filter::default()).await.unwrap();
    assert_eq!(all.len(), 45);
    assert!(has_status(&shop, one_lane[4], ExecutionStatus::Succeeded).await, "the newest of the lane has run");
    let ran = all.iter().filter(|execution| execution.status == ExecutionStatus::Succeeded).count();
    let stopped = all.iter().filter(|execution| execution.status == ExecutionStatus::Superseded).count();
    assert_eq!(ran + stopped, 45);
    let calls = shop.calls();
    assert!(calls.len() >= 2 * ran && calls.len() <= 2 * ran + stopped, "{} calls of {ran} executions", calls.len());
});

on_each_database!(a_newer_one_of_the_lane_stops_an_older_one_before_its_next_step, async |db| {
    let gate = Gate::default();
    let shop = Workshop::new(&db, gate.call(), WAIT);
    let older = shop.start_in(Some("lane"), json!({"act": "wait"})).await;
    // No heartbeat comes in time: it hears of it when its step is stored.
    let (shutdown, running) = spawn(shop.workers_with(Settings { heartbeat: Duration::from_secs(600), ..quick() }));
    gate.begun.notified().await;
    let newer = shop.start_in(Some("lane"), json!({"act": "echo"})).await;
    gate.open.notify_one();
    until(async || has_status(&shop, newer, ExecutionStatus::Succeeded).await).await;
    shutdown.cancel();
    running.await.unwrap();
    assert_eq!(shop.ended(older).await, format!("superseded: superseded by execution {newer}"));
    assert_eq!(shop.steps(older).await, "first: null");
    assert_eq!(shop.calls(), ["first", "first", "last"]);
});

on_each_database!(a_superseded_tool_hears_of_it_by_the_next_heartbeat, async |db| {
    let begun = Arc::new(Notify::new());
    let shop = Workshop::new(&db, until_stopped(&begun), WAIT);
    let older = shop.start_in(Some("lane"), json!({"act": "wait"})).await;
    let (shutdown, running) = spawn(shop.workers_with(quick()));
    begun.notified().await;
    let newer = shop.start_in(Some("lane"), json!({"act": "echo"})).await;
    until(async || has_status(&shop, newer, ExecutionStatus::Succeeded).await).await;
    shutdown.cancel();
    running.await.unwrap();
    assert_eq!(shop.ended(older).await, format!("superseded: superseded by execution {newer}"));
    assert_eq!(shop.steps(older).await, "");
});

on_each_database!(a_person_cancels_what_is_running, async |db| {
    let begun = Arc::new(Notify::new());
    let shop = Workshop::new(&db, until_stopped(&begun), WAIT);
    let id = shop.start(json!({"act": "wait"})).await;
    let (shutdown, running) = spawn(shop.workers_with(quick()));
    begun.notified().await;
    assert_eq!(execution::cancel(&db, id, shop.clock.now()).await.unwrap(), CancelledNow::Soon);
    until(async || has_status(&shop, id, ExecutionStatus::Cancelled).await).await;
    shutdown.cancel();
    running.await.unwrap();
    assert_eq!(shop.ended(id).await, "cancelled: cancelled by a person");
    assert_eq!(shop.calls(), ["first"]);
});

on_each_database!(going_down_waits_for_what_is_running, async |db| {
    let gate = Gate::default();
    let shop = Workshop::new(&db, gate.call(), WAIT);
    let id = shop.start(json!({"act": "wait"})).await;
    let (shutdown, running) = spawn(shop.workers_with(quick()));
    gate.begun.notified().await;
    let waiting = shop.start(nothing()).await;
    shutdown.cancel();
    gate.open.notify_one();
    running.await.unwrap();
    assert_eq!(shop.ended(id).await, "succeeded");
    // A second worker was free until it was told to stop.
    let other = shop.ended(waiting).await;
    assert!(other == "queued" || other.starts_with("failed"), "{other}");
});

on_each_database!(what_does_not_end_in_time_is_given_back_and_goes_on_elsewhere, async |db| {
    for hangs_for_ever in [false, true] {
        let begun = Arc::new(Notify::new());
        let call = match hangs_for_ever {
            false => until_stopped(&begun),
            true => {
                let begun = begun.clone();
                Call::default().on("wait", move |_, _| {
                    begun.notify_one();
                    std::future::pending()
                })
            }
        };
        let nodes = WAIT.replace("id: last", "id: middle") + "  - { id: done, type: tool, tool: test.call }\n";
        let shop = Workshop::new(&db, call, &nodes);
        let id = shop.start(json!({"act": "wait"})).await;
        let (shutdown, running) = spawn(shop.workers_with(Settings { grace: Duration::from_millis(20), ..quick() }));
        begun.notified().await;
        until(async || shop.steps(id).await == "done: null").await;
        shutdown.cancel();
        running.await.unwrap();
        assert_eq!(shop.ended(id).await, "queued");
        let released = execution::get(&db, id).await.unwrap().unwrap();
        assert_eq!((released.attempt, released.tries), (1, 0), "a release is no failed try");

        shop.calls();
        let elsewhere = Workshop::new(&db, Call::default(), &nodes);
        elsewhere.drain().await;
        assert_eq!(elsewhere.ended(id).await, "succeeded");
        assert_eq!(elsewhere.calls(), ["first", "middle"]);
    }
});

on_each_database!(what_a_dead_worker_held_is_run_by_another_and_given_up_in_the_end, async |db| {
    let shop = Workshop::new(&db, Call::default(), WAIT);
    let id = shop.start(json!({"act": "echo"})).await;
    shop.claim().await.unwrap();
    assert_eq!(shop.drain().await, 0, "its lease still holds");
    shop.advance(61);
    assert_eq!(shop.drain().await, 1);
    assert_eq!(shop.ended(id).await, "succeeded");

    let deadly = shop.start(json!({"act": "echo"})).await;
    for _ in 0..Settings::default().max_silences {
        shop.claim().await.unwrap();
        shop.advance(61);
        seam::store::queue::reap_expired(&db, Settings::default().max_silences, shop.clock.now()).await.unwrap();
    }
    assert_eq!(shop.drain().await, 0);
    assert_eq!(shop.ended(deadly).await, "failed: its worker fell silent in attempt 10");
});

on_each_database!(schedules_start_workflows_and_chores_once_a_time, async |db| {
    let mut shop = Workshop::new(&db, Call::default(), WAIT);
    let nightly = "name: nightly\non: { schedule: every 24h }\nnodes: [{ id: sweep, type: tool, tool: test.call, inputs: { with: \"${input.event}\" } }]";
    shop.engine.library = Library::of(vec![load("nightly.yml", nightly, &shop.engine.registry).unwrap()]);
    let done = Arc::new(AtomicU32::new(0));
    let count = done.clone();
    let chore = Chore::new("forget", Duration::from_secs(3_600), move || {
        let count = count.clone();
        async move {
            count.fetch_add(1, Ordering::SeqCst);
            anyhow::bail!("a chore that fails is done again at its next time")
        }
    });
    let replicas = [(); 2].map(|()| Workers::new(shop.engine.clone(), Settings::default(), vec![chore.clone()]));
    let drain = async || {
        for workers in &replicas {
            workers.run_until_idle().await.unwrap();
        }
    };
    drain().await;
    assert_eq!((shop.calls().len(), done.load(Ordering::SeqCst)), (1, 1));
    for _ in 0..12 {
        shop.advance(2 * 3_600);
        drain().await;
    }
    assert_eq!((shop.calls().len(), done.load(Ordering::SeqCst)), (1, 13));
});
