//! What is accepted as a workflow, and what an author reads who made a mistake.

use seam::workflow::{
    definition::{Definition, Graph, Work},
    load::load,
};

use super::pr_creation::{FILE, registry};

fn read(text: &str) -> Result<Definition, String> {
    load("flow.yml", text, &registry()).map_err(|invalid| invalid.to_string())
}

fn mistakes(text: &str) -> String {
    read(text).expect_err("it was accepted")
}

/// `a <- b, c`: node a follows b and c.
fn outline(graph: &Graph) -> String {
    let node = |node: &seam::workflow::definition::Node| {
        let from = node.incoming.iter().map(|incoming| {
            let condition = if incoming.condition.is_some() { " if ..." } else { "" };
            incoming.from.map_or("start", |from| graph.nodes[from].id.as_str()).to_owned() + condition
        });
        let body = match &node.work {
            Work::Parallel { body, .. } => format!(" {{ {} }}", outline(body).replace('\n', "; ")),
            _ => String::new(),
        };
        format!("{} <- {}{body}", node.id, from.collect::<Vec<_>>().join(", "))
    };
    graph.nodes.iter().map(node).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_of_the_contract_is_read() {
    let definition = read(FILE).unwrap();
    assert_eq!(definition.name, "pr_creation_workflow");
    insta::assert_snapshot!(outline(&definition.graph), @r"
    analyze_repo <- start
    determine_strategy <- analyze_repo
    suggest_boundaries <- determine_strategy
    validate_groups <- suggest_boundaries
    create_prs <- validate_groups if ... { generate_metadata <- start; create_github_pr <- generate_metadata }
    ");
}

#[test]
fn nodes_without_edges_follow_what_they_use() {
    let definition = read(
        r#"
name: x
nodes:
  - { id: last, type: llm, prompt: "${second.output} ${first.output}" }
  - { id: second, type: llm, prompt: "${first.output.a[0]}" }
  - { id: first, type: llm, prompt: "${input.a}", timeout: 5s, retry: { max_attempts: 7 } }
  - { id: alone, type: llm, prompt: "hello" }
"#,
    )
    .unwrap();
    insta::assert_snapshot!(outline(&definition.graph), @r"
    first <- start
    second <- first
    last <- second, first
    alone <- start
    ");
    assert_eq!(definition.graph.nodes[0].timeout.as_secs(), 5);
    assert_eq!(definition.graph.nodes[0].retry.max_attempts, 7);
}

#[test]
fn mistakes_in_the_shape_name_the_key_and_the_nearest_known_one() {
    insta::assert_snapshot!(mistakes("name: x\nnodse: []\nnodes: []\n"), @r#"flow.yml:2: unknown key "nodse"; did you mean "nodes"?"#);
    insta::assert_snapshot!(mistakes("name: x\n"), @r#"flow.yml:1: the key "nodes" is missing"#);
    insta::assert_snapshot!(mistakes("name: x\nnodes:\n  - id: a\n    type: llm\n    promt: hello\n"), @r#"flow.yml:5: node a: unknown key "promt"; did you mean "prompt"?"#);
    insta::assert_snapshot!(mistakes("name: x\nnodes:\n  - { id: a, type: llm, prompt: [] }\n"), @"flow.yml:3: node a: expected string scalar");
    insta::assert_snapshot!(mistakes("name: x\nname: y\nnodes: []\n"), @r#"flow.yml:2: the key "name" stands there twice"#);
    insta::assert_snapshot!(mistakes("name: x\nnodes: [\n"), @"flow.yml:2: unclosed bracket '['");
    insta::assert_snapshot!(mistakes("name: Big Name\nnodes: []\n"), @r"
    flow.yml: a workflow needs at least one node
    flow.yml:1: a workflow's name is made of a-z, 0-9, - and _
    ");
}

#[test]
fn mistakes_in_nodes_are_all_told_at_once_with_line_and_node() {
    let text = r#"
name: x
retry: { max_attempts: 0, max_delay: soon }
timeout: 5 minutes
nodes:
  - id: analyze
    type: tool
    tool: pr-analyser.analyze_repository
  - id: suggest
    type: tool
    tool: pr-analyzer.suggest_pr_boundaries
    inputs:
      analisis: 1
      strategy: 7
  - { id: suggest, type: llm, prompt: "${" }
  - { id: input, type: llm }
  - { id: think, type: lmm, prompt: hello }
  - { id: say, type: llm, prompt: hello, tool: pr-analyzer.validate_pr_groups }
  - { id: each, type: parallel, for_each: "items: ${input.items}" }
  - { id: all, type: parallel, for_each: "items: ${input.items}", nodes: [{ id: one, type: llm, prompt: "${item}" }] }
  - { id: some, type: parallel, timeout: 5m, retry: { max_attempts: 2 }, nodes: [{ id: two, type: llm, prompt: hello }] }
"#;
    insta::assert_snapshot!(mistakes(text), @r#"
    flow.yml:3: max_attempts must be 1 to 50
    flow.yml:3: max_delay: expected a length of time like 500ms, 30s, 5m, 12h or 1d, found "soon"
    flow.yml:4: timeout: expected a length of time like 500ms, 30s, 5m, 12h or 1d, found "5 minutes"
    flow.yml:8: node analyze: unknown tool "pr-analyser.analyze_repository"; did you mean "pr-analyzer.analyze_repository"?
    flow.yml:9: node suggest: the input "analysis" is missing (value)
    flow.yml:13: node suggest: the tool has no input "analisis"; did you mean "analysis"?
    flow.yml:14: node suggest: the input "strategy" must be string, found number
    flow.yml:15: node suggest: the id is taken by the node of line 9
    flow.yml:15: node suggest: `${`: no `}` closes it
    flow.yml:16: node input: a node's id is made of a-z, 0-9 and _, and is no reserved word
    flow.yml:16: node input: a node of type llm needs the key "prompt"
    flow.yml:17: node think: unknown type "lmm"; did you mean "llm"?
    flow.yml:18: node say: the key "tool" belongs to nodes of type tool, and this is one of type llm
    flow.yml:19: node each: a node of type parallel needs the key "nodes" with at least one node
    flow.yml:20: node all: for_each must be a list, or one ${...} that gives a list
    flow.yml:20: node all: unknown name in a node "items"; expected one of output, skipped
    flow.yml:21: node some: "retry" belongs to the nodes inside of a parallel one
    flow.yml:21: node some: "timeout" belongs to the nodes inside of a parallel one
    "#);
}

#[test]
fn unknown_references_are_refused() {
    let text = r#"
name: x
nodes:
  - { id: first, type: llm, prompt: "${second.output} ${workflow.sesion_id} ${item}" }
  - { id: second, type: llm, prompt: "${first.outptu} ${first} ${second.output} ${frist.output} ${inner.output}" }
  - id: each
    type: parallel
    for_each: "${item.list}"
    nodes:
      - { id: inner, type: llm, prompt: "${item} ${other.output} ${first.output}" }
edges:
  - { from: start, to: first }
  - { from: first, to: second, condition: "${second.output}" }
  - { from: first, to: each, condition: "when ${first.output}" }
  - { from: start, to: each, condition: "${first.output}" }
"#;
    insta::assert_snapshot!(mistakes(text), @r#"
    flow.yml:4: node first: "second" does not always run before this: an edge from it is expected
    flow.yml:4: node first: unknown name in workflow "sesion_id"; did you mean "session_id"?
    flow.yml:4: node first: item is there only inside a parallel node with for_each
    flow.yml:5: node second: unknown name in a node "outptu"; did you mean "output"?
    flow.yml:5: node second: write first.output
    flow.yml:5: node second: a node cannot use its own output
    flow.yml:5: node second: unknown name "frist"; did you mean "first"?
    flow.yml:5: node second: "inner" stands inside a parallel node, and can be named only there
    flow.yml:8: node each: item is there only inside a parallel node with for_each
    flow.yml:10: node inner: unknown name "other"; expected one of each, first, inner, second, input, workflow
    flow.yml:13: node second: a node cannot use its own output
    flow.yml:14: a condition must be true, false, or one ${...} that gives one of them
    flow.yml:15: node each: "first" does not always run before this: an edge from it is expected
    "#);
}

#[test]
fn edges_lead_from_known_nodes_to_known_nodes_and_to_every_node() {
    let text = r#"
name: x
nodes:
  - { id: first, type: llm, prompt: a }
  - { id: second, type: llm, prompt: b }
edges:
  - { from: start, to: first }
  - { from: frist, to: first }
  - { from: first, to: start }
"#;
    insta::assert_snapshot!(mistakes(text), @r#"
    flow.yml:5: node second: no edge leads to it: it would never run (an edge from "start" is expected for a first node)
    flow.yml:8: unknown node "frist"; did you mean "first"?
    flow.yml:9: unknown node "start"; expected one of first, second
    "#);
}

#[test]
fn cycles_are_refused() {
    let by_edges = r#"
name: x
nodes:
  - { id: a, type: llm, prompt: a }
  - { id: b, type: llm, prompt: b }
  - { id: c, type: llm, prompt: c }
edges:
  - { from: start, to: a }
  - { from: a, to: b }
  - { from: b, to: c }
  - { from: c, to: b }
"#;
    insta::assert_snapshot!(mistakes(by_edges), @"flow.yml:5: node b: the nodes wait for each other in a cycle: b -> c -> b");
    let by_use = "name: x\nnodes:\n  - { id: a, type: llm, prompt: \"${b.output}\" }\n  - { id: b, type: llm, prompt: \"${a.output}\" }\n";
    insta::assert_snapshot!(mistakes(by_use), @"flow.yml:3: node a: the nodes wait for each other in a cycle: a -> b -> a");
    insta::assert_snapshot!(mistakes("name: x\nnodes: [{ id: a, type: llm, prompt: \"${a.output}\" }]"), @r"
    flow.yml:2: node a: the nodes wait for each other in a cycle: a -> a
    flow.yml:2: node a: a node cannot use its own output
    ");
}

#[test]
fn triggers_are_checked() {
    let text = "name: x\non: { events: [pull_reqest.opened, push], command: /review, commands: [split, split aply, split apply], buttons: [fix-all], schedule: 5s }\nlane: \"${input.pull_number}-${lane}\"\nnodes: [{ id: a, type: llm, prompt: hi }]\n";
    insta::assert_snapshot!(mistakes(text), @r#"
    flow.yml:2: unknown event "pull_reqest"; did you mean "pull_request"?
    flow.yml:2: unknown button "fix-all"; did you mean "fix_all"?
    flow.yml:2: a command is made of a-z, 0-9, - and _, without a slash, or is one use of a command of Seam's, as in "split apply"; found "split aply"
    flow.yml:2: a command is made of a-z, 0-9, - and _, without a slash, or is one use of a command of Seam's, as in "split apply"; found "/review"
    flow.yml:2: schedule: at most once a minute
    flow.yml:3: unknown name "lane"; expected one of input, workflow
    "#);
}

#[test]
fn hostile_files_are_refused_quickly() {
    let deep = format!("name: x\nnodes: {}{}", "[".repeat(10_000), "]".repeat(10_000));
    let laughs = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\nname: [*d,*d,*d,*d,*d,*d,*d,*d]\n";
    let many: String = (0..300).map(|n| format!("  - {{ id: n{n}, type: llm, prompt: x }}\n")).collect();
    for text in [deep.as_str(), laughs, &"x".repeat(300_000), &format!("name: x\nnodes:\n{many}"), "", "- 1", "\0"] {
        let message = mistakes(text);
        assert!(message.len() < 1_000, "{message}");
    }
}
