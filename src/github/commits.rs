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

const COMMIT: &str = "GET /repos/{owner}/{repo}/commits/{ref}";

impl RepositoryClient {
    /// With its parents. GitHub sends the patches of up to 300 files along: [`Self::commit_id`] is cheaper.
    ///
    /// # Errors
    /// `NotFound` or `Unprocessable` when there is no such commit.
    pub async fn commit(&self, id: &CommitSha) -> Result<Commit, GitHubError> {
        self.fetch(&self.request(COMMIT, &[id.as_str()])).await
    }

    /// `reference`: `HEAD`, or a branch as `heads/NAME`.
    ///
    /// # Errors
    /// `NotFound` or `Unprocessable` when there is no such commit.
    pub async fn commit_id(&self, reference: &str) -> Result<CommitSha, GitHubError> {
        let request = self.request(COMMIT, &[reference]).id_alone();
        self.send(&request).await?.word(&request)
    }
}
