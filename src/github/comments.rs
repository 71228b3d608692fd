//! Comments in the conversation of a pull request. Source: <https://docs.github.com/rest/issues/comments>.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{error::GitHubError, repository::RepositoryClient, users::User};
use crate::domain::ids::{CommentId, PullNumber};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct IssueComment {
    pub id: CommentId,
    #[serde(default)]
    pub body: String,
    pub user: Option<User>,
    pub performed_via_github_app: Option<ByApp>,
    pub created_at: DateTime<Utc>,
    pub html_url: String,
}

/// The App through which something was written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ByApp {
    pub id: i64,
}

impl RepositoryClient {
    /// Oldest first; `since`: only those written or edited after it.
    pub async fn issue_comments(
        &self,
        pull: PullNumber,
        since: Option<DateTime<Utc>>,
    ) -> Result<Vec<IssueComment>, GitHubError> {
        let mut request =
            self.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", &[&pull.to_string()]);
        if let Some(since) = since {
            request = request.query("since", since.to_rfc3339_opts(SecondsFormat::Secs, true));
        }
        self.list(request).await
    }

    pub async fn create_issue_comment(&self, pull: PullNumber, body: &str) -> Result<IssueComment, GitHubError> {
        let request = self
            .request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", &[&pull.to_string()])
            .json(&json!({ "body": body }));
        self.fetch(&request).await
    }

    /// # Errors
    /// `NotFound` when somebody deleted it.
    pub async fn update_issue_comment(&self, comment: CommentId, body: &str) -> Result<IssueComment, GitHubError> {
        let request = self
            .request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", &[&comment.to_string()])
            .json(&json!({ "body": body }));
        self.fetch(&request).await
    }
}
