//! Blobs, trees and commits, made over the API.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    route::{Route, get, post},
    shape,
};

const READ: Needs = Needs::Permissions("contents=read");
const WRITE: Needs = Needs::Permissions("contents=write");

pub(crate) const ROUTES: &[Route] = &[
    post("/repos/{owner}/{repo}/git/blobs", WRITE, create_blob),
    post("/repos/{owner}/{repo}/git/trees", WRITE, create_tree),
    post("/repos/{owner}/{repo}/git/commits", WRITE, create_commit),
    get("/repos/{owner}/{repo}/git/commits/{commit_sha}", READ, commit),
];

fn unprocessable(message: &str) -> Answer {
    Answer::error(422, message)
}

fn create_blob(call: &mut Call<'_>) -> Reply {
    let content = call.text("content").unwrap_or_default();
    let bytes = match call.text("encoding") {
        Some("base64") => BASE64_STANDARD.decode(content).map_err(|_| unprocessable("content is not valid Base64"))?,
        _ => content.as_bytes().to_vec(),
    };
    let id = call.repository().git.write_blob(&bytes);
    let url = format!("{}/git/blobs/{id}", shape::repository::url(call.world, call.repository()));
    Ok(Answer::created(json!({ "sha": id, "url": url })))
}

/// Entries over a base tree. An entry without an object is taken away, and must be there.
fn create_tree(call: &mut Call<'_>) -> Reply {
    let git = &call.repository().git;
    let base = match call.text("base_tree") {
        Some(base) => Some(git.lookup(&format!("{base}^{{tree}}")).ok_or_else(Answer::not_found)?),
        None => None,
    };
    let mut changes = Vec::new();
    for entry in call.body["tree"].as_array().into_iter().flatten() {
        let (path, mode) = (entry["path"].as_str().unwrap_or_default(), entry["mode"].as_str().unwrap_or_default());
        if path.is_empty()
            || path.starts_with('/')
            || path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git"))
        {
            return Err(unprocessable("tree.path contains a malformed path component"));
        }
        let there = base.as_ref().and_then(|base| git.lookup(&format!("{base}:{path}")));
        match &entry["sha"] {
            Value::Null if there.is_none() => return Err(unprocessable("GitRPC::BadObjectState")),
            Value::Null => changes.push((path.to_owned(), None)),
            id => {
                let id = id.as_str().unwrap_or_default();
                let is_there = mode == "160000" || git.lookup(&format!("{id}^{{object}}")).is_some();
                if !is_there {
                    return Err(unprocessable(&format!("tree.sha {id} is not a valid blob")));
                }
                changes.push((path.to_owned(), Some((mode.to_owned(), id.to_owned()))));
            }
        }
    }
    let tree = git.write_tree(base.as_deref(), &changes);
    let url = shape::repository::url(call.world, call.repository());
    let listing = call.repository().git.git(&["ls-tree", &tree]);
    let shown = listing.lines().filter_map(|line| {
        let (facts, path) = line.split_once('\t')?;
        let facts: Vec<&str> = facts.split(' ').collect();
        let [mode, kind, id] = facts[..] else { return None };
        Some(json!({ "path": path, "mode": mode, "type": kind, "sha": id, "url": format!("{url}/git/{kind}s/{id}") }))
    });
    let shown: Vec<Value> = shown.collect();
    Ok(Answer::created(
        json!({ "sha": tree, "url": format!("{url}/git/trees/{tree}"), "tree": shown, "truncated": false }),
    ))
}

/// By the App, signed by GitHub, unless it says who else made it.
fn create_commit(call: &mut Call<'_>) -> Reply {
    let git = &call.repository().git;
    let tree = call.text("tree").unwrap_or_default();
    if git.lookup(&format!("{tree}^{{tree}}")).as_deref() != Some(tree) {
        return Err(unprocessable("Tree SHA does not exist"));
    }
    let parents: Vec<&str> = call.body["parents"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if parents.iter().any(|parent| git.resolve(parent).as_deref() != Some(*parent)) {
        return Err(unprocessable("Parent SHA does not exist or is not a commit object"));
    }
    let message = call.text("message").unwrap_or_default();
    let signed = call.body["author"].is_null() && call.body["committer"].is_null();
    let id = git.commit_of_tree(tree, &parents, message, &call.login());
    if signed {
        let repository = call.repository_id();
        call.world.repository_mut(repository).signed.insert(id.clone());
    }
    Ok(Answer::created(shape::commit::low_level(call.world, call.repository(), &id)))
}

fn commit(call: &mut Call<'_>) -> Reply {
    let revision = call.part("commit_sha");
    let id = call.repository().git.resolve(revision).filter(|id| id == revision).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(shape::commit::low_level(call.world, call.repository(), &id)))
}
