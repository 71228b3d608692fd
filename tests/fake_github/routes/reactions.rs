//! Reactions to comments, in the conversation and in the diff.

use super::super::{
    answer::{Answer, Reply},
    auth::Needs,
    call::Call,
    model::pull::Pull,
    route::{Route, post},
    shape, talk,
};

pub(crate) const ROUTES: &[Route] = &[
    post(
        "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
        Needs::Permissions("issues=write; pull_requests=write"),
        in_conversation,
    ),
    post(
        "/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions",
        Needs::Permissions("pull_requests=write"),
        in_diff,
    ),
];

fn in_conversation(call: &mut Call<'_>) -> Reply {
    react(call, |pull, id| pull.issue_comments.iter().any(|comment| comment.id == id))
}

fn in_diff(call: &mut Call<'_>) -> Reply {
    react(call, |pull, id| pull.comment(id).is_some())
}

/// The same reaction again is 200 instead of 201.
fn react(call: &mut Call<'_>, has: impl Fn(&Pull, i64) -> bool) -> Reply {
    let id = call.number("comment_id")?;
    let number = call.repository().pulls.values().find(|pull| has(pull, id)).map(|pull| pull.number);
    let number = number.ok_or_else(Answer::not_found)?;
    let content = call.text("content").unwrap_or_default().to_owned();
    if !shape::comment::REACTIONS.contains(&content.as_str()) {
        return Err(Answer::invalid("Reaction", "content", "invalid", "content is not included in the list"));
    }
    let (repository, login) = (call.repository_id(), call.login());
    let reacted = talk::react(call.world, repository, number, id, &login, &content);
    let (reaction, was_there) = reacted.ok_or_else(Answer::not_found)?;
    let shown = shape::comment::reaction(call.world, &reaction);
    Ok(if was_there { Answer::ok(shown) } else { Answer::created(shown) })
}
