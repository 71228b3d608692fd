//! What a command gives back: the words that are posted where it was asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The output of a node named `answer`, in any workflow that is started by a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// Markdown.
    pub text: String,
}
