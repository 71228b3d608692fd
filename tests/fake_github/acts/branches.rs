//! Branches that move, and the pull requests that move with them.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::{
    diff::Diff,
    model::{pull::Pull, world::World},
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
}

/// Open pull requests whose head is this branch: the repository each stands in, and its number.
fn pulls_from(world: &World, repository: i64, branch: &str) -> Vec<(i64, i64)> {
    let from = |pull: &&Pull| pull.is_open() && pull.head_repository == repository && pull.head_ref == branch;
    let all = world.repositories.values();
    all.flat_map(|base| base.pulls.values().filter(from).map(|pull| (base.id, pull.number))).collect()
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
