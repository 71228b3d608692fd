//! Branches that move, and the pull requests that move with them.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::{
    diff::Diff,
    model::{
        pull::{Pull, PullState},
        world::World,
    },
    webhooks,
};

/// Points a branch of a repository at `after`, and tells the App.
pub(crate) fn move_branch(world: &mut World, repository: i64, branch: &str, after: &str, sender: &str) {
    let of = world.repository(repository);
    let before = of.branch(branch).unwrap_or_else(webhooks::zero);
    of.git.set_ref(&format!("refs/heads/{branch}"), after);
    webhooks::push(world, repository, branch, &before, after, sender);
    for (base, number) in pulls_from(world, repository, branch) {
        move_head(world, base, number, after);
        let more = json!({ "before": before, "after": after });
        webhooks::pull_request(world, base, number, "synchronize", more, sender);
    }
    settle_merged(world, repository);
}

/// Open pull requests whose head is this branch: the repository each stands in, and its number.
fn pulls_from(world: &World, repository: i64, branch: &str) -> Vec<(i64, i64)> {
    let from = |pull: &&Pull| pull.is_open() && pull.head_repository == repository && pull.head_ref == branch;
    let all = world.repositories.values();
    all.flat_map(|base| base.pulls.values().filter(from).map(|pull| (base.id, pull.number))).collect()
}

/// A pull request whose head is contained in its base has nothing left to merge: GitHub marks it as merged, and nobody can
/// take that back. It happens to stacks whose branches are pushed in the wrong order.
pub(crate) fn settle_merged(world: &mut World, repository: i64) {
    let of = world.repository(repository);
    let contained = |pull: &&Pull| {
        let base = of.branch(&pull.base_ref).filter(|_| pull.is_open());
        base.is_some_and(|base| of.git.is_ancestor(&pull.head_sha, &base))
    };
    let merged: Vec<(i64, String)> =
        of.pulls.values().filter(contained).map(|pull| (pull.number, pull.head_sha.clone())).collect();
    for (number, commit) in merged {
        let at = world.now();
        let pull = world.pull_mut(repository, number);
        pull.state = PullState::Merged { at, by: "ada".to_owned(), commit };
        webhooks::pull_request(world, repository, number, "closed", json!({}), "ada");
    }
}

/// What was open from this branch is closed. What is based on it is based on what it was merged into; where it was not
/// merged, that is closed as well.
pub(crate) fn delete_branch(world: &mut World, repository: i64, branch: &str, sender: &str) {
    let of = world.repository(repository);
    let before = of.branch(branch).unwrap_or_else(webhooks::zero);
    of.git.delete_ref(&format!("refs/heads/{branch}"));
    let merged = |pull: &&Pull| pull.head_ref == branch && matches!(pull.state, PullState::Merged { .. });
    let into = of.pulls.values().filter(merged).map(|pull| pull.base_ref.clone()).next_back();
    let based = |pull: &&Pull| pull.is_open() && pull.base_ref == branch;
    let based: Vec<i64> = of.pulls.values().filter(based).map(|pull| pull.number).collect();
    webhooks::push(world, repository, branch, &before, &webhooks::zero(), sender);
    world.repository_mut(repository).gone.insert(branch.to_owned(), before.clone());
    let now = world.now();
    let close = |world: &mut World, repository: i64, number: i64| {
        world.pull_mut(repository, number).state = PullState::Closed { at: now };
        webhooks::pull_request(world, repository, number, "closed", json!({}), sender);
    };
    for (base, number) in pulls_from(world, repository, branch) {
        close(world, base, number);
    }
    for number in based {
        match &into {
            None => close(world, repository, number),
            Some(into) => {
                let changes = json!({ "base": { "ref": { "from": branch }, "sha": { "from": before } } });
                into.clone_into(&mut world.pull_mut(repository, number).base_ref);
                webhooks::pull_request(world, repository, number, "edited", json!({ "changes": changes }), sender);
            }
        }
    }
}

/// Brings a pull request into a repository, and tells the App; gives its number.
pub(crate) fn add_pull(world: &mut World, repository: i64, mut pull: Pull, body: Option<String>) -> i64 {
    let head = world.repository(pull.head_repository).branch(&pull.head_ref).expect("its branch is there");
    let (id, now, author) = (world.new_id(), world.now(), pull.author.clone());
    let of = world.repository_mut(repository);
    let number = of.next_number;
    of.next_number += 1;
    (pull.id, pull.number, pull.body, pull.head_sha) = (id, number, body, head.clone());
    (pull.created_at, pull.updated_at) = (now, now);
    of.pulls.insert(number, pull);
    move_head(world, repository, number, &head);
    webhooks::pull_request(world, repository, number, "opened", json!({}), &author);
    number
}

/// Brings a new head into the repository of a pull request, and its comments to where their lines are now.
pub(crate) fn move_head(world: &mut World, repository: i64, number: i64, head: &str) {
    let (of, pull) = (world.repository(repository), world.pull(repository, number));
    if pull.head_repository != repository {
        let fork = world.repository(pull.head_repository).git.path();
        of.git.git(&["fetch", "--quiet", fork.to_str().expect("a temporary folder has a UTF-8 name"), head]);
    }
    of.git.set_ref(&format!("refs/pull/{number}/head"), head);
    let (git, now) = (of.git.clone(), world.now());
    world.pull_mut(repository, number).head_sha = head.to_owned();
    let base = world.repository(repository).merge_base(world.pull(repository, number)).unwrap_or_default();
    let pull = world.pull_mut(repository, number);
    pull.updated_at = now;
    if pull.review_comments.is_empty() {
        return;
    }
    let diff = Diff::between(&git, &base, head);
    let mut moves: BTreeMap<String, Option<Diff>> = BTreeMap::new();
    for comment in &mut pull.review_comments {
        let Some(original) = comment.original else { continue };
        let from = comment.original_commit_id.clone();
        let moved = moves.entry(from).or_insert_with_key(|from| Diff::of_moves(&git, from, head));
        let moved = moved.as_ref().and_then(|moves| moves.follow(&comment.path, original));
        comment.current = moved.filter(|lines| diff.place(&comment.path, *lines).is_ok());
        if comment.current.is_some() {
            head.clone_into(&mut comment.commit_id);
        }
    }
}
