//! Commits, read from git.

use serde_json::{Value, json};

use super::{
    super::{
        diff::{Diff, FileDiff},
        model::{repository::Repository, world::World},
    },
    repository,
};

/// What git knows of a commit.
struct Facts {
    tree: String,
    parents: Vec<String>,
    author: Value,
    committer: Value,
    message: String,
}

fn facts(repository: &Repository, sha: &str) -> Facts {
    let format = "%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B";
    let text = repository.git.git(&["show", "--no-patch", &format!("--format={format}"), sha]);
    let mut lines = text.splitn(9, '\n').map(str::to_owned);
    let mut next = || lines.next().unwrap_or_default();
    let (tree, parents) = (next(), next());
    let mut person = || json!({ "name": next(), "email": next(), "date": next().replace("+00:00", "Z") });
    Facts {
        tree,
        parents: parents.split_whitespace().map(str::to_owned).collect(),
        author: person(),
        committer: person(),
        message: next(),
    }
}

fn verification(of: &Repository, sha: &str) -> Value {
    let signed = of.signed.contains(sha);
    let (reason, text) = if signed { ("valid", json!("signed by GitHub")) } else { ("unsigned", Value::Null) };
    json!({ "verified": signed, "reason": reason, "signature": text, "payload": text, "verified_at": null })
}

/// `commit`, without its files.
pub(crate) fn listed(world: &World, of: &Repository, sha: &str) -> Value {
    let facts = facts(of, sha);
    let (api, page) = (repository::url(world, of), repository::html_url(world, of));
    let parent = |sha: &String| json!({ "sha": sha, "url": format!("{api}/commits/{sha}"), "html_url": format!("{page}/commit/{sha}") });
    json!({
        "url": format!("{api}/commits/{sha}"),
        "sha": sha,
        "node_id": format!("C_fake{sha}"),
        "html_url": format!("{page}/commit/{sha}"),
        "comments_url": format!("{api}/commits/{sha}/comments"),
        "commit": {
            "url": format!("{api}/git/commits/{sha}"),
            "author": facts.author,
            "committer": facts.committer,
            "message": facts.message,
            "tree": { "sha": facts.tree, "url": format!("{api}/git/trees/{}", facts.tree) },
            "comment_count": 0,
            "verification": verification(of, sha),
        },
        "author": null,
        "committer": null,
        "parents": facts.parents.iter().map(parent).collect::<Vec<_>>(),
    })
}

/// `git-commit`, as the git database shows it.
pub(crate) fn low_level(world: &World, of: &Repository, sha: &str) -> Value {
    let commit = listed(world, of, sha);
    let (api, page) = (repository::url(world, of), repository::html_url(world, of));
    let parents = commit["parents"].as_array().into_iter().flatten().filter_map(|parent| parent["sha"].as_str());
    let parent = |sha: &str| json!({ "sha": sha, "url": format!("{api}/git/commits/{sha}"), "html_url": format!("{page}/commit/{sha}") });
    let details = &commit["commit"];
    json!({
        "sha": sha,
        "node_id": commit["node_id"],
        "url": details["url"],
        "html_url": commit["html_url"],
        "author": details["author"],
        "committer": details["committer"],
        "message": details["message"],
        "tree": details["tree"],
        "parents": parents.map(parent).collect::<Vec<_>>(),
        "verification": details["verification"],
    })
}

/// `commit` with its files, as one asked for by itself.
pub(crate) fn whole(world: &World, of: &Repository, sha: &str) -> Value {
    const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    let mut commit = listed(world, of, sha);
    let parent = commit["parents"][0]["sha"].as_str().unwrap_or(EMPTY_TREE).to_owned();
    let diff = Diff::between(&of.git, &parent, sha);
    let files: Vec<Value> = diff.files.iter().map(|file| entry(world, of, sha, file)).collect();
    let sum = |field: &str| files.iter().filter_map(|file| file[field].as_u64()).sum::<u64>();
    commit["stats"] = json!({
        "additions": sum("additions"), "deletions": sum("deletions"), "total": sum("changes")
    });
    commit["files"] = json!(files);
    commit
}

/// `diff-entry`: one changed file.
pub(crate) fn entry(world: &World, of: &Repository, sha: &str, file: &FileDiff) -> Value {
    let (api, page) = (repository::url(world, of), repository::html_url(world, of));
    let (additions, deletions) = file.counts();
    let blob = of.git.lookup(&format!("{sha}:{}", file.path));
    let mut entry = json!({
        "sha": blob,
        "filename": file.path,
        "status": file.status,
        "additions": additions,
        "deletions": deletions,
        "changes": additions + deletions,
        "blob_url": format!("{page}/blob/{sha}/{}", file.path),
        "raw_url": format!("{page}/raw/{sha}/{}", file.path),
        "contents_url": format!("{api}/contents/{}?ref={sha}", file.path),
    });
    if !file.patch.is_empty() {
        entry["patch"] = json!(file.patch);
    }
    if let Some(old) = &file.old_path {
        entry["previous_filename"] = json!(old);
    }
    entry
}

/// A commit as check suites tell of theirs.
pub(crate) fn brief(of: &Repository, sha: &str) -> Value {
    let facts = facts(of, sha);
    let person = |person: &Value| json!({ "name": person["name"], "email": person["email"] });
    json!({
        "id": sha,
        "tree_id": facts.tree,
        "message": facts.message,
        "timestamp": facts.committer["date"],
        "author": person(&facts.author),
        "committer": person(&facts.committer),
    })
}

/// A commit as `push` tells of it.
pub(crate) fn pushed(world: &World, of: &Repository, sha: &str) -> Value {
    let changed = |filter: &str| -> Vec<String> {
        let arguments = ["diff-tree", "--root", "--no-commit-id", "--name-only", "-r", "--no-renames", filter, sha];
        of.git.git(&arguments).lines().map(str::to_owned).collect()
    };
    let mut commit = brief(of, sha);
    commit["distinct"] = json!(true);
    commit["url"] = json!(format!("{}/commit/{sha}", repository::html_url(world, of)));
    commit["added"] = json!(changed("--diff-filter=A"));
    commit["removed"] = json!(changed("--diff-filter=D"));
    commit["modified"] = json!(changed("--diff-filter=M"));
    commit
}
