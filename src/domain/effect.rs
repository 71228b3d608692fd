//! An effect: one write to GitHub, as a value with a key. The key is recorded before the write and found again after a
//! crash, so that no effect happens twice. Effects name no repository: they belong to the one of the execution that
//! wants them, and can reach no other.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    anchor::Anchor,
    event::CommentRef,
    finding::{Fingerprint, Severity},
    ids::{CommentId, CommitSha, PullNumber},
};

/// What makes two writes the same write, within one repository: `review:12@SHA`, `check-run:SHA`, `resolve:NODE:0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct EffectKey(pub String);

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An effect that somebody decided on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedEffect {
    pub key: EffectKey,
    pub effect: Effect,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// One review with all its inline comments.
    CreateReview {
        pull: PullNumber,
        commit: CommitSha,
        verdict: Verdict,
        /// Ends in its mark.
        body: String,
        comments: Vec<InlineComment>,
    },
    /// A comment on a file as a whole (`subject_type: file`): for findings without a place in the diff.
    CreateFileComment { pull: PullNumber, commit: CommitSha, path: String, body: String, fingerprint: Fingerprint },
    /// A comment in the conversation, known by its mark: made when missing, else edited.
    #[serde(alias = "upsert_summary")]
    UpsertComment { pull: PullNumber, body: String },
    /// A reply under the first comment of a thread.
    ReplyInThread { pull: PullNumber, comment: CommentId, body: String },
    /// The same, known by its mark: made when missing, else edited.
    UpsertReply { pull: PullNumber, comment: CommentId, body: String },
    /// Resolves a review thread (GraphQL node id).
    ResolveThread { thread: String },
    /// A reaction to a comment or a review: the same one again changes nothing.
    React { comment: CommentRef, reaction: Reaction },
    /// Takes back a review that asks for changes; people read the message.
    DismissReview { pull: PullNumber, review: i64, message: String },
    /// A description in the body of a pull request, between its marks.
    DescribePull { pull: PullNumber, description: String },
    /// A commit on top of `expected`, where the branch must stand; the message gets a line more that names the effect.
    CreateCommit { branch: String, expected: CommitSha, headline: String, body: String, files: Vec<ChangedFile> },
    /// Opens a resolved review thread again.
    ReopenThread { thread: String },
    /// The check run `Seam` of a commit, completed at once.
    CompleteCheckRun { head: CommitSha, check: CheckRunReport },
}

impl Effect {
    /// For metrics and the effect table.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CreateReview { .. } => "create_review",
            Self::CreateFileComment { .. } => "create_file_comment",
            Self::UpsertComment { .. } => "upsert_comment",
            Self::ReplyInThread { .. } => "reply_in_thread",
            Self::UpsertReply { .. } => "upsert_reply",
            Self::ResolveThread { .. } => "resolve_thread",
            Self::React { .. } => "react",
            Self::DismissReview { .. } => "dismiss_review",
            Self::DescribePull { .. } => "describe_pull",
            Self::CreateCommit { .. } => "create_commit",
            Self::ReopenThread { .. } => "reopen_thread",
            Self::CompleteCheckRun { .. } => "complete_check_run",
        }
    }
}

/// A file as a commit leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedFile {
    pub path: String,
    pub content: String,
}

/// What a person sees below the command that they wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// Heard.
    Eyes,
    /// Done.
    Rocket,
    /// Not done.
    Confused,
    /// Not permitted.
    ThumbsDown,
}

/// What a review says as a whole. Seam never approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Comment,
    RequestChanges,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InlineComment {
    pub path: String,
    pub anchor: Anchor,
    /// Ends in `<!-- seam:finding:FINGERPRINT -->`.
    pub body: String,
    pub fingerprint: Fingerprint,
}

/// GitHub's conclusions that Seam uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    Success,
    Neutral,
    Failure,
    Skipped,
    ActionRequired,
}

/// Limits (GitHub): title 255 characters, summary and text 65,535 each, at most 3 actions; annotations are sent in
/// batches of 50. Source: <https://docs.github.com/rest/checks/runs#create-a-check-run>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckRunReport {
    pub conclusion: Conclusion,
    pub title: String,
    pub summary: String,
    pub text: Option<String>,
    /// The page of the execution.
    pub details_url: Option<String>,
    pub annotations: Vec<Annotation>,
    pub actions: Vec<CheckAction>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Annotation {
    pub path: String,
    pub start_line: u32,
    pub end_line: u32,
    pub severity: Severity,
    pub title: String,
    pub message: String,
}

/// A button on a check run. Limits (GitHub): label 20, description 40, identifier 20 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckAction {
    pub label: String,
    pub description: String,
    pub identifier: String,
}
