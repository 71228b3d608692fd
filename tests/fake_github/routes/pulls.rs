//! Pull requests, their files and commits.

use serde_json::json;

use super::super::{
    acts::branches::{add_pull, settle_merged},
    answer::{Answer, Reply},
    auth::Needs,
    call::{Call, MAX_BODY},
    diff::Diff,
    model::pull::{Pull, PullState},
    route::{Route, get, patch, post},
    shape, webhooks,
};

const READ: Needs = Needs::Permissions("pull_requests=read");
const WRITE: Needs = Needs::Permissions("pull_requests=write");
const RESOURCE: &str = "PullRequest";

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/pulls", READ, list),
    post("/repos/{owner}/{repo}/pulls", WRITE, create),
    patch("/repos/{owner}/{repo}/pulls/{pull_number}", WRITE, edit),
    get("/repos/{owner}/{repo}/pulls/{pull_number}", Needs::Permissions("pull_requests=read; contents=read"), show),
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

fn invalid(message: &str) -> Answer {
    Answer::invalid(RESOURCE, "base", "custom", message)
}

/// What two branches must be to make a pull request.
fn comparable(call: &Call<'_>, head: &str, base: &str) -> Result<(), Answer> {
    let of = call.repository();
    let missing = |field: &str| Answer::invalid(RESOURCE, field, "invalid", "");
    let (Some(at_head), Some(at_base)) = (of.branch(head), of.branch(base)) else {
        return Err(missing(if of.branch(head).is_none() { "head" } else { "base" }));
    };
    if of.git.is_ancestor(&at_head, &at_base) {
        return Err(invalid(&format!("No commits between {base} and {head}")));
    }
    Ok(())
}

fn short_enough(body: &str) -> Result<(), Answer> {
    if body.chars().count() > MAX_BODY {
        return Err(Answer::invalid(RESOURCE, "body", "custom", "body is too long (maximum is 65536 characters)"));
    }
    Ok(())
}

fn create(call: &mut Call<'_>) -> Reply {
    let text = |name: &str| call.text(name).unwrap_or_default().to_owned();
    let (title, body, head, base) = (text("title"), text("body"), text("head"), text("base"));
    let draft = call.body["draft"] == true;
    let repository = call.repository();
    if title.trim().is_empty() {
        return Err(Answer::invalid(RESOURCE, "title", "missing_field", "title can't be blank"));
    }
    short_enough(&body)?;
    if draft && !repository.has_drafts {
        return Err(Answer::error(422, "Draft pull requests are not supported in this repository."));
    }
    comparable(call, &head, &base)?;
    let id = repository.id;
    let same =
        |pull: &Pull| pull.is_open() && pull.head_repository == id && pull.head_ref == head && pull.base_ref == base;
    if repository.pulls.values().any(same) {
        let message = format!("A pull request already exists for {}:{head}.", repository.owner);
        return Err(Answer::invalid(RESOURCE, "base", "custom", &message));
    }
    let author = call.login();
    let number = add_pull(call.world, id, Pull::new(&title, &author, (id, &head), &base, draft), Some(body));
    Ok(Answer::created(shape::pull::whole(call.world, call.repository(), call.pull(number))))
}

/// Title, body, base and state.
fn edit(call: &mut Call<'_>) -> Reply {
    let number = call.pull_number("pull_number")?;
    let (repository, login, now) = (call.repository_id(), call.login(), call.now());
    let text = |name: &str| call.text(name).map(str::to_owned);
    let (title, body, base, state) = (text("title"), text("body"), text("base"), text("state"));
    if let Some(body) = &body {
        short_enough(body)?;
    }
    let before = call.pull(number).clone();
    let other_base = base.filter(|base| *base != before.base_ref);
    if let Some(base) = &other_base {
        if !before.is_open() {
            return Err(invalid("Cannot change the base branch of a closed pull request."));
        }
        if call.repository().stack_of(number).is_some() {
            return Err(invalid("Cannot change the base branch of a pull request that is part of a stack."));
        }
        comparable(call, &before.head_ref, base).map_err(|_| {
            let head = &before.head_ref;
            invalid(&format!("There are no new commits between base branch '{base}' and head branch '{head}'"))
        })?;
    }
    if matches!(before.state, PullState::Merged { .. }) && state.as_deref() == Some("open") {
        return Err(invalid("Cannot reopen a merged pull request."));
    }
    let reworded = title.is_some() || body.is_some();
    let pull = call.pull_mut(number);
    pull.title = title.unwrap_or(before.title);
    pull.body = body.or_else(|| before.body.clone());
    pull.updated_at = now;
    if reworded {
        let changes = json!({ "body": { "from": before.body } });
        webhooks::pull_request(call.world, repository, number, "edited", json!({ "changes": changes }), &login);
    }
    if let Some(base) = other_base {
        call.pull_mut(number).base_ref = base;
        let changes = json!({ "base": { "ref": { "from": before.base_ref }, "sha": { "from": before.head_sha } } });
        webhooks::pull_request(call.world, repository, number, "edited", json!({ "changes": changes }), &login);
        settle_merged(call.world, repository);
    }
    if state.as_deref() == Some("closed") && call.pull(number).is_open() {
        call.pull_mut(number).state = PullState::Closed { at: now };
        webhooks::pull_request(call.world, repository, number, "closed", json!({}), &login);
    }
    Ok(Answer::ok(shape::pull::whole(call.world, call.repository(), call.pull(number))))
}
