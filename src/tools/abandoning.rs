//! Gives a split up: closes what Seam opened and deletes its branches, unless a person committed to them.

use super::{error::ToolError, slicer::Slicer};
use crate::{
    domain::{
        effect::{BranchMove, Effect, PullEdit},
        ids::{CommitSha, PullNumber},
        plan::Slice,
        split::{OpenSlice, SliceState, Split, SplitState},
    },
    effects::result::{EffectResult, MoveOutcome},
    github::pulls::Pull,
    split::{reasons::listed, stack_table::name},
};

/// What became of the slices, as they are shown.
#[derive(Default)]
struct Abandoned {
    closed: Vec<String>,
    /// People committed to them.
    kept: Vec<String>,
    /// Those whose branches the pull requests of others need, in sentences.
    needed: Vec<String>,
}

/// Gives the answer for whoever asked. From the top down, so that no pull request loses its base before it is closed.
pub(super) async fn abandon(slicer: &Slicer<'_>, mut split: Split) -> Result<String, ToolError> {
    let mut done = Abandoned::default();
    let plan = split.plan.clone();
    for slice in plan.slices.iter().rev() {
        let Some(open) = split.open_slice(&slice.id).cloned() else { continue };
        let shown = name(&open);
        let head = slicer.repository.branch_head(&open.branch).await?;
        let is_closed = match &head {
            // Merged and tidied up, or an earlier attempt did it.
            None => true,
            Some(head) if open.is_own(head) => {
                close(slicer, &split, &open).await?;
                match &others(slicer, &split, &open.branch).await?[..] {
                    [] => delete(slicer, &split, &open, head).await?,
                    others => {
                        done.needed.push(match open.state {
                            SliceState::Merged => format!("Left the branch of {shown} for {}.", listed(others)),
                            _ => format!("Closed {shown}, and left its branch for {}.", listed(others)),
                        });
                        set_closed(&mut split, slice);
                        continue;
                    }
                }
            }
            Some(_) => {
                if let Some(pull) = open.pull.filter(|_| open.state.is_open()) {
                    stand_alone(slicer, &split, slice, pull).await?;
                }
                false
            }
        };
        match is_closed {
            false => done.kept.push(shown),
            // Of a merged one the branch is all that was left.
            true if open.state == SliceState::Merged => {}
            true => {
                done.closed.push(shown);
                set_closed(&mut split, slice);
            }
        }
    }
    split.state = SplitState::Abandoned;
    slicer.tell(&split, None).await?;
    // Last: whoever is stopped before does it again from the start.
    slicer.remember(&split).await?;
    Ok(done.told())
}

fn set_closed(split: &mut Split, slice: &Slice) {
    if let Some(open) = split.open_slice_mut(&slice.id).filter(|open| open.state != SliceState::Merged) {
        open.state = SliceState::Closed;
    }
}

/// Open pull requests of others from a branch or onto it: GitHub would close them with it.
async fn others(slicer: &Slicer<'_>, split: &Split, branch: &str) -> Result<Vec<String>, ToolError> {
    let mut pulls = slicer.repository.open_pulls_of_branch(branch).await?;
    pulls.extend(slicer.repository.open_pulls_onto_branch(branch).await?);
    let is_own = |pull: &Pull| split.slices.iter().any(|open| open.pull == Some(pull.number));
    Ok(pulls.iter().filter(|pull| !is_own(pull)).map(|pull| format!("#{}", pull.number)).collect())
}

/// Closes a pull request that holds only Seam's commits.
async fn close(slicer: &Slicer<'_>, split: &Split, open: &OpenSlice) -> Result<(), ToolError> {
    if let Some(pull) = open.pull.filter(|_| open.state.is_open()) {
        let edit = PullEdit { close: true, ..PullEdit::default() };
        slicer.perform(split, &format!("close:{}", open.slice), Effect::EditPull { pull, edit }).await?;
    }
    Ok(())
}

/// `false` where somebody was faster.
async fn delete(slicer: &Slicer<'_>, split: &Split, open: &OpenSlice, head: &CommitSha) -> Result<bool, ToolError> {
    let moves = vec![BranchMove { branch: open.branch.clone(), from: head.clone(), to: CommitSha::zero() }];
    let result = slicer.perform(split, &format!("delete:{}", open.slice), Effect::MoveBranches { moves }).await?;
    Ok(matches!(result, EffectResult::Branches { outcome: MoveOutcome::Moved }))
}

/// A pull request that somebody committed to is based on the base branch: it would be closed with the branch below it.
async fn stand_alone(slicer: &Slicer<'_>, split: &Split, slice: &Slice, pull: PullNumber) -> Result<(), ToolError> {
    let Some(below) = split.below(slice) else { return Ok(()) };
    match slicer.repository.branch_head(&below.branch).await? {
        Some(head) if !below.is_own(&head) => return Ok(()),
        _ => {}
    }
    slicer.perform(split, &format!("unstack:{}", slice.id), Effect::Unstack { pull }).await?;
    let edit = PullEdit { base: Some(split.base_branch.clone()), ..PullEdit::default() };
    slicer.perform(split, &format!("base:{}", slice.id), Effect::EditPull { pull, edit }).await?;
    Ok(())
}

impl Abandoned {
    fn told(&self) -> String {
        let mut told = match &self.closed[..] {
            [] if self.needed.is_empty() => vec!["Nothing was closed.".to_owned()],
            [] => Vec::new(),
            [one] => vec![format!("Closed {one}, and deleted its branch.")],
            closed => vec![format!("Closed {}, and deleted their branches.", closed.join(", "))],
        };
        told.extend(self.needed.iter().cloned());
        if !self.kept.is_empty() {
            told.push(format!("Left alone, because somebody committed there: {}.", self.kept.join(", ")));
        }
        told.join(" ")
    }
}
