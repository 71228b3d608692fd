//! What is said on a pull request: reviews, threads of review comments, and the conversation.

use chrono::{DateTime, Utc};

/// Id, login of who reacted, and how.
pub(crate) type Reaction = (i64, String, String);

/// Which file of the diff a line counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Left,
    Right,
}

impl Side {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Left => "LEFT",
            Self::Right => "RIGHT",
        }
    }
}

/// Lines of a diff. A single line has no start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    pub(crate) start: Option<(u32, Side)>,
    pub(crate) line: u32,
    pub(crate) side: Side,
}

#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) id: i64,
    /// Login.
    pub(crate) author: String,
    pub(crate) body: String,
    /// `COMMENTED`, `CHANGES_REQUESTED`, `APPROVED`, `DISMISSED` or `PENDING`.
    pub(crate) state: String,
    pub(crate) commit_id: String,
    pub(crate) submitted_at: Option<DateTime<Utc>>,
    pub(crate) reactions: Vec<Reaction>,
    /// What was said when it was dismissed.
    pub(crate) dismissed: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct ReviewComment {
    pub(crate) id: i64,
    pub(crate) review: i64,
    /// The first comment of the thread, for a reply.
    pub(crate) in_reply_to: Option<i64>,
    pub(crate) author: String,
    pub(crate) body: String,
    pub(crate) path: String,
    /// `None` for a comment on the file as a whole.
    pub(crate) original: Option<Lines>,
    /// Where the lines are now; `None` when a later push changed them, or for a file comment.
    pub(crate) current: Option<Lines>,
    pub(crate) commit_id: String,
    pub(crate) original_commit_id: String,
    pub(crate) diff_hunk: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) reactions: Vec<Reaction>,
}

impl ReviewComment {
    pub(crate) fn is_on_file(&self) -> bool {
        self.original.is_none()
    }
}

/// Every top-level review comment begins one.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    /// GraphQL node id.
    pub(crate) node_id: String,
    /// Its first comment.
    pub(crate) root: i64,
    /// Login of who resolved it.
    pub(crate) resolved_by: Option<String>,
}

/// A comment in the conversation of a pull request.
#[derive(Clone, Debug)]
pub(crate) struct IssueComment {
    pub(crate) id: i64,
    pub(crate) author: String,
    pub(crate) body: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) reactions: Vec<Reaction>,
}
