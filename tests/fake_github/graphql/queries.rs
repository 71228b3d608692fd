//! Objects as GraphQL shows them, whole; selecting comes after.

use serde_json::{Map, Value, json};

use super::{
    super::{
        model::{
            accounts::AccountKind,
            app::Level,
            comments::{ReviewComment, Thread},
            pull::{Pull, PullState},
            repository::Repository,
            world::World,
        },
        shape,
    },
    Arguments, Refusal,
    select::{BY_NUMBER, connection},
};

/// A field of `Query`.
pub(super) fn resolve(world: &World, token: &str, field: &str, arguments: &Arguments) -> Result<Value, Refusal> {
    match field {
        "repository" => {
            let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
            let full_name = format!("{}/{}", text("owner"), text("name"));
            let follow = arguments.get("followRenames") != Some(&json!(false));
            let moved = || world.repository_once_named(&full_name).filter(|_| follow);
            let named = world.repository_named(&full_name).or_else(moved);
            let found = named.filter(|one| world.reaches(&world.tokens[token], one.id));
            let missing =
                || Refusal("NOT_FOUND", format!("Could not resolve to a Repository with the name '{full_name}'."));
            Ok(repository(world, token, found.ok_or_else(missing)?))
        }
        "node" => {
            let id = arguments.get("id").and_then(Value::as_str).unwrap_or_default();
            node(world, token, id).ok_or_else(|| not_found(id))
        }
        "nodes" => {
            let ids = arguments.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
            let one = |id: &Value| node(world, token, id.as_str().unwrap_or_default()).unwrap_or_default();
            Ok(ids.iter().map(one).collect())
        }
        "viewer" => Ok(actor(world, &world.app.as_ref().map(super::super::model::app::App::bot).unwrap_or_default())),
        "rateLimit" => Ok(json!({
            "__typename": "RateLimit", "limit": 5_000, "cost": 1, "remaining": 4_999, "used": 1,
            "resetAt": shape::time(world.now()), "nodeCount": 1,
        })),
        other => Ok(json!({ "__typename": format!("Query.{other}, which the fake does not know") })),
    }
}

pub(super) fn not_found(id: &str) -> Refusal {
    Refusal("NOT_FOUND", format!("Could not resolve to a node with the global id of '{id}'."))
}

/// Repository and number of the pull request that has a thread, if the token reaches it.
pub(super) fn find_thread(world: &World, token: &str, node_id: &str) -> Option<(i64, i64)> {
    let reached = world.repositories.values().filter(|one| world.reaches(&world.tokens[token], one.id));
    reached
        .flat_map(|one| one.pulls.values().map(|pull| (one.id, pull)))
        .find(|(_, pull)| pull.threads.iter().any(|thread| thread.node_id == node_id))
        .map(|(repository, pull)| (repository, pull.number))
}

/// Whether the token may resolve threads: contents:write as well as pull_requests:write.
pub(super) fn may_resolve(world: &World, token: &str) -> bool {
    let granted = &world.tokens[token].permissions;
    ["contents", "pull_requests"].iter().all(|name| granted.get(*name) == Some(&Level::Write))
}

fn node(world: &World, token: &str, id: &str) -> Option<Value> {
    if let Some((repository, number)) = find_thread(world, token, id) {
        let (of, pull) = (world.repository(repository), world.pull(repository, number));
        let one = pull.threads.iter().find(|thread| thread.node_id == id)?;
        return Some(thread(world, token, of, pull, one));
    }
    let reached = world.repositories.values().filter(|one| world.reaches(&world.tokens[token], one.id));
    let mut pulls = reached.flat_map(|one| one.pulls.values().map(move |pull| (one, pull)));
    pulls.find(|(_, pull)| shape::pull::node_id(pull) == id).map(|(of, one)| pull(world, token, of, one))
}

fn repository(world: &World, token: &str, of: &Repository) -> Value {
    let pulls: Map<String, Value> =
        of.pulls.values().map(|one| (one.number.to_string(), pull(world, token, of, one))).collect();
    let head = of.branch(&of.default_branch);
    json!({
        "__typename": "Repository",
        "id": format!("R_fake{}", of.id),
        "databaseId": of.id,
        "name": of.name,
        "nameWithOwner": of.full_name(),
        "isPrivate": of.private,
        "defaultBranchRef": head.map(|head| json!({
            "__typename": "Ref", "name": of.default_branch, "target": { "__typename": "Commit", "oid": head },
        })),
        "pullRequests": connection(pulls.values().cloned().collect()),
        "pullRequest": { BY_NUMBER: pulls },
    })
}

fn pull(world: &World, token: &str, of: &Repository, pull: &Pull) -> Value {
    let threads = pull.threads.iter().map(|one| thread(world, token, of, pull, one)).collect();
    let state = match pull.state {
        PullState::Open => "OPEN",
        PullState::Closed { .. } => "CLOSED",
        PullState::Merged { .. } => "MERGED",
    };
    json!({
        "__typename": "PullRequest",
        "id": shape::pull::node_id(pull),
        "databaseId": pull.id,
        "number": pull.number,
        "title": pull.title,
        "body": pull.body.clone().unwrap_or_default(),
        "state": state,
        "isDraft": pull.draft,
        "headRefName": pull.head_ref,
        "headRefOid": pull.head_sha,
        "baseRefName": pull.base_ref,
        "baseRefOid": of.branch(&pull.base_ref),
        "isCrossRepository": pull.head_repository != of.id,
        "author": actor(world, &pull.author),
        "reviewThreads": connection(threads),
    })
}

/// A review thread, with its comments.
pub(super) fn thread(world: &World, token: &str, of: &Repository, pull: &Pull, thread: &Thread) -> Value {
    let comments = pull.comments_of(thread);
    let root = comments.first().expect("a thread has a first comment");
    let may = may_resolve(world, token);
    let start =
        |lines: Option<super::super::model::comments::Lines>| lines.and_then(|lines| lines.start).map(|(line, _)| line);
    json!({
        "__typename": "PullRequestReviewThread",
        "id": thread.node_id,
        "isResolved": thread.resolved_by.is_some(),
        "isOutdated": !root.is_on_file() && root.current.is_none(),
        "isCollapsed": thread.resolved_by.is_some(),
        "path": root.path,
        "line": root.current.map(|lines| lines.line),
        "originalLine": root.original.map(|lines| lines.line),
        "startLine": start(root.current),
        "originalStartLine": start(root.original),
        "diffSide": root.original.map_or("RIGHT", |lines| lines.side.as_str()),
        "startDiffSide": root.original.and_then(|lines| lines.start).map(|(_, side)| side.as_str()),
        "subjectType": if root.is_on_file() { "FILE" } else { "LINE" },
        "resolvedBy": thread.resolved_by.as_ref().map(|login| user(world, login)),
        "viewerCanResolve": may && thread.resolved_by.is_none(),
        "viewerCanUnresolve": may && thread.resolved_by.is_some(),
        "viewerCanReply": true,
        "comments": connection(comments.iter().map(|one| comment(world, of, pull, one)).collect()),
    })
}

pub(super) fn comment(world: &World, of: &Repository, pull: &Pull, comment: &ReviewComment) -> Value {
    let rest = shape::comment::review_comment(world, of, pull, comment);
    json!({
        "__typename": "PullRequestReviewComment",
        "id": rest["node_id"],
        "databaseId": comment.id,
        "fullDatabaseId": comment.id.to_string(),
        "body": comment.body,
        "path": comment.path,
        "line": rest["line"],
        "originalLine": rest["original_line"],
        "startLine": rest["start_line"],
        "originalStartLine": rest["original_start_line"],
        "outdated": !comment.is_on_file() && comment.current.is_none(),
        "isMinimized": false,
        "url": rest["html_url"],
        "createdAt": rest["created_at"],
        "updatedAt": rest["updated_at"],
        "author": actor(world, &comment.author),
        "commit": { "__typename": "Commit", "oid": comment.commit_id },
        "originalCommit": { "__typename": "Commit", "oid": comment.original_commit_id },
        "replyTo": comment.in_reply_to.map(|id| json!({
            "__typename": "PullRequestReviewComment", "id": format!("PRRC_fake{id}"), "databaseId": id,
        })),
        "viewerDidAuthor": world.app.as_ref().is_some_and(|app| app.bot() == comment.author),
        "reactions": connection(comment.reactions.iter().map(|one| reaction(world, one)).collect()),
    })
}

/// Of a bot `user` is nobody.
fn reaction(world: &World, (id, login, content): &(i64, String, String)) -> Value {
    let content = match content.as_str() {
        "+1" => "THUMBS_UP".to_owned(),
        "-1" => "THUMBS_DOWN".to_owned(),
        other => other.to_uppercase(),
    };
    let is_person = world.account(login).kind != AccountKind::Bot;
    json!({
        "__typename": "Reaction",
        "id": format!("REA_fake{id}"),
        "content": content,
        "user": is_person.then(|| actor(world, login)),
    })
}

/// Whoever did something. A bot's login has no `[bot]` here.
fn actor(world: &World, login: &str) -> Value {
    let account = world.account(login);
    let kind = match account.kind {
        AccountKind::Bot => "Bot",
        AccountKind::User => "User",
        AccountKind::Organization => "Organization",
    };
    let shown = login.strip_suffix("[bot]").unwrap_or(login);
    json!({ "__typename": kind, "login": shown, "id": format!("U_fake{}", account.id), "databaseId": account.id })
}

/// `resolvedBy` is a `User`, also where a bot resolved.
fn user(world: &World, login: &str) -> Value {
    let mut user = actor(world, login);
    user["__typename"] = json!("User");
    user
}
