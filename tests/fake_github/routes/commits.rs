//! Commits, and the pull requests they belong to.

use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    diff::Diff,
    route::{Route, get},
    shape,
};

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/commits/{ref}", Needs::Permissions("contents=read"), show),
    get(
        "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
        Needs::Permissions("pull_requests=read; contents=read"),
        pulls,
    ),
    get("/repos/{owner}/{repo}/compare/{basehead}", Needs::Permissions("contents=read"), compare),
];

pub(crate) fn no_commit(revision: &str) -> Answer {
    Answer::error(422, &format!("No commit found for SHA: {revision}"))
}

fn show(call: &mut Call<'_>) -> Reply {
    let revision = call.part("ref");
    let commit = call.repository().git.resolve(revision).ok_or_else(|| no_commit(revision))?;
    if call.accept.contains(".sha") {
        return Ok(Answer::text(commit));
    }
    Ok(Answer::ok(shape::commit::whole(call.world, call.repository(), &commit)))
}

/// The pull requests whose head this is, or that were merged with it.
fn pulls(call: &mut Call<'_>) -> Reply {
    let revision = call.part("commit_sha");
    let repository = call.repository();
    let commit = repository.git.resolve(revision).ok_or_else(|| no_commit(revision))?;
    let holds = |head: &str| repository.git.is_ancestor(&commit, head);
    let base_holds = |base: &str| repository.branch(base).is_some_and(|base| holds(&base));
    let of = repository.pulls.values().filter(|pull| holds(&pull.head_sha) && !base_holds(&pull.base_ref));
    Ok(Answer::list(of.map(|pull| shape::pull::listed(call.world, repository, pull)).collect()))
}

/// Three dots: from the merge base. 250 commits and 300 files at most.
fn compare(call: &mut Call<'_>) -> Reply {
    let repository = call.repository();
    let (base, head) = call.part("basehead").split_once("...").ok_or_else(Answer::not_found)?;
    let resolve = |name: &str| repository.git.resolve(name).ok_or_else(Answer::not_found);
    let (base, head) = (resolve(base)?, resolve(head)?);
    let merge_base = repository
        .git
        .merge_base(&base, &head)
        .ok_or_else(|| Answer::error(404, "No common ancestor between these two commits."))?;
    let commits = repository.git.list(&base, &head);
    let behind = repository.git.list(&head, &base).len();
    let status = match (commits.len(), behind) {
        (0, 0) => "identical",
        (0, _) => "behind",
        (_, 0) => "ahead",
        _ => "diverged",
    };
    let diff = Diff::between(&repository.git, &merge_base, &head);
    let shown = |sha: &str| shape::commit::listed(call.world, repository, sha);
    let (api, page) =
        (shape::repository::url(call.world, repository), shape::repository::html_url(call.world, repository));
    let html = format!("{page}/compare/{base}...{head}");
    Ok(Answer::ok(json!({
        "url": format!("{api}/compare/{base}...{head}"),
        "html_url": html,
        "permalink_url": html,
        "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"),
        "base_commit": shown(&base),
        "merge_base_commit": shown(&merge_base),
        "status": status,
        "ahead_by": commits.len(),
        "behind_by": behind,
        "total_commits": commits.len(),
        "commits": commits.iter().take(250).map(|sha| shown(sha)).collect::<Vec<Value>>(),
        "files": diff.files.iter().take(300).map(|file| shape::commit::entry(call.world, repository, &head, file)).collect::<Vec<_>>(),
    })))
}
