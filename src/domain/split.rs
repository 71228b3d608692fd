//! A split: a plan that was made for a branch, and what became of it. Plain data: how it is opened and kept up to date
//! stands in `tools` and `split`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ids::{CommitSha, ExecutionId, PullNumber, RepositoryId, SplitId},
    plan::{Plan, Slice, SliceId},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Split {
    pub id: SplitId,
    pub repository: RepositoryId,
    /// The branch that was cut. Nobody but people touches it.
    pub branch: String,
    /// The pull request that shows it.
    pub pull: Option<PullNumber>,
    /// What its slices are to be merged into.
    pub base_branch: String,
    /// The commit that the slices are built on: where the branch left its base.
    pub base: CommitSha,
    pub head: CommitSha,
    pub plan: Plan,
    pub state: SplitState,
    /// The execution that opened it.
    #[serde(default)]
    pub opened_by: Option<ExecutionId>,
    /// In the plan's order; empty until it is opened.
    pub slices: Vec<OpenSlice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SplitState {
    /// Nothing of it is on GitHub but the plan.
    Planned,
    /// Its branches and pull requests are being made.
    Opening,
    Open,
    /// Every slice is merged.
    Merged,
    /// A person does not want it.
    Abandoned,
}

impl SplitState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Opening => "opening",
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A slice on GitHub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenSlice {
    pub slice: SliceId,
    pub branch: String,
    /// What Seam made of it, oldest first.
    pub made: Vec<Made>,
    pub pull: Option<PullNumber>,
    pub state: SliceState,
    /// What a person has to do about it.
    #[serde(default)]
    pub trouble: Option<String>,
}

/// A commit of Seam's at the tip of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Made {
    pub commit: CommitSha,
    /// What it stands on: what the slice's own change is told from.
    pub parent: CommitSha,
    /// Below it lie a person's commits.
    pub mixed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SliceState {
    Draft,
    Open,
    Merged,
    Closed,
}

impl SliceState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Closed => "closed",
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Open)
    }
}

impl OpenSlice {
    pub fn planned(slice: &Slice) -> Self {
        Self {
            slice: slice.id.clone(),
            branch: slice.branch.clone(),
            made: Vec::new(),
            pull: None,
            state: SliceState::Draft,
            trouble: None,
        }
    }

    /// Where its branch stands at `head`, nobody but Seam committed.
    pub fn is_own(&self, head: &CommitSha) -> bool {
        self.made.iter().any(|made| made.commit == *head && !made.mixed)
    }

    /// What Seam left last.
    pub fn tip(&self) -> Option<&CommitSha> {
        self.made.last().map(|made| &made.commit)
    }
}

impl Split {
    pub fn open_slice_mut(&mut self, id: &SliceId) -> Option<&mut OpenSlice> {
        self.slices.iter_mut().find(|open| open.slice == *id)
    }

    pub fn open_slice(&self, id: &SliceId) -> Option<&OpenSlice> {
        self.slices.iter().find(|open| open.slice == *id)
    }

    /// What a slice stands on now: the nearest slice below it that is not merged. `None`: the base branch.
    pub fn below(&self, slice: &Slice) -> Option<&OpenSlice> {
        let below = self.plan.below(slice);
        let mut open = below.iter().rev().filter_map(|slice| self.open_slice(&slice.id));
        open.find(|open| open.state != SliceState::Merged)
    }

    /// What a slice needs, does not stand on, and is not merged.
    pub fn awaited(&self, slice: &Slice) -> impl Iterator<Item = &OpenSlice> {
        let awaited = self.plan.awaited(slice).into_iter().filter_map(|needed| self.open_slice(&needed.id));
        awaited.filter(|open| open.state != SliceState::Merged)
    }

    /// The branch that a slice's pull request is based on.
    pub fn base_of(&self, slice: &Slice) -> &str {
        self.below(slice).map_or(&self.base_branch, |below| &below.branch)
    }
}
