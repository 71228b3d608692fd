//! Brings the slices of a split up to date: what GitHub has of them is loaded, and those whose ground has moved are rebuilt on
//! it, so that each shows its own change and nothing else. All branches move together; where a person committed to one, the
//! new ground is merged into it instead.

use super::{cutting::blocking, error::ToolError, opening::link, slicer::Slicer};
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
    split::{rebase::rebase, tracking::Left},
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
    if split.slices.iter().all(|open| open.state == SliceState::Merged) {
        split.state = SplitState::Merged;
        let left = left(slicer, &split).await?;
        slicer.tell(&split, Some(&left)).await?;
        slicer.remember(&split).await?;
        return Ok("All slices are merged.".to_owned());
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

/// The slices' pull requests as they are now, in the order of slices.
async fn look(slicer: &Slicer<'_>, split: &mut Split) -> Result<Vec<Option<Pull>>, ToolError> {
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

/// What of the change is not on the base branch.
async fn left(slicer: &Slicer<'_>, split: &Split) -> Result<Left, ToolError> {
    let Some(tip) = slicer.repository.branch_head(&split.base_branch).await? else { return Ok(Left::Nothing) };
    let token = slicer.repository.token().await?;
    let (id, name) = (slicer.repository.id(), slicer.repository.name());
    let commits = [tip.clone(), split.head.clone()];
    let mirror = slicer.mirrors.fetch_pull(id, name, Some(&token), &commits, split.pull).await?;
    let set = mirror.change_set(&tip, &split.head).await?;
    let own = |path: &str| {
        let mut files = split.plan.slices.iter().flat_map(|slice| &slice.files);
        files.any(|file| file.path == path || file.old_path.as_deref() == Some(path))
    };
    let paths: Vec<String> = set.files.iter().map(|file| file.path.display()).filter(|path| own(path)).collect();
    Ok(if paths.is_empty() { Left::Nothing } else { Left::Files(paths) })
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
            if contains(&mirror, &head, &made.commit).await? {
                old = Some(made.parent.clone());
                break;
            }
        }
        // Somebody rewrote the branch: what it shows is told from where it leaves its ground.
        let old = match old {
            Some(old) => old,
            None => mirror.merge_base(&head, &new).await?.unwrap_or_else(|| self.split.base.clone()),
        };
        let has_newest = contains(&mirror, &head, &new).await?;
        let is_right =
            has_newest || (below.is_none() && self.onto == Onto::Same && contains(&mirror, &new, &old).await?);
        Ok((!is_right).then_some(Ground { head, old, new }))
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
        let name = self.slicer.each_time(&format!("restack:{}", slice.id));
        let EffectResult::Made { commit, .. } = self.slicer.perform(&self.split, &name, effect).await? else {
            return Ok(());
        };
        let open: &mut OpenSlice = &mut self.split.slices[place];
        self.moves.push(BranchMove { branch: open.branch.clone(), from: head, to: commit.clone() });
        open.made.push(Made { commit, parent: new, mixed: !is_own });
        self.rebuilt.push(slice.id.clone());
        Ok(())
    }

    /// Bases before branches: a pull request whose head came to stand in its base would be marked as merged.
    async fn set_bases(&mut self) -> Result<(), ToolError> {
        let plan = self.split.plan.clone();
        let mut unlinked = false;
        for (open, pull) in self.split.slices.clone().iter().zip(&self.pulls) {
            let (Some(pull), Some(slice)) = (pull, plan.slice(&open.slice)) else { continue };
            let base = self.split.base_of(slice).to_owned();
            if !open.state.is_open() || pull.base.branch == base {
                continue;
            }
            let unstack = Effect::Unstack { pull: pull.number };
            self.slicer.edit(&self.split, &open.slice, "unstack", unstack).await?;
            unlinked = true;
            let edit = PullEdit { base: Some(base), ..PullEdit::default() };
            let effect = Effect::EditPull { pull: pull.number, edit };
            self.slicer.edit(&self.split, &open.slice, "base", effect).await?;
        }
        if unlinked {
            let kind = self.slicer.policy().await?.stack;
            link(self.slicer, kind, &self.split).await?;
        }
        Ok(())
    }

    async fn move_branches(&mut self) -> Result<(), ToolError> {
        if self.moves.is_empty() {
            return Ok(());
        }
        // Remembered first: what was left half done must know its own commits again.
        self.slicer.remember(&self.split).await?;
        let name = self.slicer.each_time("branches");
        let effect = Effect::MoveBranches { moves: self.moves.clone() };
        let trouble = match self.slicer.perform(&self.split, &name, effect).await? {
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

/// Whether `older` is `newer` or lies below it.
async fn contains(mirror: &Mirror, newer: &CommitSha, older: &CommitSha) -> Result<bool, ToolError> {
    Ok(mirror.merge_base(newer, older).await?.as_ref() == Some(older))
}

fn conflict(base: &str, paths: &[String]) -> String {
    let shown: Vec<String> = paths.iter().take(20).map(|path| code(path)).collect();
    format!(
        "This slice and {} both changed {}. Rebase its branch on {} by hand; nothing was touched.",
        code(base),
        shown.join(", "),
        code(base)
    )
}

fn told(split: &Split, rebuilt: &[SliceId]) -> String {
    let name = |open: &OpenSlice| open.pull.map_or_else(|| code(&open.branch), |pull| format!("#{pull}"));
    let mut lines = Vec::new();
    let done: Vec<String> = split.slices.iter().filter(|open| rebuilt.contains(&open.slice)).map(name).collect();
    lines.push(match done.is_empty() {
        true => "Every slice that could be rebuilt stands where it should.".to_owned(),
        false => format!("Rebuilt {}.", done.join(", ")),
    });
    for open in &split.slices {
        lines.extend(open.trouble.as_ref().map(|trouble| format!("{}: {trouble}", name(open))));
    }
    lines.join("\n\n")
}
