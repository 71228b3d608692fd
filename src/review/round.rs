//! One round of review in three numbers: `2 fixed, 1 open, 0 new`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the problems of a pull request moved since the last round. Notes (info, low confidence) are not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Round {
    /// Gone since the last round.
    pub fixed: usize,
    /// Raised before, and still there.
    pub open: usize,
    /// Raised now.
    pub new: usize,
    /// Still there, and a person does not want to hear of it.
    pub dismissed: usize,
    /// No longer looked for: the policy changed.
    pub withdrawn: usize,
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fixed, {} open, {} new", self.fixed, self.open, self.new)
    }
}
