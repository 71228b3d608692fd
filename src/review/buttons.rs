//! The buttons of the check run, three at most. A click comes back as `check_run.requested_action`.

use crate::domain::effect::CheckAction;

/// What a person can ask for by a click. Limits (GitHub): label 20, description 40, identifier 20 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    ReviewAgain,
    /// Of a big change.
    PlanSplit,
    /// Of a plan.
    OpenSlices,
    /// Of a change with suggestions in open threads.
    FixAll,
}

impl Button {
    pub const ALL: [Self; 4] = [Self::ReviewAgain, Self::PlanSplit, Self::OpenSlices, Self::FixAll];

    /// That an event speaks of.
    pub fn find(identifier: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|button| button.identifier() == identifier)
    }

    pub fn identifier(self) -> &'static str {
        match self {
            Self::ReviewAgain => "review",
            Self::PlanSplit => "plan_split",
            Self::OpenSlices => "open_slices",
            Self::FixAll => "fix_all",
        }
    }

    /// The command that asks for the same, and its word: who may not use it may not press the button.
    pub fn command(self) -> (&'static str, &'static str) {
        match self {
            Self::ReviewAgain => ("review", ""),
            Self::PlanSplit => ("split", "plan"),
            Self::OpenSlices => ("split", "apply"),
            Self::FixAll => ("fix", "all"),
        }
    }

    pub fn action(self) -> CheckAction {
        let (label, description) = match self {
            Self::ReviewAgain => ("Review again", "Looks at this commit once more"),
            Self::PlanSplit => ("Plan a split", "Shows how to cut this into smaller PRs"),
            Self::OpenSlices => ("Open draft PRs", "Opens each slice as a draft"),
            Self::FixAll => ("Fix all", "Commits all suggestions to the branch"),
        };
        CheckAction {
            label: label.to_owned(),
            description: description.to_owned(),
            identifier: self.identifier().to_owned(),
        }
    }
}
