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
    /// A check run of a commit, completed at once.
    CompleteCheckRun { head: CommitSha, check: CheckRunReport },
    /// A commit whose tree is that of `onto` with some entries changed. No branch points at it yet.
    MakeCommit { onto: CommitSha, changes: Vec<TreeChange>, parents: Vec<CommitSha>, message: String },
    /// Makes, moves and deletes branches, all of them or none: each only from where it is thought to stand.
    MoveBranches { moves: Vec<BranchMove> },
    /// A pull request between two branches of the repository; a plain one where the owner's plan has no drafts.
    OpenPull { branch: String, base: String, title: String, body: String, draft: bool },
    /// Other words, another base, or the end of a pull request; what is `None` stays as it is.
    EditPull { pull: PullNumber, edit: PullEdit },
    /// Labels beside those that are there.
    LabelPull { pull: PullNumber, labels: Vec<String> },
    /// Pull requests become a stack, from the bottom up, where the repository has stacks.
    LinkStack { pulls: Vec<PullNumber> },
    /// The stack that a pull request is part of is taken apart, so that bases can change.
    Unstack { pull: PullNumber },
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
            Self::MakeCommit { .. } => "make_commit",
            Self::MoveBranches { .. } => "move_branches",
            Self::OpenPull { .. } => "open_pull",
            Self::EditPull { .. } => "edit_pull",
            Self::LabelPull { .. } => "label_pull",
            Self::LinkStack { .. } => "link_stack",
            Self::Unstack { .. } => "unstack",
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

/// Whose check run it is: GitHub shows the newest of each name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    #[default]
    Review,
    Split,
}

impl CheckName {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Review => "Seam",
            Self::Split => "Seam split",
        }
    }
}

/// Limits (GitHub): title 255 characters, summary and text 65,535 each, at most 3 actions; annotations are sent in
/// batches of 50. Source: <https://docs.github.com/rest/checks/runs#create-a-check-run>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckRunReport {
    #[serde(default)]
    pub name: CheckName,
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

/// What one path of a tree becomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TreeChange {
    pub path: String,
    pub becomes: TreeContent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TreeContent {
    /// Nothing stands there any more.
    Gone,
    /// An object that GitHub has: a blob, or the commit of a submodule (hexadecimal id).
    Object { mode: TreeMode, id: String },
    /// A file that GitHub does not have, in base64.
    New { mode: TreeMode, content: String },
}

/// Source: <https://docs.github.com/rest/git/trees#create-a-tree>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TreeMode {
    #[serde(rename = "100644")]
    Regular,
    #[serde(rename = "100755")]
    Executable,
    #[serde(rename = "120000")]
    Symlink,
    #[serde(rename = "160000")]
    Submodule,
}

/// Where a branch stands and where it is to stand. Zeros stand for no branch: see [`CommitSha::is_zero`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BranchMove {
    /// Without `refs/heads/`.
    pub branch: String,
    pub from: CommitSha,
    pub to: CommitSha,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullEdit {
    pub title: Option<String>,
    pub body: Option<String>,
    pub base: Option<String>,
    pub close: bool,
}
