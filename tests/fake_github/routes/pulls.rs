//! Pull requests, their files and commits.

use serde_json::json;

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::{Call, MAX_BODY},
    diff::Diff,
    model::pull::Pull,
    route::{Route, get, patch},
    shape, webhooks,
};

const READ: Needs = Needs::Permissions("pull_requests=read");

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/pulls", READ, list),
    get("/repos/{owner}/{repo}/pulls/{pull_number}", Needs::Permissions("pull_requests=read; contents=read"), show),
    patch("/repos/{owner}/{repo}/pulls/{pull_number}", Needs::Permissions("pull_requests=write"), update),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/files", READ, files),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/commits", READ, commits),
];

/// Newest first. `head` is `OWNER:BRANCH`; without an owner GitHub ignores it.
fn list(call: &mut Call<'_>) -> Reply {
    let asked = |name: &str| call.query.get(name).map(String::as_str);
    let wanted = |pull: &&Pull| {
        let head = format!("{}:{}", call.world.repository(pull.head_repository).owner, pull.head_ref);
        let state = match asked("state").unwrap_or("open") {
            "open" => pull.is_open(),
            "closed" => !pull.is_open(),
            _ => true,
        };
        state
            && asked("base").is_none_or(|base| pull.base_ref == base)
            && asked("head").is_none_or(|wanted| !wanted.contains(':') || head == wanted)
    };
    let repository = call.repository();
    let mut pulls: Vec<_> = repository.pulls.values().filter(wanted).collect();
    if asked("direction") != Some("asc") {
        pulls.reverse();
    }
    Ok(Answer::list(pulls.into_iter().map(|pull| shape::pull::listed(call.world, repository, pull)).collect()))
}

/// Also as a diff, which is refused when it is too large.
fn show(call: &mut Call<'_>) -> Reply {
    let pull = call.pull(call.pull_number("pull_number")?);
    if !call.accept.contains(".diff") {
        return Ok(Answer::ok(shape::pull::whole(call.world, call.repository(), pull)));
    }
    let base = call.repository().merge_base(pull).ok_or_else(Answer::not_found)?;
    let text = call.repository().git.git(&["diff", "-U3", "-M", &base, &pull.head_sha]);
    let files = text.matches("\ndiff --git ").count() + 1;
    if files > 300 || text.lines().count() > 20_000 || text.len() > 1_000_000 {
        return Err(Answer::error(406, "Sorry, the diff exceeded the maximum number of files (300)."));
    }
    Ok(Answer::text(text))
}

/// Title and body; who wrote them hears of it.
fn update(call: &mut Call<'_>) -> Reply {
    let number = call.pull_number("pull_number")?;
    if call.text("body").is_some_and(|body| body.chars().count() > MAX_BODY) {
        return Err(Answer::invalid("PullRequest", "body", "custom", "body is too long"));
    }
    let (title, body, now) = (call.text("title").map(str::to_owned), call.text("body").map(str::to_owned), call.now());
    let pull = call.pull_mut(number);
    let old = json!({ "from": pull.body });
    pull.title = title.unwrap_or_else(|| pull.title.clone());
    pull.body = body.or(pull.body.take());
    pull.updated_at = now;
    let (repository, login) = (call.repository_id(), call.login());
    let more = json!({ "changes": { "body": old } });
    webhooks::pull_request(call.world, repository, number, "edited", more, &login);
    Ok(Answer::ok(shape::pull::whole(call.world, call.repository(), call.pull(number))))
}

/// At most 3,000; a patch is left out where it is big.
fn files(call: &mut Call<'_>) -> Reply {
    let pull = call.pull(call.pull_number("pull_number")?);
    let repository = call.repository();
    let base = repository.merge_base(pull).ok_or_else(Answer::not_found)?;
    let diff = Diff::between(&repository.git, &base, &pull.head_sha);
    let entries = diff.files.iter().take(3_000).map(|file| {
        let mut entry = shape::commit::entry(call.world, repository, &pull.head_sha, file);
        if let Some(entry) = entry.as_object_mut().filter(|_| file.patch.len() > 500_000) {
            entry.remove("patch");
        }
        entry
    });
    Ok(Answer::list(entries.collect()))
}

/// Oldest first, at most 250.
fn commits(call: &mut Call<'_>) -> Reply {
    let pull = call.pull(call.pull_number("pull_number")?);
    let repository = call.repository();
    let base = repository.branch(&pull.base_ref).ok_or_else(Answer::not_found)?;
    let commits = repository.git.list(&base, &pull.head_sha);
    Ok(Answer::list(commits.iter().take(250).map(|sha| shape::commit::listed(call.world, repository, sha)).collect()))
}
