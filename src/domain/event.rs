//! What Seam understood of a delivery. GitHub's payloads are turned into this at the edge (`webhook::payload`) and go
//! no further. An event is a hint: whoever acts on one reloads the state from GitHub first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{AccountId, CheckRunId, CommentId, CommitSha, InstallationId, PullNumber, RepoName, RepositoryId};

/// One understood delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// `X-GitHub-Event`, as in `pull_request`.
    pub name: String,
    pub action: Option<String>,
    pub installation: Option<InstallationId>,
    pub repository: Option<Repository>,
    pub sender: Option<Account>,
    pub kind: EventKind,
}

impl Event {
    /// How a workflow's trigger names it: `pull_request.opened`, or `push` where there is no action.
    pub fn full_name(&self) -> String {
        match &self.action {
            Some(action) => format!("{}.{action}", self.name),
            None => self.name.clone(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Repository {
    pub id: RepositoryId,
    pub name: RepoName,
    pub default_branch: Option<String>,
    pub private: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    pub id: AccountId,
    pub login: String,
    pub is_bot: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    Push(Push),
    PullRequest(PullRequest),
    Comment(Comment),
    ReviewThread(ReviewThread),
    CheckRun(CheckRun),
    CheckSuite(CheckSuite),
    /// The App was installed, removed, suspended, unsuspended, or given new permissions: see `Event::action`.
    Installation(Installation),
    InstallationRepositories(InstallationRepositories),
    /// `repository.renamed`, `transferred`, `deleted`, ...: see `Event::action`.
    Repository,
    MergeGroup {
        head_sha: CommitSha,
    },
    Ping,
    /// Stored and answered 202, and nothing more: GitHub adds events without notice.
    Unknown,
}

/// A push to a branch or a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Push {
    /// Full name, as in `refs/heads/main`.
    pub git_ref: String,
    pub before: CommitSha,
    pub after: CommitSha,
    pub created: bool,
    pub deleted: bool,
    pub forced: bool,
}

impl Push {
    /// `None` for a tag.
    pub fn branch(&self) -> Option<&str> {
        self.git_ref.strip_prefix("refs/heads/")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullRequest {
    pub number: PullNumber,
    pub head_sha: CommitSha,
    /// The branch with the changes, wherever it is.
    #[serde(default)]
    pub head_ref: String,
    pub base_ref: String,
    pub draft: bool,
    /// `edited` with another base branch: the diff is another one.
    pub base_changed: bool,
    /// The label that `labeled` or `unlabeled` speaks of.
    pub label: Option<String>,
    /// Whose review `review_requested` asks for; `None` for a team's.
    pub requested_reviewer: Option<Account>,
}

/// Where a comment on a pull request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommentPlace {
    Conversation,
    ReviewBody,
    Thread,
}

impl CommentPlace {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::ReviewBody => "review_body",
            Self::Thread => "thread",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comment {
    pub place: CommentPlace,
    /// Of the issue comment, the review or the review comment.
    pub id: CommentId,
    /// GraphQL's id of the same.
    pub node_id: Option<String>,
    /// `None` for a comment on an issue that is no pull request.
    pub pull: Option<PullNumber>,
    pub author: Account,
    pub body: String,
    /// The body before an edit.
    pub old_body: Option<String>,
    /// The first comment of the thread, when this is a reply in one.
    pub in_reply_to: Option<CommentId>,
}

/// Which comment it is, without what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommentRef {
    pub id: CommentId,
    pub node_id: Option<String>,
    pub place: CommentPlace,
    pub in_reply_to: Option<CommentId>,
}

impl CommentRef {
    /// The first comment of the thread that it stands in.
    pub fn thread(&self) -> Option<CommentId> {
        (self.place == CommentPlace::Thread).then_some(self.in_reply_to.unwrap_or(self.id))
    }
}

impl From<&Comment> for CommentRef {
    fn from(comment: &Comment) -> Self {
        let Comment { id, node_id, place, in_reply_to, .. } = comment.clone();
        Self { id, node_id, place, in_reply_to }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewThread {
    pub pull: PullNumber,
    /// GraphQL node id.
    pub node_id: String,
    pub resolved: bool,
    pub comments: Vec<CommentId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckRun {
    pub id: CheckRunId,
    pub app_id: Option<i64>,
    pub head_sha: CommitSha,
    pub head_branch: Option<String>,
    /// Empty for a fork's pull request.
    pub pulls: Vec<PullNumber>,
    /// The button of `requested_action`.
    pub requested_action: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckSuite {
    pub app_id: Option<i64>,
    pub head_sha: CommitSha,
    pub head_branch: Option<String>,
    pub pulls: Vec<PullNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Installation {
    pub id: InstallationId,
    pub account: Account,
    pub repositories: Vec<RepoRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InstallationRepositories {
    pub added: Vec<RepoRef>,
    pub removed: Vec<RepoRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RepoRef {
    pub id: RepositoryId,
    pub name: RepoName,
}
