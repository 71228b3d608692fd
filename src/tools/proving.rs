//! The proof once more, from what the branches are on GitHub.

use super::{cutting::Cutting, error::ToolError, slicer::Slicer};
use crate::{
    change::tree_edit::TreeEdit,
    domain::{
        ids::CommitSha,
        split::{OpenSlice, Split},
    },
    split::rebase,
};

/// `planned`: what each slice of the plan does; it stands for those that are left out.
///
/// # Errors
/// `Skip` where the branches do not give the tree of the branch that was cut.
pub(super) async fn prove(
    slicer: &Slicer<'_>,
    split: &Split,
    cutting: &Cutting,
    planned: &[Vec<TreeEdit>],
) -> Result<(), ToolError> {
    let mut heads = Vec::new();
    for open in &split.slices {
        let head = slicer.repository.branch_head(&open.branch).await?;
        heads.push(head.ok_or_else(|| ToolError::skip(format!("the branch `{}` is gone", open.branch)))?);
    }
    let token = slicer.repository.token().await?;
    let (id, name) = (slicer.repository.id(), slicer.repository.name());
    let mirror = slicer.mirrors.fetch(id, name, Some(&token), &heads).await?;
    let parent = |open: &OpenSlice| open.made.last().map_or_else(|| split.base.clone(), |made| made.parent.clone());
    let mut opened: Vec<(CommitSha, CommitSha)> = split.slices.iter().map(parent).zip(heads).rev().collect();
    let mut layers = Vec::new();
    for (slice, planned) in split.plan.slices.iter().zip(planned) {
        let ends = if slice.left_out { None } else { opened.pop() };
        layers.push(match ends {
            Some((parent, head)) => rebase::edits(&mirror.change_set(&parent, &head).await?),
            None => planned.clone(),
        });
    }
    let proof = mirror.prove(&cutting.base, &cutting.head, layers).await?;
    match proof.tree() {
        Some(_) => Ok(()),
        None => Err(ToolError::skip(format!(
            "the branches on GitHub give the tree {}, and not {} as the branch has it: no pull request was opened",
            proof.slices, proof.head
        ))),
    }
}
