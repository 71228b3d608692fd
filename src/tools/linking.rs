//! Native stacks, where the repository has them and the policy wants them.

use super::{error::ToolError, slicer::Slicer};
use crate::{
    config::policy::StackKind,
    domain::{effect::Effect, ids::PullNumber, split::Split},
};

/// Links the open pull requests of each stack.
pub(super) async fn link(slicer: &Slicer<'_>, kind: StackKind, split: &Split) -> Result<(), ToolError> {
    if !matches!(kind, StackKind::Auto | StackKind::Native) {
        return Ok(());
    }
    for stack in split.plan.stacks() {
        let open = stack.iter().filter_map(|slice| split.open_slice(&slice.id)).filter(|open| open.state.is_open());
        let pulls: Vec<PullNumber> = open.filter_map(|open| open.pull).collect();
        if pulls.len() > 1 {
            slicer.anew(split, &format!("stack:{}", stack[0].id), Effect::LinkStack { pulls }).await?;
        }
    }
    Ok(())
}
