//! The proof once more, from what the branches are on GitHub.

use super::{cutting::Cutting, error::ToolError, slicer::Slicer};
use crate::{
    change::tree_edit::TreeEdit,
    domain::{
        ids::CommitSha,
        split::{OpenSlice, Split},
    },
    git::mirror::Mirror,
    split::rebase,
};

/// What the branch of a slice holds.
pub(super) struct Tip {
    /// What Seam made where the branch holds it, or else where the branch stands.
    pub(super) commit: CommitSha,
    pub(super) is_own: bool,
    /// Somebody committed on top of it.
    pub(super) is_changed: bool,
}

/// Of each slice, in order; `None`: there is no such branch.
pub(super) async fn tips(slicer: &Slicer<'_>, split: &Split) -> Result<Vec<Option<Tip>>, ToolError> {
    let mut heads = Vec::new();
    for open in &split.slices {
        heads.push(slicer.repository.branch_head(&open.branch).await?);
    }
    let mirror = mirror(slicer, heads.iter().flatten()).await?;
    let mut tips = Vec::new();
    for (open, head) in split.slices.iter().zip(heads) {
        let own = open.tip().cloned();
        tips.push(match (head, own) {
            (Some(head), Some(own)) if mirror.contains(&head, &own).await? => {
                Some(Tip { is_changed: head != own, commit: own, is_own: true })
            }
            (head, _) => head.map(|commit| Tip { commit, is_own: false, is_changed: true }),
        });
    }
    Ok(tips)
}

async fn mirror<'c>(slicer: &Slicer<'_>, commits: impl Iterator<Item = &'c CommitSha>) -> Result<Mirror, ToolError> {
    let token = slicer.repository.token().await?;
    let (id, name) = (slicer.repository.id(), slicer.repository.name());
    let commits: Vec<CommitSha> = commits.cloned().collect();
    Ok(slicer.mirrors.fetch(id, name, Some(&token), &commits).await?)
}

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
    for (open, tip) in split.slices.iter().zip(tips(slicer, split).await?) {
        let tip = tip.ok_or_else(|| ToolError::skip(format!("the branch `{}` is gone", open.branch)))?;
        heads.push(tip.commit);
    }
    let mirror = mirror(slicer, heads.iter()).await?;
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
