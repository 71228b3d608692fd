//! What anybody may say or do on a pull request, whether by the API or on the page: the model changes and the App hears.

use serde_json::json;

use super::{
    model::{
        comments::{IssueComment, Lines, Reaction, Review, ReviewComment, Side},
        world::World,
    },
    routes::reviews::diff_at,
    webhooks,
};

/// A comment in the conversation; gives its id.
pub(crate) fn say(world: &mut World, repository: i64, number: i64, author: &str, body: &str) -> i64 {
    let (id, now) = (world.new_id(), world.now());
    let (body, author_login) = (body.to_owned(), author.to_owned());
    let comment =
        IssueComment { id, author: author_login, body, created_at: now, updated_at: now, reactions: Vec::new() };
    world.pull_mut(repository, number).issue_comments.push(comment);
    webhooks::issue_comment(world, repository, number, id, "created", json!({}), author);
    id
}

/// A review without a text, as every comment outside a review has one; gives its id.
pub(crate) fn silent_review(world: &mut World, repository: i64, number: i64, author: &str, commit: &str) -> i64 {
    add_review(world, repository, number, author, commit, "")
}

/// A review without comments; gives its id.
pub(crate) fn review(world: &mut World, repository: i64, number: i64, author: &str, body: &str) -> i64 {
    let head = world.pull(repository, number).head_sha.clone();
    let id = add_review(world, repository, number, author, &head, body);
    webhooks::review(world, repository, number, id, "submitted", json!({}), author);
    id
}

fn add_review(world: &mut World, repository: i64, number: i64, author: &str, commit: &str, body: &str) -> i64 {
    let (id, submitted_at) = (world.new_id(), Some(world.now()));
    let review = Review {
        id,
        author: author.to_owned(),
        body: body.to_owned(),
        state: "COMMENTED".to_owned(),
        commit_id: commit.to_owned(),
        submitted_at,
        reactions: Vec::new(),
        dismissed: None,
    };
    world.pull_mut(repository, number).reviews.push(review);
    id
}

/// A reply under the first comment of a thread; gives its id.
pub(crate) fn reply(world: &mut World, repository: i64, number: i64, root: i64, author: &str, body: &str) -> i64 {
    let above = world.pull(repository, number).comment(root).expect("the thread was found").clone();
    let review = silent_review(world, repository, number, author, &above.commit_id);
    let (id, now) = (world.new_id(), world.now());
    let comment = ReviewComment {
        id,
        review,
        in_reply_to: Some(root),
        author: author.to_owned(),
        body: body.to_owned(),
        created_at: now,
        updated_at: now,
        reactions: Vec::new(),
        ..above
    };
    world.pull_mut(repository, number).add_comment(comment);
    webhooks::review_comment(world, repository, number, id, "created", json!({}), author);
    id
}

/// Other words for a comment in the conversation or in the diff, or for a review.
pub(crate) fn edit(world: &mut World, repository: i64, number: i64, editor: &str, id: i64, body: &str) {
    let now = world.now();
    let pull = world.pull_mut(repository, number);
    let changes =
        |old: &mut String| json!({ "changes": { "body": { "from": std::mem::replace(old, body.to_owned()) } } });
    if let Some(comment) = pull.issue_comments.iter_mut().find(|one| one.id == id) {
        comment.updated_at = now;
        let more = changes(&mut comment.body);
        webhooks::issue_comment(world, repository, number, id, "edited", more, editor);
    } else if let Some(comment) = pull.review_comments.iter_mut().find(|one| one.id == id) {
        comment.updated_at = now;
        let more = changes(&mut comment.body);
        webhooks::review_comment(world, repository, number, id, "edited", more, editor);
    } else if let Some(review) = pull.reviews.iter_mut().find(|one| one.id == id) {
        let more = changes(&mut review.body);
        webhooks::review(world, repository, number, id, "edited", more, editor);
    } else {
        panic!("nothing has the id {id}");
    }
}

pub(crate) fn delete_comment(world: &mut World, repository: i64, number: i64, by: &str, id: i64) {
    webhooks::issue_comment(world, repository, number, id, "deleted", json!({}), by);
    world.pull_mut(repository, number).issue_comments.retain(|one| one.id != id);
}

/// The same reaction of the same person again changes nothing; tells whether it was there. `None` where nothing has this id.
pub(crate) fn react(
    world: &mut World,
    repository: i64,
    number: i64,
    id: i64,
    author: &str,
    content: &str,
) -> Option<(Reaction, bool)> {
    let new = (world.new_id(), author.to_owned(), content.to_owned());
    let reactions = world.pull_mut(repository, number).reactions_mut(id)?;
    if let Some(known) = reactions.iter().find(|one| one.1 == author && one.2 == content) {
        return Some((known.clone(), true));
    }
    reactions.push(new.clone());
    Some((new, false))
}

/// A comment on a line of the head that begins a thread.
pub(crate) fn begin_thread(
    world: &mut World,
    repository: i64,
    number: i64,
    author: &str,
    (path, line): (&str, u32),
    body: &str,
) {
    let head = world.pull(repository, number).head_sha.clone();
    let lines = Lines { start: None, line, side: Side::Right };
    let diff_hunk = diff_at(world.repository(repository), number, &head).place(path, lines);
    let diff_hunk = diff_hunk.unwrap_or_else(|why| panic!("{path}:{line} is not in the diff: {why:?}"));
    let review = silent_review(world, repository, number, author, &head);
    let (id, now) = (world.new_id(), world.now());
    world.pull_mut(repository, number).add_comment(ReviewComment {
        id,
        review,
        in_reply_to: None,
        author: author.to_owned(),
        body: body.to_owned(),
        path: path.to_owned(),
        original: Some(lines),
        current: Some(lines),
        commit_id: head.clone(),
        original_commit_id: head,
        diff_hunk,
        created_at: now,
        updated_at: now,
        reactions: Vec::new(),
    });
    webhooks::review_comment(world, repository, number, id, "created", json!({}), author);
}

/// Resolves a thread, or opens it again.
pub(crate) fn set_resolved(
    world: &mut World,
    repository: i64,
    number: i64,
    node_id: &str,
    by: &str,
    action: &'static str,
) {
    let threads = &mut world.pull_mut(repository, number).threads;
    let thread = threads.iter_mut().find(|thread| thread.node_id == node_id).expect("the thread was found");
    thread.resolved_by = (action == "resolved").then(|| by.to_owned());
    webhooks::review_thread(world, repository, number, node_id, action, by);
}

/// Deletes a review comment; with the last comment of a thread goes the thread.
pub(crate) fn delete(world: &mut World, repository: i64, number: i64, comment: i64, login: &str) {
    webhooks::review_comment(world, repository, number, comment, "deleted", json!({}), login);
    let pull = world.pull_mut(repository, number);
    pull.review_comments.retain(|one| one.id != comment);
    let left: Vec<i64> =
        pull.review_comments.iter().flat_map(|one| [Some(one.id), one.in_reply_to]).flatten().collect();
    pull.threads.retain(|thread| left.contains(&thread.root));
}
