//! The conversation of a pull request.

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    model::pull::Pull,
    route::{Route, delete, get, patch, post},
    shape, talk,
};

const READ: Needs = Needs::Permissions("issues=read; pull_requests=read");
const WRITE: Needs = Needs::Permissions("issues=write; pull_requests=write");

pub(crate) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/issues/{issue_number}/comments", READ, list),
    post("/repos/{owner}/{repo}/issues/{issue_number}/comments", WRITE, create),
    get("/repos/{owner}/{repo}/issues/comments/{comment_id}", READ, show),
    patch("/repos/{owner}/{repo}/issues/comments/{comment_id}", WRITE, edit),
    delete("/repos/{owner}/{repo}/issues/comments/{comment_id}", WRITE, remove),
];

/// Oldest first.
fn list(call: &mut Call<'_>) -> Reply {
    let pull = call.pull(call.pull_number("issue_number")?);
    let comments = pull.issue_comments.iter();
    Ok(Answer::list(
        comments.map(|one| shape::comment::issue_comment(call.world, call.repository(), pull, one)).collect(),
    ))
}

fn create(call: &mut Call<'_>) -> Reply {
    let number = call.pull_number("issue_number")?;
    let body = call.body_text("IssueComment")?;
    let (repository, author) = (call.repository_id(), call.login());
    talk::say(call.world, repository, number, &author, &body);
    let pull = call.pull(number);
    let written = pull.issue_comments.last().expect("it was just written");
    Ok(Answer::created(shape::comment::issue_comment(call.world, call.repository(), pull, written)))
}

/// Number of the pull request that has the comment of the path, and the comment's place in it.
fn find(call: &Call<'_>) -> Result<(i64, usize), Answer> {
    let id = call.number("comment_id")?;
    let place = |pull: &Pull| Some((pull.number, pull.issue_comments.iter().position(|comment| comment.id == id)?));
    call.repository().pulls.values().find_map(place).ok_or_else(Answer::not_found)
}

fn show(call: &mut Call<'_>) -> Reply {
    let (number, place) = find(call)?;
    let pull = call.pull(number);
    Ok(Answer::ok(shape::comment::issue_comment(call.world, call.repository(), pull, &pull.issue_comments[place])))
}

fn edit(call: &mut Call<'_>) -> Reply {
    let (number, place) = find(call)?;
    let (body, now) = (call.body_text("IssueComment")?, call.now());
    let comment = &mut call.pull_mut(number).issue_comments[place];
    (comment.body, comment.updated_at) = (body, now);
    show(call)
}

fn remove(call: &mut Call<'_>) -> Reply {
    let (number, place) = find(call)?;
    call.pull_mut(number).issue_comments.remove(place);
    Ok(Answer::no_content())
}
