//! What came of an effect. Stored with it, and handed out again when it is wanted a second time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{
    finding::Fingerprint,
    ids::{CheckRunId, CommentId, CommitSha, PullNumber},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EffectResult {
    Review {
        review: i64,
        /// Its comments, and those that GitHub took only on their file.
        posted: Vec<PostedComment>,
        /// Findings that GitHub took nowhere in the diff: they stand in the review's body.
        in_body: Vec<Fingerprint>,
    },
    FileComment {
        posted: PostedComment,
    },
    /// A comment in the conversation: the summary, or a comment on a file that GitHub does not show in the diff.
    Conversation {
        comment: CommentId,
    },
    Reply {
        comment: CommentId,
    },
    Thread {
        outcome: ThreadOutcome,
    },
    Reaction,
    Dismissed {
        review: i64,
    },
    /// The body of the pull request holds the description.
    Described,
    Commit {
        commit: CommitSha,
    },
    /// The branch does not stand any more where the commit was to be made.
    Moved,
    CheckRun {
        check_run: CheckRunId,
        url: Option<String>,
    },
    /// A commit that no branch points at yet.
    Made {
        commit: CommitSha,
        /// The id of its tree, as GitHub has it.
        tree: String,
    },
    Branches {
        outcome: MoveOutcome,
    },
    Pull {
        pull: PullNumber,
        /// Whether it became a draft.
        draft: bool,
    },
    /// What was to be set is set.
    Set,
    Stack {
        /// `None`: the repository has no stacks, or does not take this one.
        stack: Option<i64>,
    },
    /// What it was to be attached to is gone, and so is the need for it.
    Gone,
}

/// What became of branches that were to move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoveOutcome {
    Moved,
    /// Somebody else moved these: none was touched.
    Elsewhere(Vec<String>),
    /// The repository does not allow it: GitHub's words.
    Refused(String),
}

impl EffectResult {
    /// `false`: it was not to be had, and is tried anew when it is wanted again.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Thread { outcome } => *outcome != ThreadOutcome::NotPermitted,
            Self::Branches { outcome } => *outcome == MoveOutcome::Moved,
            _ => true,
        }
    }

    /// The comments on findings that stand in the diff now.
    pub fn posted(&self) -> &[PostedComment] {
        match self {
            Self::Review { posted, .. } => posted,
            Self::FileComment { posted } => std::slice::from_ref(posted),
            _ => &[],
        }
    }
}

/// A comment on a finding, as it came into being.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostedComment {
    pub fingerprint: Fingerprint,
    pub path: String,
    /// `None` for a comment on the file.
    pub line: Option<u32>,
    pub comment_id: CommentId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThreadOutcome {
    Resolved,
    /// Somebody was faster.
    WasResolved,
    Reopened,
    /// It was not resolved.
    WasOpen,
    /// The installation lacks a permission: the reply in the thread has to do.
    NotPermitted,
}
