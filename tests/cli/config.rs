//! `seam config`: what holds, and where it comes from.

use insta::assert_snapshot;
use seam::{app::master_key::MasterKey, store::db::Db, telemetry::clock::Clock};
use serde_json::Value;

use super::terminal::{Ran, Terminal};
use crate::fake_github::fake::FakeGitHub;

#[test]
fn a_work_trees_settings_are_shown_with_their_origins() {
    let terminal = Terminal::in_repository(&[]);
    terminal
        .write(&[(".github/seam.yml", "review: {max_comments: 5, linters: {ruff: auto}}\nrules: {disable: [py/*]}\n")]);
    assert_snapshot!(terminal.seam(&["config", "show"]), @r#"
    review:
      on:
        opened: true                             # default
        push: true                               # default
        draft: false                             # default
        push_without_pr: true                    # default
      max_comments: 5                            # repository
      min_severity: info                         # default
      request_changes: false                     # default
      skip_discussed: true                       # default
      pause_after: 25                            # default
      labels:
        ask: []                                  # default
        forbid: []                               # default
      paths:
        exclude: ["**/node_modules/**", "**/vendor/**", "**/*.min.js", "**/*.lock"] # default
      instructions: []                           # default
      linters:
        ruff: auto                               # repository
    rules:
      disable: ["py/*"]                          # repository
      severity: {}                               # default
    acceptance:
      least: 25                                  # default
      after: 20                                  # default
    split:
      on_push: suggest                           # default
      strategy: hybrid                           # default
      granularity: file                          # default
      max_files_per_pr: 30                       # default
      min_files: 8                               # default
      stack: auto                                # default
      max_open_prs: 10                           # default
    commands:
      bare: true                                 # default
      allow: {}                                  # default
      bots: {}                                   # default
    folders: {}                                  # default
    workflows: []                                # default
    locked: []                                   # default
    exit 0
    "#);
}

#[test]
fn what_is_shown_can_be_copied_into_a_file() {
    let terminal = Terminal::in_repository(&[]);
    let file = "review: {instructions: [{paths: ['a/**'], text: 'mind: this # and that'}]}\nrules: {severity: {'yes': error}}\n";
    terminal.write(&[(".github/seam.yml", file)]);
    let first = terminal.seam(&["config", "show", "--format", "json"]);
    terminal.write(&[(".github/seam.yml", &terminal.seam(&["config", "show"]).out)]);
    let second = terminal.seam(&["config", "show", "--format", "json"]);
    let policy = |ran: &Ran| serde_json::from_str::<Value>(&ran.out).unwrap()["policy"].clone();
    assert_eq!(policy(&first), policy(&second), "{first}");
    assert_eq!(policy(&first)["review"]["instructions"][0]["text"], "mind: this # and that");
}

#[test]
fn faults_are_told_and_end_with_exit_code_1() {
    let terminal = Terminal::in_repository(&[]);
    terminal.write(&[(".github/seam.yml", "review: {max_coments: 5}\n")]);
    let ran = terminal.seam(&["config", "show"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.err, @"
    seam: `.github/seam.yml`, line 1: `max_coments` is no setting in `review`; did you mean `max_comments`?
    seam: `.github/seam.yml`: the file is not used; the organisation's settings and the defaults are used
    ");
}

#[test]
fn what_holds_for_a_file_is_shown_with_its_folders() {
    let terminal = Terminal::in_repository(&[]);
    terminal.write(&[
        (".github/seam.yml", "rules: {disable: [gen/todo-without-issue]}\n"),
        ("pay/.seam.yml", "rules: {disable: [gen/debug-leftover]}\ninstructions: [Amounts are cents.]\n"),
        ("pay/test/.seam.yml", "rules: {disable: [gen/debug-leftovr]}\n"),
    ]);
    let given = |ran: &Ran| {
        let lines = ran.out.lines().skip_while(|line| !line.starts_with("folders:"));
        lines.take_while(|line| !line.starts_with("workflows:")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(given(&terminal.seam(&["config", "show"])), @"folders: {}                                  # default");
    let ran = terminal.seam(&["config", "show", "--path", "pay/test/cart.py"]);
    assert_snapshot!(given(&ran), @r#"
    folders:
      pay:
        rules:
          disable: [gen/debug-leftover]          # folder
          severity: {}                           # default
        instructions: ["Amounts are cents."]     # folder
      pay/test:
        rules:
          disable: [gen/debug-leftovr]           # folder
          severity: {}                           # default
        instructions: []                         # default
    "#);
    assert_snapshot!(format!("{}exit {}", ran.err, ran.code), @"
    seam: `pay/test/.seam.yml`, line 1: there is no rule `gen/debug-leftovr`; did you mean `gen/debug-leftover`?
    exit 1
    ");
}

#[test]
fn the_schema_is_printed() {
    let terminal = Terminal::in_repository(&[]);
    let schema: Value = serde_json::from_str(&terminal.seam(&["config", "schema"]).out).unwrap();
    assert_eq!(schema["properties"]["review"]["$ref"], "#/$defs/ReviewPolicy");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_app_a_repository_on_github_cannot_be_asked() {
    let terminal = Terminal::in_repository(&[]);
    first_start(&terminal).await;
    assert_snapshot!(terminal.seam(&["config", "show", "octo/app"]), @"
    seam: no GitHub App is set up here: open the link that `seam setup` prints
    exit 2
    ");
    assert_eq!(terminal.seam(&["config", "show", "no-name"]).code, 2);
}

/// What a server makes.
async fn first_start(terminal: &Terminal) {
    let folder = terminal.root().join("seam-data");
    MasterKey::load(None, &folder).unwrap();
    Db::connect(&format!("sqlite://{}/seam.db", folder.display())).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_on_github_is_shown_under_its_organisation() {
    let fake = FakeGitHub::start(Clock::System).await;
    fake.repository(
        "octo/.github",
        [(".github/seam.yml", "review: {max_comments: 5}\nlocked: [review.max_comments]\n")],
    );
    fake.repository("octo/app", [(".github/seam.yml", "review: {max_comments: 9, request_changes: true}\n")]);
    let credentials = fake.credentials();
    let environment = [
        ("SEAM_GITHUB_API_URL", fake.api_url().to_owned()),
        ("SEAM_GITHUB_URL", fake.web_url().to_owned()),
        ("SEAM_GITHUB_APP_ID", credentials.app_id.to_string()),
        ("SEAM_GITHUB_PRIVATE_KEY", credentials.private_key.clone()),
        ("SEAM_GITHUB_WEBHOOK_SECRET", credentials.webhook_secret.clone()),
    ];
    let show = async |name: &'static str| {
        let environment = environment.clone();
        let terminal = Terminal::in_repository(&[]);
        first_start(&terminal).await;
        tokio::task::spawn_blocking(move || {
            let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
            terminal.seam_with(&terminal.root(), &["config", "show", name], &environment)
        })
        .await
        .unwrap()
    };
    let ran = show("octo/app").await;
    let given = |line: &&str| !line.contains("# default") && line.contains('#');
    assert_snapshot!(ran.out.lines().filter(given).collect::<Vec<_>>().join("\n"), @"
      max_comments: 5                            # organisation, locked
      request_changes: true                      # repository
    locked: [review.max_comments]                # organisation
    ");
    assert_snapshot!(format!("{}exit {}", ran.err, ran.code), @"
    seam: `.github/seam.yml`, line 1: `review.max_comments` is locked by the organisation, whose value is used
    exit 1
    ");
    assert_snapshot!(show("octo/nothing").await, @"
    seam: the App is not installed on octo/nothing, or there is no such repository
    exit 2
    ");
}
