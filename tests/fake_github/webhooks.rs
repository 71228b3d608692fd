//! What GitHub tells the App: payloads built from the model, in the shape of GitHub's own examples.

use serde_json::{Value, json};

use super::{
    git_repository::GitRepository,
    model::{
        delivery::{Outgoing, Webhook},
        repository::Repository,
        world::World,
    },
    shape,
};

/// No commit: before a branch's first one, and after its last.
pub(crate) fn zero() -> String {
    "0".repeat(40)
}

/// A branch moved from `before` to `after`.
pub(crate) fn push(world: &mut World, repository: i64, branch: &str, before: &str, after: &str, sender: &str) {
    let of = world.repository(repository);
    let (created, deleted) = (before == zero(), after == zero());
    let page = shape::repository::html_url(world, of);
    let commits = pushed_commits(&of.git, of, before, after);
    let shown: Vec<Value> =
        commits.iter().rev().take(2_048).rev().map(|sha| shape::commit::pushed(world, of, sha)).collect();
    let compare = if created {
        format!("{page}/compare/{branch}")
    } else {
        format!("{page}/compare/{}...{}", &before[..12], &after[..12])
    };
    let payload = json!({
        "ref": format!("refs/heads/{branch}"),
        "before": before,
        "after": after,
        "created": created,
        "deleted": deleted,
        "forced": !created && !deleted && !of.git.is_ancestor(before, after),
        "base_ref": null,
        "compare": compare,
        "commits": shown,
        "head_commit": (!deleted).then(|| shape::commit::pushed(world, of, after)),
        "pusher": { "name": sender, "email": format!("{sender}@example.com") },
        "repository": shape::repository::in_push(world, of),
    });
    tell(world, "push", Some(repository), payload, sender);
    if !deleted {
        check_suite(world, repository, after, "requested", sender);
    }
}

/// The commits a push brought: for a new branch those that the default branch does not have.
fn pushed_commits(git: &GitRepository, of: &Repository, before: &str, after: &str) -> Vec<String> {
    if after == zero() {
        return Vec::new();
    }
    let since = if before == zero() { of.branch(&of.default_branch) } else { Some(before.to_owned()) };
    since.map(|since| git.list(&since, after)).unwrap_or_default()
}

/// `pull_request` with this action; `more` are the fields that only this action has.
pub(crate) fn pull_request(world: &mut World, repository: i64, number: i64, action: &str, more: Value, sender: &str) {
    let of = world.repository(repository);
    let payload = json!({
        "action": action,
        "number": number,
        "pull_request": shape::pull::in_webhook(world, of, world.pull(repository, number)),
    });
    tell(world, "pull_request", Some(repository), with(payload, more), sender);
}

/// `issue_comment` with `created`, `edited` or `deleted`; `more` are the fields that only this action has.
pub(crate) fn issue_comment(
    world: &mut World,
    repository: i64,
    number: i64,
    comment: i64,
    action: &str,
    more: Value,
    sender: &str,
) {
    let (of, pull) = (world.repository(repository), world.pull(repository, number));
    let comment = pull.issue_comments.iter().find(|one| one.id == comment).expect("it is there");
    let payload = json!({
        "action": action,
        "issue": shape::pull::as_issue(world, of, pull),
        "comment": shape::comment::issue_comment(world, of, pull, comment),
    });
    tell(world, "issue_comment", Some(repository), with(payload, more), sender);
}

/// `pull_request_review` with `submitted`, `edited` or `dismissed`.
pub(crate) fn review(
    world: &mut World,
    repository: i64,
    number: i64,
    review: i64,
    action: &str,
    more: Value,
    sender: &str,
) {
    let (of, pull) = (world.repository(repository), world.pull(repository, number));
    let review = pull.reviews.iter().find(|one| one.id == review).expect("it is there");
    let mut shown = shape::comment::review(world, of, pull, review);
    // Only webhooks write it small.
    shown["state"] = json!(review.state.to_lowercase());
    let pull = shape::pull::listed(world, of, pull);
    let payload = json!({ "action": action, "review": shown, "pull_request": pull });
    tell(world, "pull_request_review", Some(repository), with(payload, more), sender);
}

/// `pull_request_review_comment` with `created`, `edited` or `deleted`.
pub(crate) fn review_comment(
    world: &mut World,
    repository: i64,
    number: i64,
    comment: i64,
    action: &str,
    more: Value,
    sender: &str,
) {
    let (of, pull) = (world.repository(repository), world.pull(repository, number));
    let comment = pull.comment(comment).expect("it is there");
    let payload = json!({
        "action": action,
        "comment": shape::comment::review_comment(world, of, pull, comment),
        "pull_request": shape::pull::listed(world, of, pull),
    });
    tell(world, "pull_request_review_comment", Some(repository), with(payload, more), sender);
}

fn with(mut payload: Value, more: Value) -> Value {
    if let (Value::Object(payload), Value::Object(more)) = (&mut payload, more) {
        payload.extend(more);
    }
    payload
}

/// `pull_request_review_thread` `resolved` or `unresolved`.
pub(crate) fn review_thread(
    world: &mut World,
    repository: i64,
    number: i64,
    node_id: &str,
    action: &str,
    sender: &str,
) {
    let (of, pull) = (world.repository(repository), world.pull(repository, number));
    let thread = pull.threads.iter().find(|thread| thread.node_id == node_id).expect("it was just changed");
    let comments = pull.comments_of(thread);
    let comments: Vec<_> = comments.iter().map(|one| shape::comment::review_comment(world, of, pull, one)).collect();
    let payload = json!({
        "action": action,
        "thread": { "node_id": node_id, "comments": comments },
        "pull_request": shape::pull::listed(world, of, pull),
    });
    tell(world, "pull_request_review_thread", Some(repository), payload, sender);
}

/// `check_run` with `created`, `completed`, `rerequested`, ...
pub(crate) fn check_run(
    world: &mut World,
    repository: i64,
    run: i64,
    action: &str,
    button: Option<&str>,
    sender: &str,
) {
    let of = world.repository(repository);
    let run = of.check_runs.iter().find(|one| one.id == run).expect("it was just changed");
    let mut payload = json!({ "action": action, "check_run": shape::check_run::in_webhook(world, of, run) });
    if let Some(identifier) = button {
        let is_shown = run.actions.iter().any(|action| action["identifier"] == *identifier);
        assert!(is_shown, "the check run shows no button {identifier}");
        payload["requested_action"] = json!({ "identifier": identifier });
    }
    tell(world, "check_run", Some(repository), payload, sender);
}

/// `check_suite` of a commit with `requested`, `rerequested`.
pub(crate) fn check_suite(world: &mut World, repository: i64, head_sha: &str, action: &str, sender: &str) {
    let suite = shape::check_run::suite(world, world.repository(repository), head_sha);
    tell(world, "check_suite", Some(repository), json!({ "action": action, "check_suite": suite }), sender);
}

/// `repository` with `renamed`, ...
pub(crate) fn repository(world: &mut World, repository: i64, action: &str, changes: Value, sender: &str) {
    let payload = json!({ "action": action, "changes": changes });
    tell(world, "repository", Some(repository), payload, sender);
}

/// `installation` with `created`, `deleted`, `suspend`, `unsuspend`.
pub(crate) fn installation(world: &mut World, id: i64, action: &str, sender: &str) {
    let (Some(app), Some(installation)) = (&world.app, world.installations.get(&id)) else { return };
    let covered = world.repositories.values().filter(|one| one.owner == installation.account);
    let mut payload = json!({
        "action": action,
        "installation": shape::app::installation(world, app, installation),
        "sender": shape::account::simple(world, sender),
    });
    if matches!(action, "created" | "deleted") {
        payload["repositories"] = covered.map(shape::repository::brief).collect();
    }
    if action == "created" {
        payload["requester"] = Value::Null;
    }
    let webhook = Webhook { event: "installation", installation: Some(id), repository: None, payload };
    world.outbox.push_back(Outgoing { webhook, repeats: None });
}

/// Queues a webhook for the installation that covers the repository, if it listens.
fn tell(world: &mut World, event: &'static str, repository: Option<i64>, mut payload: Value, sender: &str) {
    let Some(installation) = repository.and_then(|id| world.installation_of(id)) else { return };
    if installation.suspended.is_some() || !world.hears(installation, event) {
        return;
    }
    let installation = installation.id;
    payload["installation"] = json!({ "id": installation, "node_id": format!("MDIz{installation}") });
    if let Some(of) = repository.map(|id| world.repository(id)) {
        if payload["repository"].is_null() {
            payload["repository"] = shape::repository::plain(world, of);
        }
        if let Some(organization) = shape::account::organization(world, of) {
            payload["organization"] = organization;
        }
    }
    payload["sender"] = shape::account::simple(world, sender);
    let webhook = Webhook { event, installation: Some(installation), repository, payload };
    world.outbox.push_back(Outgoing { webhook, repeats: None });
}
