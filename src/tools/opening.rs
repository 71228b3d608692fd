//! Opens the slices of a plan: commits, branches and pull requests, from the bottom up, each once.
//!
//! All branches are made together, before any pull request is: a pull request whose head is contained in its base would be
//! marked as merged, for good.

use super::{
    error::ToolError,
    linking::link,
    load_split::LoadedSplit,
    proving::{self, prove},
    ready_plan::ready,
    restacking::{Onto, restack},
    slicer::Slicer,
};
use crate::{
    change::{surroundings::Surroundings, tree_edit::TreeEdit},
    domain::{
        effect::{BranchMove, Effect},
        ids::CommitSha,
        plan::Slice,
        split::{Made, OpenSlice, SliceState, Split, SplitState},
    },
    effects::result::{EffectResult, MoveOutcome},
    split::{build, message, stack_table, wire},
};

/// What a pull request that could not become a draft is told apart by.
const DRAFT_LABEL: &str = "draft";

/// Gives the answer for whoever asked.
pub(super) async fn open(slicer: &Slicer<'_>, change: &LoadedSplit, mut split: Split) -> Result<String, ToolError> {
    if let Some(why) = change.no_opening() {
        return Err(ToolError::skip(why));
    }
    match split.state {
        SplitState::Planned | SplitState::Opening => {}
        // An earlier attempt came so far: whoever asked has no answer yet.
        SplitState::Open if split.opened_by == Some(slicer.context.scope.execution) => {
            return follow(slicer, split).await;
        }
        SplitState::Open => {
            return Err(ToolError::skip("these slices are open already; `/split restack` brings them up to date"));
        }
        SplitState::Merged | SplitState::Abandoned => {
            return Err(ToolError::skip("this plan is done with; `/split` makes a new one"));
        }
    }
    if split.head != change.head {
        let now = change.head.short();
        let why = format!("the branch has moved on to {now} since the plan was made; `/split` plans it anew");
        return Err(ToolError::skip(why));
    }
    if let Some(why) = &split.plan.no_split {
        return Err(ToolError::skip(format!("no split is suggested: {why}")));
    }
    let (cutting, layers) = ready(slicer, change, &mut split).await?;
    if split.state == SplitState::Planned {
        name_branches(slicer, &mut split).await?;
        split.state = SplitState::Opening;
        slicer.remember(&split).await?;
    }
    commit(slicer, &mut split, &cutting.surroundings, &layers).await?;
    make_branches(slicer, &mut split).await?;
    prove(slicer, &split, &cutting, &layers).await?;
    open_pulls(slicer, &mut split).await?;
    link(slicer, change.policy.split.stack, &split).await?;
    split.state = SplitState::Open;
    // From here on whoever pushes to a slice makes an event of its pull request.
    let is_changed = proving::tips(slicer, &split).await?.iter().flatten().any(|tip| tip.is_changed);
    split.opened_by = Some(slicer.context.scope.execution);
    slicer.tell(&split, None).await?;
    // Last: whoever is stopped before does it again from the start.
    slicer.remember(&split).await?;
    if is_changed { follow(slicer, split).await } else { Ok(told(&split)) }
}

/// What people committed while their slices were being opened is taken in by those above. Where it is not, the slices are open
/// all the same.
async fn follow(slicer: &Slicer<'_>, split: Split) -> Result<String, ToolError> {
    let told = told(&split);
    let why = match restack(slicer, split, Onto::Same).await {
        Ok(_) => return Ok(told),
        Err(ToolError::Skip(why)) => why,
        Err(ToolError::Fatal(error)) => {
            tracing::warn!(error = format!("{error:#}"), "slices were opened and do not follow");
            "it failed, and Seam's log says why".to_owned()
        }
        Err(error) => return Err(error),
    };
    Ok(format!(
        "{told} What stands on slices that people committed to was not rebuilt: {why}; `/split restack` tries it again."
    ))
}

/// Names that are free: an earlier split of the branch may have left some that people committed to.
async fn name_branches(slicer: &Slicer<'_>, split: &mut Split) -> Result<(), ToolError> {
    let mut taken: Vec<String> = Vec::new();
    for slice in split.plan.slices.iter_mut().filter(|slice| !slice.left_out) {
        let mut name = slice.branch.clone();
        for number in 2.. {
            if !taken.contains(&name) && slicer.repository.branch_head(&name).await?.is_none() {
                break;
            }
            name = format!("{}-{number}", slice.branch);
        }
        taken.push(name.clone());
        slice.branch = name;
    }
    split.slices = split.plan.opened().map(OpenSlice::planned).collect();
    Ok(())
}

/// A commit for each slice, on the one below it.
async fn commit(
    slicer: &Slicer<'_>,
    split: &mut Split,
    surroundings: &Surroundings,
    layers: &[Vec<TreeEdit>],
) -> Result<(), ToolError> {
    let from = split.pull.map_or_else(|| split.branch.clone(), |pull| format!("#{pull} ({})", split.branch));
    let plan = split.plan.clone();
    for (slice, edits) in plan.slices.iter().zip(layers).filter(|(slice, _)| !slice.left_out) {
        let below = slice.stands_on.as_ref().and_then(|on| split.open_slice(on)).and_then(|open| open.tip().cloned());
        let parent = below.unwrap_or_else(|| split.base.clone());
        let changes = wire::changes(edits).map_err(|path| {
            ToolError::skip(format!("the name of `{path}` is not UTF-8, and GitHub's API cannot be told of it"))
        })?;
        let message = message::render(slice, &from, &authors(slice, surroundings));
        let effect = Effect::MakeCommit { onto: parent.clone(), changes, parents: vec![parent.clone()], message };
        // Where GitHub refused the branches, the plan may have been edited since.
        let result = slicer.exactly(split, &format!("commit:{}", slice.id), effect).await?;
        if let (EffectResult::Made { commit, .. }, Some(open)) = (result, split.open_slice_mut(&slice.id)) {
            open.made = vec![Made { commit, parent, mixed: false }];
        }
    }
    slicer.remember(split).await
}

/// Those who wrote what is in the slice; where no commit tells, everybody.
fn authors(slice: &Slice, surroundings: &Surroundings) -> Vec<String> {
    let in_slice =
        |path: &str| slice.files.iter().any(|file| file.path == path || file.old_path.as_deref() == Some(path));
    let commits = &surroundings.commits;
    let touching = commits.iter().filter(|commit| commit.paths.iter().any(|path| in_slice(&path.display())));
    let mut authors: Vec<String> = touching.map(|commit| commit.author.clone()).collect();
    if authors.is_empty() {
        authors = commits.iter().map(|commit| commit.author.clone()).collect();
    }
    authors
}

/// All or none: where GitHub refuses one, nothing of the split is left there.
async fn make_branches(slicer: &Slicer<'_>, split: &mut Split) -> Result<(), ToolError> {
    let new = |open: &OpenSlice| {
        Some(BranchMove { branch: open.branch.clone(), from: CommitSha::zero(), to: open.tip()?.clone() })
    };
    let moves: Vec<BranchMove> = split.slices.iter().filter_map(new).collect();
    let result = slicer.perform(split, "branches", Effect::MoveBranches { moves }).await?;
    let why = match result {
        // Made before a crash, and committed to since: what Seam made lies below.
        EffectResult::Branches { outcome: MoveOutcome::Elsewhere(_) } if are_made(slicer, split).await? => {
            return Ok(());
        }
        EffectResult::Branches { outcome: MoveOutcome::Elsewhere(branches) } => {
            format!("there are branches of these names already: `{}`", branches.join("`, `"))
        }
        EffectResult::Branches { outcome: MoveOutcome::Refused(why) } => {
            format!("GitHub does not let the App make the branches of the slices: {why}")
        }
        _ => return Ok(()),
    };
    split.state = SplitState::Planned;
    split.slices.clear();
    slicer.remember(split).await?;
    Err(ToolError::skip(format!("nothing was opened: {why}")))
}

/// All are made together: where one of the branches holds Seam's own commit, they were.
async fn are_made(slicer: &Slicer<'_>, split: &Split) -> Result<bool, ToolError> {
    let tips = proving::tips(slicer, split).await?;
    Ok(tips.iter().any(|tip| tip.as_ref().is_some_and(|tip| tip.is_own)))
}

async fn open_pulls(slicer: &Slicer<'_>, split: &mut Split) -> Result<(), ToolError> {
    let plan = split.plan.clone();
    for slice in plan.opened() {
        let base = split.base_of(slice).to_owned();
        let (branch, title, body) = (slice.branch.clone(), slice.title.clone(), stack_table::body(split, &slice.id));
        let effect = Effect::OpenPull { branch, base, title, body, draft: true };
        let EffectResult::Pull { pull, draft } = slicer.perform(split, &format!("open:{}", slice.id), effect).await?
        else {
            continue;
        };
        let mut labels = slice.labels.clone();
        if !draft {
            labels.push(DRAFT_LABEL.to_owned());
        }
        if !labels.is_empty() {
            let effect = Effect::LabelPull { pull, labels };
            slicer.perform(split, &format!("label:{}", slice.id), effect).await?;
        }
        if let Some(open) = split.open_slice_mut(&slice.id) {
            open.pull = Some(pull);
            open.state = if draft { SliceState::Draft } else { SliceState::Open };
        }
        slicer.remember(split).await?;
    }
    Ok(())
}

fn told(split: &Split) -> String {
    let pulls: Vec<String> = split.slices.iter().filter_map(|open| open.pull).map(|pull| format!("#{pull}")).collect();
    let told = format!("Opened {} pull requests: {}.", pulls.len(), pulls.join(", "));
    let is_edited = split.plan.validation.problems.iter().any(|problem| problem.message == build::EDITED);
    if is_edited { format!("{told} {}", build::EDITED) } else { told }
}
