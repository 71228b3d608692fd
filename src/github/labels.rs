//! Labels. Source: <https://docs.github.com/rest/issues/labels>.

use serde_json::json;

use super::{error::GitHubError, pulls::Label, repository::RepositoryClient, request::Kind};
use crate::domain::ids::PullNumber;

impl RepositoryClient {
    /// All labels of the repository.
    pub async fn labels(&self) -> Result<Vec<Label>, GitHubError> {
        self.list(self.request("GET /repos/{owner}/{repo}/labels", &[])).await
    }

    /// Those that are there stay. A label that the repository does not have is made.
    pub async fn add_labels(&self, pull: PullNumber, labels: &[String]) -> Result<(), GitHubError> {
        let endpoint = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
        let request = self.request(endpoint, &[&pull.to_string()]).kind(Kind::Set).json(&json!({ "labels": labels }));
        self.send(&request).await.map(drop)
    }
}
