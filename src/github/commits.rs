//! Commits. Source: <https://docs.github.com/rest/commits/commits>.

use serde::Deserialize;

use super::{error::GitHubError, repository::RepositoryClient};
use crate::domain::ids::CommitSha;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Commit {
    pub sha: CommitSha,
    pub parents: Vec<Parent>,
    #[serde(rename = "commit")]
    pub details: CommitDetails,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Parent {
    pub sha: CommitSha,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CommitDetails {
    pub message: String,
}

impl RepositoryClient {
    /// `reference`: a commit id, or a branch as `heads/NAME`.
    ///
    /// # Errors
    /// `NotFound` or `Unprocessable` when there is no such commit.
    pub async fn commit(&self, reference: &str) -> Result<Commit, GitHubError> {
        self.fetch(&self.request("GET /repos/{owner}/{repo}/commits/{ref}", &[reference])).await
    }
}
