//! Where the slices of a split stand on GitHub now.

use super::{error::ToolError, slicer::Slicer};
use crate::{
    domain::split::{SliceState, Split},
    github::pulls::Pull,
    split::tracking::Left,
};

/// The slices' pull requests as they are now, in the order of slices.
pub(super) async fn look(slicer: &Slicer<'_>, split: &mut Split) -> Result<Vec<Option<Pull>>, ToolError> {
    let mut pulls = Vec::new();
    for open in &mut split.slices {
        let Some(number) = open.pull else {
            pulls.push(None);
            continue;
        };
        let pull = slicer.repository.pull(number).await?;
        open.state = match (pull.merged_at.is_some(), pull.is_open(), pull.draft) {
            (true, ..) => SliceState::Merged,
            (_, false, _) => SliceState::Closed,
            (_, true, true) => SliceState::Draft,
            (_, true, false) => SliceState::Open,
        };
        open.trouble = None;
        pulls.push(Some(pull));
    }
    Ok(pulls)
}

/// What of the change is not on the base branch; `None` where there is no such branch any more.
pub(super) async fn left(slicer: &Slicer<'_>, split: &Split) -> Result<Option<Left>, ToolError> {
    let Some(tip) = slicer.repository.branch_head(&split.base_branch).await? else { return Ok(None) };
    // Somebody may have pushed to the branch since it was cut.
    let head = slicer.repository.branch_head(&split.branch).await?.unwrap_or_else(|| split.head.clone());
    let token = slicer.repository.token().await?;
    let (id, name) = (slicer.repository.id(), slicer.repository.name());
    let commits = [tip.clone(), head.clone()];
    let mirror = slicer.mirrors.fetch_pull(id, name, Some(&token), &commits, split.pull).await?;
    let set = mirror.change_set(&tip, &head).await?;
    let own = |path: &str| {
        let mut files = split.plan.slices.iter().flat_map(|slice| &slice.files);
        files.any(|file| file.path == path || file.old_path.as_deref() == Some(path))
    };
    let paths: Vec<String> = set.files.iter().map(|file| file.path.display()).filter(|path| own(path)).collect();
    Ok(Some(if paths.is_empty() { Left::Nothing } else { Left::Files(paths) }))
}
