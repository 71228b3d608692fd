//! Gives a split up: closes what Seam opened and deletes its branches, unless a person committed to them.

use super::{error::ToolError, slicer::Slicer};
use crate::{
    domain::{
        effect::{BranchMove, Effect, PullEdit},
        ids::CommitSha,
        split::{SliceState, Split, SplitState},
    },
    effects::result::{EffectResult, MoveOutcome},
};

/// Gives the answer for whoever asked. From the top down, so that no pull request loses its base before it is closed.
pub(super) async fn abandon(slicer: &Slicer<'_>, mut split: Split) -> Result<String, ToolError> {
    let (mut closed, mut kept) = (Vec::new(), Vec::new());
    for place in (0..split.slices.len()).rev() {
        let open = split.slices[place].clone();
        let shown = open.pull.map_or_else(|| format!("`{}`", open.branch), |pull| format!("#{pull}"));
        let Some(head) = slicer.repository.branch_head(&open.branch).await? else {
            // Merged and tidied up, or an earlier attempt did it.
            if open.state != SliceState::Merged {
                split.slices[place].state = SliceState::Closed;
                closed.push(shown);
            }
            continue;
        };
        if !open.is_own(&head) {
            kept.push(shown);
            continue;
        }
        if let Some(pull) = open.pull.filter(|_| open.state.is_open()) {
            let edit = PullEdit { close: true, ..PullEdit::default() };
            slicer.perform(&split, &format!("close:{}", open.slice), Effect::EditPull { pull, edit }).await?;
            split.slices[place].state = SliceState::Closed;
        }
        let moves = vec![BranchMove { branch: open.branch.clone(), from: head, to: CommitSha::zero() }];
        let result = slicer.perform(&split, &format!("delete:{}", open.slice), Effect::MoveBranches { moves }).await?;
        match result {
            // Of a merged one the branch is all that was left.
            EffectResult::Branches { outcome: MoveOutcome::Moved } if open.state == SliceState::Merged => {}
            EffectResult::Branches { outcome: MoveOutcome::Moved } => closed.push(shown),
            _ => kept.push(shown),
        }
    }
    split.state = SplitState::Abandoned;
    slicer.tell(&split, None).await?;
    // Last: whoever is stopped before does it again from the start.
    slicer.remember(&split).await?;
    Ok(told(&closed, &kept))
}

fn told(closed: &[String], kept: &[String]) -> String {
    let closed = match closed {
        [] => "Nothing was closed.".to_owned(),
        closed => format!("Closed {}, and deleted their branches.", closed.join(", ")),
    };
    match kept {
        [] => closed,
        kept => format!("{closed} Left alone, because somebody committed there: {}.", kept.join(", ")),
    }
}
