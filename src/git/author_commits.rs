//! What the author of a change committed, and nobody else. Histories are other people's data: what is walked is counted.

use super::{
    error::GitError,
    objects::{Objects, object_id},
    tree_changes,
};
use crate::{change::surroundings::AuthorCommit, domain::ids::CommitSha};

/// Commits of the author's.
const MAX_COMMITS: usize = 250;
/// Commits on all lines that the head has and the base has not.
const MAX_WALKED: usize = 2_000;

/// The commits that the head has and the base has not, along first parents, oldest first; none where they are too many, or
/// do not come from below the base. What only brings the base branch in is none of the author's.
pub(super) fn author_commits(
    objects: &Objects,
    base: &CommitSha,
    head: &CommitSha,
) -> Result<Vec<AuthorCommit>, GitError> {
    let Some(own) = objects.beyond(base, head, MAX_WALKED)? else { return Ok(Vec::new()) };
    let mut next = Some(object_id(head)?);
    let mut commits = Vec::new();
    while let Some(id) = next.filter(|id| own.contains(id) && commits.len() < MAX_COMMITS) {
        let commit = objects.facts(id)?;
        next = commit.parents.first().copied();
        if next.is_some_and(|parent| !objects.has(parent)) {
            // A shallow clone ends somewhere.
            return Ok(Vec::new());
        }
        if commit.parents.len() > 1 && commit.parents.iter().skip(1).all(|other| !own.contains(other)) {
            continue;
        }
        let parent = match next {
            Some(parent) => Some(objects.facts(parent)?.tree),
            None => None,
        };
        let files = tree_changes::between(objects, parent, Some(commit.tree), tree_changes::MAX_CHANGED_FILES)?;
        commits.push(AuthorCommit {
            id: id.to_string(),
            subject: commit.subject(),
            body: commit.body(),
            author: commit.author.clone(),
            paths: files.into_iter().map(|file| file.path).collect(),
        });
    }
    // Without the base below, the list would be of strangers' commits.
    if next.is_none_or(|id| own.contains(&id)) {
        return Ok(Vec::new());
    }
    commits.reverse();
    Ok(commits)
}
