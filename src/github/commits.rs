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
    /// With its parents. GitHub sends the patches of up to 300 files along.
    ///
    /// # Errors
    /// `NotFound` or `Unprocessable` when there is no such commit.
    pub async fn commit(&self, id: &CommitSha) -> Result<Commit, GitHubError> {
        self.fetch(&self.request(COMMIT, &[id.as_str()])).await
    }

    /// Where the default branch stands, whatever it is called; `None`: the repository is empty.
    pub async fn default_head(&self) -> Result<Option<CommitSha>, GitHubError> {
        let request = self.request(COMMIT, &["HEAD"]).id_alone();
        match self.send(&request).await {
            Ok(answer) => answer.word(&request).map(Some),
            Err(GitHubError::NotFound { .. } | GitHubError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
