//! `seam executions`, `seam deliveries` and `seam workflow`, as an operator uses them.

use insta::assert_snapshot;
use seam::{
    app::master_key::MasterKey,
    domain::{
        delivery::{DeliveryStatus, NewDelivery},
        execution::{NewExecution, Priority, Step, StepStatus, Supersede},
        ids::{DeliveryId, ExecutionId, InstallationId, RepositoryId},
    },
    store::{
        db::Db,
        enqueue,
        ingest::Ingest,
        queue::{self, Lease, Outcome},
        step,
    },
    telemetry::clock::Clock,
};
use serde_json::{Value, json};

use super::terminal::{Ran, Terminal};

/// What a server makes at its first start.
async fn database(terminal: &Terminal) -> Db {
    MasterKey::load(None, &terminal.root().join("seam-data")).unwrap();
    Db::connect(&format!("sqlite://{}/seam-data/seam.db", terminal.root().display())).await.unwrap()
}

fn new(workflow: &str, input: Value) -> NewExecution {
    NewExecution {
        workflow: workflow.to_owned(),
        lane: None,
        priority: Priority::Push,
        supersede: Supersede::Never,
        installation: Some(InstallationId(5)),
        repository: Some(RepositoryId(42)),
        repo: Some("octo/shop".parse().unwrap()),
        input,
        delivery: None,
        once: None,
        after: None,
    }
}

/// One that failed in its second step, with words that a stranger may have chosen.
async fn dead_letter(db: &Db) -> ExecutionId {
    let now = Clock::System.now();
    let id = enqueue::enqueue(db, &[new("review", json!({"branch": "topic"}))], now).await.unwrap()[0];
    let claimed = queue::claim(db, "test", std::time::Duration::from_secs(60), now).await.unwrap().unwrap();
    let lease = Lease::from(&claimed);
    for (path, status, output, error) in [
        ("change", StepStatus::Succeeded, json!({"base": "main"}), None),
        ("analyze", StepStatus::Failed, Value::Null, Some("no\u{1b}[2J\nway")),
    ] {
        let (path, error) = (path.to_owned(), error.map(str::to_owned));
        let step = Step { execution: id, path, status, output, error, attempt: 1, started_at: now, finished_at: now };
        step::record(db, lease, &step).await.unwrap();
    }
    queue::finish(db, lease, Outcome::Failed("analyze: no\u{1b}[2J\nway".to_owned()), now).await.unwrap();
    id
}

/// Times differ from run to run.
fn without_times(ran: Ran) -> String {
    let hidden = |line: &str| match line.split_once(' ') {
        Some((name @ ("queued" | "started" | "ended"), _)) => format!("{name} ..."),
        _ => line.to_owned(),
    };
    ran.to_string().lines().map(hidden).collect::<Vec<_>>().join("\n")
}

/// Steps by their names, without the column that differs from run to run, in whatever unit.
fn without_took(table: &str) -> String {
    let (from, to) = (table.find("TOOK").unwrap(), table.find("OUTPUT").unwrap());
    let mut lines: Vec<_> = table.lines().map(|line| format!("{}{}", &line[..from], &line[to..])).collect();
    lines[1..].sort();
    lines.join("\n")
}

#[test]
fn where_no_server_has_run_commands_say_so_and_make_nothing() {
    let terminal = Terminal::in_empty_repository();
    for command in [
        "executions list",
        "executions show 1",
        "executions retry 1",
        "executions cancel 1",
        "deliveries list",
        "deliveries replay aaaa",
        "secrets list",
        "secrets rotate",
        "secrets forget",
        "config show octo/shop",
        "setup",
    ] {
        let ran = terminal.seam(&command.split(' ').collect::<Vec<_>>());
        let said = "seam: there is no database at seam-data/seam.db: start `seam serve` here, or name the folder of the \
                    server (--data-dir)\nexit 2";
        assert_eq!(ran.to_string(), said, "{command}");
    }
    let checked =
        terminal.seam(&["doctor", "--github-api-url", "http://127.0.0.1:1", "--github-url", "http://127.0.0.1:1"]);
    assert!(checked.out.contains("there is none at seam-data/seam.db"), "{checked}");
    assert!(terminal.seam(&["workflow", "run", "nothing"]).err.contains("there is no workflow named"));
    assert!(!terminal.root().join("seam-data").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_makes_no_master_key_of_its_own() {
    let terminal = Terminal::in_empty_repository();
    let url = format!("sqlite://{}/elsewhere.db", terminal.root().display());
    Db::connect(&url).await.unwrap().close().await;
    assert_snapshot!(terminal.seam(&["setup", "--database-url", &url]), @"
    seam: there is no master key at seam-data/master.key: name the folder of the server (--data-dir), or give its SEAM_MASTER_KEY
    exit 2
    ");
    assert!(!terminal.root().join("seam-data").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_listed_shown_and_retried() {
    let terminal = Terminal::in_empty_repository();
    let db = database(&terminal).await;
    assert_snapshot!(terminal.seam(&["executions", "list"]), @r"
    There are no such executions.
    exit 0
    ");
    dead_letter(&db).await;
    assert_snapshot!(terminal.seam(&["executions", "list", "--status", "failed"]), @r"
    ID  STATUS  WORKFLOW  REPOSITORY  QUEUED    REASON
    1   failed  review    octo/shop   just now  analyze: no�[2J way
    exit 0
    ");
    assert_snapshot!(without_times(terminal.seam(&["executions", "show", "1"])), @r#"
    Execution 1: review is failed
    reason     analyze: no�[2J way
    repository octo/shop
    attempt    1
    queued ...
    started ...
    ended ...
    input      {"branch":"topic"}

    STEP     STATUS     TOOK  OUTPUT OR ERROR
    analyze  failed     0 ms  no�[2J way
    change   succeeded  0 ms  {"base":"main"}
    exit 0
    "#);
    assert_snapshot!(terminal.seam(&["executions", "show", "7"]), @r"
    seam: there is no execution 7
    exit 2
    ");
    assert_snapshot!(terminal.seam(&["executions", "cancel", "1"]), @r"
    Execution 1 is cancelled.
    exit 0
    ");
    assert_snapshot!(terminal.seam(&["executions", "cancel", "1"]), @r"
    seam: execution 1 is cancelled, and nothing to cancel
    exit 2
    ");
    assert_snapshot!(terminal.seam(&["executions", "retry", "1"]), @r"
    Execution 1 is in line again.
    exit 0
    ");
    assert_snapshot!(terminal.seam(&["executions", "retry", "1"]), @r"
    seam: execution 1 is queued, and nothing to retry
    exit 2
    ");
    assert_snapshot!(terminal.seam(&["executions", "cancel", "1"]), @r"
    Execution 1 is cancelled.
    exit 0
    ");
    assert_snapshot!(terminal.seam(&["executions", "retry", "8"]), @r"
    seam: there is no execution 8
    exit 2
    ");
    assert_snapshot!(terminal.seam(&["executions", "list", "--status", "failed"]), @r"
    There are no such executions.
    exit 0
    ");

    let shown: Value =
        serde_json::from_str(&terminal.seam(&["executions", "show", "1", "--format", "json"]).out).unwrap();
    assert_eq!(shown["execution"]["status"], "cancelled");
    assert_eq!(shown["steps"][1]["output"]["base"], "main");
    db.close().await;
}

fn push(sender: &str) -> Vec<u8> {
    let commit = |digit: &str| digit.repeat(40);
    json!({
        "ref": "refs/heads/topic", "before": commit("1"), "after": commit("2"),
        "created": false, "deleted": false, "forced": false,
        "repository": {"id": 42, "name": "shop", "full_name": "octo/shop", "private": true, "default_branch": "main",
            "owner": {"id": 7, "login": "octo", "type": "Organization"}},
        "installation": {"id": 5},
        "sender": {"id": 1, "login": sender, "type": "User"},
    })
    .to_string()
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_listed_and_replayed() {
    let terminal = Terminal::in_empty_repository();
    let db = database(&terminal).await;
    assert_snapshot!(terminal.seam(&["deliveries", "list"]), @r"
    No delivery is stored.
    exit 0
    ");
    let ingest = Ingest::start(db.clone());
    for (id, event, payload) in [("aaaa-1", "push", push("mona")), ("aaaa-2", "push", b"{".to_vec())] {
        let delivery = NewDelivery {
            id: DeliveryId(id.to_owned()),
            event: event.to_owned(),
            action: None,
            installation: None,
            repository: None,
            payload: payload.into(),
            status: DeliveryStatus::Skipped,
            reason: Some("no App is set up".to_owned()),
            received_at: Clock::System.now(),
        };
        ingest.store(delivery, Vec::new()).await.unwrap();
    }
    let listed = terminal.seam(&["deliveries", "list"]).to_string();
    let mut lines: Vec<_> = listed.lines().collect();
    lines[1..3].sort_unstable();
    assert_snapshot!(lines.join("\n"), @r"
    ID      EVENT  STATUS   RECEIVED  WHAT CAME OF IT
    aaaa-1  push   skipped  just now  no App is set up
    aaaa-2  push   skipped  just now  no App is set up
    exit 0
    ");
    assert_snapshot!(terminal.seam(&["deliveries", "replay", "aaaa-1"]), @r"
    Delivery aaaa-1 starts nothing: no App is set up.
    exit 0
    ");
    assert_snapshot!(terminal.seam(&["deliveries", "replay", "bbbb"]), @r"
    seam: there is no delivery bbbb
    exit 2
    ");

    let key = format!("-----BEGIN {0} KEY-----\\nAAAA\\n-----END {0} KEY-----\\n", "RSA PRIVATE");
    let settings = format!("[github]\napp_id = 77\nprivate_key = \"{key}\"\nwebhook_secret = \"it is a test\"\n");
    terminal.write(&[("seam.toml", &settings)]);
    assert_snapshot!(terminal.seam(&["deliveries", "replay", "aaaa-1"]), @r"
    Execution 1 of review is in line.
    exit 0
    ");
    assert_snapshot!(terminal.seam(&["deliveries", "replay", "aaaa-2"]), @r"
    seam: delivery aaaa-2: the body is not JSON: EOF while parsing an object at line 1 column 1
    exit 2
    ");
    let listed: Value = serde_json::from_str(&terminal.seam(&["executions", "list", "--format", "json"]).out).unwrap();
    assert_eq!((&listed[0]["delivery"], &listed[0]["repo"]), (&json!("aaaa-1"), &json!("octo/shop")));
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_listed_with_what_came_of_them() {
    let terminal = Terminal::in_empty_repository();
    let db = database(&terminal).await;
    let ingest = Ingest::start(db.clone());
    let delivery = NewDelivery {
        id: DeliveryId("aaaa-1".to_owned()),
        event: "pull_request".to_owned(),
        action: Some("opened".to_owned()),
        installation: Some(InstallationId(5)),
        repository: Some(RepositoryId(42)),
        payload: b"{}".to_vec().into(),
        status: DeliveryStatus::Accepted,
        reason: None,
        received_at: Clock::System.now(),
    };
    ingest.store(delivery, vec![new("review", Value::Null), new("split", Value::Null)]).await.unwrap();
    let now = Clock::System.now();
    let claimed = queue::claim(&db, "test", std::time::Duration::from_secs(60), now).await.unwrap().unwrap();
    let why = Outcome::Failed("post: nothing may be written on GitHub".to_owned());
    queue::finish(&db, Lease::from(&claimed), why, now).await.unwrap();
    assert_snapshot!(terminal.seam(&["deliveries", "list"]), @"
    ID      EVENT                STATUS    RECEIVED  WHAT CAME OF IT
    aaaa-1  pull_request.opened  accepted  just now  review 1 failed: post: nothing may be written on GitHub; split 2 queued
    exit 0
    ");
    let listed: Value = serde_json::from_str(&terminal.seam(&["deliveries", "list", "--format", "json"]).out).unwrap();
    assert_eq!(listed[0]["executions"][0]["status"], "failed");
    db.close().await;
}

#[test]
fn workflows_are_listed_shown_and_checked() {
    let terminal = Terminal::in_empty_repository();
    terminal.write(&[
        ("seam-data/workflows/hello.yml", HELLO),
        ("bad.yml", "name: bad\nnodes:\n  - { id: a, typ: llm }\n"),
    ]);
    // An own one among the built-in ones; how wide the columns are depends on all of them.
    let listed = terminal.seam(&["workflow", "list"]).out;
    let shown = |line: &&str| ["NAME", "hello", "installation"].contains(&line.split(' ').next().unwrap_or_default());
    let narrow =
        |line: &str| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect::<Vec<_>>().join("  ");
    assert_snapshot!(listed.lines().filter(shown).map(narrow).collect::<Vec<_>>().join("\n"), @r"
    NAME  STARTED BY  DESCRIPTION  FILE
    hello  /hello, every 1d  Says hello.  seam-data/workflows/hello.yml
    installation  installation, installation_repositories  Remembers where the App is installed.  built in: installation.yml
    ");
    assert_snapshot!(terminal.seam(&["workflow", "show", "hello"]), @r#"
    name: hello
    description: Says hello.
    on: { command: hello, schedule: every 24h }
    nodes:
      - { id: words, type: llm, prompt: "Greet ${input.who}", default: [Hello, Servus] }
      - id: each
        type: parallel
        for_each: "${words.output}"
        nodes: [{ id: say, type: llm, prompt: "${item}", default: "said" }]
    exit 0
    "#);
    let unknown = terminal.seam(&["workflow", "show", "helo"]);
    assert!(unknown.err.starts_with("seam: there is no workflow named \"helo\"; there are "), "{}", unknown.err);
    assert!(unknown.err.contains(", hello, ") && unknown.code == 2, "{unknown}");
    assert_snapshot!(terminal.seam(&["workflow", "validate", "seam-data/workflows/hello.yml"]), @r"
    seam-data/workflows/hello.yml: the workflow hello is good.
    exit 0
    ");
    assert_snapshot!(terminal.seam(&["workflow", "validate", "bad.yml"]), @r#"
    bad.yml:3: node a: unknown key "typ"; did you mean "type"?
    exit 1
    "#);
    assert_snapshot!(terminal.seam(&["workflow", "validate", "gone.yml"]), @r"
    seam: gone.yml cannot be read: No such file or directory (os error 2)
    exit 2
    ");
}

const HELLO: &str = r#"name: hello
description: Says hello.
on: { command: hello, schedule: every 24h }
nodes:
  - { id: words, type: llm, prompt: "Greet ${input.who}", default: [Hello, Servus] }
  - id: each
    type: parallel
    for_each: "${words.output}"
    nodes: [{ id: say, type: llm, prompt: "${item}", default: "said" }]
"#;

#[test]
fn a_workflow_runs_by_hand() {
    let terminal = Terminal::in_empty_repository();
    terminal.write(&[("hello.yml", HELLO), ("seam-data/workflows/hello.yml", HELLO)]);
    // Neither logs, nor the steps that are told of while it runs, when that takes a while.
    let run = |arguments: &[&str]| {
        let ran = terminal.seam(&[&["workflow", "run"], arguments].concat());
        let is_step = |line: &str| matches!(line.split(' ').nth(1), Some("succeeded" | "failed" | "skipped"));
        let last = |line: &&str| !line.starts_with('{') && !is_step(line);
        (ran.out, ran.err.lines().filter(last).collect::<Vec<_>>().join("\n"), ran.code)
    };
    let (out, err, code) = run(&["hello.yml", "--input", "who=\"you\""]);
    assert_snapshot!(without_took(&out), @r#"
    STEP         STATUS     OUTPUT OR ERROR
    each         succeeded  [{"say":"said"},{"say":"said"}]
    each[0].say  succeeded  "said"
    each[1].say  succeeded  "said"
    words        succeeded  ["Hello","Servus"]
    "#);
    assert_eq!((err.as_str(), code), ("", 0));
    assert_eq!(run(&["hello", "--format", "json"]).2, 0);

    let (_, err, code) = run(&["review"]);
    assert_eq!(code, 2);
    assert_snapshot!(err, @"seam: execution 3 is failed: change: the tool works on an installation's repository, and this run has none");
    assert_eq!(
        run(&["review", "--repo", "octo/nowhere"]).1,
        "seam: this server has had no event of octo/nowhere: is the App installed there?"
    );
    assert!(run(&["nothing"]).1.starts_with("seam: there is no workflow named \"nothing\"; there are "));
    assert_eq!(run(&["hello", "--input", "who"]).2, 2);
    let listed: Value = serde_json::from_str(&terminal.seam(&["executions", "list", "--format", "json"]).out).unwrap();
    let statuses: Vec<_> = listed.as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["failed", "succeeded", "succeeded"]);
}
