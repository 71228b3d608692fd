//! Review comments one by one: on lines, on files, and replies.

use serde_json::json;

use super::{
    super::{
        answer::{Answer, Reply},
        auth::Needs,
        call::Call,
        diff::Misplaced,
        route::{Route, delete, get, patch, post},
        shape, talk, webhooks,
    },
    reviews::{Placed, commit_of, diff_at, lines},
};

const READ: Needs = Needs::Permissions("pull_requests=read");
const WRITE: Needs = Needs::Permissions("pull_requests=write");
const RESOURCE: &str = "PullRequestReviewComment";

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/pulls/{pull_number}/comments", READ, list),
    post("/repos/{owner}/{repo}/pulls/{pull_number}/comments", WRITE, create),
    post("/repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies", WRITE, create_reply),
    get("/repos/{owner}/{repo}/pulls/comments/{comment_id}", READ, show),
    patch("/repos/{owner}/{repo}/pulls/comments/{comment_id}", WRITE, edit),
    delete("/repos/{owner}/{repo}/pulls/comments/{comment_id}", WRITE, remove),
];

/// Oldest first; comments of pending reviews are nobody else's.
fn list(call: &mut Call<'_>) -> Reply {
    let pull = call.pull(call.pull_number("pull_number")?);
    let pending = |id: i64| pull.reviews.iter().any(|review| review.id == id && review.state == "PENDING");
    let mut shown: Vec<_> = pull.review_comments.iter().filter(|comment| !pending(comment.review)).collect();
    if call.query.get("direction").is_some_and(|direction| direction == "desc") {
        shown.reverse();
    }
    let repository = call.repository();
    Ok(Answer::list(
        shown.into_iter().map(|one| shape::comment::review_comment(call.world, repository, pull, one)).collect(),
    ))
}

fn create(call: &mut Call<'_>) -> Reply {
    let number = call.pull_number("pull_number")?;
    let body = call.body_text(RESOURCE)?;
    if let Some(root) = call.body["in_reply_to"].as_i64() {
        return reply(call, number, root, body);
    }
    let commit = commit_of(call, number)?;
    let path = call.text("path").unwrap_or_default().to_owned();
    let diff = diff_at(call.repository(), number, &commit);
    let refuse = |field: &str, message: &str| {
        Answer::invalid(RESOURCE, &format!("pull_request_review_thread.{field}"), "invalid", message)
    };
    if diff.file(&path).is_none() {
        return Err(refuse("path", "could not be resolved"));
    }
    let (lines, diff_hunk) = if call.text("subject_type") == Some("file") {
        (None, String::new())
    } else {
        let lines = lines(&call.body).ok_or_else(|| refuse("line", "could not be resolved"))?;
        let hunk = diff.place(&path, lines).map_err(|why| match why {
            Misplaced::Path => refuse("path", "could not be resolved"),
            Misplaced::Line => refuse("line", "must be part of the diff"),
            Misplaced::StartLine => refuse("start_line", "must be part of the same hunk as the line."),
            Misplaced::StartNotBefore => refuse("start_line", "must precede the end line."),
        })?;
        (Some(lines), hunk)
    };
    let (repository, author) = (call.repository_id(), call.login());
    let review = talk::silent_review(call.world, repository, number, &author, &commit);
    let comment = Placed { path, body, lines, diff_hunk, commit }.into_comment(call, number, review, &author);
    let id = comment.id;
    call.pull_mut(number).add_comment(comment);
    webhooks::review_comment(call.world, repository, number, id, "created", json!({}), &author);
    created(call, number, id)
}

fn create_reply(call: &mut Call<'_>) -> Reply {
    let (number, root) = (call.pull_number("pull_number")?, call.number("comment_id")?);
    let body = call.body_text(RESOURCE)?;
    reply(call, number, root, body)
}

/// Only under the first comment of a thread.
fn reply(call: &mut Call<'_>, number: i64, root: i64, body: String) -> Reply {
    let above = call.pull(number).comment(root).ok_or_else(Answer::not_found)?;
    if above.in_reply_to.is_some() {
        return Err(Answer::invalid(RESOURCE, "in_reply_to", "invalid", "replies to replies are not supported"));
    }
    let (repository, author) = (call.repository_id(), call.login());
    let id = talk::reply(call.world, repository, number, root, &author, &body);
    created(call, number, id)
}

fn created(call: &mut Call<'_>, number: i64, id: i64) -> Reply {
    let pull = call.pull(number);
    let comment = pull.comment(id).ok_or_else(Answer::not_found)?;
    Ok(Answer::created(shape::comment::review_comment(call.world, call.repository(), pull, comment)))
}

/// Number of the pull request that has the comment of the path, and the comment's id.
fn find(call: &Call<'_>) -> Result<(i64, i64), Answer> {
    let id = call.number("comment_id")?;
    let pull = call.repository().pulls.values().find(|pull| pull.comment(id).is_some());
    pull.map(|pull| (pull.number, id)).ok_or_else(Answer::not_found)
}

fn show(call: &mut Call<'_>) -> Reply {
    let (number, id) = find(call)?;
    let pull = call.pull(number);
    let comment = pull.comment(id).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(shape::comment::review_comment(call.world, call.repository(), pull, comment)))
}

fn edit(call: &mut Call<'_>) -> Reply {
    let (number, id) = find(call)?;
    let body = call.body_text(RESOURCE)?;
    let now = call.now();
    for comment in &mut call.pull_mut(number).review_comments {
        if comment.id == id {
            (comment.body, comment.updated_at) = (body.clone(), now);
        }
    }
    show(call)
}

/// With the last comment of a thread goes the thread.
fn remove(call: &mut Call<'_>) -> Reply {
    let (number, id) = find(call)?;
    let (repository, login) = (call.repository_id(), call.login());
    talk::delete(call.world, repository, number, id, &login);
    Ok(Answer::no_content())
}
