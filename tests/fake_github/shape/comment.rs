//! Reviews, review comments and conversation comments.

use serde_json::{Value, json};

use super::{
    super::model::{
        comments::{IssueComment, Lines, Reaction, Review, ReviewComment},
        pull::Pull,
        repository::Repository,
        world::World,
    },
    account, app, link, repository, time,
};

/// `pull-request-review`.
pub(crate) fn review(world: &World, of: &Repository, pull: &Pull, review: &Review) -> Value {
    let html = format!("{}/pull/{}#pullrequestreview-{}", repository::html_url(world, of), pull.number, review.id);
    let url = format!("{}/pulls/{}", repository::url(world, of), pull.number);
    let mut shown = json!({
        "id": review.id,
        "node_id": format!("PRR_fake{}", review.id),
        "user": account::simple(world, &review.author),
        "body": review.body,
        "state": review.state,
        "html_url": html,
        "pull_request_url": url,
        "author_association": account::association(of, &review.author),
        "_links": { "html": link(html.clone()), "pull_request": link(url.clone()) },
        "commit_id": review.commit_id,
    });
    if let Some(at) = review.submitted_at {
        shown["submitted_at"] = time(at);
    }
    shown
}

/// `pull-request-review-comment`. After a push `line` is null where the line is no longer there.
pub(crate) fn review_comment(world: &World, of: &Repository, pull: &Pull, comment: &ReviewComment) -> Value {
    let api = repository::url(world, of);
    let url = format!("{api}/pulls/comments/{}", comment.id);
    let pull_url = format!("{api}/pulls/{}", pull.number);
    let html = format!("{}/pull/{}#discussion_r{}", repository::html_url(world, of), pull.number, comment.id);
    let start = |lines: Option<Lines>| lines.and_then(|lines| lines.start);
    let mut shown = json!({
        "url": url,
        "pull_request_review_id": comment.review,
        "id": comment.id,
        "node_id": format!("PRRC_fake{}", comment.id),
        "diff_hunk": comment.diff_hunk,
        "path": comment.path,
        "commit_id": comment.commit_id,
        "original_commit_id": comment.original_commit_id,
        "user": account::simple(world, &comment.author),
        "body": comment.body,
        "created_at": time(comment.created_at),
        "updated_at": time(comment.updated_at),
        "html_url": html,
        "pull_request_url": pull_url,
        "author_association": account::association(of, &comment.author),
        "_links": { "self": link(url.clone()), "html": link(html.clone()), "pull_request": link(pull_url.clone()) },
        "start_line": start(comment.current).map(|(line, _)| line),
        "original_start_line": start(comment.original).map(|(line, _)| line),
        "start_side": start(comment.original).map(|(_, side)| side.as_str()),
        "line": comment.current.map(|lines| lines.line),
        "original_line": comment.original.map(|lines| lines.line),
        "side": comment.original.map_or("RIGHT", |lines| lines.side.as_str()),
        "subject_type": if comment.is_on_file() { "file" } else { "line" },
        "reactions": rollup(&url, &comment.reactions),
    });
    // The positions in the diff are closing down; a comment on a file stands at the first.
    let position = comment.current.map(|_| 1).or(comment.is_on_file().then_some(1));
    shown["position"] = json!(position);
    shown["original_position"] = json!(1);
    if let Some(root) = comment.in_reply_to {
        shown["in_reply_to_id"] = json!(root);
    }
    shown
}

/// `issue-comment`.
pub(crate) fn issue_comment(world: &World, of: &Repository, pull: &Pull, comment: &IssueComment) -> Value {
    let api = repository::url(world, of);
    let url = format!("{api}/issues/comments/{}", comment.id);
    let own = world.app.as_ref().filter(|app| app.bot() == comment.author);
    json!({
        "id": comment.id,
        "node_id": format!("IC_fake{}", comment.id),
        "url": url,
        "html_url": format!("{}/pull/{}#issuecomment-{}", repository::html_url(world, of), pull.number, comment.id),
        "body": comment.body,
        "user": account::simple(world, &comment.author),
        "created_at": time(comment.created_at),
        "updated_at": time(comment.updated_at),
        "issue_url": format!("{api}/issues/{}", pull.number),
        "author_association": account::association(of, &comment.author),
        "performed_via_github_app": own.map(|own| app::integration(world, own)),
        "reactions": rollup(&url, &comment.reactions),
    })
}

/// `reaction`.
pub(crate) fn reaction(world: &World, (id, login, content): &Reaction) -> Value {
    json!({
        "id": id,
        "node_id": format!("REA_fake{id}"),
        "user": account::simple(world, login),
        "content": content,
        "created_at": time(world.now()),
    })
}

/// The reactions GitHub knows.
pub(crate) const REACTIONS: [&str; 8] = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

fn rollup(url: &str, reactions: &[Reaction]) -> Value {
    let mut rollup = json!({ "url": format!("{url}/reactions"), "total_count": reactions.len() });
    for content in REACTIONS {
        rollup[content] = json!(reactions.iter().filter(|(_, _, own)| own == content).count());
    }
    rollup
}
