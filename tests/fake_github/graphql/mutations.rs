//! What GraphQL changes.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{
    super::{
        acts::branches::move_branch,
        call::MAX_BODY,
        git_repository::Commit,
        model::{
            app::{App, Level},
            world::World,
        },
        talk,
    },
    Arguments, Refusal,
    queries::{self, find_thread, may_resolve, not_found},
    refs,
};

/// A field of `Mutation`.
pub(super) fn resolve(world: &mut World, token: &str, field: &str, arguments: &Arguments) -> Result<Value, Refusal> {
    let input = arguments.get("input").cloned().unwrap_or_default();
    let mut payload = match field {
        "resolveReviewThread" => set_resolved(world, token, &input, "resolved")?,
        "unresolveReviewThread" => set_resolved(world, token, &input, "unresolved")?,
        "addPullRequestReviewThreadReply" => reply(world, token, &input)?,
        "createCommitOnBranch" => commit(world, token, &input)?,
        "addReaction" => react(world, token, &input)?,
        "updateRefs" => refs::update(world, token, &input)?,
        other => json!({ "__typename": format!("Mutation.{other}, which the fake does not know") }),
    };
    payload["clientMutationId"] = input["clientMutationId"].clone();
    Ok(payload)
}

pub(super) fn forbidden() -> Refusal {
    Refusal("FORBIDDEN", "Resource not accessible by integration".to_owned())
}

pub(super) fn bot(world: &World) -> String {
    world.app.as_ref().map(App::bot).unwrap_or_default()
}

fn set_resolved(world: &mut World, token: &str, input: &Value, action: &'static str) -> Result<Value, Refusal> {
    let id = input["threadId"].as_str().unwrap_or_default();
    let (repository, number) = find_thread(world, token, id).ok_or_else(|| not_found(id))?;
    if !may_resolve(world, token) {
        return Err(forbidden());
    }
    let by = bot(world);
    talk::set_resolved(world, repository, number, id, &by, action);
    let (of, pull) = (world.repository(repository), world.pull(repository, number));
    let thread = pull.threads.iter().find(|thread| thread.node_id == id).expect("it was just changed");
    Ok(json!({ "thread": queries::thread(world, token, of, pull, thread) }))
}

/// One commit of whole files on top of where the branch must stand.
fn commit(world: &mut World, token: &str, input: &Value) -> Result<Value, Refusal> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (name, branch) = (text(&input["branch"]["repositoryNameWithOwner"]), text(&input["branch"]["branchName"]));
    let reached = world.repository_named(&name).filter(|one| world.reaches(&world.tokens[token], one.id));
    let of = reached.ok_or_else(|| not_found(&name))?;
    if world.tokens[token].permissions.get("contents") != Some(&Level::Write) {
        return Err(forbidden());
    }
    if of.protected.contains(&branch) {
        return Err(Refusal("UNPROCESSABLE", format!("Cannot update this protected ref. ({branch})")));
    }
    let head = of.branch(&branch).ok_or_else(|| not_found(&branch))?;
    let expected = text(&input["expectedHeadOid"]);
    if head != expected {
        let message = format!("Expected branch to point to \"{expected}\" but it did not. Pull and try again.");
        return Err(Refusal("STALE_DATA", message));
    }
    let message = format!("{}\n\n{}", text(&input["message"]["headline"]), text(&input["message"]["body"]));
    let mut change = Commit::new().message(&message);
    for addition in input["fileChanges"]["additions"].as_array().into_iter().flatten() {
        let path = text(&addition["path"]);
        if path.starts_with(".github/workflows/") {
            return Err(forbidden());
        }
        let contents = BASE64_STANDARD.decode(text(&addition["contents"]));
        change = change.write(&path, contents.map_err(|error| Refusal("UNPROCESSABLE", error.to_string()))?);
    }
    let (id, oid) = (of.id, of.git.commit(&[&head], change));
    let by = bot(world);
    move_branch(world, id, &branch, &oid, &by);
    Ok(json!({
        "__typename": "CreateCommitOnBranchPayload",
        "commit": { "__typename": "Commit", "oid": oid },
    }))
}

/// To whatever has a node id that ends in its number.
fn react(world: &mut World, token: &str, input: &Value) -> Result<Value, Refusal> {
    const NAMES: [(&str, &str); 8] = [
        ("THUMBS_UP", "+1"),
        ("THUMBS_DOWN", "-1"),
        ("LAUGH", "laugh"),
        ("CONFUSED", "confused"),
        ("HEART", "heart"),
        ("HOORAY", "hooray"),
        ("ROCKET", "rocket"),
        ("EYES", "eyes"),
    ];
    let subject = input["subjectId"].as_str().unwrap_or_default();
    let id =
        subject.split_once("_fake").and_then(|(_, id)| id.parse::<i64>().ok()).ok_or_else(|| not_found(subject))?;
    let content = input["content"].as_str().unwrap_or_default().to_owned();
    let name = NAMES.iter().find(|(name, _)| *name == content).map(|(_, rest)| *rest);
    let name = name.ok_or_else(|| Refusal("UNPROCESSABLE", format!("{content} is no reaction")))?;
    if world.tokens[token].permissions.get("pull_requests") != Some(&Level::Write) {
        return Err(forbidden());
    }
    let reached = world.repositories.values().filter(|one| world.reaches(&world.tokens[token], one.id));
    let pulls: Vec<_> = reached.flat_map(|one| one.pulls.keys().map(|number| (one.id, *number))).collect();
    let by = bot(world);
    let reacted = pulls.into_iter().find_map(|(of, number)| talk::react(world, of, number, id, &by, name));
    let ((id, ..), _) = reacted.ok_or_else(|| not_found(subject))?;
    Ok(json!({
        "__typename": "AddReactionPayload",
        "reaction": { "__typename": "Reaction", "id": format!("REA_fake{id}"), "databaseId": id, "content": content },
    }))
}

fn reply(world: &mut World, token: &str, input: &Value) -> Result<Value, Refusal> {
    let id = input["pullRequestReviewThreadId"].as_str().unwrap_or_default();
    let body = input["body"].as_str().unwrap_or_default();
    let (repository, number) = find_thread(world, token, id).ok_or_else(|| not_found(id))?;
    if world.tokens[token].permissions.get("pull_requests") != Some(&Level::Write) {
        return Err(forbidden());
    }
    if body.is_empty() || body.chars().count() > MAX_BODY {
        return Err(Refusal("UNPROCESSABLE", format!("Body is too long (maximum is {MAX_BODY} characters)")));
    }
    let pull = world.pull(repository, number);
    let thread = pull.threads.iter().find(|thread| thread.node_id == id).expect("it was just found");
    let (root, author) = (thread.root, bot(world));
    let comment = talk::reply(world, repository, number, root, &author, body);
    let (of, pull) = (world.repository(repository), world.pull(repository, number));
    let comment = pull.comment(comment).expect("it was just written");
    Ok(json!({ "comment": queries::comment(world, of, pull, comment) }))
}
