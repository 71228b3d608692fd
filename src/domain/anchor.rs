//! Where in a pull request's diff a comment can stand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which file of a diff a line number counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Side {
    /// The base: removed lines (and context).
    Left,
    /// The head: added lines and context.
    Right,
}

/// Lines of one side of one file's diff, 1-based and inclusive. `start_line == line` for a single line; GitHub wants
/// `start_line` left out of the request then.
/// Source: <https://docs.github.com/rest/pulls/comments#create-a-review-comment-for-a-pull-request>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Anchor {
    pub side: Side,
    pub start_line: u32,
    pub line: u32,
}
