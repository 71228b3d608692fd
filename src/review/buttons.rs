//! The buttons of the check run, three at most. A click comes back as `check_run.requested_action`.

use crate::domain::effect::CheckAction;

/// What a person can ask for by a click. Limits (GitHub): label 20, description 40, identifier 20 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    ReviewAgain,
}

impl Button {
    pub fn identifier(self) -> &'static str {
        match self {
            Self::ReviewAgain => "review",
        }
    }

    pub fn action(self) -> CheckAction {
        let (label, description) = match self {
            Self::ReviewAgain => ("Review again", "Looks at this commit once more"),
        };
        CheckAction {
            label: label.to_owned(),
            description: description.to_owned(),
            identifier: self.identifier().to_owned(),
        }
    }
}
