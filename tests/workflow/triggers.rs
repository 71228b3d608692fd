//! Which events start what.

use seam::{
    domain::{
        event::{
            Account, CheckRun, CheckSuite, Comment, CommentPlace, Event, EventKind, PullRequest, Push, Repository,
        },
        execution::{NewExecution, Priority},
        ids::{AccountId, CheckRunId, CommentId, InstallationId, PullNumber, RepositoryId},
    },
    tools::registry::Registry,
    workflow::{
        definition::Definition,
        library::Library,
        load::load,
        trigger::{Decision, OwnApp, decide},
    },
};
use serde_json::Value;

const HEAD: &str = "1111111111111111111111111111111111111111";
const BASE: &str = "2222222222222222222222222222222222222222";

fn own() -> OwnApp {
    OwnApp { app_id: 77, slug: "seam".to_owned(), bot: Some(AccountId(900)) }
}

fn definitions() -> Vec<Definition> {
    loaded(&[
        "name: review\non: { events: [push, pull_request.opened, pull_request.synchronize, pull_request.edited, check_run.rerequested, check_suite.rerequested, check_run.created, check_suite.requested, pull_request.labeled], command: review }",
        "name: split\non: { events: [push], commands: [split, divide] }\nlane: \"split-${input.branch}\"",
        "name: commands",
        "name: upkeep\non: { events: [installation, repository.renamed], schedule: every 1h }",
    ])
}

/// Each with a node that does nothing.
fn loaded(heads: &[&str]) -> Vec<Definition> {
    let node = "nodes: [{ id: a, type: llm, prompt: hi }]";
    let load = |head: &&str| load("flow.yml", &format!("{head}\n{node}\n"), &Registry::default()).unwrap();
    heads.iter().map(load).collect()
}

fn event(name: &str, action: Option<&str>, kind: EventKind) -> Event {
    Event {
        name: name.to_owned(),
        action: action.map(str::to_owned),
        installation: Some(InstallationId(5)),
        repository: Some(Repository {
            id: RepositoryId(42),
            name: "octo/shop".parse().unwrap(),
            default_branch: Some("main".to_owned()),
            private: true,
        }),
        sender: Some(person()),
        kind,
    }
}

fn person() -> Account {
    Account { id: AccountId(1), login: "mona".to_owned(), is_bot: false }
}

fn bot(id: i64, login: &str) -> Account {
    Account { id: AccountId(id), login: login.to_owned(), is_bot: true }
}

fn push(git_ref: &str) -> Event {
    let push = Push {
        git_ref: git_ref.to_owned(),
        before: BASE.parse().unwrap(),
        after: HEAD.parse().unwrap(),
        created: false,
        deleted: false,
        forced: false,
    };
    event("push", None, EventKind::Push(push))
}

fn pull(action: &str) -> Event {
    let pull = PullRequest {
        number: PullNumber(12),
        head_sha: HEAD.parse().unwrap(),
        head_ref: "seam/topic/1-a".to_owned(),
        base_ref: "main".to_owned(),
        draft: false,
        base_changed: false,
        label: None,
        requested_reviewer: None,
    };
    event("pull_request", Some(action), EventKind::PullRequest(pull))
}

fn comment(body: &str) -> Event {
    let comment = Comment {
        place: CommentPlace::Conversation,
        id: CommentId(31),
        node_id: Some("IC_31".to_owned()),
        pull: Some(PullNumber(12)),
        author: person(),
        body: body.to_owned(),
        old_body: None,
        in_reply_to: None,
    };
    event("issue_comment", Some("created"), EventKind::Comment(comment))
}

fn check_run(action: &str, app_id: i64) -> Event {
    let run = CheckRun {
        id: CheckRunId(8),
        app_id: Some(app_id),
        head_sha: HEAD.parse().unwrap(),
        head_branch: Some("topic".to_owned()),
        pulls: vec![],
        requested_action: None,
    };
    event("check_run", Some(action), EventKind::CheckRun(run))
}

/// What the commands of a comment would start.
fn starts(heard: &[Value]) -> String {
    let text = |value: &Value| value.as_str().map_or("nothing".to_owned(), str::to_owned);
    let one = |heard: &Value| match &heard["starts"] {
        Value::Null => format!("{}: nothing", text(&heard["command"]["name"])),
        starts => format!("{} in {}", text(&starts["workflow"]), text(&starts["lane"])),
    };
    format!("[{}]", heard.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn show(decision: Decision) -> String {
    let line = |new: NewExecution| {
        let lane = new.lane.map_or("no lane".to_owned(), |lane| lane.0);
        let priority = match new.priority {
            Priority::Command => "command",
            Priority::Push => "push",
            Priority::Upkeep => "upkeep",
        };
        let heard = new.input["heard"].as_array().map_or(String::new(), |heard| format!(": {}", starts(heard)));
        format!("{} in {lane} ({priority}, supersedes {:?}){heard}", new.workflow, new.supersede)
    };
    match decision {
        Decision::Skip(reason) => format!("skip: {reason}"),
        Decision::Start(new) => new.into_iter().map(line).collect::<Vec<_>>().join("; "),
    }
}

fn decided(event: &Event) -> String {
    show(decide(event, &definitions(), &own()))
}

#[test]
fn pushes_and_pull_requests_start_what_hears_them() {
    insta::assert_snapshot!(decided(&push("refs/heads/topic")), @"review in review:42@topic (push, supersedes Older); split in 42:split-topic (push, supersedes Older)");
    insta::assert_snapshot!(decided(&pull("opened")), @"review in review:42#12 (push, supersedes Older)");
    insta::assert_snapshot!(decided(&pull("labeled")), @"review in review:42#12 (push, supersedes Never)");
    insta::assert_snapshot!(decided(&pull("closed")), @"skip: no workflow is started by pull_request.closed");
    insta::assert_snapshot!(decided(&pull("edited")), @"skip: only the words of the pull request were edited");
    let mut edited = pull("edited");
    let EventKind::PullRequest(pull) = &mut edited.kind else { unreachable!() };
    pull.base_changed = true;
    insta::assert_snapshot!(decided(&edited), @"review in review:42#12 (push, supersedes Older)");
}

#[test]
fn pushes_that_bring_nothing_to_review_are_skipped() {
    insta::assert_snapshot!(decided(&push("refs/tags/v1")), @"skip: a tag was pushed");
    insta::assert_snapshot!(decided(&push("refs/heads/gh-readonly-queue/main/pr-1-abc")), @"skip: a merge queue's own branch was pushed");
    let mut deleted = push("refs/heads/topic");
    let EventKind::Push(push) = &mut deleted.kind else { unreachable!() };
    push.deleted = true;
    insta::assert_snapshot!(decided(&deleted), @"skip: a branch was deleted");
}

#[test]
fn a_click_starts_what_has_the_button() {
    let heads = [
        "name: any\non: { events: [check_run.requested_action] }",
        "name: fix\non: { events: [check_run.requested_action, check_run.rerequested], buttons: [fix_all] }",
        "name: split\non: { events: [check_run.requested_action], buttons: [plan_split, open_slices] }",
    ];
    let mut told = String::new();
    for button in ["fix_all", "open_slices", "review"] {
        let mut click = check_run("requested_action", 77);
        let EventKind::CheckRun(run) = &mut click.kind else { unreachable!() };
        run.requested_action = Some(button.to_owned());
        told.push_str(&format!("{button}: {}\n", show(decide(&click, &loaded(&heads), &own()))));
    }
    told.push_str(&format!("no button: {}", show(decide(&check_run("rerequested", 77), &loaded(&heads), &own()))));
    insta::assert_snapshot!(told, @r"
    fix_all: any in any:42@topic (command, supersedes Never); fix in fix:42@topic (command, supersedes Never)
    open_slices: any in any:42@topic (command, supersedes Never); split in split:42@topic (command, supersedes Never)
    review: any in any:42@topic (command, supersedes Never)
    no button: fix in fix:42@topic (command, supersedes Never)
    ");
}

#[test]
fn a_use_of_a_command_may_have_a_workflow_of_its_own() {
    let heads = ["name: commands", "name: a\non: { command: ignore }", "name: b\non: { command: ignore rule }"];
    let definitions = loaded(&heads);
    let heard = |body: &str| show(decide(&comment(body), &definitions, &own()));
    insta::assert_snapshot!(["/ignore", "/ignore rules", "/ignore rule py/x", "/ignore rule"].map(heard).join("\n"), @r"
    commands in commands:42#12 (command, supersedes Never): [a in a:42#12]; answer in no lane (command, supersedes Never)
    commands in commands:42#12 (command, supersedes Never): [a in a:42#12]; answer in no lane (command, supersedes Never)
    commands in commands:42#12 (command, supersedes Never): [b in b:42#12]; answer in no lane (command, supersedes Never)
    commands in commands:42#12 (command, supersedes Never): [b in b:42#12]; answer in no lane (command, supersedes Never)
    ");
    assert_eq!(Library::of(definitions.clone()).offers(), []);
}

#[test]
fn arguments_of_an_operators_command_are_inputs_beside_those_of_the_event() {
    let definitions = loaded(&["name: commands", "name: preview\non: { command: preview }"]);
    let Decision::Start(new) = decide(&comment("/preview place=here pull_number=99 now"), &definitions, &own()) else {
        panic!("it starts nothing");
    };
    let input = &new[0].input["heard"][0]["starts"]["input"];
    assert_eq!((&input["place"], &input["pull_number"]), (&"here".into(), &12.into()), "{input}");
}

#[test]
fn own_events_are_skipped() {
    for sender in [bot(900, "renamed[bot]"), bot(901, "Seam[bot]")] {
        let mut own = push("refs/heads/topic");
        own.sender = Some(sender);
        assert_eq!(decided(&own), "skip: it is the echo of what Seam did itself");
    }
    for other in
        [bot(901, "seam-two[bot]"), bot(2, "dependabot[bot]"), Account { is_bot: false, ..bot(3, "seam[bot]") }]
    {
        let mut others = push("refs/heads/topic");
        others.sender = Some(other);
        assert!(!decided(&others).starts_with("skip"));
    }
}

#[test]
fn checks_are_run_again_only_for_our_own() {
    insta::assert_snapshot!(decided(&check_run("rerequested", 77)), @"review in review:42@topic (command, supersedes Never)");
    insta::assert_snapshot!(decided(&check_run("created", 77)), @"skip: it is the echo of what Seam did itself");
    insta::assert_snapshot!(decided(&check_run("rerequested", 78)), @"skip: the check run is another App's");
    let suite = |action, app_id| {
        let suite = CheckSuite {
            app_id: Some(app_id),
            head_sha: HEAD.parse().unwrap(),
            head_branch: None,
            pulls: vec![PullNumber(12)],
        };
        decided(&event("check_suite", Some(action), EventKind::CheckSuite(suite)))
    };
    insta::assert_snapshot!(suite("rerequested", 77), @"review in review:42#12 (command, supersedes Never)");
    insta::assert_snapshot!(suite("requested", 77), @"skip: what was pushed is heard of by push and pull_request");
    insta::assert_snapshot!(suite("rerequested", 78), @"skip: the check suite is another App's");
}

#[test]
fn commands_start_the_workflow_that_has_them() {
    insta::assert_snapshot!(decided(&comment("/review\nand\n/seam divide now")), @"commands in commands:42#12 (command, supersedes Never): [review in review:42#12, split in 42:split-null]; answer in no lane (command, supersedes Never)");
    insta::assert_snapshot!(decided(&comment("/seam reviwe\n/deploy")), @"commands in commands:42#12 (command, supersedes Never): [reviwe: nothing]; answer in no lane (command, supersedes Never)");
    insta::assert_snapshot!(decided(&comment("/deploy production")), @"skip: no workflow has the command deploy");
    insta::assert_snapshot!(decided(&comment("looks good")), @"skip: no workflow is started by issue_comment.created");
    let change = |change: &dyn Fn(&mut Event, &mut Comment)| {
        let mut event = comment("/review");
        let EventKind::Comment(mut comment) = event.kind.clone() else { unreachable!() };
        change(&mut event, &mut comment);
        event.kind = EventKind::Comment(comment);
        decided(&event)
    };
    let edit = |event: &mut Event, comment: &mut Comment, old: Option<&str>| {
        event.action = Some("edited".to_owned());
        comment.old_body = old.map(str::to_owned);
    };
    insta::assert_snapshot!(change(&|event, comment| edit(event, comment, Some("/review"))), @"skip: no workflow has the command review");
    insta::assert_snapshot!(change(&|event, comment| edit(event, comment, None)), @"skip: no workflow has the command review");
    insta::assert_snapshot!(change(&|event, comment| edit(event, comment, Some("review"))), @"commands in commands:42#12 (command, supersedes Never): [review in review:42#12]; answer in no lane (command, supersedes Never)");
    insta::assert_snapshot!(change(&|event, _| event.action = Some("deleted".to_owned())), @"commands in commands:42#12 (command, supersedes Never): []");
    insta::assert_snapshot!(change(&|_, comment| comment.author = bot(900, "seam[bot]")), @"skip: a bot wrote the comment");
    insta::assert_snapshot!(change(&|_, comment| comment.pull = None), @"skip: the comment is not on a pull request");
    insta::assert_snapshot!(change(&|_, comment| comment.author = bot(2, "dependabot[bot]")), @"commands in commands:42#12 (command, supersedes Never): [review in review:42#12]");
    insta::assert_snapshot!(change(&|_, comment| (comment.author, comment.body) = (bot(2, "dependabot[bot]"), "hello".to_owned())), @"skip: a bot wrote the comment");
}

#[test]
fn what_names_no_repository_or_is_unknown_is_skipped() {
    let mut homeless = push("refs/heads/topic");
    homeless.installation = None;
    insta::assert_snapshot!(decided(&homeless), @"skip: it names no installation with a repository");
    insta::assert_snapshot!(decided(&event("ping", None, EventKind::Ping)), @"skip: a ping asks for nothing");
    insta::assert_snapshot!(decided(&event("sub_issues", Some("added"), EventKind::Unknown)), @"skip: sub_issues.added is an event that Seam does not know");
    insta::assert_snapshot!(decided(&event("repository", Some("renamed"), EventKind::Repository)), @"upkeep in upkeep:42 (upkeep, supersedes Never)");
}

#[test]
fn the_input_has_every_key_whatever_the_event() {
    let Decision::Start(new) = decide(&push("refs/heads/topic"), &definitions(), &own()) else { panic!("skipped") };
    insta::assert_json_snapshot!(new[0].input, @r#"
    {
      "event": "push",
      "repository": {
        "id": 42,
        "name": "octo/shop",
        "default_branch": "main",
        "private": true
      },
      "actor": {
        "id": 1,
        "login": "mona",
        "is_bot": false
      },
      "pull_number": null,
      "head_sha": "1111111111111111111111111111111111111111",
      "base_ref": null,
      "draft": null,
      "label": null,
      "branch": "topic",
      "before": "2222222222222222222222222222222222222222",
      "forced": false,
      "command": null,
      "comment": null,
      "thread": null,
      "check_run": null,
      "requested_action": null
    }
    "#);
    let Decision::Start(new) = decide(&comment("/seam divide depth=3 before=x"), &definitions(), &own()) else {
        panic!("skipped")
    };
    let input = &new[0].input["heard"][0]["starts"]["input"];
    assert_eq!(input["command"]["arguments"], "depth=3 before=x");
    assert_eq!(
        (&input["depth"], &input["before"]),
        (&Value::from("3"), &Value::Null),
        "an event's own keys are its own"
    );
}
