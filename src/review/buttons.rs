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
}

impl Button {
    pub fn identifier(self) -> &'static str {
        match self {
            Self::ReviewAgain => "review",
            Self::PlanSplit => "plan_split",
            Self::OpenSlices => "open_slices",
        }
    }

    pub fn action(self) -> CheckAction {
        let (label, description) = match self {
            Self::ReviewAgain => ("Review again", "Looks at this commit once more"),
            Self::PlanSplit => ("Plan a split", "Shows how to cut this into smaller PRs"),
            Self::OpenSlices => ("Open draft PRs", "Opens each slice as a draft"),
        };
        CheckAction {
            label: label.to_owned(),
            description: description.to_owned(),
            identifier: self.identifier().to_owned(),
        }
    }
}
