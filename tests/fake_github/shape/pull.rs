//! Pull requests.

use serde_json::{Value, json};

use super::{
    super::{
        diff::Diff,
        model::{
            pull::{Pull, PullState},
            repository::Repository,
            world::World,
        },
    },
    account, link, repository, time,
};

/// `pull-request-simple`, as in lists and most webhooks.
pub(crate) fn listed(world: &World, of: &Repository, pull: &Pull) -> Value {
    let (api, page) = (repository::url(world, of), repository::html_url(world, of));
    let number = pull.number;
    let own = format!("{api}/pulls/{number}");
    let issue = format!("{api}/issues/{number}");
    let html = format!("{page}/pull/{number}");
    let statuses = format!("{api}/statuses/{}", pull.head_sha);
    let (closed_at, merged_at, merge_commit) = match &pull.state {
        PullState::Open => (Value::Null, Value::Null, None),
        PullState::Closed { at } => (time(*at), Value::Null, None),
        PullState::Merged { at, commit, .. } => (time(*at), time(*at), Some(commit)),
    };
    let labels: Vec<Value> = pull.labels.iter().map(|name| label(&api, name)).collect();
    json!({
        "url": own,
        "id": pull.id,
        "node_id": node_id(pull),
        "html_url": html,
        "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"),
        "issue_url": issue,
        "number": number,
        "state": if pull.is_open() { "open" } else { "closed" },
        "locked": false,
        "title": pull.title,
        "user": account::simple(world, &pull.author),
        "body": pull.body,
        "created_at": time(pull.created_at),
        "updated_at": time(pull.updated_at),
        "closed_at": closed_at,
        "merged_at": merged_at,
        "merge_commit_sha": merge_commit,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": labels,
        "milestone": null,
        "draft": pull.draft,
        "commits_url": format!("{own}/commits"),
        "review_comments_url": format!("{own}/comments"),
        "review_comment_url": format!("{api}/pulls/comments{{/number}}"),
        "comments_url": format!("{issue}/comments"),
        "statuses_url": statuses,
        "head": branch(world, world.repository(pull.head_repository), &pull.head_ref, &pull.head_sha),
        "base": branch(world, of, &pull.base_ref, &of.base_sha(pull)),
        "_links": {
            "self": link(own.clone()),
            "html": link(html.clone()),
            "issue": link(issue.clone()),
            "comments": link(format!("{issue}/comments")),
            "review_comments": link(format!("{own}/comments")),
            "review_comment": link(format!("{api}/pulls/comments{{/number}}")),
            "commits": link(format!("{own}/commits")),
            "statuses": link(statuses.clone()),
        },
        "author_association": account::association(of, &pull.author),
        "auto_merge": null,
        "active_lock_reason": null,
    })
}

/// `pull-request`: one asked for by number, with its counts.
pub(crate) fn whole(world: &World, of: &Repository, pull: &Pull) -> Value {
    let mut whole = listed(world, of, pull);
    let diff = of.merge_base(pull).map(|base| Diff::between(&of.git, &base, &pull.head_sha));
    let files = diff.map(|diff| diff.files).unwrap_or_default();
    let (additions, deletions) = files.iter().fold((0, 0), |(added, removed), file| {
        let (more, fewer) = file.counts();
        (added + more, removed + fewer)
    });
    let range = format!("{}..{}", of.base_sha(pull), pull.head_sha);
    let merged_by = match &pull.state {
        PullState::Merged { by, .. } => account::simple(world, by),
        PullState::Open | PullState::Closed { .. } => Value::Null,
    };
    let Value::Object(rest) = json!({
        "merged": matches!(pull.state, PullState::Merged { .. }),
        "mergeable": pull.is_open(),
        "rebaseable": pull.is_open(),
        "mergeable_state": "clean",
        "merged_by": merged_by,
        "comments": pull.issue_comments.len(),
        "review_comments": pull.review_comments.len(),
        "maintainer_can_modify": pull.head_repository != of.id,
        "commits": of.git.git(&["rev-list", "--count", &range]).parse::<u64>().unwrap_or_default(),
        "additions": additions,
        "deletions": deletions,
        "changed_files": files.len(),
    }) else {
        unreachable!("it is written as an object")
    };
    whole.as_object_mut().expect("it is one").extend(rest);
    whole
}

/// As webhooks of the event `pull_request` tell of one: `mergeable` is never known yet.
pub(crate) fn in_webhook(world: &World, of: &Repository, pull: &Pull) -> Value {
    let mut told = whole(world, of, pull);
    told["mergeable"] = Value::Null;
    told["rebaseable"] = Value::Null;
    told["mergeable_state"] = json!("unknown");
    told
}

/// `pull-request-minimal`, as check runs name them.
pub(crate) fn minimal(world: &World, of: &Repository, pull: &Pull) -> Value {
    let repo = json!({ "id": of.id, "url": repository::url(world, of), "name": of.name });
    json!({
        "url": format!("{}/pulls/{}", repository::url(world, of), pull.number),
        "id": pull.id,
        "number": pull.number,
        "head": { "ref": pull.head_ref, "sha": pull.head_sha, "repo": repo },
        "base": { "ref": pull.base_ref, "sha": of.base_sha(pull), "repo": repo },
    })
}

/// The issue side of a pull request, as `issue_comment` tells of it.
pub(crate) fn as_issue(world: &World, of: &Repository, pull: &Pull) -> Value {
    let (api, page) = (repository::url(world, of), repository::html_url(world, of));
    let own = format!("{api}/issues/{}", pull.number);
    let html = format!("{page}/pull/{}", pull.number);
    let reactions = json!({
        "url": format!("{own}/reactions"), "total_count": 0, "+1": 0, "-1": 0, "laugh": 0, "hooray": 0,
        "confused": 0, "heart": 0, "rocket": 0, "eyes": 0,
    });
    let closed_at = match &pull.state {
        PullState::Open => Value::Null,
        PullState::Closed { at } | PullState::Merged { at, .. } => time(*at),
    };
    json!({
        "url": own,
        "repository_url": api,
        "labels_url": format!("{own}/labels{{/name}}"),
        "comments_url": format!("{own}/comments"),
        "events_url": format!("{own}/events"),
        "html_url": html,
        "id": pull.id,
        "node_id": node_id(pull),
        "number": pull.number,
        "title": pull.title,
        "user": account::simple(world, &pull.author),
        "labels": pull.labels.iter().map(|name| label(&api, name)).collect::<Vec<_>>(),
        "state": if pull.is_open() { "open" } else { "closed" },
        "locked": false,
        "assignee": null,
        "assignees": [],
        "milestone": null,
        "comments": pull.issue_comments.len(),
        "created_at": time(pull.created_at),
        "updated_at": time(pull.updated_at),
        "closed_at": closed_at,
        "author_association": account::association(of, &pull.author),
        "active_lock_reason": null,
        "draft": pull.draft,
        "pull_request": {
            "url": format!("{api}/pulls/{}", pull.number),
            "html_url": html,
            "diff_url": format!("{html}.diff"),
            "patch_url": format!("{html}.patch"),
        },
        "body": pull.body,
        "reactions": reactions,
        "timeline_url": format!("{own}/timeline"),
        "performed_via_github_app": null,
    })
}

pub(crate) fn node_id(pull: &Pull) -> String {
    format!("PR_fake{}", pull.id)
}

fn branch(world: &World, of: &Repository, name: &str, sha: &str) -> Value {
    json!({
        "label": format!("{}:{name}", of.owner),
        "ref": name,
        "sha": sha,
        "user": account::simple(world, &of.owner),
        "repo": repository::plain(world, of),
    })
}

pub(crate) fn label(api: &str, name: &str) -> Value {
    json!({
        "id": 1,
        "node_id": format!("LA_fake{name}"),
        "url": format!("{api}/labels/{name}"),
        "name": name,
        "description": "",
        "color": "ededed",
        "default": false,
    })
}
