//! A commit made of objects that GitHub has; only files that it does not have are uploaded.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{
    domain::{
        effect::{TreeChange, TreeContent, TreeMode},
        ids::CommitSha,
    },
    github::git_data::TreeEntry,
};

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    onto: &CommitSha,
    changes: &[TreeChange],
    parents: &[CommitSha],
    message: &str,
) -> Result<EffectResult, EffectError> {
    let repository = attempt.repository();
    let mut tree = repository.git_commit(onto).await?.tree.sha;
    if !changes.is_empty() {
        let mut uploaded = Vec::new();
        for change in changes {
            uploaded.push(match &change.becomes {
                TreeContent::New { content, .. } => Some(attempt.write(repository.create_blob(content)).await?),
                TreeContent::Gone | TreeContent::Object { .. } => None,
            });
        }
        let entries: Vec<_> =
            changes.iter().zip(&uploaded).map(|(change, new)| entry(change, new.as_deref())).collect();
        tree = attempt.write(repository.create_tree(&tree, &entries)).await?;
    }
    let commit = attempt.write(repository.create_commit(&tree, parents, message)).await?;
    Ok(EffectResult::Made { commit: commit.sha, tree: commit.tree.sha })
}

/// `new`: the object that its content became.
fn entry<'a>(change: &'a TreeChange, new: Option<&'a str>) -> TreeEntry<'a> {
    let (mode, sha) = match &change.becomes {
        // GitHub wants a mode also of what goes.
        TreeContent::Gone => (TreeMode::Regular, None),
        TreeContent::Object { mode, id } => (*mode, Some(id.as_str())),
        TreeContent::New { mode, .. } => (*mode, new),
    };
    let kind = if mode == TreeMode::Submodule { "commit" } else { "blob" };
    TreeEntry { path: &change.path, mode, kind, sha }
}
