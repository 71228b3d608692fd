//! From payloads to events.

use std::{collections::BTreeMap, fs, path::Path};

use seam::{
    domain::event::{CommentPlace, EventKind},
    webhook::payload::{self, Malformed},
};
use serde_json::{Value, json};

fn event(name: &str, payload: &Value) -> payload::Understood {
    payload::parse(name, payload.to_string().as_bytes()).unwrap()
}

fn user() -> Value {
    json!({ "id": 7, "login": "octocat", "type": "User" })
}

fn repository() -> Value {
    json!({ "id": 5, "full_name": "octo-org/app", "default_branch": "main", "private": true, "pushed_at": 1_700_000_000 })
}

#[test]
fn every_example_that_github_publishes_is_accepted() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/official/webhooks-examples/index.json");
    let Ok(text) = fs::read(&file) else {
        println!("off: {} is missing; scripts/fetch-official-data fetches it", file.display());
        return;
    };
    let events: Vec<Value> = serde_json::from_slice(&text).unwrap();
    let (mut examples, mut not_understood) = (0, Vec::new());
    for event in &events {
        let name = event["name"].as_str().unwrap();
        for example in event["examples"].as_array().unwrap() {
            examples += 1;
            let understood = payload::parse(name, example.to_string().as_bytes()).unwrap();
            let seen = understood.event;
            assert_eq!(seen.action.as_deref(), example["action"].as_str());
            assert_eq!(seen.installation.map(|id| id.0), example["installation"]["id"].as_i64());
            assert_eq!(seen.repository.map(|it| it.id.0), example["repository"]["id"].as_i64());
            assert_eq!(seen.sender.map(|it| it.id.0), example["sender"]["id"].as_i64());
            not_understood.extend(understood.problem.map(|problem| format!("{name}: {problem}")));
        }
    }
    assert_eq!(examples, 329);
    assert_eq!(not_understood, Vec::<String>::new());
}

#[test]
fn a_push_is_understood_with_its_integer_timestamps() {
    let sha = |digit: &str| digit.repeat(40);
    let payload = json!({
        "ref": "refs/heads/feature", "before": sha("0"), "after": sha("a"), "created": true, "forced": false,
        "repository": repository(), "sender": user(), "installation": { "id": 3 }, "commits": [], "head_commit": null,
    });
    let seen = event("push", &payload).event;
    let EventKind::Push(push) = &seen.kind else { panic!("{seen:?}") };
    assert_eq!((push.branch(), push.created, push.deleted), (Some("feature"), true, false));
    assert!(push.before.is_zero());
    assert!(seen.repository.unwrap().private);
}

#[test]
fn a_comment_says_whether_it_stands_on_a_pull_request() {
    let comment = json!({ "id": 9, "user": user(), "body": "/seam review\u{0}" });
    let mut payload = json!({ "action": "created", "issue": { "number": 12, "pull_request": {} }, "comment": comment });
    let EventKind::Comment(seen) = event("issue_comment", &payload).event.kind else { panic!() };
    assert_eq!((seen.place, seen.pull.map(|pull| pull.0)), (CommentPlace::Conversation, Some(12)));
    assert_eq!(seen.body, "/seam review\u{fffd}", "PostgreSQL cannot keep a NUL");

    payload["issue"] = json!({ "number": 12 });
    let EventKind::Comment(seen) = event("issue_comment", &payload).event.kind else { panic!() };
    assert_eq!(seen.pull, None);
}

#[test]
fn a_pull_request_that_got_another_base_says_so() {
    let mut payload = json!({
        "action": "edited",
        "pull_request": { "number": 1, "head": { "sha": "b".repeat(40) }, "base": { "ref": "main" }, "draft": true },
        "changes": { "base": { "ref": { "from": "old" } } },
    });
    let EventKind::PullRequest(pull) = event("pull_request", &payload).event.kind else { panic!() };
    assert!(pull.base_changed && pull.draft);
    payload["changes"] = json!({ "title": { "from": "x" } });
    let EventKind::PullRequest(pull) = event("pull_request", &payload).event.kind else { panic!() };
    assert!(!pull.base_changed);
}

#[test]
fn what_has_an_unexpected_shape_is_unknown_and_says_why() {
    let mut payload = json!({ "ref": ["refs/heads/x"], "repository": repository(), "installation": { "id": 3 } });
    let seen = event("push", &payload);
    assert_eq!(seen.event.kind, EventKind::Unknown);
    assert_eq!(seen.event.installation.unwrap().0, 3, "what can be known is kept");
    insta::assert_snapshot!(seen.problem.unwrap(), @"the payload has an unexpected shape: invalid type: sequence, expected a string at line 1 column 7");
    payload = json!({ "ref": "refs/heads/x", "before": "HEAD" });
    insta::assert_snapshot!(event("push", &payload).problem.unwrap(), @"fields that this event always has are missing");
    assert_eq!(event("push", &json!({ "installation": "none", "repository": 4 })).event.installation, None);
    let long = json!({ "created": "x".repeat(10_000) });
    assert!(event("push", &long).problem.unwrap().len() < 300, "a reason is a line, not a payload");
    assert_eq!(event("star", &json!({ "ref": [] })).problem, None, "an unknown event has no expected shape");
}

#[test]
fn only_what_is_no_json_object_is_malformed() {
    let refused: BTreeMap<&str, String> =
        ["", "null", "[]", "{", "{}x", "\"push\"", "{\"a\":\"\\x\"}", "\u{feff}{}", "{\"a\":01}"]
            .into_iter()
            .map(|body| (body, payload::parse("push", body.as_bytes()).unwrap_err().to_string()))
            .collect();
    assert_eq!(refused["[]"], "the body is not a JSON object");
    let deep = format!("{}{}{}", "{\"a\":".repeat(200_000), 1, "}".repeat(200_000));
    payload::parse("push", deep.as_bytes()).unwrap();
    let open = "{\"a\":[".repeat(200_000);
    assert!(matches!(payload::parse("push", open.as_bytes()), Err(Malformed::NotJson(_))));
}
