//! What anybody may say or do on a pull request, whether by the API or on the page: the model changes and the App hears.

use super::{
    model::{
        comments::{IssueComment, Review, ReviewComment},
        world::World,
    },
    webhooks,
};

/// A comment in the conversation; gives its id.
pub(crate) fn say(world: &mut World, repository: i64, number: i64, author: &str, body: &str) -> i64 {
    let (id, now) = (world.new_id(), world.now());
    let (body, author_login) = (body.to_owned(), author.to_owned());
    let comment =
        IssueComment { id, author: author_login, body, created_at: now, updated_at: now, reactions: Vec::new() };
    world.pull_mut(repository, number).issue_comments.push(comment);
    webhooks::issue_comment_created(world, repository, number, id, author);
    id
}

/// A review without a text, as every comment outside a review has one; gives its id.
pub(crate) fn silent_review(world: &mut World, repository: i64, number: i64, author: &str, commit: &str) -> i64 {
    let (id, submitted_at) = (world.new_id(), Some(world.now()));
    let review = Review {
        id,
        author: author.to_owned(),
        body: String::new(),
        state: "COMMENTED".to_owned(),
        commit_id: commit.to_owned(),
        submitted_at,
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
        ..above
    };
    world.pull_mut(repository, number).add_comment(comment);
    webhooks::review_comment_created(world, repository, number, id, author);
    id
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
