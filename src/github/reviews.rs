//! Reviews and the comments in them. Source: <https://docs.github.com/rest/pulls/reviews> and `/rest/pulls/comments`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{error::GitHubError, repository::RepositoryClient, users::User};
use crate::domain::{
    anchor::{Anchor, Side},
    effect::{InlineComment, Verdict},
    ids::{CommentId, CommitSha, PullNumber},
};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Review {
    pub id: i64,
    #[serde(default)]
    pub body: String,
    /// `COMMENTED`, `CHANGES_REQUESTED`, `APPROVED`, `DISMISSED`, `PENDING`.
    pub state: String,
    pub user: Option<User>,
    /// `None`: the commit is gone.
    pub commit_id: Option<CommitSha>,
    pub html_url: Option<String>,
}

impl Review {
    /// It keeps the pull request from being merged where approvals are required.
    pub fn asks_for_changes(&self) -> bool {
        self.state == "CHANGES_REQUESTED"
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReviewComment {
    pub id: CommentId,
    /// GraphQL's id of the comment (not of its thread).
    pub node_id: String,
    #[serde(rename = "pull_request_review_id")]
    pub review: Option<i64>,
    pub path: String,
    /// `file` for a comment on a file, else `line`.
    pub subject_type: Option<String>,
    /// `None` when outdated, and for a comment on a file.
    pub line: Option<u32>,
    /// Of a comment on several lines the first.
    #[serde(default)]
    pub start_line: Option<u32>,
    pub original_line: Option<u32>,
    pub side: Option<Side>,
    pub body: String,
    pub user: Option<User>,
    /// The first comment of the thread.
    #[serde(rename = "in_reply_to_id")]
    pub in_reply_to: Option<CommentId>,
    pub created_at: DateTime<Utc>,
    pub html_url: String,
}

impl ReviewComment {
    pub fn is_on_file(&self) -> bool {
        self.subject_type.as_deref() == Some("file")
    }
}

/// A review to be posted.
#[derive(Clone, Debug)]
pub struct NewReview<'a> {
    /// What was analysed; GitHub places the comments in its diff.
    pub commit: &'a CommitSha,
    pub verdict: Verdict,
    pub body: &'a str,
    pub comments: &'a [InlineComment],
}

#[derive(Serialize)]
struct WireReview<'a> {
    commit_id: &'a CommitSha,
    event: &'static str,
    body: &'a str,
    comments: Vec<WireComment<'a>>,
}

#[derive(Serialize)]
struct WireComment<'a> {
    path: &'a str,
    body: &'a str,
    #[serde(flatten)]
    place: WirePlace,
}

#[derive(Serialize)]
struct WirePlace {
    line: u32,
    side: Side,
    // GitHub refuses a range of one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_side: Option<Side>,
}

impl From<Anchor> for WirePlace {
    fn from(anchor: Anchor) -> Self {
        let range = anchor.start_line < anchor.line;
        Self {
            line: anchor.line,
            side: anchor.side,
            start_line: range.then_some(anchor.start_line),
            start_side: range.then_some(anchor.side),
        }
    }
}

impl RepositoryClient {
    /// Oldest first.
    pub async fn reviews(&self, pull: PullNumber) -> Result<Vec<Review>, GitHubError> {
        self.list(self.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", &[&pull.to_string()])).await
    }

    /// # Errors
    /// `Unprocessable` when GitHub does not take one of the comments: it does not say which, and posts none.
    pub async fn create_review(&self, pull: PullNumber, review: &NewReview<'_>) -> Result<Review, GitHubError> {
        let wire = WireReview {
            commit_id: review.commit,
            event: match review.verdict {
                Verdict::Comment => "COMMENT",
                Verdict::RequestChanges => "REQUEST_CHANGES",
            },
            body: review.body,
            comments: review
                .comments
                .iter()
                .map(|comment| WireComment { path: &comment.path, body: &comment.body, place: comment.anchor.into() })
                .collect(),
        };
        let endpoint = "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
        self.fetch(&self.request(endpoint, &[&pull.to_string()]).json(&wire)).await
    }

    /// Takes back a review that approves or asks for changes.
    ///
    /// # Errors
    /// `Unprocessable` when it does neither (any more); `Forbidden` also where the branch is protected and the App is none
    /// of those who may dismiss reviews.
    pub async fn dismiss_review(&self, pull: PullNumber, review: i64, message: &str) -> Result<Review, GitHubError> {
        let endpoint = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals";
        let request = self.request(endpoint, &[&pull.to_string(), &review.to_string()]);
        self.fetch(&request.json(&json!({ "message": message, "event": "DISMISS" }))).await
    }

    /// The comments of one review, replies not included.
    pub async fn comments_of_review(&self, pull: PullNumber, review: i64) -> Result<Vec<ReviewComment>, GitHubError> {
        let endpoint = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments";
        self.list(self.request(endpoint, &[&pull.to_string(), &review.to_string()])).await
    }

    /// All comments in the diff, of everybody, newest first.
    pub async fn review_comments(&self, pull: PullNumber) -> Result<Vec<ReviewComment>, GitHubError> {
        let request = self
            .request("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", &[&pull.to_string()])
            .query("sort", "created")
            .query("direction", "desc");
        self.list(request).await
    }

    /// A comment on a file as a whole.
    pub async fn create_file_comment(
        &self,
        pull: PullNumber,
        commit: &CommitSha,
        path: &str,
        body: &str,
    ) -> Result<ReviewComment, GitHubError> {
        let request = self
            .request("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments", &[&pull.to_string()])
            .json(&json!({ "commit_id": commit, "path": path, "body": body, "subject_type": "file" }));
        self.fetch(&request).await
    }

    /// `comment`: the first of its thread; GitHub takes no replies to replies.
    pub async fn reply(&self, pull: PullNumber, comment: CommentId, body: &str) -> Result<ReviewComment, GitHubError> {
        let endpoint = "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies";
        let request = self.request(endpoint, &[&pull.to_string(), &comment.to_string()]).json(&json!({ "body": body }));
        self.fetch(&request).await
    }
    /// # Errors
    /// `NotFound` when somebody deleted it.
    pub async fn update_review_comment(&self, comment: CommentId, body: &str) -> Result<ReviewComment, GitHubError> {
        let request = self
            .request("PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}", &[&comment.to_string()])
            .json(&json!({ "body": body }));
        self.fetch(&request).await
    }
}
