//! Check runs, their suite and annotations.

use serde_json::{Value, json};

use super::{
    super::model::{check_run::CheckRun, repository::Repository, world::World},
    app, commit, pull, repository, time,
};

/// `check-run`.
pub(crate) fn check_run(world: &World, of: &Repository, run: &CheckRun) -> Value {
    let own = format!("{}/check-runs/{}", repository::url(world, of), run.id);
    let html = format!("{}/runs/{}", repository::html_url(world, of), run.id);
    json!({
        "id": run.id,
        "node_id": format!("CR_fake{}", run.id),
        "head_sha": run.head_sha,
        "name": run.name,
        "external_id": run.external_id.clone().unwrap_or_default(),
        "url": own,
        "html_url": html,
        "details_url": run.details_url.clone().unwrap_or(html.clone()),
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": time(run.started_at),
        "completed_at": run.completed_at.map(time),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": run.annotations.len(),
            "annotations_url": format!("{own}/annotations"),
        },
        "check_suite": { "id": suite_id(&run.head_sha) },
        "app": world.app.as_ref().map(|own| app::integration(world, own)),
        "pull_requests": pulls_at(world, of, &run.head_sha),
    })
}

/// A check run inside a webhook, where its suite is told in full.
pub(crate) fn in_webhook(world: &World, of: &Repository, run: &CheckRun) -> Value {
    let mut told = check_run(world, of, run);
    told["check_suite"] = suite(world, of, &run.head_sha);
    told
}

/// `simple-check-suite`, also as webhooks tell of it: all runs of the App on one commit.
pub(crate) fn suite(world: &World, of: &Repository, head_sha: &str) -> Value {
    let id = suite_id(head_sha);
    let refs = of.git.git(&["for-each-ref", "--format=%(refname:lstrip=2)", "--points-at", head_sha, "refs/heads/"]);
    let runs: Vec<_> = of.check_runs.iter().filter(|run| run.head_sha == head_sha).collect();
    let completed = !runs.is_empty() && runs.iter().all(|run| run.conclusion.is_some());
    // None for a commit of a fork.
    let head_branch = refs.lines().next();
    let url = format!("{}/check-suites/{id}", repository::url(world, of));
    json!({
        "id": id,
        "node_id": format!("CS_fake{id}"),
        "head_branch": head_branch,
        "head_sha": head_sha,
        "status": if completed { "completed" } else { "queued" },
        "conclusion": runs.last().filter(|_| completed).and_then(|run| run.conclusion.as_ref()),
        "url": url,
        "check_runs_url": format!("{url}/check-runs"),
        "latest_check_runs_count": runs.len(),
        "head_commit": commit::brief(of, head_sha),
        "before": "0".repeat(40),
        "after": head_sha,
        "pull_requests": pulls_at(world, of, head_sha),
        "app": world.app.as_ref().map(|own| app::integration(world, own)),
        "created_at": time(world.now()),
        "updated_at": time(world.now()),
    })
}

/// `check-annotation`.
pub(crate) fn annotation(world: &World, of: &Repository, run: &CheckRun, sent: &Value) -> Value {
    let path = sent["path"].as_str().unwrap_or_default();
    json!({
        "path": path,
        "blob_href": format!("{}/blob/{}/{path}", repository::html_url(world, of), run.head_sha),
        "start_line": sent["start_line"],
        "end_line": sent["end_line"],
        "start_column": sent["start_column"],
        "end_column": sent["end_column"],
        "annotation_level": sent["annotation_level"],
        "title": sent["title"],
        "message": sent["message"],
        "raw_details": sent["raw_details"],
    })
}

/// The open pull requests whose head is this commit; never those of forks.
fn pulls_at(world: &World, of: &Repository, sha: &str) -> Vec<Value> {
    let own = of.pulls.values().filter(|pull| pull.head_sha == sha && pull.head_repository == of.id && pull.is_open());
    own.map(|one| pull::minimal(world, of, one)).collect()
}

/// One suite a commit: its number is made of the commit's.
fn suite_id(head_sha: &str) -> i64 {
    i64::from_str_radix(head_sha.get(..7).unwrap_or_default(), 16).unwrap_or_default()
}
