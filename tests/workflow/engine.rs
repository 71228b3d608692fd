//! What nodes do, in which order, and what becomes of their failures.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use seam::{
    domain::execution::NewExecution,
    llm::model::{Answer, Model, ModelError, Models, Question, Usage},
    store::{enqueue, execution},
    tools::error::ToolError,
    workflow::{engine::Engine, library::Library, load::load},
};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::{
    pr_creation,
    workshop::{Call, Workshop, nothing, passing, shown},
};
use crate::support::database::on_each_database;

on_each_database!(the_example_of_the_contract_runs, async |db| {
    let mut shop = Workshop::new(&db, Call::default(), "nodes: [{ id: a, type: tool, tool: test.call }]");
    let registry = pr_creation::registry();
    let flow = load("pr_creation.yml", pr_creation::FILE, &registry).unwrap();
    shop.engine = Engine { registry, library: Library::of(vec![flow]), ..shop.engine };
    let new = NewExecution {
        workflow: "pr_creation_workflow".to_owned(),
        lane: None,
        priority: seam::domain::execution::Priority::Command,
        supersede: seam::domain::execution::Supersede::Never,
        installation: None,
        repository: None,
        repo: None,
        input: json!({"repo_path": "/srv/shop"}),
        delivery: None,
        once: None,
        after: None,
    };
    let id = enqueue::enqueue(&db, &[new], shop.clock.now()).await.unwrap()[0];
    shop.drain().await;
    assert_eq!(shop.ended(id).await, "succeeded");
    shown!(shop.steps(id).await, @r#"
    analyze_repo: {"path":"/srv/shop","session":"1"}
    create_prs: [{"generate_metadata":{"title":"first","body":"Part \"first\""},"create_github_pr":{"opened":"first (Part \"first\") seam/x/1-first -> main, draft"}},{"generate_metadata":{"title":"second","body":"Part \"second\""},"create_github_pr":{"opened":"second (Part \"second\") seam/x/2-second -> main, draft"}}]
    create_prs[0].create_github_pr: {"opened":"first (Part \"first\") seam/x/1-first -> main, draft"}
    create_prs[0].generate_metadata: {"title":"first","body":"Part \"first\""}
    create_prs[1].create_github_pr: {"opened":"second (Part \"second\") seam/x/2-second -> main, draft"}
    create_prs[1].generate_metadata: {"title":"second","body":"Part \"second\""}
    determine_strategy: {"strategy":"hybrid"}
    suggest_boundaries: {"strategy":"hybrid","of":{"path":"/srv/shop","session":"1"},"groups":[{"name":"first","branch_name":"seam/x/1-first"},{"name":"second","branch_name":"seam/x/2-second"}]}
    validate_groups: {"is_valid":true}
    "#);
});

on_each_database!(nodes_whose_inputs_are_ready_run_at_the_same_time, async |db| {
    // Each waits for the others: one after the other, they would wait for ever.
    let together = Arc::new(Barrier::new(3));
    let call = Call::default().on("meet", move |_, with| {
        let together = together.clone();
        async move {
            together.wait().await;
            Ok(with)
        }
    });
    let nodes = r#"
nodes:
  - { id: first, type: tool, tool: test.call, inputs: { with: 1 } }
  - { id: left, type: tool, tool: test.call, inputs: { act: meet, with: "${first.output}" } }
  - id: each
    type: parallel
    for_each: ["a", "${first.output}"]
    nodes: [{ id: inside, type: tool, tool: test.call, inputs: { act: meet, with: "${item}" } }]
  - { id: last, type: tool, tool: test.call, inputs: { with: "${each.output} and ${left.output}" } }
"#;
    let shop = Workshop::new(&db, call, nodes);
    let id = shop.run(nothing()).await;
    assert_eq!(shop.ended(id).await, "succeeded");
    shown!(shop.steps(id).await, @r#"
    each: [{"inside":"a"},{"inside":1}]
    each[0].inside: "a"
    each[1].inside: 1
    first: 1
    last: "[{\"inside\":\"a\"},{\"inside\":1}] and 1"
    left: 1
    "#);
});

on_each_database!(a_false_condition_skips_a_node_and_what_hangs_on_it_alone, async |db| {
    let nodes = r#"
nodes:
  - { id: check, type: tool, tool: test.call, inputs: { with: { good: "${input.good}" } } }
  - { id: yes, type: tool, tool: test.call, inputs: { with: yes } }
  - { id: after_yes, type: tool, tool: test.call, inputs: { with: "after ${yes.output}" } }
  - { id: no, type: tool, tool: test.call, inputs: { with: no } }
  - { id: both, type: tool, tool: test.call, inputs: { with: { yes: "${yes.output | default('-')}", no: "${no.output if not no.skipped else '-'}" } } }
edges:
  - { from: start, to: check }
  - { from: check, to: yes, condition: "${check.output.good}" }
  - { from: check, to: no, condition: "${not check.output.good}" }
  - { from: yes, to: after_yes }
  - { from: yes, to: both }
  - { from: no, to: both }
"#;
    let shop = Workshop::new(&db, Call::default(), nodes);
    let good = shop.run(json!({"good": true})).await;
    shown!(shop.steps(good).await, @r#"
    after_yes: "after yes"
    both: {"yes":"yes","no":"-"}
    check: {"good":true}
    no: skipped
    yes: "yes"
    "#);
    let bad = shop.run(json!({"good": false})).await;
    assert_eq!(shop.ended(bad).await, "succeeded");
    shown!(shop.steps(bad).await, @r#"
    after_yes: skipped
    both: {"yes":"-","no":"no"}
    check: {"good":false}
    no: "no"
    yes: skipped
    "#);
    let neither = shop.run(json!({"good": "yes"})).await;
    shown!(shop.ended(neither).await, @r#"failed: yes: the condition of its edge gave "yes", not true or false"#);
});

on_each_database!(a_failure_that_may_pass_is_tried_again_later_and_nothing_else_is, async |db| {
    let tries = Arc::new(AtomicU32::new(0));
    let call = Call::default().on("third time", move |_, with| {
        let tries = tries.clone();
        async move { if tries.fetch_add(1, Ordering::SeqCst) < 2 { Err(passing("not yet")) } else { Ok(with) } }
    });
    let nodes = r#"
nodes:
  - { id: first, type: tool, tool: test.call, inputs: { with: 1 } }
  - { id: shaky, type: tool, tool: test.call, inputs: { act: third time, with: "${first.output}" } }
  - { id: beside, type: tool, tool: test.call, inputs: { with: "${first.output}" } }
  - { id: last, type: tool, tool: test.call, inputs: { with: "${shaky.output}" } }
"#;
    let shop = Workshop::new(&db, call, nodes);
    let id = shop.run(nothing()).await;
    assert_eq!(shop.ended(id).await, "queued: shaky: not yet");
    assert_eq!(shop.calls(), ["beside", "first", "shaky"]);
    shop.advance(30);
    shop.drain().await;
    assert_eq!(shop.calls(), ["shaky"]);
    shop.advance(30);
    shop.drain().await;
    assert_eq!(
        (shop.calls(), shop.ended(id).await.as_str()),
        (vec!["last".to_owned(), "shaky".to_owned()], "succeeded")
    );
    shown!(shop.steps(id).await, @r"
    beside: 1
    first: 1
    last: 1
    shaky#1: failed: not yet
    shaky#2: failed: not yet
    shaky: 1
    ");
});

on_each_database!(when_all_tries_failed_it_is_a_dead_letter_that_a_person_can_retry, async |db| {
    let broken = Arc::new(AtomicU32::new(1));
    let mended = broken.clone();
    let call = Call::default().on("break", move |_, with| {
        let broken = broken.load(Ordering::SeqCst) == 1;
        async move { if broken { Err(passing("out of order")) } else { Ok(with) } }
    });
    let nodes = r#"
retry: { max_attempts: 2, max_delay: 5s }
nodes:
  - { id: first, type: tool, tool: test.call }
  - { id: broken, type: tool, tool: test.call, inputs: { act: break, with: "${first.output}" } }
"#;
    let shop = Workshop::new(&db, call, nodes);
    let id = shop.run(nothing()).await;
    shop.advance(5);
    shop.drain().await;
    assert_eq!(shop.ended(id).await, "failed: broken: out of order (given up after 2 tries)");
    shop.advance(3_600);
    assert_eq!(shop.drain().await, 0, "a dead letter does not come back by itself");

    assert_eq!(execution::retry(&db, id, shop.clock.now()).await.unwrap(), execution::Retried::Queued);
    shop.drain().await;
    assert_eq!(shop.ended(id).await, "queued: broken: out of order", "its tries start anew");
    mended.store(0, Ordering::SeqCst);
    shop.advance(5);
    shop.drain().await;
    assert_eq!(shop.ended(id).await, "succeeded");
    assert_eq!(shop.calls(), ["broken", "broken", "broken", "broken", "first"]);
});

on_each_database!(a_wait_that_was_asked_for_is_kept_and_counts_little, async |db| {
    let call = Call::default().on("limited", |_, _| async {
        Err(ToolError::retry_after(std::io::Error::other("limit"), Duration::from_secs(600)))
    });
    let shop = Workshop::new(&db, call, "nodes: [{ id: a, type: tool, tool: test.call, inputs: { act: limited } }]");
    let id = shop.run(nothing()).await;
    for _ in 0..10 {
        shop.advance(599);
        assert_eq!(shop.drain().await, 0);
        shop.advance(1);
        assert_eq!(shop.drain().await, 1);
        assert_eq!(shop.ended(id).await, "queued: a: limit");
    }
});

on_each_database!(what_cannot_pass_fails_at_once_and_nothing_after_it_starts, async |db| {
    let call = Call::default()
        .on("refuse", |_, _| async { Err(ToolError::fatal(std::io::Error::other("no such repository"))) })
        .on("panic", |_, _| async { panic!("index out of bounds") })
        .on("huge", |_, _| async { Ok(json!("x".repeat(17 * 1024 * 1024))) });
    let nodes = r#"
nodes:
  - { id: first, type: tool, tool: test.call, inputs: { act: "${input.act}", with: { a: 1 } } }
  - { id: last, type: tool, tool: test.call, inputs: { with: "${first.output.b}" } }
"#;
    let shop = Workshop::new(&db, call, nodes);
    for (act, expected) in [
        ("refuse", "failed: first: no such repository"),
        ("panic", "failed: first: the tool test.call panicked: index out of bounds"),
        ("huge", "failed: first: the output has 17 MB, and at most 16 MB are kept"),
        ("echo", "failed: last: ${first.output.b}: undefined value"),
    ] {
        let id = shop.run(json!({ "act": act })).await;
        assert_eq!(shop.ended(id).await, expected);
        assert_eq!(shop.calls(), ["first"]);
    }
    let id = shop.run(nothing()).await;
    assert!(shop.ended(id).await.starts_with("failed: first: ${input.act}: undefined"), "{}", shop.ended(id).await);
});

on_each_database!(a_tool_that_finds_nothing_to_do_ends_the_execution_as_skipped, async |db| {
    let call = Call::default().on("skip", |_, _| async { Err(ToolError::skip("the pull request is closed")) });
    let nodes = r#"
nodes:
  - { id: first, type: tool, tool: test.call, inputs: { act: skip } }
  - { id: last, type: tool, tool: test.call, inputs: { with: "${first.output}" } }
"#;
    let shop = Workshop::new(&db, call, nodes);
    let id = shop.run(nothing()).await;
    assert_eq!(shop.ended(id).await, "skipped: the pull request is closed");
    assert_eq!(shop.calls(), ["first"]);
});

on_each_database!(a_node_that_takes_too_long_is_tried_again, async |db| {
    let call = Call::default().on("hang", |_, _| std::future::pending());
    let nodes = "nodes: [{ id: slow, type: tool, tool: test.call, timeout: 20ms, retry: { max_attempts: 2 }, inputs: { act: hang } }]";
    let shop = Workshop::new(&db, call, nodes);
    let id = shop.run(nothing()).await;
    assert_eq!(shop.ended(id).await, "queued: slow: it took longer than 20ms");
    shop.advance(30);
    shop.drain().await;
    assert_eq!(shop.ended(id).await, "failed: slow: it took longer than 20ms (given up after 2 tries)");
});

on_each_database!(one_failed_item_fails_the_whole_and_the_finished_items_are_kept, async |db| {
    let broken = Arc::new(AtomicU32::new(1));
    let mended = broken.clone();
    let call = Call::default().on("odd", move |_, with| {
        let broken = broken.load(Ordering::SeqCst) == 1;
        async move { if broken && with == json!(3) { Err(passing("three is not ready")) } else { Ok(with) } }
    });
    let nodes = r#"
nodes:
  - id: each
    type: parallel
    for_each: "${input.items}"
    nodes:
      - { id: one, type: tool, tool: test.call, inputs: { act: odd, with: "${item}" } }
      - { id: two, type: tool, tool: test.call, inputs: { with: "${one.output + 100}" } }
"#;
    let shop = Workshop::new(&db, call, nodes);
    let id = shop.run(json!({"items": [1, 2, 3, 4]})).await;
    assert_eq!(shop.ended(id).await, "queued: each[2].one: three is not ready");
    assert_eq!(shop.calls().len(), 7);
    mended.store(0, Ordering::SeqCst);
    shop.advance(30);
    shop.drain().await;
    assert_eq!(shop.calls(), ["each[2].one", "each[2].two"]);
    shown!(shop.steps(id).await, @r#"
    each: [{"one":1,"two":101},{"one":2,"two":102},{"one":3,"two":103},{"one":4,"two":104}]
    each[0].one: 1
    each[0].two: 101
    each[1].one: 2
    each[1].two: 102
    each[2].one#1: failed: three is not ready
    each[2].one: 3
    each[2].two: 103
    each[3].one: 4
    each[3].two: 104
    "#);
    let wrong = shop.run(json!({"items": {"a": 1}})).await;
    assert_eq!(shop.ended(wrong).await, r#"failed: each: for_each gave {"a":1}, not a list"#);
    let many = shop.run(json!({"items": vec![0; 1_001]})).await;
    assert_eq!(shop.ended(many).await, "failed: each: for_each has 1001 items; at most 1000 are allowed");
    let none = shop.run(json!({"items": []})).await;
    assert_eq!(shop.steps(none).await, "each: []");
});

/// Answers with what it was asked, once it is willing.
struct Parrot(AtomicU32);

#[async_trait]
impl Model for Parrot {
    fn name(&self) -> &str {
        "test/parrot"
    }

    async fn answer(&self, question: Question) -> Result<Answer, ModelError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => Err(ModelError::Unavailable { message: "overloaded".to_owned(), after: None }),
            1 => Err(ModelError::BadAnswer("not JSON".to_owned())),
            _ => Ok(Answer {
                value: json!({"asked": question.prompt, "schema": question.schema}),
                usage: Usage::default(),
            }),
        }
    }
}

const ASK: &str = r#"
nodes:
  - id: ask
    type: llm
    prompt: |
      About ${input.what}, in ${input.words} words: true is ${true}, nothing is ${none}.
    schema: { type: object }
    default: { strategy: hybrid }
  - { id: use, type: tool, tool: test.call, inputs: { with: "${ask.output}" } }
"#;

on_each_database!(without_a_model_an_llm_node_gives_its_default, async |db| {
    let shop = Workshop::new(&db, Call::default(), ASK);
    let id = shop.run(nothing()).await;
    assert_eq!(shop.steps(id).await, "ask: {\"strategy\":\"hybrid\"}\nuse: {\"strategy\":\"hybrid\"}");
    let shop = Workshop::new(&db, Call::default(), "nodes: [{ id: ask, type: llm, model: deep, prompt: hi }]");
    let id = shop.run(nothing()).await;
    shown!(shop.ended(id).await, @r#"failed: ask: no language model named "deep" is configured: set SEAM_LLM_PROVIDER, SEAM_LLM_MODEL and SEAM_LLM_API_KEY, or give the node a `default`"#);
});

on_each_database!(a_model_is_asked_again_and_its_answer_is_the_output, async |db| {
    let models = Models::default().with("default", Arc::new(Parrot(AtomicU32::new(0))));
    let shop = Workshop::with_models(&db, Call::default(), ASK, models);
    let id = shop.run(json!({"what": "seams", "words": [1, 2]})).await;
    assert_eq!(shop.ended(id).await, "queued: ask: the model cannot answer now: overloaded");
    for _ in 0..2 {
        shop.advance(30);
        shop.drain().await;
    }
    shown!(shop.steps(id).await, @r#"
    ask#1: failed: the model cannot answer now: overloaded
    ask#2: failed: the model's answer was not as asked: not JSON
    ask: {"asked":"About seams, in [1,2] words: true is true, nothing is null.\n","schema":{"type":"object"}}
    use: {"asked":"About seams, in [1,2] words: true is true, nothing is null.\n","schema":{"type":"object"}}
    "#);
});

#[test]
fn a_tool_knows_its_schema() {
    let registry = pr_creation::registry();
    let info = registry.get("github.create_pull_request").unwrap();
    assert_eq!(info.input["required"], json!(["title", "body", "base", "head", "draft"]));
    assert_eq!(info.input["properties"]["draft"]["type"], json!("boolean"));
    assert_eq!(registry.get("nothing").map(|info| info.name), None);
    assert_eq!(registry.tools().map(|tool| tool.name).next(), Some("github.create_pull_request"));
    assert_ne!(info.output, Value::Null);
}
