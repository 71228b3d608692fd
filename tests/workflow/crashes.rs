//! A process may die at any moment: what is stored is not done again, and all the rest is.

use std::{collections::BTreeSet, future::poll_fn, pin::pin, task::Poll, time::Duration};

use seam::{
    domain::{
        execution::{Execution, StepStatus},
        ids::ExecutionId,
    },
    store::{
        queue::{self, Lease, Outcome},
        step,
    },
    workflow::stop::Stop,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::workshop::{Call, Workshop, nothing, shown, until};
use crate::support::database::on_each_database;

const FLOW: &str = r#"
nodes:
  - { id: first, type: tool, tool: test.call, inputs: { act: node, with: [1, 2] } }
  - { id: never, type: tool, tool: test.call }
  - { id: left, type: tool, tool: test.call, inputs: { act: node, with: "${first.output}" } }
  - id: each
    type: parallel
    for_each: "${first.output}"
    nodes:
      - { id: one, type: tool, tool: test.call, inputs: { act: node, with: "${item}" } }
      - { id: two, type: tool, tool: test.call, inputs: { act: node, with: "${one.output}" } }
  - { id: last, type: tool, tool: test.call, inputs: { act: node, with: "${each.output}" } }
edges:
  - { from: start, to: first }
  - { from: start, to: never, condition: false }
  - { from: first, to: left }
  - { from: first, to: each }
  - { from: each, to: last }
  - { from: left, to: last }
"#;
const NODES: [&str; 7] = ["each[0].one", "each[0].two", "each[1].one", "each[1].two", "first", "last", "left"];

async fn finished(shop: &Workshop, id: ExecutionId) -> BTreeSet<String> {
    let steps = step::of(&shop.db, id).await.unwrap().into_iter();
    steps.filter(|step| step.status == StepStatus::Succeeded).map(|step| step.path).collect()
}

/// Polls the run so many times and drops it where it stands, as a crash does. Whether it came to its end before.
async fn run_for(shop: &Workshop, execution: &Execution, polls: usize) -> bool {
    let cancellation = CancellationToken::new();
    let mut run = pin!(shop.engine.run(execution, &cancellation));
    let mut polled = 0;
    poll_fn(|context| {
        if polled == polls {
            return Poll::Ready(false);
        }
        polled += 1;
        run.as_mut().poll(context).map(|ended| ended.is_ok())
    })
    .await
}

/// The lease of who died runs out, and another one claims. A statement that was on its way at the death may still hold the
/// row: it is passed over until the database has noticed.
async fn claim_after_death(shop: &Workshop) -> Execution {
    shop.advance(61);
    for _ in 0..1_000 {
        queue::reap_expired(&shop.db, 1_000, shop.clock.now()).await.unwrap();
        if let Some(execution) = shop.claim().await {
            return execution;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody can claim what the dead one held");
}

on_each_database!(whenever_it_dies_no_finished_node_runs_again, async |db| {
    let shop = Workshop::new(&db, Call::default(), FLOW);
    for polls in 0.. {
        let id = shop.start(nothing()).await;
        let ended = run_for(&shop, &shop.claim().await.unwrap(), polls).await;
        let before: BTreeSet<String> = shop.calls().into_iter().collect();

        let execution = claim_after_death(&shop).await;
        assert_eq!((execution.id, execution.attempt), (id, 2));
        // Nothing is stored any more under the first attempt, so this is all that had finished.
        let kept = finished(&shop, id).await;
        shop.engine.run(&execution, &CancellationToken::new()).await.unwrap();
        queue::finish(&db, Lease::from(&execution), Outcome::Succeeded, shop.clock.now()).await.unwrap();
        let again: BTreeSet<String> = shop.calls().into_iter().collect();
        assert_eq!(kept.intersection(&again).next(), None, "ran again after {polls} polls; {kept:?} had finished");
        let all: BTreeSet<String> = before.union(&again).cloned().collect();
        assert_eq!(all, NODES.map(str::to_owned).into(), "not everything ran, after {polls} polls");
        if polls == 0 {
            shown!(shop.steps(id).await, @r#"
            each: [{"one":1,"two":1},{"one":2,"two":2}]
            each[0].one: 1
            each[0].two: 1
            each[1].one: 2
            each[1].two: 2
            first: [1,2]
            last: [{"one":1,"two":1},{"one":2,"two":2}]
            left: [1,2]
            never: skipped
            "#);
        }
        if ended {
            break;
        }
    }
});

/// Each node with those that have to run when it was under way at the death: itself, and what follows it.
const DEATHS: [(&str, &[&str]); 7] = [
    ("first", &NODES),
    ("left", &["last", "left"]),
    ("each[0].one", &["each[0].one", "each[0].two", "last"]),
    ("each[0].two", &["each[0].two", "last"]),
    ("each[1].one", &["each[1].one", "each[1].two", "last"]),
    ("each[1].two", &["each[1].two", "last"]),
    ("last", &["last"]),
];

on_each_database!(whichever_node_it_dies_in_all_others_are_kept, async |db| {
    for (dying, rest) in DEATHS {
        let dies = Call::default().on("node", move |context, with| async move {
            if context.scope.step == dying { std::future::pending().await } else { Ok(with) }
        });
        let (dead, shop) = (Workshop::new(&db, dies, FLOW), Workshop::new(&db, Call::default(), FLOW));
        let id = dead.start(nothing()).await;
        let execution = dead.claim().await.unwrap();
        let kept: BTreeSet<_> = NODES.into_iter().filter(|node| !rest.contains(node)).map(str::to_owned).collect();
        let never = CancellationToken::new();
        tokio::select! {
            ended = dead.engine.run(&execution, &never) => panic!("it ended: {ended:?}"),
            () = until(async || finished(&shop, id).await.is_superset(&kept)) => {}
        }
        let execution = claim_after_death(&shop).await;
        shop.engine.run(&execution, &CancellationToken::new()).await.unwrap();
        queue::finish(&db, Lease::from(&execution), Outcome::Succeeded, shop.clock.now()).await.unwrap();
        assert_eq!(shop.calls(), rest, "after it died in {dying}");
    }
});

on_each_database!(it_may_die_again_and_again, async |db| {
    let shop = Workshop::new(&db, Call::default(), FLOW);
    let id = shop.start(nothing()).await;
    let mut execution = shop.claim().await.unwrap();
    let mut lives = 0;
    while !run_for(&shop, &execution, 6 + lives % 5).await {
        execution = claim_after_death(&shop).await;
        lives += 1;
        assert!(lives < 200, "it does not get on");
    }
    let mut expected: BTreeSet<String> = NODES.map(str::to_owned).into();
    expected.insert("each".to_owned());
    assert_eq!(finished(&shop, id).await, expected);
});

on_each_database!(who_lost_the_lease_stores_nothing_and_starts_nothing, async |db| {
    let shop = Workshop::new(&db, Call::default(), FLOW);
    let id = shop.start(nothing()).await;
    let late = shop.claim().await.unwrap();
    let next = claim_after_death(&shop).await;
    let ended = shop.engine.run(&late, &CancellationToken::new()).await;
    assert!(matches!(ended, Err(Stop::Interrupted)), "{ended:?}");
    // What starts at once is on its way before the database says that the lease is lost.
    assert_eq!((shop.calls(), shop.steps(id).await.as_str()), (vec!["first".to_owned()], ""));
    shop.engine.run(&next, &CancellationToken::new()).await.unwrap();
    assert_eq!(shop.calls(), NODES);
});

on_each_database!(what_an_expression_sees_is_the_same_after_a_crash, async |db| {
    let nodes = r#"
nodes:
  - { id: odd, type: tool, tool: test.call, inputs: { with: "${input}" } }
  - { id: last, type: tool, tool: test.call, inputs: { act: last, with: "${odd.output} ${odd.output.float is number}" } }
"#;
    let input = json!({"big": 18446744073709551615u64, "float": 1.0, "text": "\u{0000}é\u{1F980}\u{202e}", "none": null, "a": []});
    let shop = Workshop::new(&db, Call::default(), nodes);
    let at_once = shop.run(input.clone()).await;
    shop.calls();

    let dies_in_last = Workshop::new(&db, Call::default().on("last", |_, _| std::future::pending()), nodes);
    let died = dies_in_last.start(input).await;
    let execution = dies_in_last.claim().await.unwrap();
    let never = CancellationToken::new();
    tokio::select! {
        ended = dies_in_last.engine.run(&execution, &never) => panic!("it ended: {ended:?}"),
        () = until(async || finished(&shop, died).await.contains("odd")) => {}
    }
    let execution = claim_after_death(&shop).await;
    shop.engine.run(&execution, &CancellationToken::new()).await.unwrap();
    assert_eq!(shop.calls(), ["last"]);
    assert_eq!(shop.steps(died).await, shop.steps(at_once).await);
});
