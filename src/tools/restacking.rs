//! Brings the slices of a split up to date: what GitHub has of them is loaded, and those whose ground has moved are rebuilt on
//! it, so that each shows its own change and nothing else. All branches move together; where a person committed to one, the
//! new ground is merged into it instead.

use super::{
    cutting::blocking,
    error::ToolError,
    linking::link,
    slicer::Slicer,
    standing::{left, look},
};
use crate::{
    change::contents::Contents,
    domain::{
        effect::{BranchMove, Effect, PullEdit},
        ids::CommitSha,
        plan::{Slice, SliceId},
        split::{Made, OpenSlice, SliceState, Split, SplitState},
    },
    effects::result::{EffectResult, MoveOutcome},
    git::mirror::Mirror,
    github::pulls::Pull,
    review::markdown::code,
    split::{
        rebase::rebase,
        restacked::{conflict, told},
    },
};

/// What the lowest slices are to stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Onto {
    /// Where they stand, as long as what they show is their own.
    Same,
    /// The base branch as it is now.
    Newest,
}

/// Gives the answer for whoever asked.
pub(super) async fn restack(slicer: &Slicer<'_>, mut split: Split, onto: Onto) -> Result<String, ToolError> {
    let pulls = look(slicer, &mut split).await?;
    if !split.slices.iter().any(|open| open.state.is_open()) {
        let all_merged = split.slices.iter().all(|open| open.state == SliceState::Merged);
        if all_merged {
            split.state = SplitState::Merged;
        }
        let left = left(slicer, &split).await?;
        slicer.tell(&split, left.as_ref()).await?;
        slicer.remember(&split).await?;
        return Ok(if all_merged { "All slices are merged." } else { "No slice is open any more." }.to_owned());
    }
    let mut work = Work { slicer, split, pulls, onto, mirror: None, moves: Vec::new(), rebuilt: Vec::new() };
    work.rebuild().await?;
    work.set_bases().await?;
    work.move_branches().await?;
    let Work { split, rebuilt, .. } = work;
    slicer.remember(&split).await?;
    slicer.tell(&split, None).await?;
    Ok(told(&split, &rebuilt))
}

struct Work<'a> {
    slicer: &'a Slicer<'a>,
    split: Split,
    pulls: Vec<Option<Pull>>,
    onto: Onto,
    mirror: Option<Mirror>,
    moves: Vec<BranchMove>,
    rebuilt: Vec<SliceId>,
}

/// A slice that is to be rebuilt.
struct Ground {
    /// Where its branch stands.
    head: CommitSha,
    /// What its own change is told from.
    old: CommitSha,
    new: CommitSha,
}

impl Work<'_> {
    /// From the bottom up: what is rebuilt is the ground of what stands on it.
    async fn rebuild(&mut self) -> Result<(), ToolError> {
        let plan = self.split.plan.clone();
        for slice in &plan.slices {
            let Some(place) = self.split.slices.iter().position(|open| open.slice == slice.id) else { continue };
            if !self.split.slices[place].state.is_open() {
                continue;
            }
            let Some(head) = self.pulls[place].as_ref().map(|pull| pull.head.sha.clone()) else { continue };
            if let Some(ground) = self.ground(slice, place, head).await? {
                self.rebuild_one(slice, place, ground).await?;
            }
        }
        Ok(())
    }

    /// `None`: the slice shows its own change.
    async fn ground(&mut self, slice: &Slice, place: usize, head: CommitSha) -> Result<Option<Ground>, ToolError> {
        let below = self.split.below(slice).map(|below| below.slice.clone());
        let new = match &below {
            Some(below) => match self.now(below) {
                Some(commit) => commit,
                None => return Ok(None),
            },
            None => match self.slicer.repository.branch_head(&self.split.base_branch).await? {
                Some(tip) => tip,
                None => return Ok(None),
            },
        };
        let made = self.split.slices[place].made.clone();
        let mut commits = vec![head.clone(), new.clone()];
        commits.extend(made.iter().flat_map(|made| [made.commit.clone(), made.parent.clone()]));
        let mirror = self.fetch(&commits).await?;
        let mut old = None;
        for made in made.iter().rev() {
            if mirror.contains(&head, &made.commit).await? {
                old = Some(made.parent.clone());
                break;
            }
        }
        // Somebody rewrote the branch: what it shows is told from where it leaves its ground.
        let old = match old {
            Some(old) => old,
            None => mirror.merge_base(&head, &new).await?.unwrap_or_else(|| self.split.base.clone()),
        };
        let has_newest = mirror.contains(&head, &new).await?;
        let may_stay = below.is_none() && self.onto == Onto::Same && mirror.contains(&new, &old).await?;
        let is_right = has_newest || (may_stay && self.has_what_was_awaited(slice, &mirror, (&head, &new)).await?);
        Ok((!is_right).then_some(Ground { head, old, new }))
    }

    /// Whether what a slice, and those on it, need besides what lies below them is in it as far as it is merged.
    async fn has_what_was_awaited(
        &self,
        slice: &Slice,
        mirror: &Mirror,
        (head, base): (&CommitSha, &CommitSha),
    ) -> Result<bool, ToolError> {
        let plan = &self.split.plan;
        let stands_here = |other: &&Slice| other.id == slice.id || plan.below(other).iter().any(|on| on.id == slice.id);
        for awaited in plan.slices.iter().filter(stands_here).flat_map(|standing| plan.awaited(standing)) {
            let place = self.split.slices.iter().position(|open| open.slice == awaited.id);
            let pull = place.and_then(|place| self.pulls[place].as_ref()).filter(|pull| pull.merged_at.is_some());
            let Some(merged) = pull.and_then(|pull| pull.merge_commit_sha.as_ref()) else { continue };
            if mirror.contains(base, merged).await? && !mirror.contains(head, merged).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where a slice stands, or will stand in a moment.
    fn now(&self, id: &SliceId) -> Option<CommitSha> {
        let place = self.split.slices.iter().position(|open| open.slice == *id)?;
        let branch = &self.split.slices[place].branch;
        let moved = self.moves.iter().find(|one| one.branch == *branch).map(|one| one.to.clone());
        moved.or_else(|| self.pulls[place].as_ref().map(|pull| pull.head.sha.clone()))
    }

    async fn rebuild_one(&mut self, slice: &Slice, place: usize, ground: Ground) -> Result<(), ToolError> {
        let Ground { head, old, new } = ground;
        let mirror = self.fetch(&[head.clone(), old.clone(), new.clone()]).await?;
        let (own, onto) = (mirror.change_set(&old, &head).await?, mirror.change_set(&old, &new).await?);
        let reader = mirror.clone();
        let rebased = blocking(move || rebase((&own, &reader as &dyn Contents), (&onto, &reader))).await?;
        let base = self.split.base_of(slice).to_owned();
        let changes = match rebased {
            Ok(changes) => changes,
            Err(paths) => {
                self.split.slices[place].trouble = Some(conflict(&base, &paths));
                return Ok(());
            }
        };
        let is_own = self.split.slices[place].is_own(&head);
        let (parents, message) = if is_own {
            (vec![new.clone()], mirror.commit_message(&head).await?)
        } else {
            // A person committed here: nothing of theirs is rewritten.
            (vec![head.clone(), new.clone()], format!("Merge {base} into {}\n", slice.branch))
        };
        let effect = Effect::MakeCommit { onto: new.clone(), changes, parents, message };
        let result = self.slicer.anew(&self.split, &format!("restack:{}", slice.id), effect).await?;
        let EffectResult::Made { commit, .. } = result else { return Ok(()) };
        let open: &mut OpenSlice = &mut self.split.slices[place];
        self.moves.push(BranchMove { branch: open.branch.clone(), from: head, to: commit.clone() });
        open.made.push(Made { commit, parent: new, mixed: !is_own });
        self.rebuilt.push(slice.id.clone());
        Ok(())
    }

    /// Bases before branches: a pull request whose head came to stand in its base would be marked as merged.
    async fn set_bases(&mut self) -> Result<(), ToolError> {
        let plan = self.split.plan.clone();
        for (open, pull) in self.split.slices.clone().iter().zip(&self.pulls) {
            let (Some(pull), Some(slice)) = (pull, plan.slice(&open.slice)) else { continue };
            let base = self.split.base_of(slice).to_owned();
            if !open.state.is_open() || pull.base.branch == base {
                continue;
            }
            let unstack = Effect::Unstack { pull: pull.number };
            self.slicer.anew(&self.split, &format!("unstack:{}", open.slice), unstack).await?;
            let edit = PullEdit { base: Some(base), ..PullEdit::default() };
            let effect = Effect::EditPull { pull: pull.number, edit };
            self.slicer.anew(&self.split, &format!("base:{}", open.slice), effect).await?;
        }
        let kind = self.slicer.policy().await?.stack;
        link(self.slicer, kind, &self.split).await
    }

    async fn move_branches(&mut self) -> Result<(), ToolError> {
        if self.moves.is_empty() {
            return Ok(());
        }
        // Remembered first: what was left half done must know its own commits again.
        self.slicer.remember(&self.split).await?;
        let effect = Effect::MoveBranches { moves: self.moves.clone() };
        let trouble = match self.slicer.anew(&self.split, "branches", effect).await? {
            EffectResult::Branches { outcome: MoveOutcome::Elsewhere(_) } => {
                // Whoever moved it made an event, and another run looks at it again.
                return Err(ToolError::skip("somebody pushed to a slice meanwhile; nothing was moved"));
            }
            EffectResult::Branches { outcome: MoveOutcome::Refused(why) } => {
                format!("GitHub does not let the App move its branch: {}", code(&why))
            }
            _ => return Ok(()),
        };
        for open in self.split.slices.iter_mut().filter(|open| self.rebuilt.contains(&open.slice)) {
            open.trouble = Some(trouble.clone());
        }
        self.rebuilt.clear();
        Ok(())
    }

    async fn fetch(&mut self, commits: &[CommitSha]) -> Result<Mirror, ToolError> {
        let token = self.slicer.repository.token().await?;
        let (id, name) = (self.slicer.repository.id(), self.slicer.repository.name());
        let mirror = self.slicer.mirrors.fetch(id, name, Some(&token), commits).await?;
        // In use, and so not evicted, until the work is done.
        self.mirror = Some(mirror.clone());
        Ok(mirror)
    }
}
