//! Files and folders of a commit.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    route::{Route, get},
    shape,
};

pub(crate) const ROUTES: &[Route] =
    &[get("/repos/{owner}/{repo}/contents/{path}", Needs::Permissions("contents=read"), show)];

/// Above this the JSON has no content, only the raw media type does.
const MAX_IN_JSON: usize = 1024 * 1024;

fn show(call: &mut Call<'_>) -> Reply {
    let repository = call.repository();
    let revision = call.query.get("ref").unwrap_or(&repository.default_branch);
    let no_commit = || Answer::error(404, &format!("No commit found for the ref {revision}"));
    let commit = repository.git.resolve(revision).ok_or_else(no_commit)?;
    let path = call.part("path");
    let object = repository.git.lookup(&format!("{commit}:{path}")).ok_or_else(Answer::not_found)?;
    if repository.git.git(&["cat-file", "-t", &object]) == "tree" {
        return Ok(Answer::ok(folder(call, &commit, path)));
    }
    let content = repository.git.git_with(&["cat-file", "blob", &object], &[]);
    if call.accept.contains(".raw") {
        return Ok(Answer::text(String::from_utf8_lossy(&content).into_owned()));
    }
    let mut shown = entry(call, &commit, path, &object, content.len(), "file");
    let small = content.len() <= MAX_IN_JSON;
    shown["encoding"] = json!(if small { "base64" } else { "none" });
    shown["content"] = json!(if small { wrapped(&content) } else { String::new() });
    Ok(Answer::ok(shown))
}

/// GitHub breaks the base64 text into lines of 60.
fn wrapped(content: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(content);
    let lines = text.as_bytes().chunks(60).filter_map(|line| std::str::from_utf8(line).ok());
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn folder(call: &Call<'_>, commit: &str, path: &str) -> Value {
    let tree = if path.is_empty() { commit.to_owned() } else { format!("{commit}:{path}") };
    let listing = call.repository().git.git(&["ls-tree", "--long", &tree]);
    let entries = listing.lines().filter_map(|line| {
        let (facts, name) = line.split_once('\t')?;
        let mut facts = facts.split_whitespace().skip(1);
        let (kind, object, size) = (facts.next()?, facts.next()?, facts.next()?);
        let kind = if kind == "tree" { "dir" } else { "file" };
        let full = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        Some(entry(call, commit, &full, object, size.parse().unwrap_or_default(), kind))
    });
    Value::Array(entries.collect())
}

fn entry(call: &Call<'_>, commit: &str, path: &str, object: &str, size: usize, kind: &str) -> Value {
    let repository = call.repository();
    let (api, page) =
        (shape::repository::url(call.world, repository), shape::repository::html_url(call.world, repository));
    let (own, git) = (format!("{api}/contents/{path}?ref={commit}"), format!("{api}/git/blobs/{object}"));
    let html = format!("{page}/blob/{commit}/{path}");
    json!({
        "type": kind,
        "name": path.rsplit('/').next(),
        "path": path,
        "sha": object,
        "size": size,
        "url": own,
        "html_url": html,
        "git_url": git,
        "download_url": format!("{page}/raw/{commit}/{path}"),
        "_links": { "self": own, "git": git, "html": html },
    })
}
